"""Databases, schemas, tables, stages and everything else that lives in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.names import Name
from account.picture import PolicyKind, TagUse
from account.registered import names, values
from account.registered.catalogue import MADE
from account.registered.values import otherwise
from account.things import Column, Database, Other, Procedure, Schema, Stage, Table, Task
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Block, Reader

_DATABASE_TYPES: Final = {"SharedDatabase": "IMPORTED DATABASE"}
_TABLE_TYPES: Final = {
    "Table": "TABLE",
    "View": "VIEW",
    "MaterializedView": "MATERIALIZED VIEW",
    "DynamicTable": "DYNAMIC TABLE",
    "ExternalTable": "EXTERNAL TABLE",
    "HybridTable": "HYBRID TABLE",
}


def database(reader: Reader) -> None:
    """Database, SecondaryDatabase, SharedDatabase."""
    reader.builder.add(
        Database(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            type=_DATABASE_TYPES.get(reader.resource.kind, "STANDARD"),
            retention_days=reader.number("dataRetentionTimeInDays"),
            transient=otherwise(reader.flag("isTransient"), False),
            drops_public_schema=reader.flag("dropPublicSchemaOnCreation"),
        )
    )


def schema(reader: Reader) -> None:
    """Schema."""
    reader.builder.add(
        Schema(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            managed_access=reader.flag("withManagedAccess"),
            retention_days=reader.number("dataRetentionTimeInDays"),
            transient=reader.flag("isTransient"),
        )
    )


def _mask(reader: Reader, block: Block) -> Maybe[Name | None]:
    """The masking policy of a column: its name, or in a view a block with the name."""
    raw = block.raw("maskingPolicy")
    inner = values.block(raw) if not isinstance(raw, str | Unknown) else None
    text = inner.get("policyName") if inner is not None and not isinstance(inner, Unknown) else raw
    return None if text is None else reader.inside("columns", "MASKING POLICY", text)


def _columns(reader: Reader, table: Name) -> tuple[Column, ...] | None:
    """The columns with their masks; None where they are not stated, or not known."""
    found = reader.blocks("columns")
    if isinstance(found, Unknown):
        reader.blind(f"columns of {reader.where}", "they are not known before the change is made", "COLUMN")
        return None
    columns = []
    for block in found:
        stated = block.text("name")
        name = block.text("columnName") if stated is None else stated
        if isinstance(name, Unknown | None):
            reader.blind(f"a column of {reader.where}", "its name is not known", "COLUMN")
            continue
        column = Column(
            name=names.one(name).last, type=otherwise(block.upper("type"), ""), masking_policy=_mask(reader, block)
        )
        columns.append(column)
        if column.masking_policy is not None:
            reader.builder.attach(
                PolicyKind.MASKING, column.masking_policy, "COLUMN", table, reader.origin, column=column.name
            )
    return tuple(columns) if columns or reader.resource.kind == "Table" else None


def _row_access(reader: Reader, table: Name, on: str) -> None:
    block = reader.block("rowAccessPolicy")
    if block is None:
        return
    policy = reader.inside("rowAccessPolicy", "ROW ACCESS POLICY", block.raw("policyName"))
    if policy is not None:
        reader.builder.attach(PolicyKind.ROW_ACCESS, policy, on, table, reader.origin)


def _own_tags(reader: Reader, on: str, target: Name) -> None:
    """The tags that some resources carry in themselves."""
    found = reader.blocks("tags")
    for block in () if isinstance(found, Unknown) else found:
        parts = [block.text(key) for key in ("database", "schema", "name")]
        stated = [part for part in parts if isinstance(part, str)]
        if not stated or any(isinstance(part, Unknown) for part in parts):
            found = Unknown()
            continue
        value = block.text("value")
        reader.builder.tag_uses.append(
            TagUse(Name(stated), on, target, "", value if isinstance(value, str) else "", reader.origin)
        )
    if isinstance(found, Unknown):
        reader.blind(f"tags of {reader.where}", "they are not known before the change is made", "TAG USE")


def table(reader: Reader) -> None:
    """Tables and views of every kind."""
    name, kind = reader.own_name(), _TABLE_TYPES.get(reader.resource.kind, "ICEBERG TABLE")
    on = "VIEW" if kind.endswith("VIEW") else "TABLE"
    reader.builder.add(
        Table(
            name=name,
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            type=kind,
            retention_days=reader.number("dataRetentionTimeInDays"),
            columns=_columns(reader, name),
        )
    )
    _row_access(reader, name, on)
    _own_tags(reader, on, name)


def _stated(reader: Reader, value: object) -> Maybe[bool]:
    if isinstance(reader.content, Unknown):
        return reader.content
    return isinstance(value, Unknown) or bool(value)


def stage(reader: Reader) -> None:
    """Stages of every kind. Credentials whose text is not known are credentials all the same."""
    name, kind = reader.own_name(), reader.resource.kind
    credentials = reader.raw("credentials")
    reader.builder.add(
        Stage(
            name=name,
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            url=None if kind == "StageInternal" else reader.text("url"),
            integration=_last(reader.named("storageIntegration", "INTEGRATION")),
            has_credentials=_stated(reader, credentials),
        )
    )
    _own_tags(reader, "STAGE", name)


def _last(name: Maybe[Name | None]) -> Maybe[str | None]:
    return name.last if isinstance(name, Name) else name


def task(reader: Reader) -> None:
    """Task."""
    reader.builder.add(
        Task(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            runs_as=_last(reader.named("executeAsUser", "USER")),
        )
    )


def _signed(reader: Reader) -> Name:
    """The name of a procedure or function with the types of its arguments."""
    outside = reader.resource.kind == "ExternalFunction"
    found = reader.blocks("args" if outside else "arguments")
    key = "type" if outside else "argDataType"
    types = [] if isinstance(found, Unknown) else [block.text(key) for block in found]
    known = [kind for kind in types if isinstance(kind, str)]
    if isinstance(found, Unknown) or len(known) != len(types):
        kind = MADE[reader.resource.kind].kind
        reader.blind(f"arguments of {reader.where}", "they are not known before the change is made", kind)
        known = ["?"]
    return names.signature(reader.own_name(), tuple(known))


def procedure(reader: Reader) -> None:
    """Procedures of every language."""
    reader.builder.add(
        Procedure(
            name=_signed(reader),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            execute_as=otherwise(reader.upper("executeAs"), "OWNER"),
        )
    )


def function(reader: Reader) -> None:
    """Functions of every language."""
    reader.builder.add(
        Other(
            kind="FUNCTION",
            name=_signed(reader),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
        )
    )


def other(reader: Reader) -> None:
    """An object of a kind without fields of its own."""
    reader.builder.add(
        Other(
            kind=MADE[reader.resource.kind].kind,
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
        )
    )
