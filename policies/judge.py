"""Judging a case by the book: every rule that is switched on, every subject, every verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from policies.rule import ENVIRONMENTS, Address, Case, Fault, Judgement, Level, Rule, Settings, Severity, Verdict

if TYPE_CHECKING:
    from policies.waivers import Waiver

PRODUCTION = "prod"
WAIVERS = "SNW-MON-003"
"""The rule about waivers, which is judged where findings are."""
BLIND_SPOT = "BLIND SPOT"
"""Kind of the address of something that could not be seen."""


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
        undecided = {Verdict.UNKNOWN: "cannot be decided: ", Verdict.ERROR: "could not be judged, the rule broke: "}
        said = f"{undecided[self.verdict]}{self.reason}" if self.verdict in undecided else self.what
        first = f"{self.rule} {self.address}: {said}"
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
        waivers: of all stacks. Those of the case's stack are put to the findings they cover; expired, too long and
            unused ones become findings of their own.
        today: the day on which waivers are looked at; by default today in UTC.
    """
    found: list[Finding] = []
    judged: set[str] = set()
    for id, rule in sorted(book.rules.items()):
        chosen = book.chosen[id]
        if chosen.level is Level.DISABLED or not rule.evidence & case.evidence:
            continue
        judged.add(id)
        for judgement in _judgements(rule, chosen, case):
            found.extend(_findings(rule, chosen.level, judgement))
    given = tuple(waivers)
    if given:
        found = [_covered(finding, given, case.picture.about.stack, today) for finding in found]
        found.extend(_about_waivers(book, case, given, found, judged, today))
        judged |= {WAIVERS} & set(book.rules)
    found.sort(key=lambda finding: (finding.rule, finding.address))
    return Report(environment=book.environment, findings=tuple(found), rules=tuple(sorted(judged)))


def _judgements(rule: Rule, chosen: Chosen, case: Case) -> list[Judgement]:
    judgements = rule.evaluate(case, chosen.settings)
    blind = [spot for spot in case.picture.blind_spots if rule.sees & set(spot.kinds)]
    unseen = [
        Judgement(Verdict.UNKNOWN, Address(BLIND_SPOT, spot.what), reason=f"{spot.what} not seen: {spot.why}")
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


def _covered(finding: Finding, waivers: tuple[Waiver, ...], stack: str, today: date | None) -> Finding:
    waiver = next((waiver for waiver in waivers if waiver.stack == stack and waiver.covers(finding, today)), None)
    return finding if waiver is None else replace(finding, waiver=waiver)


def _about_waivers(
    book: Book, case: Case, waivers: tuple[Waiver, ...], found: list[Finding], judged: set[str], today: date | None
) -> Iterator[Finding]:
    """Findings about waivers that are not in order, or are put to nothing although their rule was judged."""
    from policies.rules import RULES
    from policies.waivers import faults, unused

    rule = book.rules.get(WAIVERS)
    level = book.chosen[WAIVERS].level if rule is not None else Level.DISABLED
    if rule is None or level is Level.DISABLED:
        return
    used = {id(finding.waiver) for finding in found if finding.waiver is not None}
    for waiver in waivers:
        wrong = [] if WAIVERS in judged else list(faults(waiver, today, {*RULES, *book.rules}, ENVIRONMENTS))
        missed = waiver.evidence is None or waiver.evidence in case.evidence
        if waiver.stack == case.picture.about.stack and waiver.rule in judged and missed and id(waiver) not in used:
            wrong.extend(unused(waiver, [finding for finding in found if finding.rule == waiver.rule], today))
        if wrong:
            yield from _findings(rule, level, Judgement(Verdict.FAIL, waiver.address, tuple(wrong)))
