"""What DuckDB's tables must look like, derived from the catalogue, and the statements that bring them there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local.catalogue import Catalogue
from local.data.columns import ColumnDef, columns_of
from local.data.sequences import sequence_name, sequence_statement
from local.dropped import sequences as dropped_sequences
from local.dropped import tables as dropped_tables
from local.model import Kind, Obj


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A physical column; ``fill`` is the Snowflake SQL of the value that existing rows get when it is added."""

    type: str
    nullable: bool
    fill: str | None = None


Shape = Mapping[str, ColumnShape]
"""Physical column name → shape, in order."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """All physical tables of the account at one version of the catalogue, by table id."""

    version: int
    tables: Mapping[int, Shape]
    sequences: Mapping[str, str] = field(default_factory=dict)
    """DuckDB's name of each sequence, also of those that may come back → the statement that makes it."""
    dropped: frozenset[int] = frozenset()
    """Tables that were dropped and may come back: they stay as they are."""


NO_SHAPES = Shapes(-1, {})
"""For statements that read no table: nothing is brought into shape for them."""


def shape_of(columns: tuple[ColumnDef, ...]) -> Shape:
    """The physical shape of a table with these columns."""
    return {column.physical: ColumnShape(column.type.storage, column.nullable, column.fill) for column in columns}


def table_shape(table: Obj) -> Shape:
    """The physical shape of a table of the catalogue."""
    return shape_of(columns_of(table))


def wanted_shapes(catalogue: Catalogue, version: int) -> Shapes:
    """The shapes that the catalogue asks for."""
    tables = (*catalogue.objects.by("kind", Kind.TABLE), *catalogue.objects.by("kind", Kind.DYNAMIC_TABLE))
    sequences = (*catalogue.objects.by("kind", Kind.SEQUENCE), *dropped_sequences(catalogue))
    return Shapes(
        version,
        {table.id: table_shape(table) for table in tables},
        {sequence_name(sequence): sequence_statement(SCHEMA, sequence) for sequence in sequences},
        frozenset(dropped_tables(catalogue)),
    )


SCHEMA = "stored"
"""The DuckDB schema of all tables: not on the search path, so that no name in a query can reach them by chance."""


VERSION = "_v"
"""A hidden column of every table: when the transaction that wrote the row began (``local.data.past``)."""
STAMP = "epoch_us(now())"
"""That moment, in microseconds since the epoch."""


def stored_name(table_id: int) -> str:
    """A table's name in its schema of DuckDB."""
    return f"t{table_id}"


def physical(table_id: int) -> str:
    """A table's name in DuckDB."""
    return f"{SCHEMA}.{stored_name(table_id)}"


def create_statement(table_id: int, shape: Shape) -> str:
    """CREATE TABLE for a shape; every part is generated, never a user's text."""
    columns = ", ".join(
        f"{name} {column.type}{'' if column.nullable else ' NOT NULL'}" for name, column in shape.items()
    )
    return f"CREATE TABLE {physical(table_id)} ({columns}, {VERSION} BIGINT DEFAULT {STAMP})"


def alter_statements(table_id: int, present: Shape, wanted: Shape, fills: Mapping[str, str]) -> Iterator[str]:
    """ALTER TABLE statements from one shape to the other; ``fills`` are DuckDB literals for columns to add."""
    table = physical(table_id)
    for name, column in wanted.items():
        before = present.get(name)
        if before is None:
            default = f" DEFAULT {fills[name]}" if name in fills else ""
            yield f"ALTER TABLE {table} ADD COLUMN {name} {column.type}{default}"
            if default:
                yield f"ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT"
            if not column.nullable:
                yield f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
            continue
        if before.nullable != column.nullable and column.nullable:
            yield f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL"
        if before.type != column.type:
            yield f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {column.type}"
        if before.nullable != column.nullable and not column.nullable:
            yield f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"
    for name in present:
        if name not in wanted:
            yield f"ALTER TABLE {table} DROP COLUMN {name}"


def same(present: Shape, wanted: Shape) -> bool:
    """Whether the physical table already has the wanted columns (order and fills do not matter)."""
    return {n: (c.type, c.nullable) for n, c in present.items()} == {n: (c.type, c.nullable) for n, c in wanted.items()}
