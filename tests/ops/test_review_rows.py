"""Findings of several reports put together."""

from datetime import date

from ops.review.rows import merged
from policies.judge import WAIVERS, Finding, Report
from policies.rule import Address, Level, Severity, Verdict
from policies.waivers import Waiver

WAIVER = Waiver(
    rule="SNW-SEC-002", resource="Warehouse loading", stack="prod", owner="somebody", reason="It is no secret at all.",
    ticket="T-1", since=date(2026, 11, 1), expires=date(2026, 11, 30),
)  # fmt: skip


def finding(rule: str, address: Address, verdict: Verdict = Verdict.FAIL, waiver: Waiver | None = None) -> Finding:
    return Finding(
        rule=rule, title="", verdict=verdict, level=Level.MANDATORY, severity=Severity.HIGH, address=address,
        what="wrong", waiver=waiver,
    )  # fmt: skip


def report(*findings: Finding) -> Report:
    return Report(environment="prod", findings=findings, rules=())


def test_the_same_finding_of_two_reports_is_one() -> None:
    one = finding("SNW-WH-003", Address("WAREHOUSE", "W"))
    assert merged([report(one), report(one)]) == (one,)


def test_what_passes_is_no_finding() -> None:
    assert merged([report(finding("SNW-WH-003", Address("WAREHOUSE", "W"), Verdict.PASS))]) == ()


def test_a_waiver_that_one_report_uses_is_not_unused_in_another() -> None:
    covered = finding("SNW-SEC-002", Address("Warehouse", "loading"), waiver=WAIVER)
    unused = finding(WAIVERS, WAIVER.address)
    assert merged([report(covered), report(unused)]) == (covered,)
    assert merged([report(unused)]) == (unused,)
