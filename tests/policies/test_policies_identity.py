"""How rules see identities: names without prefix, the policy that is in force, the register of keys."""

from __future__ import annotations

import pytest

from account.names import ACCOUNT, Name
from account.picture import Attachment, PolicyKind
from account.things import User, UserType
from account.values import UNKNOWN, Undecided
from policies import keyregister
from policies.files import Files
from policies.identities import Prefixed, Programs, in_force, is_admin_role, is_program, plain
from policies.keyregister import REGISTER, Unusable
from policies.rule import Case, Evidence
from tests.policies.examples import attach, detach, passing

ANNA = User(name=Name.of("ANNA"))
OWN, OF_ACCOUNT, OF_PEOPLE = (Name.of("DB", "S", name) for name in ("OWN", "OF_ACCOUNT", "OF_PEOPLE"))


def attached(*found: Attachment) -> Case:
    """The declared platform with these authentication policies in force instead of its own."""
    return attach(detach(passing(Evidence.DECLARATION), lambda entry: True), *found)


def authentication(policy: Name, on: str, target: object = ACCOUNT, audience: str = "") -> Attachment:
    """An authentication policy on something."""
    return Attachment(PolicyKind.AUTHENTICATION, policy, on, target, audience=audience)  # type: ignore[arg-type]


def bound(case: Case) -> tuple[Name, ...]:
    """The policies that bind ANNA."""
    return in_force(case.picture, ANNA, PolicyKind.AUTHENTICATION, "PERSON")


def test_a_users_own_policy_replaces_the_accounts() -> None:
    case = attached(authentication(OF_ACCOUNT, "ACCOUNT"), authentication(OWN, "USER", Name.of("ANNA")))
    assert bound(case) == (OWN,)


def test_the_accounts_policy_for_people_comes_before_the_one_for_all() -> None:
    case = attached(authentication(OF_ACCOUNT, "ACCOUNT"), authentication(OF_PEOPLE, "ACCOUNT", audience="PERSON"))
    assert bound(case) == (OF_PEOPLE,)


def test_the_accounts_policy_for_programs_does_not_bind_a_person() -> None:
    assert bound(attached(authentication(OF_ACCOUNT, "ACCOUNT", audience="SERVICE"))) == ()


def test_somebody_elses_policy_does_not_bind_a_person() -> None:
    assert bound(attached(authentication(OWN, "USER", Name.of("anna")))) == ()


def test_a_policy_on_a_user_that_is_not_known_leaves_open_what_is_in_force() -> None:
    with pytest.raises(Undecided):
        bound(attached(authentication(OF_ACCOUNT, "ACCOUNT"), authentication(OWN, "USER", UNKNOWN)))


def test_a_policy_that_is_not_known_leaves_open_what_is_in_force() -> None:
    with pytest.raises(Undecided):
        bound(attached(authentication(UNKNOWN, "USER", Name.of("ANNA"))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environment", "name", "bare"),
    [
        ("prod", "ECOMMERCE_LOADER", "ECOMMERCE_LOADER"),
        ("prod", "QA_ECOMMERCE_LOADER", "ECOMMERCE_LOADER"),
        ("dev", "DEV_ECOMMERCE_LOADER", "ECOMMERCE_LOADER"),
        ("dev", "DEV_", "DEV_"),
        ("dev", "dev_ECOMMERCE_LOADER", "dev_ECOMMERCE_LOADER"),
    ],
)
def test_names_are_compared_without_the_prefix_of_any_environment(environment: str, name: str, bare: str) -> None:
    assert plain(name, passing(Evidence.DECLARATION, environment), Prefixed()) == bare


def test_a_user_whose_name_tells_is_a_program_whatever_its_type() -> None:
    case = passing(Evidence.DECLARATION)
    assert is_program(User(name=Name.of("svc_x"), type=UNKNOWN), case, Programs())
    assert not is_program(User(name=Name.of("ANNA"), type=UserType.PERSON), case, Programs())
    with pytest.raises(Undecided):
        is_program(User(name=Name.of("ANNA"), type=UNKNOWN), case, Programs())


@pytest.mark.parametrize(
    ("text", "admin"),
    [
        ("ACCOUNTADMIN", True),
        ("accountadmin", True),
        (" SysAdmin ", True),
        ('"ACCOUNTADMIN"', True),
        ('"accountadmin"', False),
        ("ACCOUNTADMINS", False),
    ],
)
def test_bypass_12_quotes_and_case_do_not_hide_an_administrators_role(text: str, admin: bool) -> None:
    assert is_admin_role(text) is admin


@pytest.mark.parametrize(
    "text",
    [
        "keys: [",
        "- a",
        "keys: 1",
        "keys: [{stack: prod}]",
        "more: []",
        "keys: [{stack: prod, user: U, slot: 3, issued: 2026-01-01, fingerprint: 'SHA256:" + "A" * 43 + "='}]",
        "keys: [{stack: prod, user: U, slot: 1, issued: 2026-01-01, fingerprint: MD5}]",
    ],
)
def test_a_register_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Unusable) as refused:
        keyregister.entries(Files({REGISTER: text}))
    assert "SHA256" not in str(refused.value)


def test_keys_of_programs_people_and_emergency_administrators_are_read_from_a_stacks_file() -> None:
    text = """
    config:
      snowflake-platform:public_keys: {SVC_X: {rsa_public_key: AAAA, rsa_public_key_2: {secure: AAAA}}}
      snowflake-platform:people: [{name: ANNA, rsa_public_key: AAAA}]
      snowflake-platform:break_glass: [{name: ONE, rsa_public_key_2: AAAA}, nonsense]
    """
    found = keyregister.declared(Files({"Pulumi.qa.yaml": text}), "qa")
    assert [(key.user, key.slot) for key in found] == [("SVC_X", "1"), ("SVC_X", "2"), ("ANNA", "1"), ("ONE", "2")]
