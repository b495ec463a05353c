"""DuckDB databases in memory that tests use one after the other: opening one costs ten times what emptying it does.

A database comes back when the account's store is closed; everything in it is dropped then, so that the next account
finds what a new one finds. One that cannot be emptied is closed and never seen again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pytest

from local.data.past import PAST, Past
from local.data.shapes import SCHEMA
from local.data.store import DataStore

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EMPTY = {(SCHEMA, ""), (PAST, "floors"), (PAST, "statements"), ("main", "")}
_CONTENT = """
    SELECT s.schema_name, coalesce(o.name, '') FROM duckdb_schemas() AS s LEFT JOIN (
        SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE database_name = 'memory' UNION ALL
        SELECT schema_name, sequence_name FROM duckdb_sequences() WHERE database_name = 'memory' UNION ALL
        SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'memory' AND NOT internal
    ) AS o ON o.schema_name = s.schema_name WHERE s.database_name = 'memory'
"""


def _empty(root: DuckDBPyConnection) -> bool:
    """Drop everything that statements have made; whether nothing is left."""
    for schema in (SCHEMA, PAST):
        root.execute(f"DROP SCHEMA {schema} CASCADE")
    root.execute(f"CREATE SCHEMA {SCHEMA}")
    Past().open(root)
    databases = {name for (name,) in root.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    return databases == {"memory", "system", "temp"} and set(root.execute(_CONTENT).fetchall()) == _EMPTY


@contextmanager
def shared_databases(stages: Path) -> Iterator[None]:
    """Let accounts in memory share databases; the folders of their stages are to be below ``stages``."""
    from duckdb import Error

    free: list[DuckDBPyConnection] = []
    given: WeakKeyDictionary[DataStore, DuckDBPyConnection] = WeakKeyDictionary()
    opened, closed = DataStore._open, DataStore.close

    def take(store: DataStore) -> DuckDBPyConnection:
        if store._path is not None:
            return opened(store)
        if not free:
            store._folders = (stages,)
            free.append(opened(store))
        given[store] = free.pop()
        return given[store]

    def give_back(store: DataStore) -> None:
        root = given.pop(store, None)
        if root is None or store._root is not root:
            closed(store)
            return
        for session in list(store.workers):
            store.end_session(session)
        with store._guard:
            store.past.flush(root)
            store._root = None
        try:
            if _empty(root):
                free.append(root)
                return
        except Error:
            pass  # something still runs in it
        root.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DataStore, "_open", take)
        patch.setattr(DataStore, "close", give_back)
        yield
    for root in free:
        root.close()
