"""Rows of clones: copied under table numbers that nobody knows yet; then everything is recorded, in one commit.

Snowflake shares the storage of a clone with its source; here the rows are copied, in one snapshot for all tables of the
statement. If the server dies before the clones are recorded, nothing has their numbers and the rows go. If a source has
changed in the meantime, its rows are thrown away and the statement begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.halt import halt
from local.data.identity import Identity
from local.data.overlay import roll_back
from local.data.shapes import NO_SHAPES, SCHEMA, create_statement, physical, shape_of
from local.data.store import data_store
from local.data.ticket import Stale
from local.data.values import sequence, sequence_statements
from local.data.work import Plan, defer
from local.registry import Answer
from local.results import Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from local.data.store import DataStore


@dataclass(frozen=True, slots=True)
class Copy:
    """The rows of a table that go to a new one; ``rows`` is a query for its physical columns, empty for all rows."""

    source: int
    number: int
    columns: tuple[ColumnDef, ...]
    rows: str = ""


Next = Mapping[str, int]
"""DuckDB's name of a sequence that has been used → the value that it gives next."""


@dataclass(frozen=True, slots=True)
class Cloning:
    """What a statement clones: the tables whose rows are copied, the sequences that it must know, and the recording."""

    copies: Sequence[Copy]
    make: Callable[[Next], Result]
    """Records the clones, in a transaction of the catalogue."""
    sequences: Sequence[str] = field(default=())
    containers: Sequence[int] = field(default=())
    """The schema or database that is cloned."""


def clone(
    context: Context, prepare: Callable[[], Cloning], existing: Callable[[], Result | None] = lambda: None
) -> Answer:
    """Copy the rows and record the clones; without rows anywhere only the latter.

    Both may be called again: ``existing`` looks for an object of the clone's name and gives the answer where nothing
    is to be done.
    """
    store = data_store(context)
    if not store.exists:
        return prepare().make({})

    def plan() -> Plan:
        answer = existing()
        if answer is not None:
            return Plan(NO_SHAPES, frozenset(), lambda _: answer, ddl=True)
        cloning = prepare()
        sources = frozenset(copy.source for copy in cloning.copies)
        identity = Identity(context.catalogue, {*sources, *cloning.containers})

        def make(following: Next) -> Result:
            if not identity.same():
                raise Stale
            return cloning.make(following)

        def run(cursor: DuckDBPyConnection) -> Result:
            return _copy(context, store, cursor, replace(cloning, make=make))

        return Plan(store.wanted(context.catalogue), sources, run, ddl=True, identity=identity)

    return defer(context, plan)


def _copy(context: Context, store: DataStore, cursor: DuckDBPyConnection, cloning: Cloning) -> Result:
    numbers = {copy.number for copy in cloning.copies}
    store.filling |= numbers
    try:
        cursor.execute("BEGIN")
        following = _following(cursor)
        for copy in cloning.copies:
            _fill(cursor, copy, following)
        cursor.execute("COMMIT")
        halt("copied")
        with context.catalogue.transaction():
            result = cloning.make({name: following[name] for name in cloning.sequences if name in following})
            version = store.version(context.catalogue)
        halt("cloned")
        for number in numbers:
            store.adopt(number, version)
    except BaseException:
        roll_back(cursor)
        for number in numbers:
            store.abandon(number)
        raise
    return result


def _following(cursor: DuckDBPyConnection) -> dict[str, int]:
    rows = cursor.execute(
        "SELECT sequence_name, last_value + increment_by FROM duckdb_sequences() "
        "WHERE schema_name = ? AND last_value IS NOT NULL",
        [SCHEMA],
    ).fetchall()
    return {str(name): int(value) for name, value in rows}


def _fill(cursor: DuckDBPyConnection, copy: Copy, following: Next) -> None:
    names = ", ".join(column.physical for column in copy.columns)
    cursor.execute(create_statement(copy.number, shape_of(copy.columns)))
    rows = copy.rows or f"SELECT {names} FROM {physical(copy.source)}"  # noqa: S608
    cursor.execute(f"INSERT INTO {physical(copy.number)} ({names}) {rows}")
    used = [(column, sequence(copy.source, column).rpartition(".")[2]) for column in copy.columns]
    going_on = [replace(column, start=following[name]) for column, name in used if name in following]
    for statement in sequence_statements(copy.number, going_on):
        cursor.execute(statement)
