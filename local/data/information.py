"""INFORMATION_SCHEMA views that the catalogue answers, filtered by what the session may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.errors import unsupported
from local.names import Path
from local.session import Context

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def information_schema(context: Context, path: Path, database: int | None) -> tuple[Expr, Sequence[ColumnDef]]:
    """A query that yields the view's rows, and its columns; 000002 for a view that is not there."""
    raise unsupported(f"INFORMATION_SCHEMA.{path[-1]}")
