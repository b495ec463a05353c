"""Columns of tables and views as the catalogue keeps them (``Obj.props["columns"]``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local.data.types import SqlType, parse_type
from local.errors import SnowflakeError, unsupported
from local.model import Json, Obj
from local.names import display

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """One column. ``id`` names it in DuckDB and is never used again in its table; ``default`` is Snowflake SQL;
    ``fill`` is the default that older rows got when the column was added; ``start``/``step`` make an identity."""

    id: int
    name: str
    type: SqlType
    nullable: bool = True
    default: str | None = None
    comment: str = ""
    primary: bool = False
    unique: bool = False
    start: int | None = None
    step: int | None = None
    fill: str | None = None

    @property
    def physical(self) -> str:
        """Its name in DuckDB."""
        return f"c{self.id}"


def columns_of(obj: Obj) -> tuple[ColumnDef, ...]:
    """The columns of a table or view in order."""
    found = obj.props.get("columns")
    items = found if isinstance(found, list) else []
    return tuple(_decode(item) for item in items if isinstance(item, dict))


def encode_columns(columns: Sequence[ColumnDef]) -> list[Json]:
    """What goes to ``props["columns"]``; 000002 for names that DuckDB, which knows no case, would mix up."""
    folded: dict[str, str] = {}
    for column in columns:
        other = folded.setdefault(column.name.translate(_LOWER), column.name)
        if other != column.name:
            raise unsupported(f"columns {display(other)} and {display(column.name)}, which differ in case only")
    return [
        {
            "id": column.id,
            "name": column.name,
            "type": column.type.text,
            "nullable": column.nullable,
            "default": column.default,
            "comment": column.comment,
            "primary": column.primary,
            "unique": column.unique,
            "start": column.start,
            "step": column.step,
            "fill": column.fill,
        }
        for column in columns
    ]


def _decode(item: dict[str, Json]) -> ColumnDef:
    def number(key: str) -> int | None:
        value = item.get(key)
        return value if isinstance(value, int) else None

    def text(key: str) -> str | None:
        value = item.get(key)
        return None if value is None else str(value)

    return ColumnDef(
        id=number("id") or 0,
        name=str(item["name"]),
        type=parse_type(str(item["type"])),
        nullable=bool(item["nullable"]),
        default=text("default"),
        comment=str(item["comment"]),
        primary=bool(item["primary"]),
        unique=bool(item["unique"]),
        start=number("start"),
        step=number("step"),
        fill=text("fill"),
    )


def find_column(columns: Sequence[ColumnDef], name: str) -> ColumnDef:
    """The column of this name; 000904 if there is none."""
    for column in columns:
        if column.name == name:
            return column
    raise invalid_identifier(display(name))


def invalid_identifier(name: str) -> SnowflakeError:
    """000904: a column that does not exist."""
    return SnowflakeError("000904", "42000", f"SQL compilation error:\ninvalid identifier '{name}'")
