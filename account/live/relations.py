"""Rows about tables, views and their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from account import things
from account.live import baseline, subjects
from account.live.answers import Answers, Row
from account.live.common import each, origin, owner, sure
from account.names import Name
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.builder import Builder

Masks = Mapping[tuple[Name, str], Name]
_SHOWN_TYPES: Final = {"FIXED": "NUMBER", "REAL": "FLOAT"}
"""Types that SHOW COLUMNS calls otherwise than the views."""


def columns(answers: Answers, masks: Masks, masks_told: bool) -> dict[Name, list[things.Column]]:
    """The columns of tables and views, with the masking policies set on them, by the table's name."""
    found: dict[Name, list[tuple[int, things.Column]]] = {}
    unknown = Unknown("the references of masking policies were not told")
    for row in (*answers.rows("columns"), *subjects.narrowest(answers, "columns")):
        parts = [row.text(*names) for names in (
            ("table_catalog", "database_name"), ("table_schema", "schema_name"), ("table_name",), ("column_name",)
        )]  # fmt: skip
        if not all(isinstance(part, str) for part in parts) or baseline.database(str(parts[0])):
            continue
        table, name = Name(str(part) for part in parts[:3]), str(parts[3])
        place = row.number("ordinal_position") if row.has("ordinal_position") else len(found.get(table, ()))
        mask = masks.get((table, name)) if masks_told else unknown
        column = things.Column(name=name, type=_type(row), masking_policy=mask)
        found.setdefault(table, []).append((place if isinstance(place, int) else 0, column))
    return {table: [column for _, column in sorted(held, key=lambda one: one[0])] for table, held in found.items()}


def _type(row: Row) -> Maybe[str]:
    """The type's name; SHOW COLUMNS has it in JSON."""
    plain = row.text("data_type")
    if isinstance(plain, str) and plain.startswith("{"):
        details = row.details("data_type")
        if isinstance(details, Unknown):
            return details
        name = str(details.get("TYPE", ""))
        return _SHOWN_TYPES.get(name, name)
    return sure(plain, "")


def relations(answers: Answers, out: Builder, of_table: Mapping[Name, list[things.Column]]) -> None:
    """Tables and views; those of INFORMATION_SCHEMA are left out."""
    told = (answers.told("columns") or answers.told("show_columns")) and bool(of_table)

    def relation(row: Row) -> things.Table | None:
        name = subjects.name_of(row)
        if name[1] in baseline.listed("schemas") or baseline.database(name[0]):
            return None
        kind = _relation_type(row)
        held = of_table.get(name)
        kept = row.number("retention_time") if row.has("retention_time") else None
        return things.Table(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            type=kind,
            retention_days=None if kind.endswith("VIEW") else kept,
            transient=_transient(row),
            columns=tuple(held) if held is not None else () if told else None,
        )

    each(out, "TABLE", answers.rows("relations"), relation)
    for key in ("tables", "views"):
        each(out, "TABLE", subjects.narrowest(answers, key), relation)


def _transient(row: Row) -> Maybe[bool]:
    if row.has("is_transient"):
        return sure(row.flag("is_transient"), False)
    return row.text("kind") == "TRANSIENT" if row.has("kind") else False


def _relation_type(row: Row) -> str:
    """TABLE, VIEW, DYNAMIC TABLE, …"""
    for word in ("dynamic", "iceberg", "hybrid", "external", "event"):
        if row.has(f"is_{word}") and row.flag(f"is_{word}") is True:
            return f"{word.upper()} TABLE"
    if row.has("is_materialized"):
        return "MATERIALIZED VIEW" if row.flag("is_materialized") is True else "VIEW"
    kind = row.text("table_type") if row.has("table_type") else "TABLE"
    return kind if isinstance(kind, str) and kind not in ("BASE TABLE", "TEMPORARY TABLE") else "TABLE"
