"""Rules of roles and grants on whole accounts: messages, blind spots, what the bootstrap makes, three environments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account.names import ACCOUNT, Name
from account.picture import Attachment, BlindSpot, PolicyKind
from account.principals import Grant, Membership, role, user
from account.things import (
    AnyThing,
    AuthenticationPolicy,
    Database,
    NetworkPolicy,
    PublicKey,
    Role,
    Schema,
    Task,
    User,
    UserType,
    Warehouse,
)
from account.values import UNKNOWN, known
from policies.judge import Book, Chosen, Report, judge
from policies.rule import Case, Evidence, Level, Verdict
from policies.rules import RULES
from tests.policies.cases import picture_of
from tests.policies.examples import Example, add, attach, blind, grant, member, passing
from tests.policies.test_policies_examples import examples

OURS = {id: rule for id, rule in RULES.items() if rule.area in ("IAM", "RBAC")}
BAD = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)
DEPLOYER, MONITOR_ADMIN = "SVC_ECOMMERCE_DEPLOYER", "SVC_ECOMMERCE_MONITOR_ADMIN"


def judged(case: Case, *ids: str) -> Report:
    """The report of these rules, or of all on identities and roles, with the values of the case's environment."""
    rules = {id: OURS[id] for id in ids or OURS}
    chosen = {
        id: Chosen(level=Level.MANDATORY, settings=rule.settings(**rule.defaults.get(case.environment, {})))
        for id, rule in rules.items()
    }
    return judge(Book(case.environment, rules, chosen), case)


def said(report: Report) -> list[str]:
    """What is not passed, in lines."""
    return [line for finding in report.of(*BAD) for line in finding.lines()]


def bootstrapped(case: Case) -> Case:
    """The live account with what `bootstrap/account.sql` makes besides the platform."""
    admin, deployer = role("ACCOUNTADMIN"), role("ECOMMERCE_DEPLOYER")
    policy, network = (
        Name.of("ECOMMERCE_BOOTSTRAP", "POLICIES", "DEPLOYER_AUTHENTICATION"),
        "ECOMMERCE_DEPLOYER_NETWORK",
    )

    def program(name: str, default: str | None) -> User:
        return User(
            name=Name.of(name),
            owner=admin,
            type=UserType.SERVICE,
            default_role=default,
            default_warehouse="ECOMMERCE_DEPLOYER_WH",
            default_secondary_roles=(),
            network_policy=Name.of(network),
            public_keys=(PublicKey(slot="1", fingerprint=f"SHA256:{name}", issued=case.picture.about.taken),),
            last_login=case.picture.about.taken,
        )

    changed = add(
        case,
        Role(name=deployer.name, owner=admin),
        Warehouse(name=Name.of("ECOMMERCE_DEPLOYER_WH"), owner=admin),
        NetworkPolicy(name=Name.of(network), owner=admin, allowed_ips=("203.0.113.16/28",)),
        Database(name=Name.of("ECOMMERCE_BOOTSTRAP"), owner=admin),
        Schema(name=Name.of("ECOMMERCE_BOOTSTRAP", "POLICIES"), owner=admin, managed_access=True),
        AuthenticationPolicy(name=policy, owner=admin, methods=("KEYPAIR",)),
        program(DEPLOYER, "ECOMMERCE_DEPLOYER"),
        program(MONITOR_ADMIN, None),
    )
    changed = member(
        changed,
        Membership(deployer, role("SYSADMIN")),
        Membership(deployer, user(DEPLOYER)),
        Membership(admin, user(MONITOR_ADMIN)),
    )
    names = ("DATABASE", "ROLE", "USER", "NETWORK POLICY")
    given = (*(f"CREATE {name}" for name in names), "ATTACH POLICY", "APPLY AUTHENTICATION POLICY")
    changed = grant(
        changed,
        *(Grant(deployer, privilege, "ACCOUNT", ACCOUNT) for privilege in (*given, "APPLY MASKING POLICY")),
        Grant(deployer, "USAGE", "WAREHOUSE", Name.of("ECOMMERCE_DEPLOYER_WH")),
    )
    return attach(
        changed,
        *(Attachment(PolicyKind.AUTHENTICATION, policy, "USER", Name.of(name)) for name in (DEPLOYER, MONITOR_ADMIN)),
    )


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_an_account_that_was_bootstrapped_and_deployed_has_no_finding(environment: str) -> None:
    assert said(judged(bootstrapped(passing(Evidence.LIVE, environment)))) == []


