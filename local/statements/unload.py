"""COPY INTO <location>: rows of a table or query as files of a stage.

Source: docs.snowflake.com, COPY INTO <location>. Files are written elsewhere and moved into the stage when all of them
are complete. Rows become one file up to MAX_FILE_SIZE: how Snowflake cuts them is up to its threads.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.encode import fetch
from local.data.files import file_store, parts_of
from local.data.formats import FileFormat, format_of, read_format_value, resolve_format
from local.data.locations import Access, Location, read_location
from local.data.query import Query, plan_query
from local.data.store import data_store
from local.data.unload import Made, Rows, Shape, check_format, ending, write_files
from local.data.work import Plan, defer
from local.errors import compilation_error
from local.names import quote
from local.reader import Reader, Value, read_boolean, read_integer, read_word
from local.registry import Answer
from local.results import Cell, Column, Result, Type
from local.session import Context
from local.statements.addresses import RIGHT_SPEC, resolve_place
from local.statements.stage_options import as_given
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SPEC = {
    "FILE_FORMAT": read_format_value,
    "OVERWRITE": read_boolean, "SINGLE": read_boolean, "MAX_FILE_SIZE": read_integer,
    "INCLUDE_QUERY_ID": read_boolean, "DETAILED_OUTPUT": read_boolean, "HEADER": read_boolean,
    "VALIDATION_MODE": read_word, **RIGHT_SPEC,
}  # fmt: skip
_MOST = 5 * 1024**3
_USUAL = 16 * 1024**2
_PARTITION = "_SF_PARTITION"
_ROWS = "_unloaded"


@dataclass(frozen=True, slots=True)
class Unload:
    """COPY INTO <location> as written, with its options; ``partition`` is the expression of PARTITION BY."""

    text: str
    query: str
    partition: str
    options: Mapping[str, Value] = field(default_factory=dict)

    def on(self, name: str) -> bool:
        """Whether a boolean option is on."""
        return self.options.get(name) is True

    @property
    def unique(self) -> bool:
        """Whether the files' names hold the query id."""
        return bool(self.partition) or self.on("INCLUDE_QUERY_ID")


def read_unload(reader: Reader) -> Unload:
    """``location FROM table | (query) [PARTITION BY expression] [options] [HEADER]``, to the end."""
    text = read_location(reader)
    reader.expect("FROM")
    if reader.accept("("):
        query = reader.text_until(lambda r: r.at(")"))
        reader.expect(")")
    else:
        query = f"SELECT * FROM {'.'.join(quote(part) for part in reader.path())}"  # noqa: S608 (quoted names)
    partition = ""
    if reader.accept("PARTITION", "BY"):
        partition = reader.text_until(_at_option)
        if not partition:
            raise reader.unexpected()
    options = reader.properties("COPY", _SPEC)
    if reader.accept("HEADER"):
        options["HEADER"] = True
        options |= reader.properties("COPY", _SPEC)
    reader.end()
    found = Unload(text, query, partition, options)
    _check(found)
    return found


def _at_option(reader: Reader) -> bool:
    known = reader.peek().upper in _SPEC
    return known and (reader.peek(1).value == "=" or reader.peek().upper == "HEADER")


def _check(unload: Unload) -> None:
    """001008 for options that exclude each other or are out of range."""
    single, overwrite = unload.on("SINGLE"), unload.on("OVERWRITE")
    if unload.partition and (single or overwrite or unload.options.get("INCLUDE_QUERY_ID") is False):
        raise compilation_error(
            "PARTITION BY is not supported with SINGLE = TRUE, OVERWRITE = TRUE or INCLUDE_QUERY_ID = FALSE."
        )
    if unload.on("INCLUDE_QUERY_ID") and (single or overwrite):
        raise compilation_error("INCLUDE_QUERY_ID = TRUE is not supported with SINGLE = TRUE or OVERWRITE = TRUE.")
    size = unload.options.get("MAX_FILE_SIZE")
    if isinstance(size, int) and not 0 < size <= _MOST:
        raise compilation_error(f"invalid value '{size}' for property 'MAX_FILE_SIZE'. Allowed: 1 to {_MOST}.")
    mode = unload.options.get("VALIDATION_MODE")
    if mode not in (None, "RETURN_ROWS"):
        raise compilation_error(f"invalid value '{mode}' for property 'VALIDATION_MODE'.")


def unload(context: Context, reader: Reader) -> Answer:
    """Needs WRITE on the stage (USAGE on an external one), SELECT on what is read, and a warehouse."""
    wanted = read_unload(reader)

    def plan() -> Plan:
        location = resolve_place(context, wanted.text, wanted.options, Access.WRITE)
        own = format_of(wanted.options.get("FILE_FORMAT"))
        made = resolve_format(context, own, as_given(location.owner.props.get("FILE_FORMAT")))
        check_format(made)
        found = plan_query(context, _query(wanted))
        require_warehouse(context)
        scratch = file_store(context).scratch()

        def run(cursor: DuckDBPyConnection) -> Result:
            columns = found.columns(cursor)
            if wanted.options.get("VALIDATION_MODE") is not None:
                cursor.execute(found.fetched())
                return fetch(cursor, [column.name for column in columns], [column.type for column in columns])
            folder = scratch / f"unload-{uuid.uuid4().hex}"
            folder.mkdir(mode=0o700)
            try:
                return _write(cursor, _Job(wanted, found, columns, location, made, folder, context.query_id))
            finally:
                shutil.rmtree(folder, ignore_errors=True)

        return Plan(data_store(context).wanted(context.catalogue), found.reads, run)

    return defer(context, plan)


