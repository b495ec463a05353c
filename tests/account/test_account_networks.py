"""Coverage of network policies, against brute force and the semantics of the documentation."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account.names import Name
from account.networks import Resolved, account_policy, contains, coverage, policy_of, resolve, wider
from account.picture import Attachment, Picture, PolicyKind
from account.things import NetworkPolicy, NetworkRule, User
from account.values import UNKNOWN, Undecided
from tests.account.pictures import ABOUT

BLOCK_ALL = ("0.0.0.0/0",)


@pytest.mark.parametrize(
    "allowed",
    [
        ["0.0.0.0/0"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"],
        [f"{first}.0.0.0/8" for first in range(256)],
        ["::ffff:0:0/96"],
        ["10.20.30.40/0"],
    ],
    ids=["whole", "two halves", "four quarters", "256 eighths", "mapped", "host bits"],
)
def test_the_whole_space_is_seen_however_it_is_split(allowed: list[str]) -> None:
    found = coverage(allowed)
    assert (found.v4, found.everything, found.widest_v4) == (1.0, True, 0)


def test_everything_but_the_reserved_space_is_everything() -> None:
    assert coverage(["1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/5", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/2",
                     "128.0.0.0/1"]).everything  # fmt: skip


def test_a_little_less_than_everything_is_still_nearly_everything() -> None:
    found = coverage(["0.0.0.0/0"], ["8.0.0.0/8"])
    assert not found.everything
    assert found.v4 > 0.99


def test_blocked_private_space_does_not_make_a_policy_narrower() -> None:
    assert coverage(["0.0.0.0/0"], ["10.0.0.0/8"]).everything


def test_an_office_is_next_to_nothing() -> None:
    found = coverage(["198.18.0.0/15", "93.184.216.0/24"])
    assert 0 < found.v4 < 1e-6
    assert found.widest_v4 == 15


def test_private_addresses_are_no_public_space() -> None:
    assert coverage(["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16"]).v4 == 0


def test_ipv6_is_counted_in_global_unicast() -> None:
    assert coverage(["::/0"]).everything
    found = coverage(["2600::/32"])
    assert found.v6 == 2.0**-29 / (1 - 2.0**-29 - 2.0**-17)
    assert (found.v4, found.widest_v6, found.widest_v4) == (0.0, 32, None)


def test_two_halves_of_ipv6_are_joined() -> None:
    assert coverage(["2600::/33", "2600:0:8000::/33"]).widest_v6 == 32


@pytest.mark.parametrize("entry", ["", "everywhere", "10.0.0.0/33", "10.0.0.256", "010.1.1.1", "10.0.0.1-10.0.0.9"])
def test_what_is_no_network_is_a_problem_and_never_ignored(entry: str) -> None:
    assert coverage(["93.184.216.0/24", entry]).problems == (entry,)
    assert coverage([], [entry]).problems == (entry,)


def test_nothing_allowed_lets_nobody_in() -> None:
    found = coverage([])
    assert (found.v4, found.v6, found.everything, found.widest_v4) == (0.0, 0.0, False, None)


def test_addresses_outside_of_the_list_are_told() -> None:
    allowed, blocked = ["10.0.0.0/8", "2600::/32"], ["10.1.0.0/16"]
    asked = ["10.0.0.1", "10.1.0.1", "11.0.0.1", "2600::1", "2601::1", "nonsense", "10.0.0.0/15", "10.2.0.0/16"]
    assert contains(allowed, blocked, asked) == ("10.1.0.1", "11.0.0.1", "2601::1", "nonsense", "10.0.0.0/15")


RULE, VPC, POLICY = Name.of("DB", "S", "RULE"), Name.of("DB", "S", "VPC"), Name.of("POLICY")


def network(*rules: NetworkRule, policy: NetworkPolicy) -> tuple[Picture, NetworkPolicy]:
    return Picture(about=ABOUT, things=(*rules, policy)), policy


def resolved(*rules: NetworkRule, **lists: tuple[Name, ...] | tuple[str, ...]) -> Resolved:
    return resolve(*network(*rules, policy=NetworkPolicy(name=POLICY, **lists)))  # type: ignore[arg-type]


OFFICE = NetworkRule(name=RULE, values=("93.184.216.0/24",))
ENDPOINT = NetworkRule(name=VPC, type="AWSVPCEID", values=("vpce-1",))


def test_a_policy_is_resolved_through_its_rules_and_lists() -> None:
    found = resolved(OFFICE, allowed_rules=(RULE,), allowed_ips=("8.8.8.8",), blocked_ips=("8.8.4.4",))
    assert found.allowed == ("8.8.8.8", "93.184.216.0/24")
    assert found.blocked == ("8.8.4.4",)
    assert found.types == ("IPV4",)
    assert not found.coverage.everything


def test_a_policy_that_only_blocks_lets_in_everybody_else() -> None:
    assert resolved(blocked_ips=("8.8.4.4",)).coverage.v4 > 0.99


def test_a_policy_without_any_list_lets_everybody_in() -> None:
    found = resolved().coverage
    assert (found.v4, found.v6) == (1.0, 1.0)


def test_endpoints_alone_do_not_close_the_public_network() -> None:
    found = resolved(ENDPOINT, allowed_rules=(VPC,))
    assert found.coverage.everything
    assert not found.private_only


def test_endpoints_with_the_public_network_blocked_are_private() -> None:
    found = resolved(ENDPOINT, allowed_rules=(VPC,), blocked_ips=BLOCK_ALL)
    assert found.private_only
    assert found.private == ("vpce-1",)
    assert not found.coverage.everything


def test_endpoints_beside_addresses_are_not_private_only() -> None:
    assert not resolved(ENDPOINT, OFFICE, allowed_rules=(VPC, RULE)).private_only


def test_ipv6_requests_are_judged_by_the_ipv4_rules_where_there_are_no_others() -> None:
    assert resolved(OFFICE, allowed_rules=(RULE,)).coverage.v6 == 0


def test_an_ipv6_rule_alone_leaves_ipv4_open() -> None:
    rule = NetworkRule(name=RULE, type="IPV6", values=("2600::/48",))
    found = resolved(rule, allowed_rules=(RULE,)).coverage
    assert found.v4 == 1
    assert found.widest_v6 == 48


@pytest.mark.parametrize("mode", ["EGRESS", "INTERNAL_STAGE"])
def test_rules_for_other_traffic_do_not_count(mode: str) -> None:
    rule = NetworkRule(name=RULE, mode=mode, values=("93.184.216.0/24",))
    assert resolved(rule, allowed_rules=(RULE,)).allowed == ()


def test_a_rule_that_is_not_in_the_picture_is_missing_and_leaves_the_coverage_open() -> None:
    found = resolved(allowed_rules=(RULE,))
    assert found.missing == (RULE,)
    with pytest.raises(Undecided, match="RULE"):
        _ = found.coverage


def test_a_missing_blocked_rule_can_only_make_it_narrower() -> None:
    found = resolved(OFFICE, allowed_rules=(RULE,), blocked_rules=(VPC,))
    assert found.missing == (VPC,)
    assert found.coverage.widest_v4 == 24


def test_values_that_are_not_known_are_undecided() -> None:
    with pytest.raises(Undecided):
        resolved(NetworkRule(name=RULE, values=UNKNOWN), allowed_rules=(RULE,))


def on_account(*, user: User, attached: bool = True, parameter: str = "") -> Picture:
    attachment = Attachment(PolicyKind.NETWORK, POLICY, "ACCOUNT", Name())
    parameters = {"NETWORK_POLICY": parameter} if parameter else {}
    return Picture(about=ABOUT, things=(user,), attachments=(attachment,) if attached else (), parameters=parameters)


ANNA = User(name=Name.of("ANNA"))
OWN = Name.of("OWN")


def test_the_policy_of_the_account_applies_to_a_user_without_one() -> None:
    assert policy_of(on_account(user=ANNA), ANNA) == (POLICY, "ACCOUNT")


def test_the_policy_of_the_account_may_be_a_parameter() -> None:
    assert policy_of(on_account(user=ANNA, attached=False, parameter="POLICY"), ANNA) == (POLICY, "ACCOUNT")


def test_the_policy_of_a_user_replaces_that_of_the_account() -> None:
    user = User(name=ANNA.name, network_policy=OWN)
    assert policy_of(on_account(user=user), user) == (OWN, "USER")


def test_a_policy_attached_to_a_user_replaces_that_of_the_account() -> None:
    made = on_account(user=ANNA)
    mine = Attachment(PolicyKind.NETWORK, OWN, "USER", ANNA.name)
    both = Picture(about=ABOUT, things=made.things, attachments=(mine, *made.attachments))
    assert policy_of(both, ANNA) == (OWN, "USER")


def test_without_any_policy_there_is_no_level() -> None:
    assert policy_of(on_account(user=ANNA, attached=False), ANNA) == (None, "")


def test_a_policy_that_is_not_known_is_undecided() -> None:
    user = User(name=ANNA.name, network_policy=UNKNOWN)
    with pytest.raises(Undecided):
        policy_of(on_account(user=user), user)
    with pytest.raises(Undecided):
        account_policy(Picture(about=ABOUT, parameters={"NETWORK_POLICY": UNKNOWN}))


def test_wider_and_narrower_are_told_apart_and_may_both_hold() -> None:
    none: list[str] = []
    office, other = (["8.8.8.0/24"], none), (["8.8.8.0/25", "9.9.9.0/24"], none)
    assert wider(office, (["8.8.8.0/25", "8.8.8.128/25"], [])) == (False, False)
    assert wider(office, (["8.8.0.0/16"], [])) == (True, False)
    assert wider(office, (["8.8.8.0/25"], [])) == (False, True)
    assert wider(office, other) == (True, True)
    assert wider(office, (["8.8.8.0/24"], ["8.8.8.8"])) == (False, True)


# Brute force: the 256 addresses of 8.8.8.0/24 and of 2600::/120, one by one.
lengths = st.integers(24, 32)
small = st.builds(lambda last, length: f"8.8.8.{last}/{length}", st.integers(0, 255), lengths)
small6 = st.builds(lambda last, length: f"2600::{last:x}/{length + 96}", st.integers(0, 255), lengths)
lists = st.lists(st.one_of(small, small6), max_size=6)
PUBLIC = {4: 3702258688, 6: 2**125 - 2**96 - 2**108}


def let_in(allowed: list[str], blocked: list[str], version: int) -> set[int]:
    start = int(ipaddress.ip_address("8.8.8.0" if version == 4 else "2600::"))
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address

    lets, stops = ([ipaddress.ip_network(entry, strict=False) for entry in entries] for entries in (allowed, blocked))
    every = [kind(start + number) for number in range(256)]
    return {
        int(address)
        for address in every
        if any(address in network for network in lets) and not any(address in network for network in stops)
    }


@given(lists, lists)
def test_coverage_equals_counting_address_by_address(allowed: list[str], blocked: list[str]) -> None:
    found = coverage(allowed, blocked)
    assert found.v4 == len(let_in(allowed, blocked, 4)) / PUBLIC[4]
    assert found.v6 == len(let_in(allowed, blocked, 6)) / PUBLIC[6]


@given(lists, lists, st.integers(0, 255))
def test_contains_equals_looking_at_the_address(allowed: list[str], blocked: list[str], last: int) -> None:
    inside = int(ipaddress.ip_address(f"8.8.8.{last}")) in let_in(allowed, blocked, 4)
    assert contains(allowed, blocked, [f"8.8.8.{last}"]) == (() if inside else (f"8.8.8.{last}",))


@given(lists, lists, lists, lists)
def test_wider_equals_comparing_address_by_address(a: list[str], b: list[str], c: list[str], d: list[str]) -> None:
    old = {(version, address) for version in (4, 6) for address in let_in(a, b, version)}
    new = {(version, address) for version in (4, 6) for address in let_in(c, d, version)}
    assert wider((a, b), (c, d)) == (bool(new - old), bool(old - new))
