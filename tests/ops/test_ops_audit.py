"""`ops audit`: the three verdicts, whose finding it is, and the two reports; each test changes one thing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from account.live.answers import Answers
from account.names import ACCOUNT, Name
from account.picture import BlindSpot, Picture
from account.principals import PUBLIC, Grant, Membership, database_role, role, user
from account.things import NetworkPolicy, PublicKey, Role, Table, User, UserType, Warehouse
from ops import gate
from ops.audit import formats, run
from ops.audit.judge import judged, outcome
from ops.audit.model import Audit, Kind, Outcome
from ops.drift.estate import Estate
from ops.reader import Reading
from ops.review.locate import Places
from policies.waivers import Waiver
from tests.ops.conftest import Ended
from tests.ops.estates import HIDDEN, changed, having, live, stacks, without

TODAY = date(2026, 11, 21)
ANALYST, DBT = role("ECOMMERCE_ANALYST"), user("SVC_ECOMMERCE_DBT")
RAW = Name.of("ECOMMERCE_RAW")


def audit(
    account: Picture, *, stack: str = "prod", known: Estate | None = None, waivers: tuple[Waiver, ...] = ()
) -> Audit:
    """The audit of a picture as if it had been read."""
    reading = Reading(account, 1, 0.1, 0, "nothing is behind", Answers())
    return run.of(known or stacks(stack), reading, gate.book(stack), waivers, Places(), TODAY)


def kinds(found: Audit, rule: str, subject: str) -> set[Kind]:
    """How the findings of a rule about a subject relate to the declaration."""
    return {row.kind for row in found.rows if (row.finding.rule, row.finding.subject) == (rule, subject)}


def verdicts(found: Audit, rule: str, subject: str) -> set[tuple[str, str]]:
    """Declared and live verdict of a rule about a subject."""
    return {
        (row.declared, row.live)
        for row in found.rows
        if (row.finding.rule, row.finding.subject) == (rule, subject)
    }  # fmt: skip


SUSPENDS = ("SNW-WH-003", "WAREHOUSE LOADING_WH")


def test_declared_well_and_found_ill_is_drift() -> None:
    found = audit(changed(live(), Warehouse, "LOADING_WH", auto_suspend=None))
    assert kinds(found, *SUSPENDS) == {Kind.DRIFT}
    assert verdicts(found, *SUSPENDS) == {("pass", "fail")}


def declared_ill() -> Estate:
    """The stacks, with a warehouse of prod declared never to suspend."""
    ill = changed(stacks().own, Warehouse, "LOADING_WH", auto_suspend=None)
    return replace(stacks(), declared={**stacks().declared, "prod": ill})


def test_declared_ill_and_found_ill_is_as_declared() -> None:
    found = audit(changed(live(), Warehouse, "LOADING_WH", auto_suspend=None), known=declared_ill())
    assert kinds(found, *SUSPENDS) == {Kind.AS_DECLARED}


def test_declared_ill_and_found_well_is_fixed_elsewhere_and_does_not_block() -> None:
    found = audit(live(), known=declared_ill())
    assert kinds(found, *SUSPENDS) == {Kind.FIXED}
    assert verdicts(found, *SUSPENDS) == {("fail", "pass")}
    assert not any(SUSPENDS[1] in reason for reason in found.reasons)


def test_object_in_no_stack_is_unmanaged() -> None:
    found = audit(having(live(), things=[Warehouse(name=Name.of("ADHOC"), auto_suspend=None)]))
    assert kinds(found, "SNW-WH-003", "WAREHOUSE ADHOC") == {Kind.UNMANAGED}


def test_what_dbt_built_is_seen_in_the_account_only() -> None:
    from account.things import Column

    table = Table(
        name=Name.of("ECOMMERCE_ANALYTICS", "MARTS", "C"), owner=role("ECOMMERCE_TRANSFORMER"),
        columns=(Column(name="EMAIL", type="TEXT"),),
    )  # fmt: skip
    found = audit(having(live(), things=[table]))
    assert kinds(found, "SNW-DATA-005", "TABLE ECOMMERCE_ANALYTICS.MARTS.C") == {Kind.ONLY_LIVE}


def test_grant_to_everybody_is_drift_of_the_role_that_everybody_has() -> None:
    found = audit(having(live(), grants=[Grant(PUBLIC, "USAGE", "DATABASE", RAW)]))
    assert kinds(found, "SNW-RBAC-008", "ROLE PUBLIC") == {Kind.DRIFT}


def test_object_of_another_stack_is_left_to_its_audit() -> None:
    account = changed(live(), Warehouse, "DEV_LOADING_WH", auto_suspend=None)
    found = audit(account)
    assert kinds(found, "SNW-WH-003", "WAREHOUSE DEV_LOADING_WH") == set()
    assert found.elsewhere == audit(live()).elsewhere + 1
    own = audit(replace(account, about=live("dev").about), stack="dev")
    assert kinds(own, "SNW-WH-003", "WAREHOUSE DEV_LOADING_WH") == {Kind.DRIFT}


def test_object_that_is_nobodys_is_in_every_audit() -> None:
    stray = Warehouse(name=Name.of("ADHOC"), auto_suspend=None)
    for stack in ("dev", "prod"):
        found = audit(having(live(stack), things=[stray]), stack=stack)
        assert kinds(found, "SNW-WH-003", "WAREHOUSE ADHOC") == {Kind.UNMANAGED}


def test_role_of_another_stack_that_reaches_in_is_this_stacks_business() -> None:
    crossing = Membership(database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R"), role("DEV_ECOMMERCE_ANALYST"))
    found = audit(having(live(), members=[crossing]))
    assert kinds(found, "SNW-RBAC-014", "ROLE DEV_ECOMMERCE_ANALYST")
    other = audit(having(live("qa"), members=[crossing]), stack="qa")
    assert not kinds(other, "SNW-RBAC-014", "ROLE DEV_ECOMMERCE_ANALYST")


def test_administrator_of_the_local_snowflake_is_no_finding() -> None:
    born = User(name=Name.of("LOCAL_ADMIN"), default_role="ACCOUNTADMIN")
    account = having(live(), things=[born], members=[Membership(role("ACCOUNTADMIN"), user("LOCAL_ADMIN"))])
    assert not [row for row in audit(account).rows if "LOCAL_ADMIN" in row.finding.subject]
    real = audit(account, known=replace(stacks(), is_local=False))
    assert [row for row in real.rows if "LOCAL_ADMIN" in row.finding.subject]


def waiver(subject: str, expires: date = date(2026, 12, 24)) -> Waiver:
    return Waiver(
        rule="SNW-WH-003", resource=subject, stack="prod", owner="someone", reason="until the move is done",
        ticket="T-1", since=date(2026, 11, 1), expires=expires,
    )  # fmt: skip


def test_waived_finding_is_listed_and_blocks_nothing() -> None:
    account = changed(live(), Warehouse, "LOADING_WH", auto_suspend=None)
    found = audit(account, waivers=(waiver("WAREHOUSE LOADING_WH"),))
    assert kinds(found, *SUSPENDS) == set()
    assert [(row.rule, row.days) for row in found.waived] == [("SNW-WH-003", 33)]


def test_waiver_that_ended_covers_nothing() -> None:
    account = changed(live(), Warehouse, "LOADING_WH", auto_suspend=None)
    found = audit(account, waivers=(waiver("WAREHOUSE LOADING_WH", date(2026, 11, 20)),))
    assert kinds(found, *SUSPENDS) == {Kind.DRIFT}


def rows_of(account: Picture) -> tuple[Outcome, tuple[str, ...]]:
    return outcome(judged(stacks(), account, gate.book("prod"), (), Places(), TODAY).rows)


def test_mandatory_rule_that_is_blind_makes_the_audit_undecided() -> None:
    spot = BlindSpot(what="warehouses", why="refused", kinds=("WAREHOUSE",))
    verdict, reasons = rows_of(having(live(), blind=[spot]))
    assert verdict is Outcome.UNDECIDED
    assert any("warehouses not seen: refused" in reason for reason in reasons)


def test_rules_that_need_what_was_not_seen_are_listed_once_per_blind_spot() -> None:
    spot = BlindSpot(what="warehouses", why="refused", kinds=("WAREHOUSE",))
    [(why, rules)] = formats.undecided(audit(having(live(), blind=[spot])))
    assert why == "warehouses not seen: refused"
    assert "SNW-WH-003" in rules
    assert formats.as_markdown(audit(having(live(), blind=[spot]))).count("warehouses not seen") == 1


def test_hidden_value_is_no_pass() -> None:
    found = audit(changed(live(), Warehouse, "LOADING_WH", auto_suspend=HIDDEN))
    assert verdicts(found, *SUSPENDS) == {("pass", "unknown")}
    assert found.outcome is Outcome.UNDECIDED


def test_every_blind_spot_is_named_also_where_no_rule_needs_it() -> None:
    spot = BlindSpot(what="pipes of shares", why="refused", kinds=("PIPE",))
    assert "pipes of shares: refused" in audit(having(live(), blind=[spot])).blind


def test_stack_that_cannot_be_read_is_named() -> None:
    found = audit(live(), known=replace(stacks(), unread={"qa": "broken"}))
    assert found.blind[0] == "what stack qa declares, so its objects look like nobody's: broken"


def service(account: Picture, name: str = "SVC_ECOMMERCE_DBT") -> dict[str, object]:
    found = audit(account)
    [row] = [row for row in found.services if row.user == name]
    return {field: getattr(row, field) for field in row.__dataclass_fields__}


def test_service_account_is_described() -> None:
    row = service(live())
    assert (row["type"], row["default_role"], row["roles"], row["powers"]) == (
        "SERVICE", "ECOMMERCE_TRANSFORMER", ("ECOMMERCE_TRANSFORMER",), (),
    )  # fmt: skip
    assert row["network"] == "ECOMMERCE_SERVICES_NETWORK (user)"
    assert row["authentication"] == "ECOMMERCE_ANALYTICS.GOVERNANCE.SERVICES_AUTHENTICATION (user)"


def test_inherited_administrators_role_is_told_with_its_shortest_path() -> None:
    account = having(
        live(), things=[Role(name=Name.of("BRIDGE"))],
        members=[Membership(role("SYSADMIN"), role("BRIDGE")), Membership(role("BRIDGE"), DBT)],
    )  # fmt: skip
    powers = service(account)["powers"]
    assert isinstance(powers, tuple)
    assert [(power.what, power.direct, power.path) for power in powers if power.what == "SYSADMIN"] == [
        ("SYSADMIN", False, "SVC_ECOMMERCE_DBT -> BRIDGE -> SYSADMIN")
    ]


def test_privilege_on_the_account_is_a_power() -> None:
    powers = service(having(live(), grants=[Grant(DBT, "MANAGE GRANTS", "ACCOUNT", ACCOUNT)]))["powers"]
    assert isinstance(powers, tuple)
    assert [(power.what, power.direct) for power in powers] == [("MANAGE GRANTS on the account", True)]


def test_second_key_that_equals_the_first_is_said() -> None:
    keys = tuple(PublicKey(slot=slot, fingerprint="SHA256:A", issued="2026-01-01") for slot in ("1", "2"))
    row = service(changed(live(), User, "SVC_ECOMMERCE_DBT", public_keys=keys))
    assert row["keys"] == ("1, set 2026-01-01", "2, set 2026-01-01, the same as another")


def test_program_that_nobody_declares_is_in_the_service_audit() -> None:
    stray = User(name=Name.of("FIVETRAN"), type=UserType.LEGACY_SERVICE, has_password=True)
    row = service(having(live(), things=[stray]), "FIVETRAN")
    assert (row["owner"], row["password"], row["network"]) == ("", "yes", "ECOMMERCE_PEOPLE_NETWORK (account)")


def test_access_review_lists_what_everybody_has_and_what_users_hold_themselves() -> None:
    grants = [
        Grant(PUBLIC, "USAGE", "DATABASE", RAW),
        Grant(user("ANNA"), "USAGE", "WAREHOUSE", Name.of("LOADING_WH")),
    ]
    review = audit(having(live(), grants=grants)).access
    assert review.public == ("USAGE on DATABASE ECOMMERCE_RAW to PUBLIC",)
    assert review.to_users == ("USAGE on WAREHOUSE LOADING_WH to ANNA",)


def test_access_review_lists_who_is_privileged_and_what_is_in_no_stack() -> None:
    review = audit(having(live(), things=[NetworkPolicy(name=Name.of("HANDMADE"))])).access
    assert "BREAK_GLASS_ONE" in dict(review.privileged)
    assert "NETWORK POLICY HANDMADE" in review.unmanaged
    assert "NETWORK POLICY ECOMMERCE_SERVICES_NETWORK" not in review.unmanaged


def test_access_review_says_who_reaches_which_database() -> None:
    reach = {row.who: dict(row.databases) for row in audit(live()).access.reach}
    assert reach["SVC_ECOMMERCE_DASHBOARD"] == {"ECOMMERCE_ANALYTICS": "read; GOVERNANCE: -"}
    assert "DEV_SVC_ECOMMERCE_DASHBOARD" not in reach


def test_access_that_cannot_be_told_is_a_doubt_and_no_error() -> None:
    found = audit(changed(live(), Warehouse, "LOADING_WH", owner=HIDDEN))
    assert any("cannot be told" in doubt for doubt in found.access.doubts)


def evil() -> Audit:
    return audit(having(live(), things=[Warehouse(name=Name.of("X|<b>@all`"), auto_suspend=None)]))


def test_markdown_shows_names_as_they_are() -> None:
    outside_code = re.sub(r"`[^`\n]*`", "", formats.as_markdown(evil()))
    assert "@all" not in outside_code
    assert "<b>" not in outside_code


def test_sarif_has_a_result_per_finding_with_its_rule() -> None:
    found = evil()
    content = json.loads(formats.as_sarif(found))
    [run_] = content["runs"]
    rules = {rule["id"] for rule in run_["tool"]["driver"]["rules"]}
    assert content["version"] == "2.1.0"
    assert len(run_["results"]) == len([row for row in found.rows if row.kind is not Kind.FIXED])
    assert {result["ruleId"] for result in run_["results"]} <= rules
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run_["results"]}
    assert not [place for place in places if "live" in place]


def test_every_form_is_the_same_twice() -> None:
    for form in formats.FORMATS.values():
        assert form(evil()) == form(evil())


@pytest.mark.parametrize("verdict", list(Outcome))
def test_exit_code_tells_clean_blocked_and_undecided(
    ops: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory,
    verdict: Outcome,
) -> None:  # fmt: skip
    code = {Outcome.CLEAN: 0, Outcome.BLOCKED: 1, Outcome.UNDECIDED: 2}[verdict]
    made = replace(audit(without(live(), Warehouse, "LOADING_WH")), outcome=verdict)
    monkeypatch.setattr(run, "audit", lambda *_, **__: made)
    folder = tmp_path_factory.mktemp("reports")
    assert ops("audit", "--stack", "prod", "--output", str(folder)).code == code
    assert {path.name for path in folder.iterdir()} == set(run.FILES.values())
    assert ops("audit", "--stack", "prod", "--format", "sarif").code == code
