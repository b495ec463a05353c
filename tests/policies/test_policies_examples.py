"""Every rule has examples of every evidence it claims, and says about each what the example expects."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from policies.judge import Book, Chosen, Finding, Report, judge
from policies.rule import PICTURES, Case, Evidence, Level, Rule, Verdict
from policies.rules import RULES
from tests.policies.cases import ENVIRONMENTS, passing
from tests.policies.examples import Example, with_unknowns

HERE = Path(__file__).parent


@cache
def examples() -> tuple[Example, ...]:
    """Every example of every topic."""
    found: list[Example] = []
    for path in sorted(HERE.glob("examples_*.py")):
        found.extend(import_module(f"tests.policies.{path.stem}").EXAMPLES)
    return tuple(found)


def _named(example: Example) -> str:
    return str(example).replace(" ", "-")


def _judged(rule: Rule, case: Case) -> Report:
    """The report of one rule: at its own level and values of that environment, switched-off rules as advisory."""
    level = rule.level(case.environment)
    values = rule.settings(**rule.defaults.get(case.environment, {}))
    chosen = Chosen(level=Level.ADVISORY if level is Level.DISABLED else level, settings=values)
    return judge(Book(case.environment, {rule.id: rule}, {rule.id: chosen}), case)


def _said(findings: tuple[Finding, ...]) -> str:
    return "\n".join("\n".join([f"{finding.verdict}", *finding.lines()]) for finding in findings) or "nothing"


@pytest.mark.parametrize("example", examples(), ids=_named)
def test_a_rule_says_about_an_example_what_the_example_expects(example: Example) -> None:
    report = _judged(RULES[example.rule], example.change(passing(example.evidence, example.environment)))
    others = report.of(*(verdict for verdict in Verdict if verdict is not Verdict.PASS))
    if example.verdict is Verdict.PASS:
        assert not others, _said(others)
        return
    found = report.of(example.verdict)
    assert found, f"no {example.verdict}, but\n{_said(others)}"
    assert not report.of(Verdict.ERROR), _said(report.of(Verdict.ERROR))
    assert example.what in "\n".join(_text(finding) for finding in found), _said(found)


def _text(finding: Finding) -> str:
    return "\n".join([*finding.lines(), finding.what, finding.reason])


def _failing() -> list[Example]:
    return [example for example in examples() if example.verdict is Verdict.FAIL]


@pytest.mark.parametrize("example", _failing(), ids=_named)
def test_a_bad_value_that_is_not_known_does_not_pass_either(example: Example) -> None:
    for field, case in with_unknowns(example):
        report = _judged(RULES[example.rule], case)
        assert not report.of(Verdict.ERROR), f"{field}: {_said(report.of(Verdict.ERROR))}"
        assert report.of(Verdict.FAIL, Verdict.UNKNOWN), f"{field} unknown passes"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("id", sorted(RULES))
def test_the_shipped_platform_passes(id: str, environment: str) -> None:
    rule = RULES[id]
    for evidence in sorted(rule.evidence):
        report = _judged(rule, passing(evidence, environment))
        assert id in report.rules
        wrong = report.of(Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)
        assert not wrong, f"{evidence}:\n{_said(wrong)}"


@pytest.mark.parametrize("id", sorted(RULES))
def test_a_rule_has_a_failing_example_of_every_evidence_it_claims(id: str) -> None:
    shown = {example.evidence for example in _failing() if example.rule == id}
    assert sorted(RULES[id].evidence - shown) == []


@pytest.mark.parametrize("id", sorted(RULES))
def test_a_rule_says_why_it_is_not_judged_on_some_picture(id: str) -> None:
    rule = RULES[id]
    assert set(rule.impossible) <= set(Evidence) - rule.evidence, "a reason for evidence that it has"
    assert all(len(reason.split()) > 3 for reason in rule.impossible.values()), "a reason is a sentence"
    if rule.evidence & PICTURES or not rule.evidence:
        assert sorted(PICTURES - rule.evidence - set(rule.impossible)) == []


def test_examples_are_of_rules_that_exist_and_named_once() -> None:
    names = [str(example) for example in examples()]
    assert sorted({example.rule for example in examples()} - set(RULES)) == []
    assert sorted({name for name in names if names.count(name) > 1}) == []
