"""ALTER TABLE: the catalogue changes; DuckDB follows before the table is next used.

Renames touch nothing in DuckDB, where columns go by number. Only a change that the rows may contradict (NOT NULL, a
narrower type) looks at them first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from local.data.alone import change_if_no_row
from local.data.columns import ColumnDef, columns_of
from local.data.definition import apply_keys, read_key
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.parameters import check_retention
from local.reader import Reader
from local.registry import Answer, alter, refuse
from local.results import Result, status
from local.session import Context
from local.statements.alter_columns import (
    add_columns,
    alter_columns,
    drop_columns,
    keys_of,
    rename_table_column,
    store_columns,
)
from local.statements.changes import as_json, try_rename_or_tags
from local.statements.common import require_may_enter, skipped
from local.statements.describe_columns import find_any
from local.statements.row_access import alter_table_policy
from local.statements.tables import PARAMETERS, PROPERTIES, find_table, read_cluster_by

_SOURCE = "docs.snowflake.com: ALTER TABLE, ALTER TABLE … ALTER COLUMN; provider TableAlterOptions"
_DONE = "Statement executed successfully."
_PROPS = {"CHANGE_TRACKING": "change_tracking", "ENABLE_SCHEMA_EVOLUTION": "schema_evolution"}
Change = Callable[[Context, Reader, Obj], Answer]


@alter("TABLE", notes="no search optimization, reclustering, external columns, SET DEFAULT", source=_SOURCE)
def alter_table(context: Context, reader: Reader) -> Answer:
    """One action per statement, as Snowflake has it; tags also of a view, to which Snowflake applies it as well."""
    if_exists = reader.accept("IF", "EXISTS")
    path = reader.path()
    try:
        table = find_any(context, path, Kind.TABLE) if _sets_tags(reader) else find_table(context, path)
    except SnowflakeError as error:
        if if_exists and error.code == "002003":
            return skipped()
        raise
    answer = try_rename_or_tags(context, reader, table)
    if answer is not None:
        return answer
    if reader.at("ADD", "ROW") or reader.at("DROP", "ROW") or reader.at("DROP", "ALL", "ROW"):
        return alter_table_policy(context, reader, table)
    if reader.accept_one("ALTER", "MODIFY"):
        return alter_columns(context, reader, table)
    context.access.require_ownership(table)
    for phrase, change in _ACTIONS.items():
        if reader.accept(*phrase.split()):
            return change(context, reader, table)
    raise unsupported(f"ALTER TABLE … {reader.peek().upper} {reader.peek(1).upper}".rstrip())


def _sets_tags(reader: Reader) -> bool:
    """Whether tags of the relation or of a column are what the statement is about."""
    mark = reader.mark()
    if reader.accept_one("ALTER", "MODIFY"):
        reader.accept("COLUMN")
        reader.next()
    found = reader.at("SET", "TAG") or reader.at("UNSET", "TAG")
    reader.rewind(mark)
    return found


def _swap(context: Context, reader: Reader, table: Obj) -> Result:
    other = find_table(context, reader.path())
    reader.end()
    context.access.require_ownership(other)
    if "session" in table.props or "session" in other.props:
        raise unsupported("SWAP WITH a temporary table")
    catalogue = context.catalogue
    require_may_enter(context, table, catalogue.get(other.parent))
    require_may_enter(context, other, catalogue.get(table.parent))
    catalogue.update(other, name=f"\x00{other.id}")
    catalogue.update(table, name=other.name, parent=other.parent)
    catalogue.update(other, name=table.name, parent=table.parent)
    return status(_DONE)


# Keys


def _add(context: Context, reader: Reader, table: Obj) -> Answer:
    key = any(reader.at(word) for word in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN"))
    return _add_key(context, reader, table) if key else add_columns(context, reader, table)


def _drop(context: Context, reader: Reader, table: Obj) -> Answer:
    key = any(reader.at(word) for word in ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN"))
    return _drop_key(context, reader, table) if key else drop_columns(context, reader, table)


def _add_key(context: Context, reader: Reader, table: Obj) -> Answer:
    key = read_key(reader)
    reader.end()
    columns = columns_of(table)
    after = apply_keys(columns, [key])

    def change() -> Result:
        return store_columns(context, table, after, keys=[*keys_of(table), key.encode()])

    nulls = [c.physical for c, new in zip(columns, after, strict=True) if c.nullable and not new.nullable]
    if not nulls:
        return change()
    error = SnowflakeError("100072", "22000", "NULL result in a non-nullable column")
    return change_if_no_row(context, table, " OR ".join(f"{n} IS NULL" for n in nulls), lambda: error, change)


def _drop_key(context: Context, reader: Reader, table: Obj) -> Result:
    name = kind = ""
    named: tuple[str, ...] = ()
    if reader.accept("CONSTRAINT"):
        name = reader.name()
    else:
        kind = reader.accept_one("PRIMARY KEY", "UNIQUE", "FOREIGN KEY") or ""
        named = reader.parenthesised(Reader.name) if reader.at("(") else ()
    reader.accept_one("CASCADE", "RESTRICT")
    reader.end()
    keys = [key for key in keys_of(table) if isinstance(key, dict)]
    gone = [
        key
        for key in keys
        if (key["name"] == name if name else key["kind"] == kind and (not named or key["columns"] == list(named)))
    ]
    if not gone:
        raise compilation_error(f"Constraint '{name or kind}' does not exist.", "002141", "02000")
    kept = [key for key in keys if key not in gone]

    def still(column: ColumnDef, what: str) -> bool:
        return any(key["kind"] == what and column.name in _listed(key["columns"]) for key in kept)

    columns = [
        replace(column, primary=still(column, "PRIMARY KEY"), unique=still(column, "UNIQUE"))
        for column in columns_of(table)
    ]
    return store_columns(context, table, columns, keys=list(kept))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


# Properties


def _cluster(context: Context, reader: Reader, table: Obj) -> Result:
    text = read_cluster_by(reader)
    reader.end()
    return store_columns(context, table, columns_of(table), cluster_by=text)


def _drop_cluster(context: Context, reader: Reader, table: Obj) -> Result:
    reader.end()
    return store_columns(context, table, columns_of(table), cluster_by="")


def _set(context: Context, reader: Reader, table: Obj) -> Result:
    if reader.at("STAGE_FILE_FORMAT") or reader.at("STAGE_COPY_OPTIONS"):
        raise unsupported(f"{reader.peek().upper} of a table")
    values = {name: as_json(value) for name, value in reader.properties("TABLE", PROPERTIES).items()}
    if not values:
        raise reader.unexpected()
    reader.end()
    return _change(context, table, values)


def _unset(context: Context, reader: Reader, table: Obj) -> Result:
    names = reader.commas(Reader.word)
    reader.end()
    for name in names:
        if name not in PROPERTIES:
            raise compilation_error(f"invalid property '{name}' for 'TABLE'", "001420")
    return _change(context, table, dict.fromkeys(names))


def _change(context: Context, table: Obj, values: dict[str, Json]) -> Result:
    if values.get("DEFAULT_DDL_COLLATION"):
        raise unsupported("DEFAULT_DDL_COLLATION")
    params = {name: value for name, value in table.params.items() if name not in values}
    params |= {name: str(values[name]) for name in PARAMETERS if values.get(name) is not None}
    check_retention(params, context.settings.edition, transient=bool(table.props.get("TRANSIENT")))
    props = {**table.props, **{_PROPS[name]: bool(value) for name, value in values.items() if name in _PROPS}}
    comment = str(values["COMMENT"] or "") if "COMMENT" in values else table.comment
    context.catalogue.update(table, comment=comment, params=params, props=props)
    return status(_DONE)


def _rename_key(context: Context, reader: Reader, table: Obj) -> Result:
    old = reader.name()
    reader.expect("TO")
    new = reader.name()
    reader.end()
    keys = [key for key in keys_of(table) if isinstance(key, dict)]
    if all(key["name"] != old for key in keys):
        raise compilation_error(f"Constraint '{old}' does not exist.", "002141", "02000")
    renamed: list[Json] = [{**key, "name": new} if key["name"] == old else key for key in keys]
    return store_columns(context, table, columns_of(table), keys=renamed)


_ACTIONS: dict[str, Change] = {
    "SWAP WITH": _swap,
    "RENAME COLUMN": rename_table_column,
    "RENAME CONSTRAINT": _rename_key,
    "CLUSTER BY": _cluster,
    "DROP CLUSTERING KEY": _drop_cluster,
    "ADD": _add,
    "DROP": _drop,
    "SET": _set,
    "UNSET": _unset,
}
"""What follows the table's name; longer phrases first."""

refuse("ALTER TABLE … ADD SEARCH OPTIMIZATION", "ALTER TABLE … RECLUSTER", source="docs.snowflake.com")
