"""A review as one comment in Markdown. The same review always gives the same text."""

import re
from collections.abc import Iterable, Sequence

from ops.review.model import FindingRow, Outcome, Review, StepRow
from policies.risk import Danger

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
ROWS = 60
"""Rows of one table; the rest is counted, and stands in the JSON."""
ENDS_SOON = 30
_SIGN = {Outcome.CLEAN: "✅", Outcome.BLOCKED: "⛔", Outcome.UNDECIDED: "⚠️"}
_RISK = {
    Danger.SAFE: "safe",
    Danger.COSTLY: "💰 costly",
    Danger.DESTRUCTIVE: "🔥 destructive",
    Danger.UNRECOVERABLE: "☠️ unrecoverable",
}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def marker(stack: str) -> str:
    """The hidden line by which a later review finds the comment to update."""
    return f"<!-- snowflake-platform review of {stack} -->"


def comment(review: Review) -> str:
    """The whole comment, within the limit of a GitHub comment."""
    parts = [
        *_head(review),
        *_steps(review),
        *_renames(review),
        *_access(review),
        *_cost(review),
        *_policies(review),
        *_blind(review),
    ]
    text = "\n".join(parts).rstrip() + "\n"
    if len(text) <= LIMIT:
        return text
    cut = text[: LIMIT - 200].rpartition("\n")[0]
    return f"{cut}\n\n_The comment is cut here; the JSON of the review has everything._\n"


