"""Whether the events of the engine prove that this pack, at this version, judged the stack."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from policies.evidence import PACK, Violation, executed, version
from policies.rule import Level

URN = "urn:pulumi:dev::snowflake-platform::snowflake:index/warehouse:Warehouse::loading"
Event = Mapping[str, object]


def summary(pack: str = f"{PACK}|local|/repository/policies", of: str = "") -> Event:
    """The last event, with the packs that were loaded."""
    return {"sequence": 9, "timestamp": 1, "summaryEvent": {"PolicyPacks": {pack: of or version()}, "isPreview": True}}


def judged(pack: str = PACK, of: str = "", **outcome: list[str]) -> Event:
    """That the stack was judged."""
    told = {"policyPackName": pack, "policyPackVersion": of or version(), **outcome}
    return {"sequence": 8, "timestamp": 1, "policyAnalyzeStackSummaryEvent": told}


def violation(level: str, pack: str = PACK) -> Event:
    """That a rule was violated."""
    told = {
        "resourceUrn": URN, "message": "\nSNW-WH-003 WAREHOUSE A: never suspends\n", "policyName": "SNW-WH-003",
        "policyPackName": pack, "policyPackVersion": version(), "enforcementLevel": level,
    }  # fmt: skip
    return {"sequence": 7, "timestamp": 1, "policyEvent": told}


def test_a_run_of_the_pack_names_its_version_and_the_rules_it_judged() -> None:
    run = executed([{"policyLoadEvent": {}}, judged(passed=["SNW-WH-001"], failed=["SNW-WH-003"]), summary()])
    assert (run.ran, run.version) == (True, version())
    assert run.rules == {"SNW-WH-001", "SNW-WH-003"}
    assert run.missing(["SNW-WH-001", "SNW-WH-002"]) == ("SNW-WH-002",)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [summary(pack="another")],
        [summary()],
        [judged(passed=["SNW-WH-001"])],
        [judged(passed=["SNW-WH-001"]), summary(of="0.0.9")],
        [judged(of="0.0.9", passed=["SNW-WH-001"]), summary()],
        [judged(pack="another", passed=["SNW-WH-001"]), summary()],
        [judged(pack=f"{PACK}-2", passed=["SNW-WH-001"]), summary(pack=f"{PACK}-2|local|/x")],
        [judged(), summary()],
        [judged(passed=["SNW-WH-001"]), {"summaryEvent": {"PolicyPacks": None}}],
    ],
    ids=[
        "no-events",
        "another-pack",
        "stack-not-judged",
        "not-in-the-summary",
        "other-version",
        "judged-at-another-version",
        "judged-by-another",
        "longer-name",
        "no-rule",
        "no-packs",
    ],
)
def test_anything_less_is_no_run_of_the_pack(events: list[Event]) -> None:
    run = executed(events)
    assert not run.ran
    assert run.missing(["SNW-WH-001"]) == ("SNW-WH-001",)


@pytest.mark.parametrize(
    ("level", "meaning", "refused"),
    [
        ("mandatory", Level.MANDATORY, 1),
        ("remediate", Level.MANDATORY, 1),
        ("a word of a later version", Level.MANDATORY, 1),
        ("advisory", Level.ADVISORY, 0),
        ("warning", Level.ADVISORY, 0),
    ],
)
def test_violations_come_with_rule_resource_message_and_level(level: str, meaning: Level, refused: int) -> None:
    run = executed([violation(level), violation(level, "another"), judged(failed=["SNW-WH-003"]), summary()])
    assert run.violations == (Violation("SNW-WH-003", URN, "SNW-WH-003 WAREHOUSE A: never suspends", meaning),)
    assert len(run.refused) == refused


def test_the_resources_that_the_pack_was_shown_are_known() -> None:
    shown = {"policyAnalyzeSummaryEvent": {"resourceUrn": URN, "policyPackName": PACK, "policyPackVersion": version()}}
    assert executed([shown, judged(passed=["SNW-WH-001"]), summary()]).resources == {URN}
