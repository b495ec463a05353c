"""An audit for people and programs. The same audit always gives the same text."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from ops.audit.model import AccessReview, Audit, AuditRow, Kind, Outcome, Power, ServiceRow
from ops.review import formats as review_formats
from ops.review.markdown import plain
from ops.review.model import Outcome as Verdict
from ops.review.model import Review
from policies.judge import BLIND_SPOT

VERSION = 1
ROWS = 100
LIMIT = 40_000
"""Characters of the report: with a drift report behind it, it fits into one GitHub issue (65,536)."""
_SIGN = {Outcome.CLEAN: "✅", Outcome.BLOCKED: "⛔", Outcome.UNDECIDED: "⚠️"}
_VERDICT = {Outcome.CLEAN: Verdict.CLEAN, Outcome.BLOCKED: Verdict.BLOCKED, Outcome.UNDECIDED: Verdict.UNDECIDED}


def as_json(audit: Audit) -> str:
    """Everything, in a form of its own with a version."""
    return json.dumps({"version": VERSION, **asdict(audit)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_sarif(audit: Audit) -> str:
    """The findings for code scanning, in the form of a review's."""
    undecided = tuple(row.finding for row in audit.rows if row.live not in ("fail", "pass"))
    failed = tuple(row.finding for row in audit.rows if row.live == "fail")
    review = Review(
        stack=f"live {audit.stack}", base="the live account", outcome=_VERDICT[audit.outcome], new=failed,
        undecided=undecided, waived=audit.waived,
    )  # fmt: skip
    return review_formats.as_sarif(review).replace(f"Pulumi.live {audit.stack}.yaml", f"Pulumi.{audit.stack}.yaml")


def summary(audit: Audit) -> str:
    """The outcome with its numbers, in a few words."""
    numbers = [f"{len(audit.of(kind))} {kind.value}" for kind in Kind if audit.of(kind)]
    waived = [f"{len(audit.waived)} waived"] if audit.waived else []
    return ": ".join([audit.outcome.value, ", ".join([*numbers, *waived])]).removesuffix(": ")


def as_markdown(audit: Audit) -> str:
    """The audit as a report."""
    lines = [
        f"<!-- snowflake-platform audit of {audit.stack} -->",
        f"## {_SIGN[audit.outcome]} {audit.stack}: {summary(audit)}",
        "",
        f"Account {plain(audit.account)}, read at {audit.taken} ({plain(audit.oldest or 'all of it fresh')}) by "
        f"{audit.statements} statements; stacks in it: {', '.join(audit.stacks)}. "
        f"{audit.judged} rules judged, {audit.passed} of them without a finding.",
        "",
    ]
    if audit.elsewhere:
        lines += [f"{audit.elsewhere} findings about other stacks' objects are left to their own audits.", ""]
    lines += [*_findings(audit), *_waived(audit), *_services(audit.services), *_access(audit.access)]
    lines += _list("Not seen", audit.blind)
    text = "\n".join(lines).rstrip() + "\n"
    if len(text) <= LIMIT:
        return text
    return f"{text[:LIMIT].rpartition(chr(10))[0]}\n\n_The report is cut here; the JSON has everything._\n"


def _findings(audit: Audit) -> Iterable[str]:
    rows = seen(audit)
    yield f"### Findings: {len(rows) or 'none'}"
    yield ""
    for row in rows[:ROWS]:
        yield from _finding(row)
    if len(rows) > ROWS:
        yield f"- … and {len(rows) - ROWS} more"
    if rows:
        yield ""
    yield from _list("Rules that could not be judged", [f"{why}: {', '.join(ids)}" for why, ids in undecided(audit)])


def seen(audit: Audit) -> tuple[AuditRow, ...]:
    """Findings about something that was seen."""
    return tuple(row for row in audit.rows if not row.finding.subject.startswith(BLIND_SPOT))


def undecided(audit: Audit) -> list[tuple[str, list[str]]]:
    """What was not seen, with the rules that need it."""
    rules: dict[str, list[str]] = {}
    whys: dict[str, str] = {}
    for row in audit.rows:
        if row.finding.subject.startswith(BLIND_SPOT):
            whys.setdefault(row.finding.subject, row.finding.what)
            rules.setdefault(row.finding.subject, []).append(row.finding.rule)
    return [(whys[subject], ids) for subject, ids in rules.items()]


