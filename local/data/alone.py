"""Changes of a table that its rows may contradict: nobody writes it from the look at the rows to the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from local.data.shapes import physical
from local.data.store import data_store
from local.data.work import Plan, defer
from local.errors import SnowflakeError
from local.model import Obj
from local.registry import Answer
from local.results import Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def change_if_no_row(
    context: Context, table: Obj, condition: str, error: Callable[[], Exception], change: Callable[[], Result]
) -> Answer:
    """Make the change unless a row of the table meets ``condition`` (DuckDB SQL made of generated names only)."""
    store = data_store(context)
    if not store.exists:
        return change()

    def plan() -> Plan:
        def run(cursor: DuckDBPyConnection) -> Result:
            found = cursor.execute(f"SELECT 1 FROM {physical(table.id)} WHERE {condition} LIMIT 1").fetchone()  # noqa: S608
            if found is not None:
                raise error()
            with context.catalogue.transaction():
                if context.catalogue.lookup(table.id) != table:
                    raise SnowflakeError("000625", "57014", f"Table '{table.name}' was changed by another statement.")
                result = change()
                wanted = store.wanted(context.catalogue)
            # Before the lock goes: a writer that was planned before and waits must see that the table has changed.
            store.shape(wanted, context.session.id, frozenset())
            return result

        return Plan(store.wanted(context.catalogue), frozenset(), run, {table.id: True}, ddl=True)

    return defer(context, plan)
