"""ALTER … SET and UNSET of objects whose properties are name = value pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.errors import invalid_property
from local.model import Json, Kind, Obj
from local.reader import Reader, Value, ValueReader
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.common import owner_name, owner_role_type, rename_object, resolve_or_skip, skipped

Spec = Mapping[str, ValueReader]
Check = Callable[[Mapping[str, Json]], None]
"""Raises if the properties of an object, as they would become, do not go together."""


@dataclass(frozen=True, slots=True)
class Changes:
    """New values and names to take away; an explicit NULL is a name to take away."""

    values: Mapping[str, Json]
    unset: frozenset[str]

    def onto(self, before: Mapping[str, Json]) -> dict[str, Json]:
        """The properties after the change."""
        return {name: value for name, value in {**before, **self.values}.items() if name not in self.unset}


def label(kind: Kind) -> str:
    """The type as property errors and policy rows name it, for example ``NETWORK_RULE``."""
    return kind.value.replace(" ", "_")


def as_json(value: Value) -> Json:
    """A property value as the catalogue stores it."""
    return [as_json(item) for item in value] if isinstance(value, tuple) else value


def read_values(reader: Reader, kind: Kind, spec: Spec) -> Changes:
    """``NAME = value …``, possibly none."""
    values = {name: as_json(value) for name, value in reader.properties(label(kind), spec).items()}
    return Changes(
        {name: value for name, value in values.items() if value is not None},
        frozenset(name for name, value in values.items() if value is None),
    )


def read_changes(reader: Reader, kind: Kind, spec: Spec) -> Changes:
    """``SET NAME = value …`` or ``UNSET NAME, …`` to the end of the statement."""
    if reader.accept("SET"):
        changes = read_values(reader, kind, spec)
        if not changes.values and not changes.unset:
            raise reader.unexpected()
    else:
        reader.expect("UNSET")
        changes = Changes({}, frozenset(reader.commas(lambda r: _property(r, kind, spec))))
    reader.end()
    return changes


def _property(reader: Reader, kind: Kind, spec: Spec) -> str:
    name = reader.peek().upper
    if not name:
        raise reader.unexpected()
    if name not in spec:
        raise invalid_property(name, label(kind))
    reader.next()
    return name


def split_comment(props: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    """COMMENT and the other properties apart."""
    rest = dict(props)
    return str(rest.pop("COMMENT", "")), rest


def apply_changes(context: Context, obj: Obj, changes: Changes, check: Check | None = None) -> Result:
    """Store the changed properties and comment; needs ownership."""
    context.access.require_ownership(obj)
    comment, props = split_comment(changes.onto({**obj.props, "COMMENT": obj.comment}))
    if check is not None:
        check(props)
    context.catalogue.update(obj, comment=comment, props=props)
    return status("Statement executed successfully.")


def alter_properties(
    context: Context, reader: Reader, kind: Kind, spec: Spec, check: Check | None = None, *, rename: bool = True
) -> Result:
    """``ALTER kind [IF EXISTS] name {RENAME TO | SET TAG | UNSET TAG | SET | UNSET} …``."""
    obj = resolve_or_skip(context, reader, kind)
    if obj is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, obj) if rename else try_tags(context, reader, obj)
    return answer or apply_changes(context, obj, read_changes(reader, kind, spec), check)


def try_rename_or_tags(context: Context, reader: Reader, obj: Obj) -> Result | None:
    """Carry out ``RENAME TO …``, ``SET TAG …`` or ``UNSET TAG …`` if that comes next."""
    if reader.accept("RENAME", "TO"):
        path = reader.path()
        reader.end()
        return rename_object(context, obj, path)
    return try_tags(context, reader, obj)


def try_tags(context: Context, reader: Reader, obj: Obj) -> Result | None:
    """Carry out ``SET TAG …`` or ``UNSET TAG …`` if that comes next."""
    if not (reader.at("SET", "TAG") or reader.at("UNSET", "TAG")):
        return None
    from local.statements.tags import alter_tags

    return alter_tags(context, reader, obj)


def text_columns(*names: str) -> tuple[Column, ...]:
    """Nullable text columns."""
    return tuple(Column(name) for name in names)


POLICY_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "database_name", "schema_name", "kind", "owner", "comment", "owner_role_type", "options"),
)


def policy_row(context: Context, policy: Obj, options: str = "") -> tuple[Cell, ...]:
    """A row of SHOW … POLICIES for schema-level policies."""
    database, schema = context.catalogue.path(policy)[:2]
    return (
        timestamp(policy.created),
        policy.name,
        database,
        schema,
        label(policy.kind),
        owner_name(context, policy),
        policy.comment,
        owner_role_type(context, policy),
        options,
    )