def _finding(row: AuditRow) -> Iterable[str]:
    finding = row.finding
    block = "⛔ " if finding.blocks else ""
    weight = f"({finding.level}, {finding.severity})"
    yield f"- {block}**{finding.rule}** {_code(finding.subject)}: {plain(finding.what)} {weight}"
    place = f", {finding.file}:{finding.line}" if finding.line else f", {finding.file}" if finding.file else ""
    whose = plain(f"{row.owner or 'nobody'}{place}")
    yield f"  - {row.kind.value}: declared {row.declared}, live {row.live}; {whose}"
    for name, text in (("why", finding.why), ("do", finding.do)):
        if text:
            yield f"  - {name}: {plain(text)}"
    if finding.path:
        yield f"  - path: {_code(finding.path)}"


def _waived(audit: Audit) -> Iterable[str]:
    return _list(
        "Waived",
        [
            f"{row.rule} {row.subject}: by {row.owner} ({row.ticket}) until {row.expires}, {row.days} days left"
            for row in audit.waived
        ],
    )


def _services(rows: Sequence[ServiceRow]) -> Iterable[str]:
    if not rows:
        return
    yield "### Service accounts"
    yield ""
    yield "| user | type | keys | default role | roles | privileged | network policy | authentication policy |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        keys = "<br>".join(map(plain, credentials(row))) or "none"
        powers = "<br>".join(plain(power_in_words(power)) for power in row.powers) or "no"
        cells = [_code(row.user), plain(row.type), keys, plain(row.default_role), plain(", ".join(row.roles) or "none")]
        yield f"| {' | '.join([*cells, powers, plain(row.network), plain(row.authentication)])} |"
    yield ""
    yield from (f"- {plain(row.user)}: {plain(doubt)}" for row in rows for doubt in row.doubts)


def credentials(row: ServiceRow) -> tuple[str, ...]:
    """What a program can log in with: its keys, a password, access tokens."""
    extra = {"a password": row.password != "no", f"{row.tokens} access tokens": row.tokens > 0}  # noqa: S105
    return (*row.keys, *(text for text, there in extra.items() if there))


def power_in_words(power: Power) -> str:
    """A power with its path: `ACCOUNTADMIN, inherited: SVC_X -> R -> ACCOUNTADMIN`."""
    return f"{power.what}, {'direct' if power.direct else 'inherited'}: {power.path}"


def _access(access: AccessReview) -> Iterable[str]:
    if access.reach:
        yield "### Who reaches what"
        yield ""
        yield "| | reaches | warehouses |"
        yield "|---|---|---|"
        for row in access.reach[:ROWS]:
            reached = "<br>".join(plain(f"{name}: {text}") for name, text in row.databases) or "-"
            used = "<br>".join(map(plain, row.warehouses)) or "-"
            yield f"| {row.kind.lower()} {_code(row.who)} | {reached} | {used} |"
        if len(access.reach) > ROWS:
            yield f"| … and {len(access.reach) - ROWS} more | | |"
        yield ""
    privileged = [f"{who}: {power_in_words(power)}" for who, powers in access.privileged for power in powers]
    for title, texts in (
        ("Privileged users", privileged), ("Everybody has, beyond what Snowflake grants", access.public),
        ("Granted to users directly", access.to_users), ("May be passed on (grant option)", access.options),
        ("In no stack", access.unmanaged), ("Idle", access.idle), ("Cannot be told", access.doubts),
    ):  # fmt: skip
        yield from _list(title, texts)


def _list(title: str, texts: Sequence[str]) -> Iterable[str]:
    if texts:
        yield f"### {title}"
        yield ""
        yield from (f"- {plain(text)}" for text in texts[:ROWS])
        if len(texts) > ROWS:
            yield f"- … and {len(texts) - ROWS} more"
        yield ""


def _code(text: str) -> str:
    inside = " ".join(text.split()).replace("`", "'").replace("|", r"\|")
    return f"`{inside}`"


FORMATS: Mapping[str, Callable[[Audit], str]] = {"md": as_markdown, "json": as_json, "sarif": as_sarif}
