"""Masking policies and their use on columns. ``local.data.policies`` applies them to queries."""

from __future__ import annotations

import json
from collections.abc import Callable

from local.catalogue import Catalogue
from local.data.columns import columns_of, find_column
from local.data.types import SqlType, read_type
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, not_found, unsupported
from local.model import Json, Kind, Obj, Reference
from local.names import Path, dotted
from local.protection import require_free, signature_of
from local.reader import Reader, ValueReader, read_boolean, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Result, status
from local.session import Context
from local.statements.changes import (
    POLICY_COLUMNS,
    apply_changes,
    policy_row,
    read_changes,
    read_values,
    split_comment,
    text_columns,
    try_rename_or_tags,
)
from local.statements.common import create_object, drop_object, resolve_or_skip, show_objects, skipped
from local.uses import MASKING_POLICY, require_unused, used_by

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC MASKING POLICY; provider maskingPolicyDBRow"
KIND = Kind.MASKING_POLICY
_TAIL: dict[str, ValueReader] = {"COMMENT": read_string, "EXEMPT_OTHER_POLICIES": read_boolean}


def require_edition(context: Context, kind: Kind) -> None:
    """000002 on Standard edition, which has no policies on data."""
    if context.settings.edition == "STANDARD":
        raise unsupported(kind.value)


# Signatures and bodies, shared with row access policies


def read_signature(reader: Reader) -> list[tuple[str, SqlType]]:
    """``(name type, …)``, at least one."""
    found = reader.parenthesised(lambda r: (r.name(), read_type(r)))
    if not found:
        raise reader.unexpected()
    return list(found)


def encode_signature(signature: list[tuple[str, SqlType]]) -> list[Json]:
    """The signature as stored: pairs of name and full type."""
    return [[name, kind.text] for name, kind in signature]


def argument_types(policy: Obj) -> list[str]:
    """Names of the arguments' types, without lengths."""
    return [kind.name for _, kind in signature_of(policy)]


def show_signature(policy: Obj) -> str:
    """``(VAL VARCHAR, …)`` as DESCRIBE shows it, without lengths."""
    return f"({', '.join(f'{name} {kind.name}' for name, kind in signature_of(policy))})"


def at_tail(label: str, spec: dict[str, ValueReader]) -> Callable[[Reader], bool]:
    """A test for ``text_until``: whether nothing but these properties is left."""

    def test(reader: Reader) -> bool:
        if not any(reader.at(name, "=") for name in spec):
            return False
        start = reader.mark()
        try:
            reader.properties(label, spec)
            return reader.done()
        except SnowflakeError:
            return False
        finally:
            reader.rewind(start)

    return test


def read_body(reader: Reader, label: str, spec: dict[str, ValueReader]) -> str:
    """``-> expression`` up to the properties behind it."""
    reader.expect("->")
    body = reader.text_until(at_tail(label, spec))
    if not body:
        raise reader.unexpected()
    return body


def alter_body(context: Context, reader: Reader, kind: Kind) -> Result:
    """ALTER of a policy on data: RENAME, tags, ``SET BODY ->``, SET and UNSET COMMENT."""
    policy = resolve_or_skip(context, reader, kind)
    if policy is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, policy)
    if answer is not None:
        return answer
    if not reader.accept("SET", "BODY"):
        return apply_changes(context, policy, read_changes(reader, kind, {"COMMENT": read_string}))
    context.access.require_ownership(policy)
    reader.expect("->")
    body = reader.rest()
    if not body:
        raise reader.unexpected()
    context.catalogue.update(policy, props={**policy.props, "body": body})
    return status("Statement executed successfully.")


def describe_body(context: Context, reader: Reader, kind: Kind) -> Result:
    """One row: arguments without lengths, return type with length, body."""
    policy = context.access.resolve(kind, reader.path())
    reader.end()
    row = (policy.name, show_signature(policy), str(policy.props["returns"]), str(policy.props["body"]))
    return Result(text_columns("name", "signature", "return_type", "body"), (row,))


def find_to_apply(context: Context, path: Path, kind: Kind = KIND) -> Obj:
    """The policy, if the session may put it on something: APPLY on it, or APPLY … POLICY on the account."""
    access = context.access
    found = context.catalogue.find(kind, access.complete(kind, path))
    if found is not None and access.holds_global(f"APPLY {kind.value}") and access.reachable(found):
        return found
    if found is None or not access.visible(found):
        raise not_found(kind.value, dotted(path))
    access.require(found, "APPLY")
    return found


def require_to_alter(context: Context, table: Obj, kind: Kind) -> None:
    """APPLY … POLICY on the account, or ownership of the table or view."""
    if not context.access.holds_global(f"APPLY {kind.value}"):
        context.access.require_ownership(table)


def require_to_remove(context: Context, table: Obj, policy: Obj) -> None:
    """APPLY … POLICY on the account, or ownership of the table or view together with APPLY on the policy.

    Otherwise who owns a table could take off the policy that somebody else has put on it
    (docs.snowflake.com: Understanding dynamic data masking, privileges; the same for row access policies).
    """
    require_to_alter(context, table, policy.kind)
    if not context.access.holds_global(f"APPLY {policy.kind.value}") and not context.access.holds(policy, "APPLY"):
        raise insufficient_privileges(policy.kind.value, policy.name)


