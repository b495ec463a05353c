"""No split of the address space opens a network policy unseen, and no rule takes the place of another."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from hypothesis import given, settings
from hypothesis import strategies as st

from account.names import Name
from account.things import NetworkPolicy, NetworkRule, User
from policies.rule import Case, Evidence, Judgement, Verdict
from policies.rules import RULES
from tests.policies.cases import passing
from tests.policies.examples import add, set_fields
from tests.policies.examples_network import PEOPLE_RULE


def judged(rule: str, case: Case) -> list[Judgement]:
    """What a rule says with the values of production."""
    return RULES[rule].evaluate(case, RULES[rule].settings())


def fails(rule: str, case: Case) -> bool:
    return any(judgement.verdict is Verdict.FAIL for judgement in judged(rule, case))


def letting_in(*values: str, type: str = "IPV4") -> Case:
    return set_fields(passing(Evidence.DECLARATION), NetworkRule, PEOPLE_RULE, values=values, type=type)


def split(network: IPv4Network | IPv6Network, cuts: list[bool], depth: int) -> list[IPv4Network | IPv6Network]:
    """A network in parts, cut in halves as long as the list says so."""
    if depth == 0 or not cuts or not cuts.pop():
        return [network]
    return [part for half in network.subnets() for part in split(half, cuts, depth - 1)]


@given(st.lists(st.booleans(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_bypass_9_the_whole_internet_fails_however_it_is_split(cuts: list[bool]) -> None:
    parts = split(IPv4Network("0.0.0.0/0"), cuts, 10)
    assert fails("SNW-NET-002", letting_in(*(str(part) for part in parts)))


@given(st.lists(st.booleans(), max_size=60))
@settings(max_examples=40, deadline=None)
def test_bypass_9_all_of_ipv6_fails_however_it_is_split(cuts: list[bool]) -> None:
    parts = split(IPv6Network("::/0"), cuts, 10)
    assert fails("SNW-NET-002", letting_in(*(str(part) for part in parts), type="IPV6"))


@given(st.integers(0, 2**32 - 1), st.integers(9, 32))
@settings(max_examples=60, deadline=None)
def test_a_network_within_the_limit_passes(address: int, length: int) -> None:
    network = IPv4Network((address, length), strict=False)
    assert not fails("SNW-NET-002", letting_in(str(network)))


def test_a_network_more_than_the_limit_fails() -> None:
    thirteen_million = ("8.0.0.0/9", "8.128.0.0/10", "8.192.0.0/12")
    assert not fails("SNW-NET-002", letting_in(*thirteen_million))
    assert fails("SNW-NET-002", letting_in(*thirteen_million, "8.208.0.0/12"))


def test_a_rule_used_by_nobody_is_not_judged_as_if_it_let_people_in() -> None:
    case = add(
        passing(Evidence.DECLARATION),
        NetworkRule(name=Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "UNUSED"), values=("0.0.0.0/0",)),
    )
    assert not fails("SNW-NET-002", case)


def test_blocking_does_not_open() -> None:
    name = "ECOMMERCE_PEOPLE_NETWORK"
    case = set_fields(passing(Evidence.DECLARATION), NetworkPolicy, name, blocked_ips=("0.0.0.0/0",))
    assert not fails("SNW-NET-002", case)
    assert fails("SNW-NET-010", case), "whoever deploys is blocked too"


def test_a_disabled_user_needs_no_policy() -> None:
    case = add(passing(Evidence.LIVE), User(name=Name.of("SVC_OLD"), disabled=True))
    assert not fails("SNW-NET-004", case)


def test_who_must_get_in_is_judged_one_by_one() -> None:
    subjects = [str(judgement.address) for judgement in judged("SNW-NET-010", passing(Evidence.DECLARATION))]
    assert subjects == ["DEPLOYMENT", "USER BREAK_GLASS_ONE", "USER BREAK_GLASS_TWO"]