def plain(text: str) -> str:
    """Text from the account or the program, so that it shows as it is and mentions nobody."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("@", "@\u200b")


def _code(text: str) -> str:
    inside = " ".join(text.split()).replace("`", "'").replace("|", r"\|")
    return f"`{inside}`"


def _head(review: Review) -> Iterable[str]:
    yield marker(review.stack)
    number = f": {len(review.reasons)} reason{'s' if len(review.reasons) > 1 else ''}" if review.reasons else ""
    yield f"## {_SIGN[review.outcome]} {review.stack}: {review.outcome.value}{number}"
    yield ""
    pack = f"policy pack {review.pack}" if review.pack else "**no policy pack ran**"
    yield f"Compared with {_code(review.base)}; {pack}."
    yield ""
    yield from _limited([f"- {plain(reason)}" for reason in review.reasons])
    if review.reasons:
        yield ""


def _steps(review: Review) -> Iterable[str]:
    counted = ", ".join(f"{number} {operation}" for operation, number in sorted(review.counts.items()) if number)
    yield f"### Resources: {counted or 'no change'}"
    yield ""
    if not review.steps:
        return
    yield "| | resource | what changes | risk |"
    yield "|---|---|---|---|"
    order = {risk: number for number, risk in enumerate(reversed(Danger))}
    rows = sorted(review.steps, key=lambda step: (order[step.risk], not step.weakening, step.kind, step.name))
    yield from _limited([_step(step) for step in rows])
    yield ""


def _step(step: StepRow) -> str:
    changed = "<br>".join(plain(change) for change in step.changed)
    notes = [plain(text) for text in (*step.reasons, *(f"weakens: {text}" for text in step.weakening))]
    approved = f"<br>approved: {plain(step.approval)}" if step.approval else ""
    risk = "<br>".join([_RISK[step.risk], *notes]) + approved
    return f"| {step.operation} | {plain(step.kind)} {_code(step.object or step.name)} | {changed} | {risk} |"


def _renames(review: Review) -> Iterable[str]:
    if not review.renames:
        return
    yield "### Renames"
    yield ""
    for row in review.renames:
        yield f"- {plain(row.kind)} {_code(row.old)} → {_code(row.new)}"
        yield from (f"  - breaks {plain(text)}" for text in row.breaks)
        yield f"  - the way: {plain(row.way)}"
    yield ""


def _access(review: Review) -> Iterable[str]:
    gained = sum(row.gained for row in review.access)
    lost = len(review.access) - gained
    yield f"### Access: {gained} gained, {lost} lost" if review.access else "### Access: unchanged"
    yield ""
    lines = []
    for row in review.access:
        verb = "**gains**" if row.gained else "loses"
        way = f" by {_code(row.path)}" if row.path else ""
        lines.append(f"- {_code(row.who)} {verb} {plain(row.what)}{way}")
    lines += [f"- {plain(sentence)}" for sentence in review.exposure]
    lines += [f"- 🔒 {plain(sentence)}" for sentence in review.lockout]
    yield from _limited(lines)
    if lines:
        yield ""


def _cost(review: Review) -> Iterable[str]:
    cost = review.cost
    if cost.total is None:
        return
    changed = [row for row in cost.rows if row.before != row.after]
    yield "### Cost a month: " + ("changes" if changed else "unchanged")
    yield ""
    yield "| credits: floor / expected / ceiling | before | after |"
    yield "|---|---:|---:|"
    rows = [*changed, cost.total]
    yield from _limited([f"| {_code(row.name)} | {_three(row.before)} | {_three(row.after)} |" for row in rows])
    if cost.dollars is not None:
        yield f"| {plain(cost.dollars.name)} | {_three(cost.dollars.before)} | {_three(cost.dollars.after)} |"
    yield ""
    if cost.not_priced:
        yield "Not priced: " + "; ".join(plain(text) for text in cost.not_priced) + "."
        yield ""
    if cost.rates:
        yield f"_{plain(cost.rates)}_"
        yield ""


def _three(values: tuple[float, float, float] | None) -> str:
    return "not priced" if values is None else " / ".join(f"{value:,.0f}" for value in values)


def _policies(review: Review) -> Iterable[str]:
    parts = [
        (len(review.new), "new"), (len(review.existing), "existing"), (len(review.undecided), "undecided"),
        (len(review.waived), "waived"),
    ]  # fmt: skip
    counted = ", ".join(f"{number} {name}" for number, name in parts if number)
    yield f"### Policies: {review.judged} rules judged, {counted or 'no finding'}"
    yield ""
    if review.rules_changed:
        files = ", ".join(_code(file) for file in review.rules_changed)
        yield f"**The rules themselves change**, so a person has to look at it: {files}"
        yield ""
    yield from _findings("New", review.new)
    yield from _findings("Undecided", review.undecided)
    yield from _findings("Existing", review.existing)
    lines = [
        f"- {row.rule} {plain(row.subject)}: waived by {plain(row.owner)} ({plain(row.ticket)}) until {row.expires}"
        + (f", **ends in {row.days} days**" if row.days <= ENDS_SOON else "")
        for row in review.waived
    ]
    yield from _limited(lines)
    if lines:
        yield ""


def _findings(title: str, rows: Sequence[FindingRow]) -> Iterable[str]:
    if not rows:
        return
    yield f"**{title}**"
    yield ""
    for row in rows[:ROWS]:
        block = "⛔ " if row.blocks else ""
        yield f"- {block}**{row.rule}** {_code(row.subject)}: {plain(row.what)} ({row.level}, {row.severity})"
        if row.path:
            yield f"  - path: {_code(row.path)}"
        yield f"  - why: {plain(row.why)}"
        yield f"  - do: {plain(row.do)}"
    if len(rows) > ROWS:
        yield f"- … and {len(rows) - ROWS} more"
    yield ""


def _blind(review: Review) -> Iterable[str]:
    if review.blind:
        yield "### Not seen"
        yield ""
        yield from _limited([f"- {plain(text)}" for text in review.blind])


def _limited(lines: Sequence[str]) -> Iterable[str]:
    yield from lines[:ROWS]
    if len(lines) > ROWS:
        yield (
            f"- … and {len(lines) - ROWS} more"
            if lines[0].startswith("-")
            else f"| | … and {len(lines) - ROWS} more | | |"
        )
