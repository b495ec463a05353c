"""Judging a case by the book: every rule that is switched on, every subject, every verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from policies.rule import WHOLE, Address, Case, Fault, Judgement, Level, Rule, Settings, Severity, Verdict

if TYPE_CHECKING:
    from policies.waivers import Waiver

PRODUCTION = "prod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How one stack applies one rule."""

    level: Level
    settings: Settings


@dataclass(frozen=True)
class Book:
    """The rules with their levels and settings for one stack, which come from `policies.configuration`."""

    environment: str
    rules: Mapping[str, Rule]
    chosen: Mapping[str, Chosen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One verdict about one subject, with what a person needs to act on it.

    Attributes:
        level: of the rule in this environment.
        why: why it matters (the rule's rationale). reason: why it could not be decided.
        waiver: the one that covers it, if any.
    """

    rule: str
    title: str
    verdict: Verdict
    level: Level
    severity: Severity
    address: Address
    what: str = ""
    why: str = ""
    path: str = ""
    do: str = ""
    reason: str = ""
    waiver: Waiver | None = field(default=None, compare=False)

    def blocks(self, environment: str) -> bool:
        """Whether it stops a deployment: what a mandatory rule does not pass. Undecided blocks in prod only."""
        if self.verdict is Verdict.PASS or self.level is not Level.MANDATORY or self.waiver is not None:
            return False
        return self.verdict is not Verdict.UNKNOWN or environment == PRODUCTION

    def lines(self) -> list[str]:
        """The message: rule, subject and what, then why it matters, the path and the one thing to change."""
        first = f"{self.rule} {self.address}: {self.what or self.reason}"
        parts = [("why", self.why), ("path", self.path), ("do", self.do)]
        return [first, *(f"  {name}: {text}" for name, text in parts if text)]


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings, passes included, sorted by rule and subject."""

    environment: str
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    """Ids of the rules that were judged."""

    def of(self, *verdicts: Verdict) -> tuple[Finding, ...]:
        """Findings with one of these verdicts."""
        return tuple(finding for finding in self.findings if finding.verdict in verdicts)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that stop a deployment."""
        return tuple(finding for finding in self.findings if finding.blocks(self.environment))

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Findings by verdict."""
        return Counter(finding.verdict for finding in self.findings)


def judge(book: Book, case: Case, waivers: Iterable[Waiver] = (), today: date | None = None) -> Report:
    """Judge a case by every rule of the book that is switched on and has something to go by.

    Args:
        waivers: those in force are put to the findings they cover; `policies.waivers` finds expired and unused ones.
        today: the day on which waivers are looked at.
    """
    found: list[Finding] = []
    judged: list[str] = []
    for id, rule in sorted(book.rules.items()):
        chosen = book.chosen[id]
        if chosen.level is Level.DISABLED or not rule.evidence & case.evidence:
            continue
        judged.append(id)
        for judgement in _judgements(rule, chosen, case):
            found.extend(_findings(rule, chosen.level, judgement))
    covered = [_covered(finding, tuple(waivers), today) for finding in found]
    return Report(environment=book.environment, findings=tuple(covered), rules=tuple(judged))


def _judgements(rule: Rule, chosen: Chosen, case: Case) -> list[Judgement]:
    judgements = rule.evaluate(case, chosen.settings)
    blind = [spot for spot in case.picture.blind_spots if rule.sees & set(spot.kinds)]
    unseen = [
        Judgement(Verdict.UNKNOWN, Address("BLIND SPOT", spot.what), reason=f"{spot.what} not seen: {spot.why}")
        for spot in blind
    ]
    return sorted([*judgements, *unseen], key=lambda judgement: judgement.address)


def _findings(rule: Rule, level: Level, judgement: Judgement) -> list[Finding]:
    def finding(fault: Fault | None) -> Finding:
        bad = judgement.verdict is not Verdict.PASS
        return Finding(
            rule=rule.id,
            title=rule.title,
            verdict=judgement.verdict,
            level=level,
            severity=rule.severity,
            address=judgement.address,
            what=fault.what if fault else "",
            why=rule.rationale if bad else "",
            path=fault.path if fault else "",
            do=fault.do if fault else (rule.remediation if bad else ""),
            reason=judgement.reason,
        )

    return [finding(fault) for fault in judgement.faults] or [finding(None)]


def _covered(finding: Finding, waivers: tuple[Waiver, ...], today: date | None) -> Finding:
    from dataclasses import replace

    if finding.verdict is Verdict.PASS or (finding.address == WHOLE and finding.verdict is Verdict.ERROR):
        return finding
    waiver = next((waiver for waiver in waivers if waiver.covers(finding, today)), None)
    return finding if waiver is None else replace(finding, waiver=waiver)
