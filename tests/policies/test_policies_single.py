"""Rules that an `up` applies before a resource is changed see that one resource and nothing else."""

from __future__ import annotations

import pytest

from policies.rule import Case, Evidence, Verdict
from policies.rules import RULES
from tests.policies.cases import ENVIRONMENTS, passing, picture_of
from tests.policies.examples import Example
from tests.policies.test_policies_examples import examples

ALONE = {id: rule for id, rule in RULES.items() if rule.per_resource}


def found_alone(rule: str, case: Case) -> set[Verdict]:
    """What a rule says about the resources of a case, each judged by itself."""
    values = RULES[rule].settings(**RULES[rule].defaults.get(case.environment, {}))
    return {
        judgement.verdict
        for resource in case.picture.resources
        for judgement in RULES[rule].evaluate(Case(picture=picture_of((resource,), case.picture.about)), values)
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("rule", sorted(ALONE))
def test_every_resource_of_the_platform_passes_by_itself(rule: str, environment: str) -> None:
    assert found_alone(rule, passing(Evidence.PULUMI, environment)) <= {Verdict.PASS}


def _failing_alone() -> list[Example]:
    return [
        example
        for example in examples()
        if example.rule in ALONE and example.evidence is Evidence.PULUMI and example.verdict is Verdict.FAIL
    ]


@pytest.mark.parametrize("example", _failing_alone(), ids=str)
def test_a_resource_that_is_refused_among_others_is_refused_by_itself(example: Example) -> None:
    case = example.change(passing(Evidence.PULUMI, example.environment))
    assert Verdict.FAIL in found_alone(example.rule, case)
