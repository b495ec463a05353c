"""Network policies: which addresses may log in to the account or as a user."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from local.errors import compilation_error
from local.model import Json, Kind, Obj, Reference
from local.names import Path, dotted
from local.reader import Reader, Value, read_string, read_strings
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.changes import Changes, read_changes, read_values, split_comment, text_columns, try_tags
from local.statements.common import (
    create_object,
    drop_object,
    rename_object,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.network_rules import valid_network
from local.uses import NETWORK_RULE, network_policy_holders, require_unused

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC NETWORK POLICY; provider showNetworkPolicyDBRow"
KIND = Kind.NETWORK_POLICY

_RULE_LISTS = ("ALLOWED_NETWORK_RULE_LIST", "BLOCKED_NETWORK_RULE_LIST")
_IP_LISTS = ("ALLOWED_IP_LIST", "BLOCKED_IP_LIST")


def _read_rules(reader: Reader) -> Value:
    return reader.parenthesised(Reader.path_or_string) if reader.at("(") else (reader.path_or_string(),)


_SPEC = {
    **dict.fromkeys(_RULE_LISTS, _read_rules),
    **dict.fromkeys(_IP_LISTS, read_strings),
    "COMMENT": read_string,
}


def _listed(props: Mapping[str, Json], name: str) -> list[Json]:
    found = props.get(name)
    return found if isinstance(found, list) else []


def _rule_id(context: Context, path: Path) -> int:
    """The rule's id; rules for outgoing traffic have no place in a network policy."""
    rule = context.access.resolve(Kind.NETWORK_RULE, path)
    context.access.require(rule, "USAGE")
    if rule.props.get("MODE") == "EGRESS":
        raise compilation_error(f"Network rule '{dotted(path)}' with mode EGRESS cannot be used in a network policy.")
    return rule.id


def _resolve_rules(context: Context, changes: Changes) -> Changes:
    """The same changes with ids for the names of rules, addresses checked."""
    values = dict(changes.values)
    for name in _RULE_LISTS:
        if name in values:
            paths = [tuple(str(part) for part in path) for path in _listed(values, name) if isinstance(path, list)]
            values[name] = list(dict.fromkeys(_rule_id(context, path) for path in paths))
    for name in _IP_LISTS:
        for address in _listed(values, name):
            if not valid_network(str(address), version=4):
                raise compilation_error(f"invalid value '{address}' for property '{name}'.")
    return Changes(values, changes.unset)


def _refer(context: Context, policy: Obj) -> None:
    """Make the references from rules to the policy agree with its lists."""
    references = context.catalogue.references
    for use in references.by("use", (policy.id, NETWORK_RULE)):
        references.delete(use)
    for name in _RULE_LISTS:
        for rule in _listed(policy.props, name):
            if isinstance(rule, int):
                references.put(Reference(rule, policy.id, NETWORK_RULE, value=name))


@create("NETWORK POLICY", source=_SOURCE)
def create_network_policy(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Lists of rules and IPv4 addresses, allowed and blocked."""
    path = reader.path()
    changes = read_values(reader, KIND, _SPEC)
    reader.end()
    comment, props = split_comment(_resolve_rules(context, changes).onto({}))
    policy, answer = create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        before_replace=lambda old: require_unused(context.catalogue, old),
    )
    if policy is not None:
        _refer(context, policy)
    return answer


@alter("NETWORK POLICY", source=_SOURCE)
def alter_network_policy(context: Context, reader: Reader) -> Result:
    """SET and UNSET of whole lists, ADD and REMOVE of single rules, RENAME, tags."""
    policy = resolve_or_skip(context, reader, KIND)
    if policy is None:
        return skipped()
    if reader.accept("RENAME", "TO"):
        return _rename(context, reader, policy)
    answer = try_tags(context, reader, policy)
    if answer is not None:
        return answer
    context.access.require_ownership(policy)
    word = reader.accept_one("ADD", "REMOVE")
    if word:
        spec = dict.fromkeys(_RULE_LISTS, _read_rules)
        changes = _resolve_rules(context, read_values(reader, KIND, spec))
        if not changes.values:
            raise reader.unexpected()
        reader.end()
        props = {**policy.props, **_added(policy, changes.values, remove=word == "REMOVE")}
        comment = policy.comment
    else:
        changes = _resolve_rules(context, read_changes(reader, KIND, _SPEC))
        comment, props = split_comment(changes.onto({**policy.props, "COMMENT": policy.comment}))
    _refer(context, context.catalogue.update(policy, comment=comment, props=props))
    return status("Statement executed successfully.")


def _added(policy: Obj, values: Mapping[str, Json], *, remove: bool) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for name in values:
        before, named = _listed(policy.props, name), _listed(values, name)
        kept = [rule for rule in before if rule not in named]
        result[name] = kept if remove else [*kept, *named]
    return result


def _rename(context: Context, reader: Reader, policy: Obj) -> Result:
    """The account and the users that the policy is set on follow the new name."""
    holders = network_policy_holders(context.catalogue, policy)
    path = reader.path()
    reader.end()
    answer = rename_object(context, policy, path)
    for holder in holders:
        context.catalogue.update(holder, params={**holder.params, "NETWORK_POLICY": path[-1]})
    return answer


@drop("NETWORK POLICY", source=_SOURCE)
def drop_network_policy(context: Context, reader: Reader) -> Result:
    """Refused while the account or a user has the policy."""
    return drop_object(context, reader, KIND, lambda policy: require_unused(context.catalogue, policy))


@show("NETWORK POLICIES", source=_SOURCE)
def show_network_policies(context: Context, reader: Reader) -> Result:
    """Policies with the number of entries in each list."""
    lists = (*_IP_LISTS, *_RULE_LISTS)
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "comment"),
        *(Column(f"entries_in_{name.removesuffix('_LIST').lower()}{_PLURAL[name]}", Type.FIXED) for name in lists),
    )

    def row(policy: Obj) -> tuple[Cell, ...]:
        counts = (str(len(_listed(policy.props, name))) for name in lists)
        return (timestamp(policy.created), policy.name, policy.comment, *counts)

    return show_objects(context, reader, KIND, columns, row)


_PLURAL = {**dict.fromkeys(_IP_LISTS, "_list"), **dict.fromkeys(_RULE_LISTS, "s")}


@describe("NETWORK POLICY", source=_SOURCE)
def describe_network_policy(context: Context, reader: Reader) -> Result:
    """A row for each list that is not empty; rules as JSON with their full names."""
    policy = context.access.resolve(KIND, reader.path())
    reader.end()
    rows: list[tuple[Cell, ...]] = []
    for name in _IP_LISTS:
        if addresses := _listed(policy.props, name):
            rows.append((name, ",".join(str(address) for address in addresses)))
    for name in _RULE_LISTS:
        if rules := _rule_names(context, _listed(policy.props, name)):
            rows.append((name, json.dumps([{"fullyQualifiedRuleName": rule} for rule in rules])))
    return Result(text_columns("name", "value"), tuple(rows))


def _rule_names(context: Context, ids: Sequence[Json]) -> list[str]:
    found = (context.catalogue.lookup(number) for number in ids if isinstance(number, int))
    return [context.catalogue.full_name(rule) for rule in found if rule is not None]
