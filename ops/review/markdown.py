"""A review as one comment in Markdown. The same review always gives the same text."""

import re
from collections.abc import Iterable, Sequence

from ops.review.model import CostRow, FindingRow, Outcome, Review, StepRow
from policies.risk import Danger

LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
ROWS = 60
"""Rows of one table; the rest is counted, and stands in the JSON."""
FEW = 4
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
    yield f"Compared with {_code(review.base)}; {review.pack or '**no policy pack ran**'}."
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
    plain_grants = [step for step in review.steps if _told_elsewhere(step)]
    rest = [step for step in review.steps if not _told_elsewhere(step)]
    rows = sorted(rest, key=lambda step: (order[step.risk], not step.weakening, step.kind, step.name))
    yield from _limited([_step(step) for step in rows])
    alike: dict[tuple[str, str], list[str]] = {}
    for step in plain_grants:
        alike.setdefault((step.operation, step.kind), []).append(step.name)
    for (operation, kind), names in sorted(alike.items()):
        shown = ", ".join(_code(name) for name in sorted(names)[:FEW]) + (" …" if len(names) > FEW else "")
        yield f"| {operation} | {len(names)} {plain(kind)}: {shown} | see access | safe |"
    yield ""


def _told_elsewhere(step: StepRow) -> bool:
    """Grants whose effect the section on access tells."""
    return step.kind.startswith("Grant") and step.risk is Danger.SAFE and not step.weakening


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
    for row in sorted(review.access, key=lambda row: (not row.gained, row.who)):
        verb = "**gains**" if row.gained else "loses"
        way = f"<br>by {_code(row.path)}" if row.path else ""
        others = f"<br>and with it {', '.join(_code(name) for name in row.through)}" if row.through else ""
        lines.append(f"- {_code(row.who)} {verb} {plain(row.what)}{way}{others}")
    lines += [f"- 🔒 {plain(sentence)}" for sentence in review.lockout]
    lines += [f"- {plain(sentence)}" for sentence in review.exposure]
    yield from _limited(lines)
    if lines:
        yield ""


def _cost(review: Review) -> Iterable[str]:
    cost = review.cost
    if cost.total is None:
        return
    changed = [row for row in cost.rows if row.before != row.after or row.hourly[0] != row.hourly[1]]
    yield "### Cost a month: " + ("changes" if changed else "unchanged")
    yield ""
    yield "| credits: floor / expected / ceiling | before | after |"
    yield "|---|---:|---:|"
    rows = [*changed, cost.total]
    yield from _limited([f"| {_code(row.name)} | {_amount(row, 0)} | {_amount(row, 1)} |" for row in rows])
    if cost.dollars is not None:
        yield f"| {plain(cost.dollars.name)} | {_three(cost.dollars.before)} | {_three(cost.dollars.after)} |"
    yield ""
    if cost.not_priced:
        yield "Not priced: " + "; ".join(plain(text) for text in cost.not_priced) + "."
        yield ""
    if cost.rates:
        yield f"_{plain(cost.rates)}_"
        yield ""


def _amount(row: CostRow, side: int) -> str:
    hourly = row.hourly[side]
    a_month = _three((row.before, row.after)[side])
    return a_month if hourly is None or row.hourly[0] == row.hourly[1] else f"{a_month}, {hourly:g} an hour"


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
    """Findings that say the same about several subjects are one entry."""
    if not rows:
        return
    yield f"**{title}**"
    yield ""
    alike: dict[tuple[object, ...], list[FindingRow]] = {}
    for row in rows:
        alike.setdefault((not row.blocks, row.rule, row.what, row.do), []).append(row)
    groups = [alike[key] for key in sorted(alike)]
    for group in groups[:ROWS]:
        row = group[0]
        block = "⛔ " if row.blocks else ""
        subjects = ", ".join(_code(one.subject) for one in group)
        yield f"- {block}**{row.rule}** {subjects}: {plain(row.what)} ({row.level}, {row.severity})"
        yield from (f"  - path: {_code(path)}" for path in sorted({one.path for one in group if one.path}))
        yield f"  - why: {plain(row.why)}"
        yield f"  - do: {plain(row.do)}"
    if len(groups) > ROWS:
        yield f"- … and {len(groups) - ROWS} more"
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
