"""Ways round the gates, one by one: each is caught, and by the gate that is named here.

Most are tried on the policy pack as the engine drives it, in prod and before the first `up`, so that nothing which the
provider computes is known. The others are caught by another gate: the proof that the pack ran, the live account, the
command line, the file of waivers, the picture of several stacks together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from pulumi.runtime.proto import analyzer_pb2 as proto

from account.merge import merged
from account.names import Name
from account.picture import Picture
from account.principals import Membership, role
from account.pulumi import Resource
from account.things import Column, Table
from account.values import UNKNOWN
from policies import configuration, waivers
from policies.errors import RuleBookError
from policies.evidence import executed
from policies.judge import judge
from policies.plan import Plan
from policies.rule import Case, Evidence, Verdict
from tests.policies.cases import passing
from tests.policies.engine import Engine

ANALYTICS = '"ECOMMERCE_ANALYTICS"'
LOADER = '"ECOMMERCE_LOADER"'
DEPLOYER = "ECOMMERCE_DEPLOYER"


def add(engine: Engine, kind: str, provider_role: str = DEPLOYER, /, **inputs: object) -> None:
    """Register one more resource called extra."""
    token = kind if ":" in kind else f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"
    urn = f"urn:pulumi:prod::snowflake-platform::{token}::extra"
    like = next(entry for entry in engine.resources.values() if entry.provider_role == DEPLOYER)
    engine.resources[urn] = Resource(
        type=token, name="extra", urn=urn, inputs=inputs, provider=like.provider, provider_role=provider_role
    )


def grant(engine: Engine, grantee: str = LOADER, **how: object) -> None:
    """Grant SELECT (or something else) to an account role."""
    how.setdefault("privileges", ["SELECT"])
    add(engine, "GrantPrivilegesToAccountRole", DEPLOYER, accountRoleName=grantee, **how)


def options(engine: Engine, kind: str, name: str, **values: object) -> None:
    """Register a resource with other options."""
    urn = engine.urn(kind, name)
    engine.resources[urn] = replace(engine.resources[urn], **values)  # type: ignore[arg-type]


def _indirect(engine: Engine) -> None:
    add(engine, "GrantDatabaseRole", databaseRoleName=f'{ANALYTICS}."ECOMMERCE_ANALYTICS_R"', parentRoleName=LOADER)


def _through_sysadmin(engine: Engine) -> None:
    for urn, entry in list(engine.resources.items()):
        if entry.provider_role == DEPLOYER:
            engine.resources[urn] = replace(entry, provider_role="SYSADMIN")
        if entry.type == "pulumi:providers:snowflake" and entry.inputs.get("role") == DEPLOYER:
            engine.resources[urn] = replace(entry, inputs={**entry.inputs, "role": "SYSADMIN"})


def _wide_user_policy(engine: Engine) -> None:
    add(engine, "NetworkPolicy", name="ECOMMERCE_WIDE", allowedIpLists=["127.0.0.0/8", "8.0.0.0/7"])
    engine.change("User", "anna", networkPolicy="ECOMMERCE_WIDE")


def _shared_ranges(engine: Engine) -> None:
    engine.change(
        "NetworkPolicy", "services", allowedNetworkRuleLists=['"SNOWFLAKE"."NETWORK_SECURITY"."GITHUBACTIONS_GLOBAL"']
    )


@dataclass(frozen=True)
class Way:
    """One way round, and the rule of the pack that catches it."""

    name: str
    rule: str
    take: Callable[[Engine], object]

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def _inherited(engine: Engine) -> None:
    grant(engine, onSchemaObject={"inherited": {"objectTypePlural": "TABLES", "inDatabase": ANALYTICS}})


def _monitor(**inputs: object) -> Callable[[Engine], object]:
    return lambda engine: engine.change("ResourceMonitor", "loading", **inputs)


def _execute(text: str) -> Callable[[Engine], None]:
    return lambda engine: add(engine, "Execute", execute=text, revert="SELECT 1")


def _allowed(*networks: str) -> Callable[[Engine], object]:
    return lambda engine: engine.change("NetworkRule", "services", valueLists=list(networks))


WAYS = (
    Way("1 a name that is not known yet", "SNW-RBAC-001",
        lambda engine: engine.change("GrantAccountRole", "admin-transformer", roleName=UNKNOWN)),
    Way("2 a grant in Execute", "SNW-RBAC-020", _execute("/* x */ gRaNt ROLE ACCOUNTADMIN TO USER ANNA")),
    Way("2 a user changed in Execute", "SNW-RBAC-020", _execute("ALTER USER ANNA SET DISABLED = FALSE")),
    Way("3 a dynamic provider", "SNW-GOV-003", lambda engine: add(engine, "pulumi-python:dynamic:Resource")),
    Way("3 a command", "SNW-GOV-003", lambda engine: add(engine, "command:local:Command", create="snow sql")),
    Way("3 a new type of the provider", "SNW-GOV-003", lambda engine: add(engine, "SomethingNew", name="X")),
    Way("4 changes ignored", "SNW-GOV-004",
        lambda engine: options(engine, "ServiceUser", "loader", ignore_changes=("networkPolicy",))),
    Way("5 grants on all objects", "SNW-RBAC-010",
        lambda engine: grant(engine, onSchemaObject={"all": {"objectTypePlural": "TABLES", "inDatabase": ANALYTICS}})),
    Way("5 grants on future objects", "SNW-RBAC-010",
        lambda engine: grant(
            engine, onSchemaObject={"future": {"objectTypePlural": "VIEWS", "inSchema": f'{ANALYTICS}."MARTS"'}})),
    Way("5 inherited grants", "SNW-RBAC-010", _inherited),
    Way("6 through a database role", "SNW-RBAC-010", _indirect),
    Way("7 SYSADMIN owns everything", "SNW-RBAC-019", _through_sysadmin),
    Way("8 a user's network policy wider than the account's", "SNW-NET-004", _wide_user_policy),
    Way("9 the internet in halves", "SNW-NET-002", _allowed("0.0.0.0/1", "128.0.0.0/1")),
    Way("9 the internet in quarters", "SNW-NET-002",
        _allowed("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2")),
    Way("10 all privileges", "SNW-RBAC-010",
        lambda engine: grant(engine, privileges=[], allPrivileges=True,
                             onSchemaObject={"objectType": "TABLE", "objectName": f'{ANALYTICS}."MARTS"."T"'})),
    Way("11 with grant option", "SNW-RBAC-007",
        lambda engine: grant(engine, privileges=["USAGE"], withGrantOption=True,
                             onAccountObject={"objectType": "WAREHOUSE", "objectName": '"LOADING_WH"'})),
    Way("12 an administrator's role in quotes", "SNW-RBAC-002",
        lambda engine: add(engine, "GrantAccountRole", roleName='"ACCOUNTADMIN"', parentRoleName=LOADER)),
    Way("12 an administrator's role in small letters", "SNW-RBAC-002",
        lambda engine: add(engine, "GrantAccountRole", roleName="accountadmin", parentRoleName=LOADER)),
    Way("13 the word default taken for true", "SNW-DATA-004",
        lambda engine: engine.change("Schema", "analytics-marts", withManagedAccess="default")),
    Way("14 a monitor without quota", "SNW-WH-002", _monitor(creditQuota=None)),
    Way("14 a monitor that only tells", "SNW-WH-002", _monitor(suspendTrigger=None, suspendImmediateTrigger=None)),
    Way("15 a mask that shows everything", "SNW-DATA-006",
        lambda engine: engine.change("MaskingPolicy", "email", body="val")),
    Way("15 a mask that shows everything in the end", "SNW-DATA-006",
        lambda engine: engine.change("MaskingPolicy", "email", body="CASE WHEN 1 = 0 THEN '***' ELSE VAL END")),
)  # fmt: skip


def refused(engine: Engine) -> set[str]:
    """Rules that stop the preview."""
    return {said.policyName for said in engine.preview() if said.enforcementLevel == proto.MANDATORY}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_pack_catches(way: Way) -> None:
    engine = Engine("prod")
    way.take(engine)
    assert way.rule in refused(engine)


def test_the_pack_tells_of_keys_used_from_addresses_that_strangers_share() -> None:
    engine = Engine("prod")
    _shared_ranges(engine)
    assert "SNW-NET-007" in {said.policyName for said in engine.preview()}


def test_a_role_that_is_only_spelt_like_an_administrators_is_another_one() -> None:
    engine = Engine("prod")
    add(engine, "GrantAccountRole", roleName='"accountadmin"', parentRoleName=LOADER)
    assert "SNW-RBAC-001" not in refused(engine)


def _judged(case: Case, rule: str) -> set[Verdict]:
    book = configuration.load("prod")
    one = replace(book, rules={rule: book.rules[rule]})
    return {finding.verdict for finding in judge(one, case).findings}


def test_16_the_live_account_shows_personal_data_that_dbt_made() -> None:
    case = passing(Evidence.LIVE)
    made = Table(name=Name.of("ECOMMERCE_ANALYTICS", "MARTS", "CUSTOMERS"), columns=(Column(name="EMAIL"),))
    live = replace(case, picture=replace(case.picture, things=(*case.picture.things, made)))
    assert Verdict.FAIL in _judged(live, "SNW-DATA-005")


def test_17_a_preview_without_the_pack_proves_nothing() -> None:
    assert not executed([{"summaryEvent": {"PolicyPacks": {}}}]).ran


def test_17_a_misspelt_rule_in_a_configuration_is_not_ignored(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("config")
    (folder / "prod.yaml").write_text("SNW-WH-030: {level: disabled}", encoding="utf-8")
    with pytest.raises(RuleBookError, match="SNW-WH-030"):
        configuration.load("prod", folder=folder)


def test_18_a_waiver_for_everything_is_refused() -> None:
    text = (
        "- {rule: SNW-WH-003, resource: 'WAREHOUSE .*', stack: prod, owner: somebody, reason: because it is so, "
        "ticket: X-1, since: 2026-11-01, expires: 2026-11-30}"
    )
    with pytest.raises(RuleBookError, match="resource"):
        waivers.parse(text)


def test_19_a_plan_of_a_part_of_the_stack_is_refused() -> None:
    case = replace(passing(Evidence.PLAN), plan=Plan(flags=("--target", "urn:x")))
    assert Verdict.FAIL in _judged(case, "SNW-OPS-004")


def test_20_two_stacks_together_show_what_neither_shows_alone() -> None:
    picture = passing(Evidence.DECLARATION).picture
    reader = role("ELSEWHERE_READER")
    one = _member(picture, Membership(reader, role("ECOMMERCE_LOADER")))
    other = _member(picture, Membership(role("ECOMMERCE_ANALYST"), reader))
    assert Verdict.FAIL not in _judged(Case(picture=one), "SNW-RBAC-010")
    assert Verdict.FAIL in _judged(Case(picture=merged(one, other)), "SNW-RBAC-010")


def _member(picture: Picture, membership: Membership) -> Picture:
    return replace(picture, memberships=(*picture.memberships, membership))