# Statements


@create("MASKING POLICY", source=_SOURCE)
def create_masking_policy(context: Context, reader: Reader, head: CreateHead) -> Result:
    """``AS (arguments) RETURNS type -> body [COMMENT = …] [EXEMPT_OTHER_POLICIES = …]``."""
    require_edition(context, KIND)
    path = reader.path()
    reader.expect("AS")
    signature = read_signature(reader)
    reader.expect("RETURNS")
    returns = read_type(reader)
    if signature[0][1].name != returns.name:
        raise compilation_error("Masking policy function argument and return type mismatch.")
    body = read_body(reader, "MASKING_POLICY", _TAIL)
    comment, props = split_comment(read_values(reader, KIND, _TAIL).onto({}))
    reader.end()
    return create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props={**props, "signature": encode_signature(signature), "returns": returns.text, "body": body},
        before_replace=lambda old: require_unused(context.catalogue, old),
    )[1]


@alter("MASKING POLICY", source=_SOURCE)
def alter_masking_policy(context: Context, reader: Reader) -> Result:
    """The signature never changes."""
    return alter_body(context, reader, KIND)


@drop("MASKING POLICY", source=_SOURCE)
def drop_masking_policy(context: Context, reader: Reader) -> Result:
    """Refused while the policy is set on a column or a tag."""
    return drop_object(context, reader, KIND, lambda policy: require_unused(context.catalogue, policy))


@show("MASKING POLICIES", source=_SOURCE)
def show_masking_policies(context: Context, reader: Reader) -> Result:
    """``options`` is JSON if EXEMPT_OTHER_POLICIES is set, else empty."""

    def options(policy: Obj) -> str:
        return '{"EXEMPT_OTHER_POLICIES": true}' if policy.props.get("EXEMPT_OTHER_POLICIES") else ""

    return show_objects(context, reader, KIND, POLICY_COLUMNS, lambda p: policy_row(context, p, options(p)))


@describe("MASKING POLICY", source=_SOURCE)
def describe_masking_policy(context: Context, reader: Reader) -> Result:
    """Signature without lengths, return type with length."""
    return describe_body(context, reader, KIND)


# Policies on columns


def alter_column_policy(context: Context, reader: Reader, table: Obj, column: str) -> Result:
    """``SET MASKING POLICY name [USING (column, …)] [FORCE]`` or ``UNSET MASKING POLICY`` on a column.

    The reader stands at SET or UNSET, behind ``MODIFY COLUMN column``, and is read to the end of the statement.
    """
    if reader.peek(1).upper == "PROJECTION":
        raise unsupported("projection policies")
    if reader.accept("UNSET", "MASKING", "POLICY"):
        reader.end()
        _unset_policy(context, table, column)
    else:
        reader.expect("SET", "MASKING", "POLICY")
        path, using = read_policy_clause(reader)
        force = reader.accept("FORCE")
        reader.end()
        set_policy(context, table, column, path, using, force=force)
    return status("Statement executed successfully.")


def read_policy_clause(reader: Reader) -> tuple[Path, tuple[str, ...]]:
    """``name [USING (column, …)]`` behind MASKING POLICY, also in CREATE TABLE and CREATE VIEW."""
    path = reader.path()
    return path, reader.parenthesised(Reader.name) if reader.accept("USING") else ()


def set_policy(
    context: Context, table: Obj, column: str, path: Path, using: tuple[str, ...] = (), *, force: bool = False
) -> None:
    """Put a masking policy on a column; types must agree, and a column has one policy at most."""
    require_edition(context, KIND)
    require_to_alter(context, table, KIND)
    policy = find_to_apply(context, path)
    columns = columns_of(table)
    arguments = [find_column(columns, name) for name in using or (column,)]
    if arguments[0].name != column:
        raise compilation_error("The first column in USING must be the column that the policy is set on.")
    if [argument.type.name for argument in arguments] != argument_types(policy):
        raise compilation_error(
            f"Masking policy {policy.name} with arguments {show_signature(policy)} does not fit column {column}."
        )
    require_free(context.catalogue, table, tuple(argument.name for argument in arguments), MASKING_POLICY)
    references = context.catalogue.references
    before = column_policy(context.catalogue, table, column)
    if before is not None and not force:
        raise compilation_error(
            "Specified column already attached to another masking policy. "
            "Please drop the current association in order to attach a new masking policy."
        )
    if before is not None:
        require_to_remove(context, table, context.catalogue.get(before.source))
        references.delete(before)
    references.put(Reference(policy.id, table.id, MASKING_POLICY, column, json.dumps(using) if using else ""))


def _unset_policy(context: Context, table: Obj, column: str) -> None:
    require_to_alter(context, table, KIND)
    find_column(columns_of(table), column)
    before = column_policy(context.catalogue, table, column)
    if before is not None:
        require_to_remove(context, table, context.catalogue.get(before.source))
        context.catalogue.references.delete(before)


def column_policy(catalogue: Catalogue, table: Obj, column: str) -> Reference | None:
    """The masking policy set on the column itself (not through a tag)."""
    return next((use for use in used_by(catalogue, table, MASKING_POLICY) if use.column == column), None)