def test_three_environments_in_one_account_have_no_finding() -> None:
    parts = [bootstrapped(passing(Evidence.LIVE, name)).picture for name in ("dev", "qa", "prod")]
    things = {(thing.kind, thing.name): with_a_key_of_its_own(thing) for part in parts for thing in part.things}
    whole = replace(
        parts[-1],
        things=tuple(sorted(things.values(), key=lambda thing: (thing.kind, thing.name))),
        memberships=tuple(dict.fromkeys(entry for part in parts for entry in part.memberships)),
        grants=tuple(dict.fromkeys(entry for part in parts for entry in part.grants)),
        attachments=tuple(dict.fromkeys(entry for part in parts for entry in part.attachments)),
    )
    assert said(judged(Case(picture=whole))) == []


def with_a_key_of_its_own(thing: AnyThing) -> AnyThing:
    """A user with another key than everybody else; the passing cases share theirs between environments."""
    if not isinstance(thing, User):
        return thing
    keys = tuple(replace(key, fingerprint=f"SHA256:{thing.name}") for key in known(thing.public_keys))
    return replace(thing, public_keys=keys)


def test_a_finding_names_rule_subject_reason_path_and_the_one_grant_to_take_away() -> None:
    case = member(passing(Evidence.LIVE), Membership(role("SYSADMIN"), role("ECOMMERCE_LOADER")))
    assert said(judged(case, "SNW-RBAC-001")) == [
        "SNW-RBAC-001 USER SVC_ECOMMERCE_LOADER: is a program that reaches SYSADMIN",
        "  why: Whoever gets hold of its key then owns the account.",
        "  path: SVC_ECOMMERCE_LOADER -> ECOMMERCE_LOADER -> SYSADMIN",
        "  do: revoke SYSADMIN from ECOMMERCE_LOADER",
    ]


def test_the_grant_to_take_away_is_the_one_that_leads_out_of_the_persona() -> None:
    case = member(passing(Evidence.LIVE), Membership(role("ECOMMERCE_ANALYST"), role("ECOMMERCE_LOADER")))
    found = judged(case, "SNW-RBAC-010").of(Verdict.FAIL)
    assert {finding.do for finding in found} == {
        "revoke ECOMMERCE_ANALYTICS.ECOMMERCE_ANALYTICS_R from ECOMMERCE_ANALYST"
    }


def test_what_is_wrong_for_certain_is_a_failure_whatever_else_is_not_known() -> None:
    task = Task(name=Name.of("ECOMMERCE_ANALYTICS", "ML", "T"), owner=role("SYSADMIN"), runs_as=UNKNOWN)
    found = judged(add(passing(Evidence.DECLARATION), task), "SNW-RBAC-018").of(*BAD)
    assert [(finding.verdict, finding.what) for finding in found] == [
        (Verdict.FAIL, "runs with the rights of SYSADMIN")
    ]


_SIGHT = [
    ("SNW-RBAC-010", "FUTURE GRANT"),
    ("SNW-RBAC-011", "INHERITED GRANT"),
    ("SNW-RBAC-012", "MEMBERSHIP"),
    ("SNW-RBAC-001", "MEMBERSHIP"),
    ("SNW-RBAC-004", "GRANT"),
    ("SNW-RBAC-008", "GRANT"),
    ("SNW-RBAC-014", "GRANT"),
    ("SNW-RBAC-015", "GRANT"),
    ("SNW-RBAC-018", "TASK"),
    ("SNW-IAM-001", "USER"),
    ("SNW-IAM-009", "ATTACHMENT"),
    ("SNW-IAM-012", "TOKEN"),
]


@pytest.mark.parametrize(("id", "kind"), _SIGHT)
def test_what_the_account_would_not_show_is_no_pass(id: str, kind: str) -> None:
    spot = BlindSpot(what="something", why="no privilege", kinds=(kind,))
    found = judged(blind(passing(Evidence.LIVE), spot), id).of(Verdict.UNKNOWN)
    assert [finding.reason for finding in found] == ["something not seen: no privilege"]


def _of_one_resource() -> list[Example]:
    return [
        example
        for example in examples()
        if RULES[example.rule].per_resource
        and example.evidence is Evidence.PULUMI
        and example.verdict is Verdict.FAIL
        and example.rule in OURS
    ]


@pytest.mark.parametrize("example", _of_one_resource(), ids=lambda example: str(example).replace(" ", "-"))
def test_a_rule_of_one_resource_refuses_that_resource_alone(example: Example) -> None:
    before = passing(example.evidence, example.environment)
    known = {id(entry) for entry in before.picture.resources}
    changed = [entry for entry in example.change(before).picture.resources if id(entry) not in known]
    alone = [
        judged(replace(before, picture=picture_of([entry], before.picture.about)), example.rule) for entry in changed
    ]
    assert any(report.of(Verdict.FAIL) for report in alone)
