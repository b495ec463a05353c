"""What a view of ACCOUNT_USAGE is, and the register of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from local.access import Access
from local.catalogue import Catalogue
from local.data.columns import ColumnDef
from local.data.rows import Row
from local.data.types import NUMBER, VARCHAR, SqlType
from local.session import Context

OBJECT, USAGE, GOVERNANCE, SECURITY = "OBJECT_VIEWER", "USAGE_VIEWER", "GOVERNANCE_VIEWER", "SECURITY_VIEWER"

_TYPES = {
    "N": NUMBER,
    "T": SqlType("TIMESTAMP_LTZ", scale=9),
    "B": SqlType("BOOLEAN"),
    "F": SqlType("FLOAT"),
    "V": SqlType("VARIANT"),
    "O": SqlType("OBJECT"),
    "K": SqlType("VARCHAR", length=17),
}
"""Letters behind a column's name; without one it is VARCHAR."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads a view: the session, or the owner of a view of the account that reads from it."""

    context: Context
    access: Access

    @property
    def catalogue(self) -> Catalogue:
        """The account."""
        return self.context.catalogue


Rows = Callable[[Viewer], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class UsageView:
    """A view: its columns in order, the database roles that may read it, and where its rows come from.

    ``added`` are columns that it has only with a feature of the account; ``notes`` say what differs from Snowflake.
    """

    name: str
    columns: tuple[ColumnDef, ...]
    roles: frozenset[str]
    rows: Rows
    notes: str
    added: Callable[[Context], tuple[ColumnDef, ...]]

    def columns_for(self, context: Context) -> tuple[ColumnDef, ...]:
        """The columns that the account's view has now."""
        return (*self.columns, *self.added(context))


VIEWS: dict[str, UsageView] = {}
"""The views that there are, by name."""


def columns(text: str, start: int = 1) -> tuple[ColumnDef, ...]:
    """Columns from ``NAME NAME:N …``; the letters are those of ``_TYPES``."""
    found: list[ColumnDef] = []
    for number, word in enumerate(text.split(), start):
        name, _, letter = word.partition(":")
        found.append(ColumnDef(number, name, _TYPES[letter] if letter else VARCHAR))
    return tuple(found)


def usage_view(
    name: str,
    spec: str,
    *roles: str,
    notes: str = "",
    added: Callable[[Context], tuple[ColumnDef, ...]] = lambda context: (),
) -> Callable[[Callable[[Viewer], Iterator[Row]]], Callable[[Viewer], Iterator[Row]]]:
    """Register the function that yields the rows of a view."""

    def register(rows: Callable[[Viewer], Iterator[Row]]) -> Callable[[Viewer], Iterator[Row]]:
        VIEWS[name] = UsageView(name, columns(spec), frozenset(roles), rows, notes, added)
        return rows

    return register
