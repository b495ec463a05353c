"""COPY INTO <table>: how it is written, and what it means before any file is opened.

Source: docs.snowflake.com, COPY INTO <table>; Transforming data during a load; release note bcr-1514.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, columns_of, find_column
from local.data.copy_job import CopyJob, CopyOptions, OnError
from local.data.evolution import evolution, evolves
from local.data.formats import FileFormat, format_of, read_format_value, resolve_format
from local.data.loads import SIDES
from local.data.locations import Access, at_location, read_location
from local.data.patterns import matcher
from local.data.store import data_store
from local.data.values import default_value, sequence_statements
from local.data.work import Plan, defer, worker_of
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Json, Obj
from local.names import Path
from local.reader import Reader, Value, read_boolean, read_integer, read_string, read_strings, read_word
from local.registry import Answer, refuse, statement
from local.results import Deferred, Result
from local.session import Context
from local.statements.addresses import RIGHT_SPEC, resolve_place
from local.statements.stage_options import as_given
from local.statements.tables import find_table
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: COPY INTO <table>, COPY INTO <location>, Transforming data during a load"

refuse("COPY FILES", "COPY … LOAD_MODE = ADD_FILES_COPY", source=_SOURCE)


def _on_error(reader: Reader) -> Value:
    word = reader.word()
    if reader.accept("%"):
        word += "%"
    read_on_error(word)
    return word


def read_on_error(word: str) -> OnError:
    """ON_ERROR's value; 001008 for another one."""
    plain = word.upper().strip()
    if plain in ("CONTINUE", "ABORT_STATEMENT", "SKIP_FILE"):
        return OnError(plain)
    count = plain.removeprefix("SKIP_FILE_")
    number = count.removesuffix("%")
    if plain.startswith("SKIP_FILE_") and number.isdecimal() and len(number) < 10:
        return OnError("SKIP_FILE", max(1, int(number)), count.endswith("%"))
    raise compilation_error(f"invalid value '{word}' for property 'ON_ERROR'.")


def _metadata(reader: Reader) -> Value:
    def pair(inner: Reader) -> Value:
        column = inner.name()
        inner.expect("=")
        return (column, inner.name())

    return reader.parenthesised(pair)


