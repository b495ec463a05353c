"""Tags: their allowed values, what carries them, and the masking policies that come with them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from local.data.columns import columns_of, find_column
from local.errors import compilation_error, insufficient_privileges, not_found, unsupported
from local.model import Json, Kind, Obj, Reference
from local.names import Path, dotted
from local.reader import Reader, read_string
from local.registry import CreateHead, alter, create, drop, show
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.changes import read_changes, text_columns
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    rename_object,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.uses import MASKING_POLICY, TAG, require_unused, used_by

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW TAG, Object Tagging; provider tagRow"
_MAX_VALUES = 5000
_MAX_LENGTH = 256
_MAX_TAGS = 50
"""Tags on one object; its columns have the same limit of their own (docs: Object Tagging, quotas)."""


def allowed_values(tag: Obj) -> list[str] | None:
    """The values that the tag may take; None if any."""
    found = tag.props.get("ALLOWED_VALUES")
    return [str(value) for value in found] if isinstance(found, list) else None


def _read_allowed(reader: Reader) -> list[Json]:
    values = list(dict.fromkeys(reader.commas(Reader.string)))
    for value in values:
        if len(value) > _MAX_LENGTH:
            raise compilation_error(f"Tag value is too long. Allowed: {_MAX_LENGTH} characters.")
    return list(values)


@create("TAG", notes="no PROPAGATE", source=_SOURCE)
def create_tag(context: Context, reader: Reader, head: CreateHead) -> Result:
    """ALLOWED_VALUES before COMMENT, as Snowflake wants it."""
    path = reader.path()
    props: dict[str, Json] = {}
    if reader.accept("ALLOWED_VALUES"):
        props["ALLOWED_VALUES"] = _read_allowed(reader)
    if reader.at("PROPAGATE"):
        raise unsupported("PROPAGATE of tags")
    comment = reader.properties("TAG", {"COMMENT": read_string}).get("COMMENT")
    reader.end()
    return create_object(
        context,
        head,
        Kind.TAG,
        path,
        comment=str(comment or ""),
        props=props,
        before_replace=lambda tag: require_unused(context.catalogue, tag),
    )[1]


@alter("TAG", notes="no PROPAGATE", source=_SOURCE)
def alter_tag(context: Context, reader: Reader) -> Result:
    """RENAME, ADD and DROP of allowed values, masking policies, comment."""
    tag = resolve_or_skip(context, reader, Kind.TAG)
    if tag is None:
        return skipped()
    if reader.accept("RENAME", "TO"):
        path = reader.path()
        reader.end()
        return rename_object(context, tag, path)
    if reader.at("SET", "MASKING", "POLICY") or reader.at("UNSET", "MASKING", "POLICY"):
        return _alter_policies(context, reader, tag)
    if reader.at("SET", "PROPAGATE") or reader.at("UNSET", "PROPAGATE"):
        raise unsupported("PROPAGATE of tags")
    context.access.require_ownership(tag)
    word = reader.accept_one("ADD ALLOWED_VALUES", "DROP ALLOWED_VALUES", "UNSET ALLOWED_VALUES")
    if word is None:
        changes = read_changes(reader, Kind.TAG, {"COMMENT": read_string})
        context.catalogue.update(tag, comment=str(changes.values.get("COMMENT", "")))
        return status("Statement executed successfully.")
    props = dict(tag.props)
    if word.startswith("UNSET"):
        props.pop("ALLOWED_VALUES", None)
    else:
        named = _read_allowed(reader)
        kept: list[Json] = [value for value in allowed_values(tag) or () if value not in named]
        props["ALLOWED_VALUES"] = [*kept, *named] if word.startswith("ADD") else kept
        if len(kept) + len(named) > _MAX_VALUES:
            raise compilation_error(f"A tag cannot have more than {_MAX_VALUES} allowed values.")
    reader.end()
    context.catalogue.update(tag, props=props)
    return status("Statement executed successfully.")


def _alter_policies(context: Context, reader: Reader, tag: Obj) -> Result:
    """``SET MASKING POLICY p, MASKING POLICY q [FORCE]`` and UNSET; at most one policy for each type of data."""
    from local.statements.masking import argument_types, find_to_apply

    unset = reader.accept("UNSET")
    if not unset:
        reader.expect("SET")

    def read_policy(inner: Reader) -> Path:
        inner.expect("MASKING", "POLICY")
        return inner.path()

    paths = reader.commas(read_policy)
    force = not unset and reader.accept("FORCE")
    reader.end()
    catalogue = context.catalogue
    context.access.require_global("APPLY MASKING POLICY")
    for path in paths:
        policy = find_to_apply(context, path)
        before = {argument_types(catalogue.get(use.source))[0]: use for use in used_by(catalogue, tag, MASKING_POLICY)}
        use = before.get(argument_types(policy)[0])
        if unset and (use is None or use.source != policy.id):
            raise compilation_error(f"Masking policy {policy.name} is not attached to TAG {tag.name}.")
        if use is not None and not unset and not force:
            raise compilation_error(
                f"Tag {tag.name} already has a masking policy for data type {argument_types(policy)[0]}."
            )
        if use is not None:
            catalogue.references.delete(use)
        if not unset:
            catalogue.references.put(Reference(policy.id, tag.id, MASKING_POLICY))
    return status("Statement executed successfully.")


@drop("TAG", source=_SOURCE)
def drop_tag(context: Context, reader: Reader) -> Result:
    """Takes the tag off everything that carries it; refused while it carries a masking policy."""
    return drop_object(context, reader, Kind.TAG, lambda tag: require_unused(context.catalogue, tag))


@show("TAGS", source=_SOURCE)
def show_tags(context: Context, reader: Reader) -> Result:
    """Allowed values as a JSON array, NULL if any value is allowed."""
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "database_name", "schema_name", "owner", "comment", "allowed_values"),
        *text_columns("owner_role_type", "propagate", "on_conflict"),
    )

    def row(tag: Obj) -> tuple[Cell, ...]:
        database, schema = context.catalogue.path(tag)[:2]
        values = allowed_values(tag)
        return (
            timestamp(tag.created),
            tag.name,
            database,
            schema,
            owner_name(context, tag),
            tag.comment,
            None if values is None else json.dumps(values, separators=(",", ":"), ensure_ascii=False),
            owner_role_type(context, tag),
            None,
            None,
        )

    return show_objects(context, reader, Kind.TAG, columns, row)


# Tags on objects


def alter_tags(context: Context, reader: Reader, obj: Obj, column: str = "") -> Result:
    """``SET TAG name = 'value', …`` or ``UNSET TAG name, …`` on an object or on one of its columns.

    Needs APPLY TAG on the account, or APPLY on the tag together with ownership of the object.
    """
    if reader.accept("SET", "TAG"):
        pairs = reader.commas(read_tag)
        reader.end()
        set_tags(context, obj, pairs, column)
    else:
        reader.expect("UNSET", "TAG")
        paths = reader.commas(Reader.path)
        reader.end()
        _require_column(obj, column)
        for path in paths:
            tag = _tag_to_apply(context, path, obj)
            for use in used_by(context.catalogue, obj, TAG):
                if use.source == tag.id and use.column == column:
                    context.catalogue.references.delete(use)
    return status("Statement executed successfully.")


def read_tag(reader: Reader) -> tuple[Path, str]:
    """``name = 'value'``, also for ``WITH TAG ( … )`` of CREATE statements."""
    path = reader.path()
    reader.expect("=")
    return path, reader.string()


def read_tag_clause(reader: Reader) -> tuple[tuple[Path, str], ...]:
    """``[WITH] TAG (name = 'value', …)`` of a CREATE statement, empty if it is not there."""
    if reader.accept("WITH", "TAG") or reader.accept("TAG"):
        return reader.parenthesised(read_tag)
    return ()


def set_tags(context: Context, obj: Obj, pairs: Sequence[tuple[Path, str]], column: str = "") -> None:
    """Put tags with their values on an object or column; a value that the tag does not allow is refused."""
    _require_column(obj, column)
    for path, value in pairs:
        tag = _tag_to_apply(context, path, obj)
        allowed = allowed_values(tag)
        if len(value) > _MAX_LENGTH or (allowed is not None and value not in allowed):
            raise compilation_error(f"Tag value '{value}' is not allowed for tag '{context.catalogue.full_name(tag)}'.")
        context.catalogue.references.put(Reference(tag.id, obj.id, TAG, column, value))
    if len([use for use in used_by(context.catalogue, obj, TAG) if use.column == column]) > _MAX_TAGS:
        raise compilation_error(f"An object cannot have more than {_MAX_TAGS} tags.")


def _require_column(obj: Obj, column: str) -> None:
    if column:
        find_column(columns_of(obj), column)


def _tag_to_apply(context: Context, path: Path, obj: Obj) -> Obj:
    access, catalogue = context.access, context.catalogue
    found = catalogue.find(Kind.TAG, access.complete(Kind.TAG, path))
    everywhere = access.holds_global("APPLY TAG")
    if found is None or not (access.visible(found) or (everywhere and access.reachable(found))):
        raise not_found(Kind.TAG.value, dotted(path))
    if everywhere or (access.holds(found, "APPLY") and access.owns(obj)):
        return found
    if not access.holds(found, "APPLY"):
        raise insufficient_privileges(Kind.TAG.value, found.name)
    raise insufficient_privileges(obj.kind.value, obj.name)
