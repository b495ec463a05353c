"""Recorded rows of a live account, and ways to change one thing in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from account.live.answers import Answer, Answers, Ask
from account.live.pictures import picture
from account.live.sources import BY_KEY, STATEMENTS, When
from account.names import Name
from account.picture import About, Picture, Source

FOLDER = Path(__file__).with_name("live_rows")
ABOUT = About(source=Source.LIVE, stack="dev", environment="dev")
LEFT_OUT = frozenset(
    {
        "inherited_in_account", "inherited_in_database", "inherited_in_schema", "future_to_role",
        "future_to_database_role", "usage_users",
    }
)  # fmt: skip
"""What is not asked where another way to ask is taken."""
Edit = Callable[[list[Answer]], list[Answer]]


def recorded(key: str) -> list[Answer]:
    """The recorded answers of one source."""
    found = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
    return [answer(key, entry["columns"], entry["rows"], entry["on"], entry["sql"]) for entry in found]


def answer(
    key: str, columns: Sequence[str], rows: Sequence[Sequence[object]], on: Sequence[str] = (), sql: str = ""
) -> Answer:
    """An answer written by hand."""
    cells = tuple(dict(zip(columns, row, strict=True)) for row in rows)
    return Answer(Ask(key, sql or BY_KEY[key].sql, Name(on)), cells, tuple(columns))


def answers(*, fresh: bool = False, edits: Mapping[str, Edit] | None = None) -> Answers:
    """All recorded answers of one way to read, changed by source."""
    found = Answers(role="ACCOUNTADMIN")
    other = When.BULK if fresh else When.FRESH
    for statement in STATEMENTS:
        if statement.when is other or statement.key in LEFT_OUT or not (FOLDER / f"{statement.key}.json").exists():
            continue
        edit = (edits or {}).get(statement.key)
        kept = recorded(statement.key)
        for one in kept if edit is None else edit(kept):
            found.add(one)
    return found


def seen(*, fresh: bool = False, edits: Mapping[str, Edit] | None = None) -> Picture:
    """The picture of these answers."""
    return picture(answers(fresh=fresh, edits=edits), ABOUT)


def refused(message: str = "003001: Insufficient privileges to operate on account 'SHOP'.") -> Edit:
    """Snowflake refuses the source."""
    return lambda kept: [Answer(one.ask, error=message) for one in kept]


def cells(where: Mapping[str, object], **values: object) -> Edit:
    """Other values in the rows that have these; a value `...` takes the column away."""

    def change(row: Mapping[str, object]) -> Mapping[str, object]:
        if any(row.get(name) != value for name, value in where.items()):
            return row
        return {name: value for name, value in {**row, **values}.items() if value is not ...}

    return lambda kept: [replace(one, rows=tuple(change(row) for row in one.rows)) for one in kept]


def more(*rows: Mapping[str, object]) -> Edit:
    """Further rows in the first answer; columns that they do not name are NULL."""

    def add(kept: list[Answer]) -> list[Answer]:
        first = kept[0]
        full = tuple({**dict.fromkeys(first.columns), **row} for row in rows)
        return [replace(first, rows=(*first.rows, *full)), *kept[1:]]

    return add