_SPEC = {
    "FILES": read_strings, "PATTERN": read_string, "FILE_FORMAT": read_format_value, "VALIDATION_MODE": read_word,
    "ON_ERROR": _on_error, "SIZE_LIMIT": read_integer, "PURGE": read_boolean, "RETURN_FAILED_ONLY": read_boolean,
    "MATCH_BY_COLUMN_NAME": read_word, "INCLUDE_METADATA": _metadata, "ENFORCE_LENGTH": read_boolean,
    "TRUNCATECOLUMNS": read_boolean, "FORCE": read_boolean, "LOAD_UNCERTAIN_FILES": read_boolean,
    "LOAD_MODE": read_word, **RIGHT_SPEC,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CopyInto:
    """COPY INTO <table> as written: ``query`` is the text of a SELECT over staged files, else empty."""

    table: Path
    columns: tuple[str, ...]
    location: str
    query: str
    options: Mapping[str, Value] = field(default_factory=dict)


def read_copy(reader: Reader) -> CopyInto:
    """Read what follows COPY INTO, to the end (pipes hold such a text too)."""
    table = reader.path()
    columns = reader.parenthesised(Reader.name) if reader.at("(") else ()
    location = query = ""
    if reader.accept("FROM"):
        if reader.accept("("):
            query = reader.text_until(lambda r: r.at(")"))
            reader.expect(")")
        else:
            location = read_location(reader)
    else:
        *before, name = (_quoted(part) for part in table)
        location = f"@{'.'.join([*before, f'%{name}'])}"
    options = reader.properties("COPY", _SPEC)
    reader.end()
    return CopyInto(table, columns, location, query, options)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@statement(
    "COPY INTO",
    notes="CSV, JSON and Parquet; addresses on S3 only, no ENCRYPTION; VALIDATION_MODE without a SELECT; encodings "
    "that Python has; from Parquet, timestamps are read as with USE_LOGICAL_TYPE = TRUE; unloaded rows are cut by size "
    "alone, before they are packed",
    source=_SOURCE,
)
def copy_into(context: Context, reader: Reader) -> Answer:
    """Into a table from staged files, or into staged files from a table or query (``unload``)."""
    if at_location(reader):
        from local.statements.unload import unload

        return unload(context, reader)
    return load(context, read_copy(reader))


def load(context: Context, copy: CopyInto) -> Answer:
    """Run a COPY INTO <table>: INSERT on the table, READ on the stage, and a warehouse."""
    purge: list[CopyJob] = []

    def plan() -> Plan:
        from local.data.copy_into import run_copy

        job = resolve(context, copy)
        require_warehouse(context)
        store, worker = data_store(context), worker_of(context)
        wanted = store.wanted(context.catalogue)
        purge[:] = [job] if job.options.purge and not job.options.validation else []

        def run(cursor: DuckDBPyConnection) -> Result:
            return run_copy(job, cursor, store, worker, worker.writing(wanted, job.table.id))

        return Plan(wanted, frozenset(), run, {job.table.id: False}, guards=frozenset({-job.table.id}), sides=SIDES)

    deferred = defer(context, plan)
    first = resolve(context, copy)
    changing = evolution(context, first) if evolves(context, first) else None

    def run() -> Result:
        if changing is not None:
            changing.run()  # The load is planned again by itself where that has changed the table.
        result = deferred.run()
        for job in purge:
            _purge(job, result)
        return result

    return Deferred(run, deferred.cancel)


def _purge(job: CopyJob, result: Result) -> None:
    """Remove files that were loaded; that a file cannot be removed is no error of the COPY."""
    if len(result.columns) < 2:
        return
    done = {row[0] for row in result.rows if row[1] in ("LOADED", "PARTIALLY_LOADED")}
    names = [file.name for file in job.location.files() if job.location.shown(file.name) in done]
    try:
        job.location.place.remove(names)
    except (SnowflakeError, OSError):
        return


def resolve(context: Context, copy: CopyInto) -> CopyJob:
    """Find the table, the stage and the format, and check that they go together."""
    table = find_table(context, copy.table)
    context.access.require(table, "INSERT")
    columns = columns_of(table)
    chosen = tuple(find_column(columns, name) for name in copy.columns) if copy.columns else columns
    transform = None
    text = copy.location
    if copy.query:
        from local.statements.copy_select import read_select

        transform = read_select(context, copy.query)
        text = transform.location
    location = resolve_place(context, text, copy.options, Access.READ)
    own = format_of(copy.options.get("FILE_FORMAT")) or (transform.given if transform else {})
    made = resolve_format(context, own, as_given(location.owner.props.get("FILE_FORMAT")))
    options = _options(location.owner, copy.options)
    if options.match_by_name != "NONE":
        if transform is not None or copy.columns:
            raise compilation_error("match_by_column_name is not supported with copy transform.", "002019", "0A000")
        if made.kind == "CSV" and not made.on("PARSE_HEADER"):
            raise compilation_error("MATCH_BY_COLUMN_NAME with CSV needs PARSE_HEADER = TRUE.", "002019", "0A000")
    elif options.metadata:
        raise compilation_error("INCLUDE_METADATA needs MATCH_BY_COLUMN_NAME.", "002019", "0A000")
    elif transform is None:
        _require_one_variant(made, chosen)
    defaults = {
        column.id: "NULL" if options.match_by_name != "NONE" and column.start is None
        else default_value(context, column, table.id)
        for column in columns
    }  # fmt: skip
    job = CopyJob(
        table, columns, chosen, location, made, options, context.query_id, defaults,
        sequence_statements(table.id, columns), fields=len(chosen) if made.kind == "CSV" else 1,
    )  # fmt: skip
    if transform is None:
        return job
    if len(transform.projections) != len(chosen):
        raise SnowflakeError(
            "002020",
            "21S01",
            "SQL compilation error:\nInsert value list does not match column list expecting "
            f"{len(chosen)} but got {len(transform.projections)}",
        )
    return transform.onto(context, job)


def _require_one_variant(made: FileFormat, chosen: Sequence[ColumnDef]) -> None:
    if made.kind == "CSV" or (len(chosen) == 1 and chosen[0].type.name in ("VARIANT", "OBJECT", "ARRAY")):
        return
    raise compilation_error(
        f"{made.kind} file format can produce one and only one column of type variant, object, or array. Load data "
        "into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.",
        "002019",
        "0A000",
    )


def _options(stage: Obj, written: Mapping[str, Value]) -> CopyOptions:
    """The statement's options over the stage's."""
    given: dict[str, Value | Json] = {**as_given(stage.props.get("COPY_OPTIONS")), **written}
    load_mode = str(given.get("LOAD_MODE", "FULL_INGEST")).upper()
    if load_mode == "ADD_FILES_COPY":
        raise unsupported(f"LOAD_MODE = {load_mode}")
    if load_mode != "FULL_INGEST":
        raise compilation_error(f"invalid value '{load_mode}' for property 'LOAD_MODE'.")
    match = str(given.get("MATCH_BY_COLUMN_NAME") or "NONE").upper()
    if match not in ("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE"):
        raise compilation_error(f"invalid value '{match}' for property 'MATCH_BY_COLUMN_NAME'.")
    mode = str(given.get("VALIDATION_MODE") or "").upper()
    rows = mode.removeprefix("RETURN_").removesuffix("_ROWS")
    if mode not in ("", "RETURN_ERRORS", "RETURN_ALL_ERRORS") and not (
        mode == f"RETURN_{rows}_ROWS" and rows.isdecimal() and int(rows[:9]) > 0
    ):
        raise compilation_error(f"invalid value '{mode}' for property 'VALIDATION_MODE'.")
    files, size, metadata = given.get("FILES"), given.get("SIZE_LIMIT"), given.get("INCLUDE_METADATA")
    pattern = given.get("PATTERN")
    return CopyOptions(
        on_error=read_on_error(str(given.get("ON_ERROR") or "ABORT_STATEMENT")),
        files=tuple(str(name) for name in files) if isinstance(files, tuple) else (),
        matches=matcher(str(pattern) if pattern is not None else None),
        validation=mode,
        match_by_name=match,
        size_limit=size if isinstance(size, int) and size > 0 else None,
        purge=given.get("PURGE") is True,
        force=given.get("FORCE") is True,
        failed_only=given.get("RETURN_FAILED_ONLY") is True,
        uncertain=given.get("LOAD_UNCERTAIN_FILES") is True,
        cut=given.get("TRUNCATECOLUMNS") is True or given.get("ENFORCE_LENGTH") is False,
        metadata={str(pair[0]): str(pair[1]) for pair in metadata if isinstance(pair, tuple)}
        if isinstance(metadata, tuple)
        else {},
    )
