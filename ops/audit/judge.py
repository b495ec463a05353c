"""The three verdicts on every subject: what the declarations say, what the account says, and how the two relate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from account.merge import merged
from account.picture import Picture
from ops import gate
from ops.audit import concern
from ops.audit.model import NOT_JUDGED, AuditRow, Kind, Outcome
from ops.drift.estate import Estate
from ops.review.locate import Places
from ops.review.rows import finding_row
from policies.judge import Book, Finding, judge
from policies.rule import Case, Evidence, Level, Verdict
from policies.waivers import Waiver

Subject = tuple[str, str]
"""Rule and subject of a finding, as texts."""
_WORST = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)


@dataclass(frozen=True)
class Judged:
    """What the rules say of an account.

    Attributes:
        findings: about what concerns the stack, passes left out; waived ones are among them and not in the rows.
        elsewhere: number of findings about other stacks' objects.
    """

    rows: tuple[AuditRow, ...]
    findings: tuple[Finding, ...]
    judged: int
    passed: int
    elsewhere: int


def judged(
    estate: Estate, live: Picture, book: Book, waivers: Iterable[Waiver], places: Places, today: date | None = None
) -> Judged:
    """Judges the account and what all its stacks declare, by the rules of one stack."""
    declared = _verdicts(
        judge(
            gate.only(book, Evidence.DECLARATION), Case(picture=merged(estate.own, *estate.others)), (), today
        ).findings
    )
    report = judge(gate.only(book, Evidence.LIVE), Case(picture=live), waivers, today)
    bad = [finding for finding in report.findings if finding.verdict is not Verdict.PASS]
    ours = [finding for finding in bad if concern.concerns(estate, live, finding.address)]
    others = [finding for finding in bad if finding not in ours]
    theirs = [finding for finding in others if concern.owner(estate, finding.address) in estate.platforms]
    found = _verdicts(report.findings)
    rows = [_row(estate, live, finding, declared, places, book) for finding in ours if finding.waiver is None]
    rows += _fixed(estate, live, declared, found, report.findings, places, book)
    rules = {finding.rule for finding in ours}
    return Judged(
        rows=tuple(sorted(rows, key=_order)),
        findings=tuple(ours),
        judged=len(report.rules),
        passed=len(set(report.rules) - rules),
        elsewhere=len(theirs),
    )


def _verdicts(findings: Iterable[Finding]) -> Mapping[Subject, Verdict]:
    """The worst verdict of each rule about each subject."""
    worst: dict[Subject, Verdict] = {}
    for finding in findings:
        key = finding.rule, str(finding.address)
        worst[key] = min(worst.get(key, Verdict.PASS), finding.verdict, key=_WORST.index)
    return worst


def _row(
    estate: Estate, live: Picture, finding: Finding, declared: Mapping[Subject, Verdict], places: Places, book: Book
) -> AuditRow:
    before = declared.get((finding.rule, str(finding.address)))
    row = finding_row(finding, book.environment, places)
    undecided = finding.verdict in (Verdict.UNKNOWN, Verdict.ERROR) and finding.level is Level.MANDATORY
    return AuditRow(
        finding=replace(row, blocks=row.blocks or undecided),
        kind=_kind(estate, live, finding, before, book),
        declared=before.value if before else NOT_JUDGED,
        live=finding.verdict.value,
        owner=concern.owner(estate, finding.address),
    )


def _kind(estate: Estate, live: Picture, finding: Finding, declared: Verdict | None, book: Book) -> Kind:
    if declared in (Verdict.PASS, Verdict.FAIL):
        return Kind.DRIFT if declared is Verdict.PASS else Kind.AS_DECLARED
    if concern.is_declared(estate, finding.address):
        # A subject that a rule does not name on declarations (a holder of something extra, say) has no fault there.
        judged = Evidence.DECLARATION in book.rules[finding.rule].evidence and declared is None
        return Kind.DRIFT if judged else Kind.ONLY_LIVE
    return Kind.ONLY_LIVE if concern.is_built(estate, live, finding.address) else Kind.UNMANAGED


def _fixed(
    estate: Estate,
    live: Picture,
    declared: Mapping[Subject, Verdict],
    found: Mapping[Subject, Verdict],
    findings: Iterable[Finding],
    places: Places,
    book: Book,
) -> list[AuditRow]:
    """What is declared ill and well in the account: the declaration would undo it with the next deployment."""
    rows = []
    for finding in findings:
        key = finding.rule, str(finding.address)
        ill = declared.get(key) is Verdict.FAIL and found[key] is Verdict.PASS
        if ill and concern.concerns(estate, live, finding.address):
            text = "the declaration breaks this rule, the account does not: the next deployment would undo that"
            row = replace(finding_row(finding, book.environment, places), what=text, do="mend the declaration, too")
            owner = concern.owner(estate, finding.address)
            rows.append(AuditRow(finding=row, kind=Kind.FIXED, declared=declared[key].value, live="pass", owner=owner))
    return rows


def _order(row: AuditRow) -> tuple[object, ...]:
    kinds = list(Kind)
    return not row.finding.blocks, kinds.index(row.kind), row.finding.rule, row.finding.subject, row.finding.what


def outcome(rows: Iterable[AuditRow]) -> tuple[Outcome, tuple[str, ...]]:
    """What they say as a whole, with the reasons; a mandatory rule that could not be judged comes first."""
    blocking = [row for row in rows if row.finding.blocks and row.kind is not Kind.FIXED]
    undecided = [row for row in blocking if row.live in (Verdict.UNKNOWN.value, Verdict.ERROR.value)]
    reasons = tuple(f"{row.finding.rule} {row.finding.subject}: {row.finding.what}" for row in (*undecided, *blocking))
    if undecided:
        return Outcome.UNDECIDED, tuple(dict.fromkeys(reasons))
    return (Outcome.BLOCKED, reasons) if blocking else (Outcome.CLEAN, ())
