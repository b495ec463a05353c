"""SHOW … HISTORY: what was dropped and can come back, beside what is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from local.dropped import Dropped
from local.model import ACCOUNT_ID, Grant, Kind, Obj
from local.records import decode
from local.registry import COVERAGE, Coverage, Level
from local.results import Cell, Column, Type, timestamp
from local.session import Context
from local.statements.common import ShowFilter

COVERAGE.append(
    Coverage(
        "SELECT … AT|BEFORE (TIMESTAMP|OFFSET|STATEMENT => …)",
        Level.PARTLY,
        "a statement's changes count from the moment it began to write, a transaction's from its commit; STATEMENT "
        "knows what wrote rows and the newest others of this run; a crash may lose the query ids of the last 500 "
        "writes; at most 5,000,000 old rows of a table; no STREAM, no CHANGES",
        "docs.snowflake.com: AT | BEFORE; Understanding & using Time Travel",
    )
)
COVERAGE.append(
    Coverage(
        "Masking and row access policies in queries, views, DML, copies and unloaded files",
        Level.PARTLY,
        "the body is checked when it is first used; no projection, aggregation, join policies; no POLICY_CONTEXT",
        "docs.snowflake.com: Understanding Column-level Security; Tag-based masking policies; Understanding row access "
        "policies",
    )
)

_BEHIND = "retention_time"
"""The column behind which ``dropped_on`` stands."""
DROPPED_ON = Column("dropped_on", Type.TIMESTAMP_LTZ)
Row = tuple[Cell, ...]


def with_dropped(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of SHOW … HISTORY."""
    place = _place(columns)
    return (*columns[:place], DROPPED_ON, *columns[place:])


def dated(columns: Sequence[Column], row: Row, deleted: float | None = None) -> Row:
    """A row of ``columns`` with the moment of its drop, NULL for what is there."""
    place = _place(columns)
    return (*row[:place], timestamp(deleted), *row[place:])


def _place(columns: Sequence[Column]) -> int:
    return [column.name for column in columns].index(_BEHIND) + 1


def dropped_rows(
    context: Context, wanted: ShowFilter, kind: Kind, columns: Sequence[Column], row: Callable[[Obj], Row]
) -> list[Row]:
    """Rows for the dropped objects that the filter keeps and the session may see, by name, oldest first."""
    found = [
        dropped
        for dropped in context.catalogue.dropped.by("kind", kind.value)
        if dropped.until > time.time()
        and wanted.keeps(dropped.name)
        and _inside(context, wanted.container, dropped)
        and _visible(context, dropped)
    ]
    found.sort(key=lambda dropped: (dropped.name, dropped.deleted))
    return [dated(columns, row(dropped.root), dropped.deleted) for dropped in found]


def _inside(context: Context, container: Obj, dropped: Dropped) -> bool:
    parent = context.catalogue.lookup(dropped.parent)
    if parent is None:
        return False
    return container.id == ACCOUNT_ID or container.id in (parent.id, *context.catalogue.ancestors(parent))


def _visible(context: Context, dropped: Dropped) -> bool:
    """Whether an active role owned the object or held anything on it, or may manage grants."""
    access, root = context.access, dropped.root
    if access.holds_global("MANAGE GRANTS") or root.owner in access.roles():
        return True
    grants = (decode(Grant, body) for body in dropped.grants)
    return any(grant.target == root.id and grant.grantee in access.roles() for grant in grants)
