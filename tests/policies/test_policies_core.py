"""Judging: verdicts, what blocks where, messages, waivers, and that a rule can neither break nor look away unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from account.names import Name
from account.picture import About, BlindSpot, Picture, Source
from account.things import Warehouse
from account.values import UNKNOWN, Maybe, known
from policies import frameworks
from policies.judge import BLIND_SPOT, Book, Chosen, Finding, Report, judge
from policies.rule import (
    PICTURES,
    WHOLE,
    Address,
    Case,
    Fault,
    Level,
    Rule,
    Settings,
    Severity,
    Verdict,
    judging,
    levels,
)
from policies.rules import RULES
from policies.waivers import Waiver, waivable

TODAY = date(2026, 11, 21)
ID = "SNW-WH-900"


def _warehouses(case: Case) -> Iterator[Warehouse]:
    return case.picture.all(Warehouse)


def _resumes(warehouse: Warehouse, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if warehouse.comment == "breaks":
        raise KeyError("hunter22")
    if not known(warehouse.auto_resume):
        yield Fault("does not resume", "switch auto-resume on", "A -> B")


def rule(level: str = "M", **changes: object) -> Rule:
    """A rule on warehouses with one level in every environment."""
    made = Rule(
        id=ID, title="Warehouses resume", severity=Severity.HIGH, levels=levels(level, level, level), controls=(),
        rationale="Nobody waits.", remediation="Switch it on.", evidence=PICTURES, sees=frozenset({"WAREHOUSE"}),
        evaluate=judging(_warehouses, _resumes, Settings),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def case(*warehouses: tuple[str, Maybe[bool]], environment: str = "prod", spots: tuple[BlindSpot, ...] = ()) -> Case:
    """An account with warehouses, by name and whether they resume."""
    things = tuple(Warehouse(name=Name.of(name), auto_resume=resumes) for name, resumes in warehouses)
    about = About(source=Source.LIVE, stack=environment, environment=environment)
    return Case(picture=Picture(about=about, things=things, blind_spots=spots))


def report(judged: Case, of: Rule | None = None, *waivers: Waiver) -> Report:
    """The report of one rule, and of the one about waivers."""
    rules = {entry.id: entry for entry in (of or rule(), RULES["SNW-MON-003"])}
    chosen = {id: Chosen(level=entry.level(judged.environment), settings=Settings()) for id, entry in rules.items()}
    return judge(Book(judged.environment, rules, chosen), judged, waivers, TODAY)


def waiver(days: int = 30, since: int = 0, **changes: object) -> Waiver:
    """A waiver of warehouse A that began some days ago and runs for some days."""
    begin = TODAY - timedelta(days=since)
    values = {
        "rule": ID, "resource": "WAREHOUSE A", "stack": "prod", "owner": "data-platform", "reason": "until it is split",
        "ticket": "DATA-1", "since": begin, "expires": begin + timedelta(days=days),
    }  # fmt: skip
    return Waiver.model_validate({**values, **changes})


# ------------------------------------------------------------------------------------------------------------- verdicts


def test_each_subject_has_a_verdict_of_its_own() -> None:
    found = report(case(("A", True), ("B", False), ("C", UNKNOWN)))
    assert [(finding.address.name, finding.verdict) for finding in found.findings] == [
        ("A", Verdict.PASS),
        ("B", Verdict.FAIL),
        ("C", Verdict.UNKNOWN),
    ]


def test_a_rule_that_breaks_on_a_subject_is_an_error_that_shows_no_value() -> None:
    judged = case(("A", True))
    (thing,) = judged.picture.things
    broken = replace(judged, picture=replace(judged.picture, things=(replace(thing, comment="breaks"),)))
    (finding,) = report(broken).findings
    assert finding.verdict is Verdict.ERROR
    assert "hunter22" not in "\n".join(finding.lines())


@pytest.mark.parametrize(("error", "verdict"), [(KeyError("x"), Verdict.ERROR), (None, Verdict.UNKNOWN)])
def test_a_rule_that_cannot_even_name_its_subjects_does_not_pass(error: Exception | None, verdict: Verdict) -> None:
    def subjects(judged: Case) -> Iterator[Warehouse]:
        if error is not None:
            raise error
        yield from (thing for thing in judged.picture.all(Warehouse) if thing.auto_resume)

    (finding,) = report(case(("A", UNKNOWN)), rule(evaluate=judging(subjects, _resumes, Settings))).findings
    assert (finding.address, finding.verdict) == (WHOLE, verdict)


def test_what_was_not_seen_leaves_the_rules_undecided_that_need_it() -> None:
    spot = BlindSpot("warehouses", "the role may not show them", kinds=("WAREHOUSE",))
    (finding,) = report(case(spots=(spot,))).findings
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.reason == "warehouses not seen: the role may not show them"


def test_what_was_not_seen_is_nothing_to_other_rules() -> None:
    assert report(case(spots=(BlindSpot("pipes", "no right", kinds=("PIPE",)),))).findings == ()


def test_a_rule_is_not_judged_without_its_evidence() -> None:
    assert report(case(("A", False)), rule(evidence=frozenset())).rules == ()


def test_a_rule_that_is_switched_off_is_not_judged() -> None:
    assert report(case(("A", False)), rule("-")).rules == ()


# --------------------------------------------------------------------------------------------------- blocking, messages


@pytest.mark.parametrize(
    ("verdict", "level", "environment", "blocks"),
    [
        (Verdict.PASS, Level.MANDATORY, "prod", False),
        (Verdict.FAIL, Level.MANDATORY, "dev", True),
        (Verdict.FAIL, Level.MANDATORY, "prod", True),
        (Verdict.FAIL, Level.ADVISORY, "prod", False),
        (Verdict.UNKNOWN, Level.MANDATORY, "prod", True),
        (Verdict.UNKNOWN, Level.MANDATORY, "qa", False),
        (Verdict.UNKNOWN, Level.ADVISORY, "prod", False),
        (Verdict.ERROR, Level.MANDATORY, "prod", True),
        (Verdict.ERROR, Level.MANDATORY, "dev", True),
        (Verdict.ERROR, Level.ADVISORY, "prod", False),
    ],
)
def test_what_blocks(verdict: Verdict, level: Level, environment: str, blocks: bool) -> None:
    finding = Finding(rule=ID, title="", verdict=verdict, level=level, severity=Severity.LOW, address=WHOLE)
    assert finding.blocks(environment) is blocks


def test_a_message_has_rule_subject_what_why_path_and_what_to_do() -> None:
    (finding,) = report(case(("A", False))).findings
    assert finding.lines() == [
        "SNW-WH-900 WAREHOUSE A: does not resume",
        "  why: Nobody waits.",
        "  path: A -> B",
        "  do: switch auto-resume on",
    ]


def test_a_message_says_that_and_why_something_cannot_be_decided() -> None:
    (finding,) = report(case(("A", UNKNOWN))).findings
    assert finding.lines()[0] == "SNW-WH-900 WAREHOUSE A: cannot be decided: not known before the change is made"


def test_findings_come_in_the_same_order_every_time() -> None:
    first = report(case(("A", False), ("B", False), ("C", True)))
    turned = case(("C", True), ("B", False), ("A", False))
    assert report(turned).findings == first.findings


# -------------------------------------------------------------------------------------------------------------- waivers


def test_a_waived_finding_stays_visible_and_does_not_block() -> None:
    found = report(case(("A", False)), None, waiver())
    assert [finding.waiver for finding in found.of(Verdict.FAIL)] == [waiver()]
    assert found.blocking == ()


@pytest.mark.parametrize(
    "other",
    [
        waiver(resource="WAREHOUSE AB"),
        waiver(resource="WAREHOUSE a"),
        waiver(resource="RESOURCE MONITOR A"),
        waiver(rule="SNW-WH-901"),
        waiver(stack="qa"),
        waiver(since=31),
        waiver(since=-1),
    ],
    ids=["longer-name", "other-case", "other-kind", "other-rule", "other-stack", "expired", "not-begun"],
)
def test_a_waiver_covers_its_rule_subject_stack_and_days_only(other: Waiver) -> None:
    blocking = report(case(("A", False)), None, other).blocking
    assert ID in {finding.rule for finding in blocking}


@pytest.mark.parametrize("pattern", ["***", "WAREHOUSE *", "WAREHOUSE ?", "WAREHOUSE LOADING_*"])
def test_no_waiver_matches_by_pattern(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        waiver(resource=pattern)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (waiver(since=31), "expired on 2026-11-20"),
        (waiver(days=91), "runs for 91 days; at most 90"),
        (waiver(resource="WAREHOUSE B"), "has nothing to waive"),
        (waiver(resource="WAREHOUSE GONE"), "has nothing to waive"),
        (waiver(rule="SNW-WH-999"), "rule that does not exist"),
        (waiver(rule="SNW-MON-003"), "the rule about waivers"),
        (waiver(stack="production"), "stack that does not exist"),
    ],
)
def test_a_waiver_that_is_not_in_order_blocks(given: Waiver, what: str) -> None:
    found = report(case(("A", False), ("B", True)), None, given)
    (finding,) = [finding for finding in found.blocking if finding.rule == "SNW-MON-003"]
    assert what in finding.what
    assert "SNW-MON-003" in found.rules


def test_a_waiver_of_another_stack_is_not_missed_here() -> None:
    assert report(case(("A", True)), None, waiver(stack="qa")).blocking == ()


def test_a_waiver_of_a_rule_that_was_not_judged_is_not_missed() -> None:
    assert report(case(("A", False)), rule("-"), waiver()).blocking == ()


def test_a_waiver_of_a_rule_that_looks_at_something_else_is_in_order() -> None:
    assert report(case(("A", True)), None, waiver(rule="SNW-OPS-002")).blocking == ()


def test_a_waiver_for_the_live_account_is_not_missed_elsewhere() -> None:
    judged = case(("A", True))
    declared = replace(
        judged, picture=replace(judged.picture, about=replace(judged.picture.about, source=Source.PULUMI))
    )
    assert report(declared, None, waiver(evidence="live")).blocking == ()
    assert report(judged, None, waiver(evidence="live")).blocking != ()


def test_an_undecided_subject_can_be_waived_by_name() -> None:
    assert report(case(("A", UNKNOWN)), None, waiver()).blocking == ()


@pytest.mark.parametrize(
    ("verdict", "address", "rule_"),
    [
        (Verdict.ERROR, Address("WAREHOUSE", "A"), ID),
        (Verdict.UNKNOWN, WHOLE, ID),
        (Verdict.UNKNOWN, Address(BLIND_SPOT, "grants"), ID),
        (Verdict.FAIL, Address(BLIND_SPOT, "grants"), "SNW-MON-004"),
        (Verdict.FAIL, Address("WAIVER", "x"), "SNW-MON-003"),
    ],
)
def test_what_nobody_can_waive(verdict: Verdict, address: Address, rule_: str) -> None:
    finding = Finding(
        rule=rule_, title="", verdict=verdict, level=Level.MANDATORY, severity=Severity.LOW, address=address
    )
    assert not waivable(finding)
    assert not waiver(rule=rule_, resource=str(address)).covers(finding, TODAY)


def test_a_waiver_of_a_blind_spot_is_told_why_it_does_not_help() -> None:
    spot = BlindSpot("warehouses", "no right", kinds=("WAREHOUSE",))
    found = report(case(spots=(spot,)), None, waiver(resource="BLIND SPOT warehouses"))
    assert {finding.rule for finding in found.blocking} == {ID, "SNW-MON-003"}
    assert "covers what no waiver can" in next(finding.what for finding in found.blocking)


# ------------------------------------------------------------------------------------------------ every rule's metadata


@pytest.mark.parametrize("id", sorted(RULES))
def test_a_rule_says_what_a_person_needs(id: str) -> None:
    entry = RULES[id]
    assert re.fullmatch(r"SNW-(IAM|RBAC|NET|WH|DATA|SEC|GOV|OPS|MON)-\d{3}", id)
    assert set(entry.levels) == {"dev", "qa", "prod"}
    assert 10 <= len(entry.title) <= 100 and not entry.title.endswith(".")
    for text in (entry.rationale, entry.remediation):
        assert len(text.split()) >= 3 and text.endswith(".")


@pytest.mark.parametrize("id", sorted(RULES))
def test_a_rule_gets_no_weaker_towards_production(id: str) -> None:
    strength = [Level.DISABLED, Level.ADVISORY, Level.MANDATORY]
    steps = [strength.index(RULES[id].level(environment)) for environment in ("dev", "qa", "prod")]
    assert steps == sorted(steps)


@pytest.mark.parametrize("id", sorted(RULES))
def test_the_controls_of_a_rule_exist(id: str) -> None:
    assert [str(control) for control in RULES[id].controls if not frameworks.exists(control)] == []


def test_the_catalogue_has_the_39_recommendations_of_the_benchmark() -> None:
    sections = [number.split(".")[0] for number in frameworks.CIS]
    assert {section: sections.count(section) for section in "1234"} == {"1": 17, "2": 9, "3": 2, "4": 11}
