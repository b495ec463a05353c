"""A comparison for people and programs. The same comparison always gives the same text."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict

from ops.drift.model import Difference, Drift, Outcome
from ops.review.markdown import plain

VERSION = 1
ROWS = 200
LIMIT = 24_000
"""Characters of the report: with an audit behind it, it fits into one GitHub issue (65,536)."""
_SIGN = {Outcome.CLEAN: "✅", Outcome.DRIFT: "⛔", Outcome.UNDECIDED: "⚠️"}


def as_json(drift: Drift) -> str:
    """Everything, in a form of its own with a version."""
    content = {"version": VERSION, "outcome": drift.outcome.value, **asdict(drift)}
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_markdown(drift: Drift) -> str:
    """The comparison as an issue's text."""
    lines = [
        f"<!-- snowflake-platform drift of {drift.stack} -->",
        f"## {_SIGN[drift.outcome]} {drift.stack}: {summary(drift)}",
        "",
        f"Account {plain(drift.account)}, read at {drift.taken} ({plain(drift.oldest or 'all of it fresh')}); "
        f"stacks in it: {', '.join(drift.stacks)}.",
        "",
    ]
    for title, rows in (("Drift", drift.drift), ("Declared and not applied yet: no drift", drift.pending)):
        if rows:
            lines += [f"### {title}", "", *_table(rows), ""]
    for title, texts in (("Not seen, so not compared", drift.blind), ("Not compared", drift.not_compared)):
        if texts:
            lines += [f"### {title}", "", *(f"- {plain(text)}" for text in texts), ""]
    text = "\n".join(lines).rstrip() + "\n"
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT].rpartition(chr(10))[0]}\n\n_The report is cut here; the JSON has everything._\n"


def summary(drift: Drift) -> str:
    """The outcome with its numbers, in a few words."""
    count: dict[str, int] = {}
    for entry in drift.differences:
        count[entry.kind.value] = count.get(entry.kind.value, 0) + 1
    numbers = ", ".join(f"{number} {kind}" for kind, number in count.items())
    unseen = f", {len(drift.blind)} not seen" if drift.blind else ""
    return f"{drift.outcome.value}{f' ({numbers})' if numbers else ''}{unseen}"


def place(row: Difference) -> str:
    """Whose it is: stack, file and line."""
    where = f"{row.file}:{row.line}" if row.line else row.file
    return f"{row.stack}, {where}" if where else row.stack


def changes(row: Difference) -> list[str]:
    """Each field with what was applied and what was found."""
    return [f"{change.field}: {change.wanted} → {change.found}" for change in row.changes]


def _table(rows: Iterable[Difference]) -> Iterable[str]:
    yield "| | what | what to do | where |"
    yield "|---|---|---|---|"
    shown = list(rows)
    for row in shown[:ROWS]:
        what = "<br>".join(plain(text) for text in (row.about, *changes(row)))
        todo = "<br>".join([plain(row.do), *([_code(row.statement)] if row.statement else [])])
        yield f"| {row.kind.value} | {what} | {todo} | {plain(place(row))} |"
    if len(shown) > ROWS:
        yield f"| | … and {len(shown) - ROWS} more | | |"


def _code(text: str) -> str:
    inside = " ".join(text.split()).replace("`", "'").replace("|", r"\|")
    return f"`{inside}`"


FORMATS: Mapping[str, Callable[[Drift], str]] = {"json": as_json, "md": as_markdown}
