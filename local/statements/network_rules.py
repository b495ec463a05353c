"""Network rules: lists of addresses and hosts that network policies and integrations refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError

from local.errors import compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader, read_string, read_strings, read_word
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, timestamp
from local.session import Context
from local.statements.changes import alter_properties, read_values, split_comment, text_columns
from local.statements.common import (
    create_object,
    drop_object,
    one_of,
    owner_name,
    owner_role_type,
    show_objects,
)
from local.uses import require_unused

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC NETWORK RULE; provider ShowNetworkRulesRow"
KIND = Kind.NETWORK_RULE

_MODES = {
    "IPV4": ("INGRESS",),
    "IPV6": ("INGRESS",),
    "AWSVPCEID": ("INGRESS", "INTERNAL_STAGE"),
    "AZURELINKID": ("INGRESS",),
    "GCPPSCID": ("INGRESS",),
    "HOST_PORT": ("EGRESS",),
    "PRIVATE_HOST_PORT": ("EGRESS",),
}
"""Rule type → modes it may have."""

_IDENTIFIERS = {
    "AWSVPCEID": re.compile(r"vpce-[0-9A-Za-z]+\Z"),
    "AZURELINKID": re.compile(r"[0-9A-Za-z-]+\Z"),
    "GCPPSCID": re.compile(r"[0-9]+\Z"),
    "HOST_PORT": re.compile(r"(\*\.)?[0-9A-Za-z][0-9A-Za-z._-]*(:[0-9]{1,5})?\Z"),
    "PRIVATE_HOST_PORT": re.compile(r"(\*\.)?[0-9A-Za-z][0-9A-Za-z._-]*(:[0-9]{1,5})?\Z"),
}

_SET = {"VALUE_LIST": read_strings, "COMMENT": read_string}
_SPEC = {"TYPE": read_word, "MODE": read_word, **_SET}


def valid_network(text: str, *, version: int) -> bool:
    """Whether the text is an address or a CIDR block; host bits may be set, as Snowflake allows."""
    try:
        _ = IPv4Network(text, strict=False) if version == 4 else IPv6Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        return False
    return True


def _check(props: Mapping[str, Json]) -> None:
    kind = one_of("TYPE", str(props.get("TYPE", "")), _MODES)
    one_of("MODE", str(props["MODE"]), _MODES[kind])
    values = props.get("VALUE_LIST")
    for value in values if isinstance(values, list) else []:
        text = str(value)
        if kind in ("IPV4", "IPV6"):
            fits = valid_network(text, version=int(kind[-1]))
        else:
            fits = _IDENTIFIERS[kind].match(text) is not None
        if not fits:
            raise compilation_error(f"invalid value '{text}' for property 'VALUE_LIST' of a rule of type {kind}.")


@create("NETWORK RULE", notes="modes INGRESS, INTERNAL_STAGE and EGRESS", source=_SOURCE)
def create_network_rule(context: Context, reader: Reader, head: CreateHead) -> Result:
    """TYPE and VALUE_LIST must be there; MODE is INGRESS unless written."""
    path = reader.path()
    given = read_values(reader, KIND, _SPEC).onto({})
    reader.end()
    for name in ("TYPE", "VALUE_LIST"):
        if name not in given:
            raise compilation_error(f"Missing option(s): [{name}]", "002029", "42601")
    comment, props = split_comment({"MODE": "INGRESS", **given})
    _check(props)
    return create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        before_replace=lambda rule: require_unused(context.catalogue, rule),
    )[1]


@alter("NETWORK RULE", source=_SOURCE)
def alter_network_rule(context: Context, reader: Reader) -> Result:
    """Only the values and the comment change; unsetting the values empties the list."""
    return alter_properties(context, reader, KIND, _SET, _check, rename=False)


@drop("NETWORK RULE", source=_SOURCE)
def drop_network_rule(context: Context, reader: Reader) -> Result:
    """Refused while a network policy uses the rule."""
    return drop_object(context, reader, KIND, lambda rule: require_unused(context.catalogue, rule))


def _values(rule: Obj) -> list[str]:
    found = rule.props.get("VALUE_LIST")
    return [str(item) for item in found] if isinstance(found, list) else []


def _row(context: Context, rule: Obj) -> tuple[Cell, ...]:
    database, schema = context.catalogue.path(rule)[:2]
    return (
        timestamp(rule.created),
        rule.name,
        database,
        schema,
        owner_name(context, rule),
        rule.comment,
        str(rule.props["TYPE"]),
        str(rule.props["MODE"]),
        str(len(_values(rule))),
        owner_role_type(context, rule),
    )


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "database_name", "schema_name", "owner", "comment", "type", "mode"),
    Column("entries_in_valuelist", Type.FIXED),
    Column("owner_role_type"),
)


@show("NETWORK RULES", source=_SOURCE)
def show_network_rules(context: Context, reader: Reader) -> Result:
    """Rules that the session may see."""
    return show_objects(context, reader, KIND, _COLUMNS, lambda rule: _row(context, rule))


@describe("NETWORK RULE", source=_SOURCE)
def describe_network_rule(context: Context, reader: Reader) -> Result:
    """One row, with the values separated by commas."""
    rule = context.access.resolve(KIND, reader.path())
    reader.end()
    return Result((*_COLUMNS, Column("value_list")), ((*_row(context, rule), ",".join(_values(rule))),))