def _query(wanted: Unload) -> str:
    """The rows, with the partition behind them where there are some."""
    if not wanted.partition:
        return wanted.query
    return f"SELECT *, ({wanted.partition}) AS {_PARTITION} FROM ({wanted.query})"  # noqa: S608 (the user's own SQL)


@dataclass(frozen=True, slots=True)
class _Job:
    wanted: Unload
    found: Query
    columns: tuple[ColumnDef, ...]
    location: Location
    made: FileFormat
    folder: FilePath
    query_id: str

    def target(self) -> FilePath:
        return self.folder / uuid.uuid4().hex

    def shape(self) -> Shape:
        most = self.wanted.options.get("MAX_FILE_SIZE")
        size = most if isinstance(most, int) else _USUAL
        return Shape(self.made, self.wanted.on("HEADER"), size, self.wanted.on("SINGLE"))

    def name(self, number: int, partition: str | None) -> str:
        """A file's name: the prefix, with ``data`` behind a folder, numbers and an ending unless SINGLE."""
        prefix = self.location.prefix
        if self.wanted.on("SINGLE"):
            return prefix if prefix and not prefix.endswith("/") else f"{prefix}data"
        if partition is not None:
            parts = "/".join(parts_of(partition))
            prefix = f"{prefix.rstrip('/')}/{parts}/".lstrip("/")
        stem = f"{prefix}data" if not prefix or prefix.endswith("/") else prefix
        stem = f"{stem}_{self.query_id}" if self.wanted.unique else stem
        return f"{stem}_0_{number}_0{ending(self.made)}"


def _write(cursor: DuckDBPyConnection, job: _Job) -> Result:
    """Write all files, move them into the stage, and answer with their counts."""
    named: dict[str, Made] = {}
    if job.wanted.partition:
        for partition, files in _partitions(cursor, job):
            named |= {job.name(number, partition): file for number, file in enumerate(files)}
    else:
        files = write_files(cursor, Rows(job.found.sql, job.columns), job.shape(), job.target)
        named = {job.name(number, None): file for number, file in enumerate(files)}
    overwrite = job.wanted.on("OVERWRITE")
    if not overwrite and not job.wanted.unique and named:
        _require_free(job.location, named)
    sizes = {name: job.location.place.write(name, file.path, overwrite=overwrite) for name, file in named.items()}
    if job.wanted.on("DETAILED_OUTPUT"):
        detail = (Column("FILE_NAME"), Column("FILE_SIZE", Type.FIXED, 38, 0), Column("ROW_COUNT", Type.FIXED, 38, 0))
        rows: list[tuple[Cell, ...]] = [(name, str(sizes[name]), str(file.rows)) for name, file in named.items()]
        return Result(detail, rows)
    labels = ("rows_unloaded", "input_bytes", "output_bytes")
    totals = (sum(f.rows for f in named.values()), sum(f.before for f in named.values()), sum(sizes.values()))
    columns = tuple(Column(label, Type.FIXED, 38, 0) for label in labels)
    return Result(columns, [tuple(str(total) for total in totals)])


def _require_free(location: Location, names: Mapping[str, Made]) -> None:
    taken = {file.name for file in location.files()}
    if not taken.isdisjoint(names):
        shown = location.text if location.text.startswith("@") else f"@{location.owner.name}"
        raise compilation_error(
            f"Files already existing at the unload destination: {shown}. Use overwrite option to force unloading.",
            "002091",
            "22000",
        )


def _partitions(cursor: DuckDBPyConnection, job: _Job) -> list[tuple[str, list[Made]]]:
    """The files of each partition; NULL is the folder ``_NULL_``."""
    if job.columns[-1].type.name != "VARCHAR":
        raise compilation_error("The expression of PARTITION BY must be of type VARCHAR.", "001008", "22023")
    columns = job.columns[:-1]
    labels = [f"x{index}" for index in range(len(columns))]
    names = ", ".join([*labels, "part"])
    # The rows are kept once: the query may be dear, or answer differently the next time.
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT * FROM ({job.found.sql}) AS q({names})")  # noqa: S608
    try:
        parts = cursor.execute(f"SELECT DISTINCT part FROM {_ROWS} ORDER BY part").fetchall()  # noqa: S608
        done = []
        for (part,) in parts:
            literal = "NULL" if part is None else "'" + str(part).replace("'", "''") + "'"
            sql = f"SELECT {', '.join(labels)} FROM {_ROWS} WHERE part IS NOT DISTINCT FROM {literal}"  # noqa: S608
            files = write_files(cursor, Rows(sql, columns), job.shape(), job.target)
            done.append(("_NULL_" if part is None else str(part), files))
        return done
    finally:
        cursor.execute(f"DROP TABLE IF EXISTS {_ROWS}")
