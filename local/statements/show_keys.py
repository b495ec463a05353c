"""SHOW PRIMARY KEYS, UNIQUE KEYS, IMPORTED KEYS and EXPORTED KEYS."""

from __future__ import annotations

from collections.abc import Iterator

from local.data.keys import TableKey, keys_of
from local.data.resolve import find_relation
from local.errors import not_found
from local.model import Kind, Obj
from local.names import dotted
from local.reader import Reader
from local.registry import show
from local.results import Cell, Column, Result, Type, timestamp
from local.session import Context
from local.statements.common import candidates, read_show_filter

_SOURCE = "docs.snowflake.com: SHOW PRIMARY KEYS, SHOW UNIQUE KEYS, SHOW IMPORTED KEYS; snowflake-sqlalchemy reads them"
_OWN = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *(Column(name) for name in ("database_name", "schema_name", "table_name", "column_name")),
    Column("key_sequence", Type.FIXED, 38, 0),
    *(Column(name) for name in ("constraint_name", "rely", "comment")),
)
_BETWEEN = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *(Column(f"{side}_{part}") for side in ("pk", "fk")
      for part in ("database_name", "schema_name", "table_name", "column_name")),
    Column("key_sequence", Type.FIXED, 38, 0),
    *(Column(name) for name in (
        "update_rule", "delete_rule", "fk_name", "pk_name", "deferrability", "rely", "comment")),
)  # fmt: skip


def _tables(context: Context, reader: Reader) -> list[Obj]:
    """``[IN {ACCOUNT | DATABASE d | SCHEMA s | TABLE t | t}]``: the visible tables that are meant."""
    scopes = ("ACCOUNT", "DATABASE", "SCHEMA")
    if reader.at("IN") and not any(reader.at("IN", scope) for scope in scopes):
        reader.expect("IN")
        reader.accept("TABLE")
        path = reader.path()
        reader.end()
        found = find_relation(context, context.access.complete(Kind.TABLE, path))
        if found is None or not context.access.visible(found):
            raise not_found("table", dotted(path))
        return [found]
    container = read_show_filter(context, reader, Kind.TABLE).container
    return [table for table in candidates(context, container, Kind.TABLE) if _mine(context, table)]


def _mine(context: Context, table: Obj) -> bool:
    return table.props.get("session") in (None, context.session.id) and context.access.visible(table)


def _own(context: Context, reader: Reader, kind: str) -> Result:
    rows: list[tuple[Cell, ...]] = []
    for table in _tables(context, reader):
        place = context.catalogue.path(table)
        for key in keys_of(table):
            if key.kind == kind:
                rows += [
                    (timestamp(table.created), *place, column, str(number), key.name, "false", None)
                    for number, column in enumerate(key.columns, 1)
                ]
    return Result(_OWN, rows)


@show("PRIMARY KEYS", source=_SOURCE)
def show_primary_keys(context: Context, reader: Reader) -> Result:
    """A row for each column of a primary key."""
    return _own(context, reader, "PRIMARY KEY")


@show("UNIQUE KEYS", source=_SOURCE)
def show_unique_keys(context: Context, reader: Reader) -> Result:
    """A row for each column of a unique key."""
    return _own(context, reader, "UNIQUE")


def _between(context: Context, tables: list[Obj]) -> Iterator[tuple[Obj, Obj, TableKey, tuple[Cell, ...]]]:
    """Foreign keys of the tables whose target the session sees: table, target, key, row without its time."""
    for table in tables:
        for key in keys_of(table):
            target = _target(context, table, key)
            if key.kind != "FOREIGN KEY" or target is None:
                continue
            primary = next((k for k in keys_of(target) if k.kind == "PRIMARY KEY"), None)
            columns = key.target_columns or (primary.columns if primary else ())
            named = next((k.name for k in keys_of(target) if k.columns == columns), None)
            for number, (column, other) in enumerate(zip(key.columns, columns, strict=False), 1):
                yield table, target, key, (
                    *context.catalogue.path(target), other, *context.catalogue.path(table), column, str(number),
                    key.rule("ON UPDATE"), key.rule("ON DELETE"), key.name, named, "NOT DEFERRABLE", "false", None,
                )  # fmt: skip


def _target(context: Context, table: Obj, key: TableKey) -> Obj | None:
    if key.kind != "FOREIGN KEY":
        return None
    home = context.catalogue.path(table)
    found = find_relation(context, (*home[: 3 - len(key.target)], *key.target))
    return found if found is not None and context.access.visible(found) else None


@show("IMPORTED KEYS", source=_SOURCE)
def show_imported_keys(context: Context, reader: Reader) -> Result:
    """A row for each column of a foreign key of the tables."""
    found = _between(context, _tables(context, reader))
    return Result(_BETWEEN, [(timestamp(table.created), *row) for table, _, _, row in found])


@show("EXPORTED KEYS", source=_SOURCE)
def show_exported_keys(context: Context, reader: Reader) -> Result:
    """A row for each column of a foreign key that refers to the tables."""
    wanted = {table.id for table in _tables(context, reader)}
    every = [table for table in context.catalogue.of_kind(Kind.TABLE) if _mine(context, table)]
    found = _between(context, every)
    return Result(
        _BETWEEN, [(timestamp(table.created), *row) for table, target, _, row in found if target.id in wanted]
    )
