"""Sequences in the data plane: the DuckDB sequence behind each, and NEXTVAL in queries and defaults.

Each reference to NEXTVAL in a statement takes a value of its own for every row (docs.snowflake.com: Using sequences).
Values that a failed statement has taken are gone; there may be gaps, as in Snowflake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.access import Access
from local.catalogue import Catalogue
from local.errors import SnowflakeError, insufficient_privileges
from local.model import Kind, Obj
from local.names import Path, dotted
from local.reader import Reader
from local.session import Context

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

NEXTVAL = "NEXTVAL"
_RANGE = "MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807"


def sequence_name(sequence: Obj) -> str:
    """Its name in DuckDB, without the schema; a change of the step makes a new one."""
    return f"q{sequence.id}_{sequence.props['generation']}"


def sequence_statement(schema: str, sequence: Obj) -> str:
    """What makes it; every part is generated."""
    start, step = sequence.props["start"], sequence.props["increment"]
    return f"CREATE SEQUENCE IF NOT EXISTS {schema}.{sequence_name(sequence)} START {start} INCREMENT {step} {_RANGE}"


def find_sequence(catalogue: Catalogue, access: Access, path: Path) -> Obj:
    """The sequence of a complete path; 002003 if it is missing or hidden, 003001 without USAGE."""
    found = catalogue.find(Kind.SEQUENCE, path)
    if found is None or not access.visible(found):
        raise SnowflakeError(
            "002003", "02000", f"SQL compilation error:\nSequence '{dotted(path)}' does not exist or not authorized."
        )
    if not (access.holds(found, "USAGE") and access.reachable(found)):
        raise insufficient_privileges(found.kind.value, found.name)
    return found


def qualified_default(context: Context, default: str) -> str:
    """A column's default with the full name of its sequence; other defaults as they are.

    A sequence must be the whole default (docs.snowflake.com: CREATE TABLE, DEFAULT), and needs USAGE.
    """
    if NEXTVAL not in default.upper():
        return default
    reader = Reader(default)
    parts = [reader.name()]
    while reader.accept("."):
        parts.append(reader.name())
    if parts[-1].upper() != NEXTVAL or not 2 <= len(parts) <= 4 or not reader.done():
        return default
    path = context.access.complete(Kind.SEQUENCE, tuple(parts[:-1]))
    return f"{dotted(context.catalogue.path(find_sequence(context.catalogue, context.access, path)))}.{NEXTVAL}"


def reference(node: Expr) -> Path | None:
    """The sequence that ``[[db.]schema.]sequence.NEXTVAL`` names, None for any other column.

    A table of the query with that name or alias wins (its column may be called NEXTVAL).
    """
    from sqlglot import exp

    if not isinstance(node, exp.Column) or node.name != NEXTVAL or not node.table:
        return None
    parts = tuple(part.name for part in (node.args.get("catalog"), node.args.get("db"), node.args.get("table")) if part)
    select = node.parent_select
    while len(parts) == 1 and select is not None:
        from_ = select.args.get("from_")
        joins = select.args.get("joins") or []
        sources = ([from_.this] if from_ else []) + [join.this for join in joins]
        if any(source.alias_or_name == parts[0] for source in sources):
            return None
        select = select.parent_select
    return parts


def take_next(node: Expr, schema: str, sequence: Obj) -> None:
    """Put the call that takes the next value in place of the column; a projection keeps its name."""
    from sqlglot import exp

    call = exp.Anonymous(this="nextval", expressions=[exp.Literal.string(f"{schema}.{sequence_name(sequence)}")])
    projected = isinstance(node.parent, exp.Select) and node.arg_key == "expressions"
    node.replace(exp.alias_(call, NEXTVAL, quoted=True) if projected else call)
