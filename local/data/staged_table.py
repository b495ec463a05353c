"""``@stage[/path] [(FILE_FORMAT => …, PATTERN => …)]`` in FROM: what sqlglot makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.formats import Given
from local.model import Json
from local.reader import Reader

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr


@dataclass(frozen=True, slots=True)
class StagedTable:
    """A stage in FROM: its location, the named format and the pattern."""

    location: str
    given: Given
    pattern: str | None


def staged_arguments(table: exp.Table) -> StagedTable | None:
    """The stage that a table reference means; None for an ordinary table."""
    from sqlglot import exp

    where = table.this
    text = isinstance(where, exp.Var) or (isinstance(where, exp.Literal) and where.is_string)
    if not text or not where.name.startswith("@"):
        return None
    pattern = table.args.get("pattern")
    return StagedTable(where.name, _named(table.args.get("format")), pattern.name if pattern is not None else None)


LOAD_FUNCTIONS = ("INFER_SCHEMA", "VALIDATE", "COPY_HISTORY", "RESULT_SCAN")


def is_load_function(node: Expr) -> bool:
    """Whether the call is one of ``LOAD_FUNCTIONS`` in TABLE(…), also behind ``INFORMATION_SCHEMA.``."""
    from sqlglot import exp

    parent = node.parent.parent if isinstance(node.parent, exp.Dot) else node.parent
    return node.name.upper() in LOAD_FUNCTIONS and isinstance(parent, exp.TableFromRows)


def _named(found: Expr | None) -> Given:
    from sqlglot import exp

    if found is None:
        return {}
    if isinstance(found, exp.Literal):
        return {"FORMAT_NAME": list[Json](Reader(found.name).path())}
    if isinstance(found, exp.Table):
        return {"FORMAT_NAME": list[Json](Reader(found.sql(dialect="snowflake")).path())}
    return {"FORMAT_NAME": list[Json](Reader(found.name).path())}
