"""A destructive or weakening step goes ahead only by a waiver for exactly that rule and that resource."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from policies.configuration import defaults
from policies.judge import Book, Chosen, Report, judge
from policies.rule import Evidence, Level, Verdict
from policies.rules import RULES
from policies.waivers import Waiver
from tests.policies.cases import passing
from tests.policies.examples import step
from tests.policies.examples_changes import a_step

TODAY = date(2026, 11, 21)
RULE = RULES["SNW-OPS-002"]
BOOK = Book("prod", {RULE.id: RULE}, {RULE.id: Chosen(level=Level.MANDATORY, settings=defaults(RULE, "prod"))})


def approval(resource: str, rule: str = RULE.id) -> Waiver:
    return Waiver(
        rule=rule,
        resource=resource,
        stack="prod",
        owner="data-platform",
        reason="The old inbox is empty since August",
        ticket="OPS-1",
        since=date(2026, 11, 20),
        expires=date(2026, 11, 30),
    )


def judged(*waivers: Waiver) -> Report:
    case = step(
        passing(Evidence.PLAN), a_step("delete", "StageInternal", "inbox"), a_step("delete", "StageInternal", "outbox")
    )
    return judge(BOOK, case, waivers, TODAY)


def blocked(report: Report) -> list[str]:
    return [str(finding.address) for finding in report.blocking if finding.rule == RULE.id]


def test_nothing_is_approved_by_itself() -> None:
    assert blocked(judged()) == ["StageInternal inbox", "StageInternal outbox"]


def test_an_approval_is_for_one_resource() -> None:
    assert blocked(judged(approval("StageInternal inbox"))) == ["StageInternal outbox"]


def test_an_approval_is_for_one_rule() -> None:
    assert len(blocked(judged(approval("StageInternal inbox", "SNW-OPS-003")))) == 2


@pytest.mark.parametrize("resource", ["[a-zA-Z ]+", "StageInternal .+", "StageInternal", "stageinternal inbox"])
def test_bypass_18_a_waiver_like_a_pattern_covers_nothing(resource: str) -> None:
    assert len(blocked(judged(approval(resource)))) == 2


@pytest.mark.parametrize("resource", ["*", ".*", "StageInternal *", "StageInternal inbo?"])
def test_bypass_18_a_waiver_with_a_wildcard_is_refused(resource: str) -> None:
    with pytest.raises(ValidationError, match="resource"):
        approval(resource)


def test_an_approval_is_seen_beside_the_step() -> None:
    found = judged(approval("StageInternal inbox")).of(Verdict.FAIL)
    assert [finding.waiver.ticket for finding in found if finding.waiver is not None] == ["OPS-1"]
