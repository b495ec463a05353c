"""Row access policies and their use on tables and views. ``local.data.policies`` applies them to queries."""

from __future__ import annotations

import json

from local.data.columns import columns_of, find_column
from local.data.types import read_type
from local.errors import compilation_error
from local.model import Kind, Obj, Reference
from local.names import Path
from local.protection import require_free
from local.reader import Reader, ValueReader, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Result, status
from local.session import Context
from local.statements.changes import POLICY_COLUMNS, policy_row, read_values, split_comment
from local.statements.common import create_object, drop_object, show_objects
from local.statements.masking import (
    alter_body,
    argument_types,
    describe_body,
    encode_signature,
    find_to_apply,
    read_body,
    read_signature,
    require_edition,
    require_to_alter,
    require_to_remove,
    show_signature,
)
from local.uses import ROW_ACCESS_POLICY, require_unused, used_by

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC ROW ACCESS POLICY; provider rowAccessPolicyDBRow"
KIND = Kind.ROW_ACCESS_POLICY
_TAIL: dict[str, ValueReader] = {"COMMENT": read_string}


@create("ROW ACCESS POLICY", source=_SOURCE)
def create_row_access_policy(context: Context, reader: Reader, head: CreateHead) -> Result:
    """``AS (arguments) RETURNS BOOLEAN -> body [COMMENT = …]``."""
    require_edition(context, KIND)
    path = reader.path()
    reader.expect("AS")
    signature = read_signature(reader)
    reader.expect("RETURNS")
    if read_type(reader).name != "BOOLEAN":
        raise compilation_error("Row access policy must return BOOLEAN.")
    body = read_body(reader, "ROW_ACCESS_POLICY", _TAIL)
    comment, _ = split_comment(read_values(reader, KIND, _TAIL).onto({}))
    reader.end()
    return create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props={"signature": encode_signature(signature), "returns": "BOOLEAN", "body": body},
        before_replace=lambda old: require_unused(context.catalogue, old),
    )[1]


@alter("ROW ACCESS POLICY", source=_SOURCE)
def alter_row_access_policy(context: Context, reader: Reader) -> Result:
    """The signature never changes."""
    return alter_body(context, reader, KIND)


@drop("ROW ACCESS POLICY", source=_SOURCE)
def drop_row_access_policy(context: Context, reader: Reader) -> Result:
    """Refused while the policy is set on a table or view."""
    return drop_object(context, reader, KIND, lambda policy: require_unused(context.catalogue, policy))


@show("ROW ACCESS POLICIES", source=_SOURCE)
def show_row_access_policies(context: Context, reader: Reader) -> Result:
    """Policies that the session may see."""
    return show_objects(context, reader, KIND, POLICY_COLUMNS, lambda policy: policy_row(context, policy))


@describe("ROW ACCESS POLICY", source=_SOURCE)
def describe_row_access_policy(context: Context, reader: Reader) -> Result:
    """Signature without lengths."""
    return describe_body(context, reader, KIND)


# Policies on tables and views


def alter_table_policy(context: Context, reader: Reader, table: Obj) -> Result:
    """``ADD ROW ACCESS POLICY name ON (column, …)``, ``DROP ROW ACCESS POLICY name [, ADD …]``, ``DROP ALL …``.

    The reader stands at ADD or DROP and is read to the end of the statement.
    """
    if reader.accept("DROP", "ALL", "ROW", "ACCESS", "POLICIES"):
        reader.end()
        require_to_alter(context, table, KIND)
        for use in used_by(context.catalogue, table, ROW_ACCESS_POLICY):
            require_to_remove(context, table, context.catalogue.get(use.source))
            context.catalogue.references.delete(use)
        return status("Statement executed successfully.")
    if reader.accept("DROP", "ROW", "ACCESS", "POLICY"):
        _remove(context, table, reader.path())
        if reader.done():
            return status("Statement executed successfully.")
        reader.expect(",")
    reader.expect("ADD", "ROW", "ACCESS", "POLICY")
    path, columns = read_policy_clause(reader)
    reader.end()
    add_policy(context, table, path, columns)
    return status("Statement executed successfully.")


def read_policy_clause(reader: Reader) -> tuple[Path, tuple[str, ...]]:
    """``name ON (column, …)`` behind ROW ACCESS POLICY, also in CREATE TABLE and CREATE VIEW."""
    path = reader.path()
    reader.expect("ON")
    return path, reader.parenthesised(Reader.name)


def add_policy(context: Context, table: Obj, path: Path, columns: tuple[str, ...]) -> None:
    """Put the policy on a table or view that has none; the columns' types must be the policy's."""
    require_edition(context, KIND)
    require_to_alter(context, table, KIND)
    policy = find_to_apply(context, path, KIND)
    known = columns_of(table)
    if [find_column(known, name).type.name for name in columns] != argument_types(policy):
        raise compilation_error(
            f"Row access policy {policy.name} with arguments {show_signature(policy)} does not fit the columns given."
        )
    if used_by(context.catalogue, table, ROW_ACCESS_POLICY):
        raise compilation_error(
            f"Object {table.name} already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.",
            "003549",
            "23505",
        )
    require_free(context.catalogue, table, columns, ROW_ACCESS_POLICY)
    context.catalogue.references.put(
        Reference(policy.id, table.id, ROW_ACCESS_POLICY, value=json.dumps(columns, ensure_ascii=False))
    )


def _remove(context: Context, table: Obj, path: Path) -> None:
    require_to_alter(context, table, KIND)
    policy = find_to_apply(context, path, KIND)
    for use in used_by(context.catalogue, table, ROW_ACCESS_POLICY):
        if use.source == policy.id:
            context.catalogue.references.delete(use)
            return
    raise compilation_error(f"Any policy of kind ROW_ACCESS_POLICY is not attached to TABLE {table.name}.")
