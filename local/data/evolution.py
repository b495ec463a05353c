"""Schema evolution: columns that files have and the table has not are added before a COPY INTO loads them.

Source: docs.snowflake.com, Table schema evolution. NOT NULL falls for columns that a file does not have. A change of
the table is committed by itself, whatever becomes of the load.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, columns_of, encode_columns
from local.data.copy_job import CopyJob, choose
from local.data.inference import file_types, wider
from local.data.loads import SIDES, Known, known
from local.data.store import data_store
from local.data.types import parse_type
from local.data.work import Plan, defer, worker_of
from local.errors import SnowflakeError
from local.results import Deferred, Result, status
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RIGHT = "EVOLVE SCHEMA"


def evolves(context: Context, job: CopyJob) -> bool:
    """Whether the load may change the table: switched on, matched by name, and with the right to it."""
    wanted = job.table.props.get("schema_evolution") is True and job.options.match_by_name != "NONE"
    if not wanted or job.options.validation:
        return False
    try:
        context.access.require(job.table, RIGHT)
    except SnowflakeError:
        return False
    return True


def evolution(context: Context, job: CopyJob) -> Deferred:
    """The change of the table, to be run before the load is; does nothing where the files bring nothing new."""
    worker = worker_of(context)

    def run(cursor: DuckDBPyConnection) -> Result:
        files = list(_types(job, cursor, known(cursor, worker, job.table.id)))
        with context.catalogue.transaction():
            _change(context, job, files)
        return status("Statement executed successfully.")

    wanted = data_store(context).wanted(context.catalogue)
    return defer(context, lambda: Plan(wanted, frozenset(), run, sides=SIDES, ddl=True))


def _types(job: CopyJob, cursor: DuckDBPyConnection, before: Known) -> Iterator[dict[str, str]]:
    """Column → type of each file that the load takes; what cannot be read is the load's to tell."""
    try:
        chosen = choose(job, before, time.time()).load
    except SnowflakeError:
        return
    for file in chosen:
        try:
            yield file_types(cursor, job.location.place, file, job.made)
        except SnowflakeError:
            continue


def _change(context: Context, job: CopyJob, files: list[dict[str, str]]) -> None:
    """Record what the files bring, in an open transaction of the catalogue."""
    table = context.catalogue.get(job.table.id)
    columns = columns_of(table)
    folded = job.options.match_by_name == "CASE_INSENSITIVE"

    def key(name: str) -> str:
        return name.upper() if folded else name

    there = {key(column.name) for column in columns}
    new: dict[str, str] = {}
    for types in files:
        for name, kind in types.items():
            if key(name) not in there:
                before = new.get(key(name), kind)
                new[key(name)] = kind if before == kind else wider(before, kind)
    filled = [{key(name) for name in types} for types in files]
    made = set(job.options.metadata)
    after = [
        replace(column, nullable=True)
        if not column.nullable
        and column.name not in made
        and column.start is None
        and any(key(column.name) not in names for names in filled)
        else column
        for column in columns
    ]
    number = int(str(table.props["next_column"]))
    after += [ColumnDef(number + i, name, parse_type(kind)) for i, (name, kind) in enumerate(new.items())]
    if tuple(after) != columns:
        props = {**table.props, "columns": encode_columns(after), "next_column": number + len(new)}
        context.catalogue.update(table, props=props)
