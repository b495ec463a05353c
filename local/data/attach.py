"""What a query reads besides tables: relations that are made on its connection just before it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.guard import CHECKED
from local.data.loads import SIDES
from local.results import Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp

    from local.data.work import Plan

Value = str | int | bool | float | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A relation ``name`` of the statement; ``open`` makes it, and ``extra`` are further views that it makes."""

    name: str
    open: Callable[[DuckDBPyConnection], None]
    extra: list[str] = field(default_factory=list)

    def close(self, cursor: DuckDBPyConnection) -> None:
        """Drop what ``open`` made."""
        import duckdb

        for name in (self.name, *self.extra):
            with suppress(duckdb.Error):
                cursor.execute(f"DROP VIEW IF EXISTS {name}")
                cursor.unregister(f"{name}_rows")
        self.extra.clear()


def next_name(context: Context) -> str:
    """A name for the statement's next attachment."""
    return f"_attached_{len(context.attached)}"


def attach(context: Context, attachment: Attachment, columns: Sequence[ColumnDef]) -> exp.Select:
    """Note the attachment for the statement, and a SELECT of its columns under their names."""
    from sqlglot import exp

    context.attached.append(attachment)
    shown = [exp.column(exp.to_identifier(column.name, quoted=True)) for column in columns]
    select = exp.select(*shown).from_(attachment.name)
    select.args["from_"].this.meta[CHECKED] = True
    return select


def with_attachments(plan: Plan, found: Sequence[Attachment]) -> Plan:
    """The plan with its attachments made before it runs and dropped afterwards."""
    if not found:
        return plan
    attached = tuple(found)

    def run(cursor: DuckDBPyConnection) -> Result:
        try:
            for attachment in attached:
                attachment.open(cursor)
            return plan.run(cursor)
        finally:
            for attachment in reversed(attached):
                attachment.close(cursor)

    return replace(plan, run=run, sides={**SIDES, **plan.sides})


def register(
    cursor: DuckDBPyConnection, name: str, columns: Sequence[ColumnDef], rows: Sequence[Sequence[Value]]
) -> None:
    """Make the relation from rows; timestamps are epoch seconds."""
    import pyarrow as pa

    kinds = {"NUMBER": pa.int64(), "BOOLEAN": pa.bool_(), "TIMESTAMP_LTZ": pa.timestamp("us", tz="UTC")}
    arrays = []
    for index, column in enumerate(columns):
        cells: list[object] = [row[index] for row in rows]
        if column.type.name == "TIMESTAMP_LTZ":
            cells = [None if cell is None else datetime.fromtimestamp(float(str(cell)), UTC) for cell in cells]
        arrays.append(pa.array(cells, kinds.get(column.type.name, pa.string())))
    cursor.register(f"{name}_rows", pa.table(arrays, names=[column.name for column in columns]))
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {name}_rows")  # noqa: S608
