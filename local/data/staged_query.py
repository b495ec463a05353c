"""``SELECT … FROM @stage``: the staged files of a query as one relation.

Source: docs.snowflake.com, Querying data in staged files; Querying metadata for staged files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.data.attach import Attachment, attach, next_name
from local.data.columns import ColumnDef
from local.data.directory import directory_of, directory_source
from local.data.formats import FileFormat, resolve_format
from local.data.locations import Access, Location, resolve_location
from local.data.patterns import matcher
from local.data.staged import Wanted, open_file
from local.data.staged_names import Positions
from local.data.staged_table import StagedTable, staged_arguments
from local.data.types import NUMBER, VARCHAR, SqlType
from local.errors import SnowflakeError, compilation_error
from local.model import Json
from local.names import quote
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr

_HIGHEST = "highest"
_META = (
    ("METADATA$FILENAME", VARCHAR), ("METADATA$FILE_ROW_NUMBER", NUMBER), ("METADATA$FILE_CONTENT_KEY", VARCHAR),
    ("METADATA$FILE_LAST_MODIFIED", SqlType("TIMESTAMP_NTZ", scale=9)),
    ("METADATA$START_SCAN_TIME", SqlType("TIMESTAMP_LTZ", scale=9)),
)  # fmt: skip


def rewrite_positions(tree: Expr) -> None:
    """``$n`` of staged files as columns, before names are stored; other variables stay. 001003 for SELECT *."""
    from sqlglot import exp

    staged = [table for table in tree.find_all(exp.Table) if staged_arguments(table) is not None]
    if not staged:
        return
    positions = Positions()
    positions.rewrite(tree, columnar=False)
    for table in staged:
        if isinstance(table.args.get("format"), exp.Table):
            # A name without quotes: it means a file format, not a table to look up.
            table.set("format", exp.Literal.string(table.args["format"].sql(dialect="snowflake")))
        table.meta[_HIGHEST] = positions.highest
        select = table.find_ancestor(exp.Select)
        if select is not None and any(item.is_star for item in select.expressions):
            raise compilation_error("SELECT with no columns", "001080", "42601")


def files_source(context: Context, table: exp.Table) -> tuple[exp.Select, Sequence[ColumnDef]] | None:
    """What a table reference means if it speaks of a stage: its files, or its directory; None for any other."""
    staged = staged_arguments(table)
    if staged is not None:
        return staged_source(context, table, staged)
    directory = directory_of(table)
    return None if directory is None else directory_source(context, directory)


def staged_source(context: Context, table: exp.Table, staged: StagedTable) -> tuple[exp.Select, list[ColumnDef]]:
    """The files as a relation with the columns that the query asks for; needs READ (or USAGE) on the stage."""
    location = resolve_location(context, staged.location, Access.READ)
    made = resolve_format(context, staged.given, _own(location))
    matches = matcher(staged.pattern)
    highest = int(table.meta.get(_HIGHEST, 1))
    kind = VARCHAR if made.kind == "CSV" else SqlType("VARIANT")
    names = [(f"${index + 1}", kind) for index in range(highest)]
    columns = [ColumnDef(index, name, type_) for index, (name, type_) in enumerate([*names, *_META])]
    name = next_name(context)
    extra: list[str] = []

    def open_all(cursor: DuckDBPyConnection) -> None:
        parts = []
        for index, file in enumerate(f for f in location.files() if matches(f.name)):
            part = f"{name}_{index}"
            extra.append(part)
            want = Wanted(made, highest if made.kind != "PARQUET" else 1)
            opened = open_file(cursor, location.place, file, _shown(location, file.name), part, want)
            if opened.faults:
                fault = opened.faults[0]
                where = f"\n  File '{location.shown(file.name)}', line {fault.line}, character {fault.character}"
                raise SnowflakeError(fault.code, fault.state, fault.message + where)
            parts.append(f"SELECT {_columns(columns, made)} FROM {part}")  # noqa: S608
        nothing = ", ".join(f"CAST(NULL AS {c.type.storage}) AS {quote(c.name)}" for c in columns)
        query = " UNION ALL ".join(parts) or f"SELECT {nothing} WHERE false"
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    return attach(context, Attachment(name, open_all, extra), columns), columns


def _own(location: Location) -> dict[str, Json]:
    found = location.owner.props.get("FILE_FORMAT")
    return dict(found) if isinstance(found, dict) else {}


def _columns(columns: list[ColumnDef], made: FileFormat) -> str:
    absent = {f"${index}" for index in range(2, 1000)} if made.kind == "PARQUET" else set[str]()
    return ", ".join(
        f"NULL AS {quote(column.name)}" if column.name in absent else quote(column.name) for column in columns
    )


def _shown(location: Location, name: str) -> str:
    return location.shown(name).removeprefix("s3://").split("/", 1)[-1] if location.external else name
