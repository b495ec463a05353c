"""`ops drift`: each test changes one thing on one side and looks at the one difference."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from account.names import ACCOUNT, Name
from account.picture import Attachment, BlindSpot, Picture, PolicyKind
from account.principals import PUBLIC, Grant, Membership, Scope, database_role, role, user
from account.things import (
    Database,
    MaskingPolicy,
    NetworkPolicy,
    Role,
    RowAccessPolicy,
    Schema,
    Stage,
    Table,
    Token,
    User,
    Warehouse,
)
from ops.drift import bootstrap, formats, run, statements
from ops.drift.compare import compare
from ops.drift.model import Drift, Kind, Outcome
from stacks.grants import GrantStyle
from tests.ops.conftest import Ended
from tests.ops.estates import HIDDEN, PLACES, changed, drift, having, live, of, only, stacks, without

RAW, ANALYST, LOADER = Name.of("ECOMMERCE_RAW"), role("ECOMMERCE_ANALYST"), role("ECOMMERCE_LOADER")
RAW_R = database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R")
DBT, DEPLOYER = role("ECOMMERCE_TRANSFORMER"), role("ECOMMERCE_DEPLOYER")
WIDE = Name.of("WIDE")


@pytest.mark.parametrize("stack", ["dev", "qa", "prod"])
def test_account_as_deployed_has_no_drift(stack: str) -> None:
    found = drift(live(stack), stack=stack)
    assert (found.outcome, found.differences, found.blind) == (Outcome.CLEAN, (), ())


def test_stack_alone_in_its_account_has_no_drift() -> None:
    known = stacks("prod", alone=True)
    assert compare(known, known.own, live("prod", alone=True), PLACES).differences == ()


def test_missing_object_is_told_with_its_place() -> None:
    entry = only(drift(without(live(), Warehouse, "LOADING_WH")))
    assert (entry.kind, entry.about, entry.file, entry.line) == (
        Kind.MISSING, "WAREHOUSE LOADING_WH", "stacks/warehouses.py", 7,
    )  # fmt: skip


def test_changed_fields_are_told_one_by_one() -> None:
    entry = only(drift(changed(live(), Warehouse, "LOADING_WH", auto_suspend=None, size="LARGE")))
    assert [(one.field, one.wanted, one.found) for one in entry.changes] == [
        ("size", "SMALL", "LARGE"), ("auto_suspend", "60", "(none)"),
    ]  # fmt: skip


def test_other_owner_comes_with_the_statement_that_gives_it_back() -> None:
    entry = only(drift(changed(live(), Schema, "ECOMMERCE_RAW.POS", owner=DBT)))
    assert entry.kind is Kind.OWNER
    assert entry.statement == (
        "GRANT OWNERSHIP ON SCHEMA ECOMMERCE_RAW.POS TO ROLE ECOMMERCE_DEPLOYER COPY CURRENT GRANTS;"
    )


def test_schema_that_nobody_declares_is_unmanaged() -> None:
    found = drift(having(live(), things=[Schema(name=Name.of("ECOMMERCE_RAW", "SCRATCH"), owner=DEPLOYER)]))
    assert of(found, Kind.UNMANAGED) == ["SCHEMA ECOMMERCE_RAW.SCRATCH (owner ECOMMERCE_DEPLOYER)"]


def test_table_that_dbt_builds_in_its_schema_is_no_drift() -> None:
    table = Table(name=Name.of("ECOMMERCE_ANALYTICS", "MARTS", "ORDERS"), owner=DBT)
    assert of(drift(having(live(), things=[table])), Kind.UNMANAGED) == []


def test_policy_of_a_kind_that_nobody_declares_may_come_from_a_migration() -> None:
    name = Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "REGION")
    mine, strangers = (RowAccessPolicy(name=name, owner=owner) for owner in (DEPLOYER, ANALYST))
    assert of(drift(having(live(), things=[mine])), Kind.UNMANAGED) == []
    assert of(drift(having(live(), things=[strangers])), Kind.UNMANAGED)


def test_policy_of_a_kind_that_is_declared_is_unmanaged_whoever_made_it() -> None:
    mask = MaskingPolicy(name=Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "MASK_ALL"), owner=DEPLOYER)
    assert of(drift(having(live(), things=[mask])), Kind.UNMANAGED)


def test_table_of_another_role_is_unmanaged_there() -> None:
    table = Table(name=Name.of("ECOMMERCE_ANALYTICS", "MARTS", "ORDERS"), owner=ANALYST, type="VIEW")
    assert of(drift(having(live(), things=[table])), Kind.UNMANAGED) == [
        "VIEW ECOMMERCE_ANALYTICS.MARTS.ORDERS (owner ECOMMERCE_ANALYST)"
    ]


def test_access_token_of_a_declared_user_is_unmanaged() -> None:
    token = Token(name=Name.of("SVC_ECOMMERCE_DBT", "CI"))
    assert of(drift(having(live(), things=[token])), Kind.UNMANAGED) == ["TOKEN SVC_ECOMMERCE_DBT.CI"]


def test_object_with_a_prefix_belongs_to_that_stack() -> None:
    account = having(live("dev"), things=[Role(name=Name.of("DEV_HANDMADE"), owner=DEPLOYER)])
    assert of(drift(account, stack="dev"), Kind.UNMANAGED) == ["ROLE DEV_HANDMADE (owner ECOMMERCE_DEPLOYER)"]
    assert drift(account).differences == ()


def test_object_of_the_account_that_is_nobodys_is_no_drift_of_a_stack() -> None:
    assert drift(having(live(), things=[Warehouse(name=Name.of("ADHOC"))])).differences == ()


GRANTS = (
    (Grant(PUBLIC, "USAGE", "DATABASE", RAW), "REVOKE USAGE ON DATABASE ECOMMERCE_RAW FROM ROLE PUBLIC;"),
    (
        Grant(RAW_R, "SELECT", "TABLE", Name.of("ECOMMERCE_RAW", "POS"), Scope.INHERITED),
        "REVOKE INHERITED SELECT ON ALL TABLES IN SCHEMA ECOMMERCE_RAW.POS "
        "FROM DATABASE ROLE ECOMMERCE_RAW.ECOMMERCE_RAW_R;",
    ),
    (
        Grant(ANALYST, "SELECT", "MASKING POLICY", RAW, Scope.FUTURE),
        "REVOKE SELECT ON FUTURE MASKING POLICIES IN DATABASE ECOMMERCE_RAW FROM ROLE ECOMMERCE_ANALYST;",
    ),
    (Grant(LOADER, "MANAGE GRANTS", "ACCOUNT", ACCOUNT), "REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE ECOMMERCE_LOADER;"),
    (
        Grant(user("ANNA"), "USAGE", "PROCEDURE", Name.of("ECOMMERCE_RAW", "POS", "P(VARCHAR, NUMBER)")),
        "REVOKE USAGE ON PROCEDURE ECOMMERCE_RAW.POS.P(VARCHAR, NUMBER) FROM USER ANNA;",
    ),
    (
        Grant(role('it\'s "mine"'), "SELECT", "TABLE", Name.of("ECOMMERCE_RAW", "POS", "a.b")),
        'REVOKE SELECT ON TABLE ECOMMERCE_RAW.POS."a.b" FROM ROLE "it\'s ""mine""";',
    ),
)


@pytest.mark.parametrize(("grant", "statement"), GRANTS, ids=lambda value: str(value)[:50])
def test_extra_grant_comes_with_its_exact_revoke(grant: Grant, statement: str) -> None:
    entry = only(drift(having(live(), grants=[grant])))
    assert (entry.kind, entry.statement) == (Kind.EXTRA, statement)


def test_grant_option_alone_is_revoked_alone() -> None:
    grant = next(one for one in live().grants if one.grantee == ANALYST and one.kind == "WAREHOUSE")
    account = replace(live(), grants=(*live().grants, replace(grant, grant_option=True)))
    entry = only(drift(account))
    assert entry.statement == "REVOKE GRANT OPTION FOR USAGE ON WAREHOUSE REPORTING_WH FROM ROLE ECOMMERCE_ANALYST;"


def test_grant_between_other_stacks_is_left_to_them() -> None:
    grant = Grant(role("DEV_ECOMMERCE_LOADER"), "USAGE", "DATABASE", Name.of("DEV_ECOMMERCE_STAGING"))
    assert drift(having(live(), grants=[grant])).differences == ()


def test_grant_on_this_stacks_database_to_another_stacks_role_is_extra() -> None:
    grant = Grant(role("DEV_ECOMMERCE_LOADER"), "USAGE", "DATABASE", RAW)
    assert only(drift(having(live(), grants=[grant]))).kind is Kind.EXTRA


def test_what_the_bootstrap_grants_is_no_drift() -> None:
    grants = [Grant(DEPLOYER, "CREATE USER", "ACCOUNT", ACCOUNT), Grant(DEPLOYER, "CREATE SHARE", "ACCOUNT", ACCOUNT)]
    assert of(drift(having(live(), grants=grants)), Kind.EXTRA) == ["CREATE SHARE on the account to ECOMMERCE_DEPLOYER"]


def test_future_grant_that_was_revoked_is_missing() -> None:
    gone = next(one for one in live().grants if one.grantee == RAW_R and one.scope is Scope.FUTURE)
    entry = only(drift(replace(live(), grants=tuple(one for one in live().grants if one != gone))))
    assert entry.kind is Kind.MISSING
    assert entry.statement.startswith("GRANT SELECT ON FUTURE ")


def test_table_without_what_is_granted_on_all_tables_is_told() -> None:
    table = Table(name=Name.of("ECOMMERCE_RAW", "POS", "SALES"), owner=DEPLOYER)
    found = drift(having(live(), things=[table]))
    assert "SELECT on all TABLES in ECOMMERCE_RAW.POS to ECOMMERCE_RAW.ECOMMERCE_RAW_R (database role), " \
        "not held on ECOMMERCE_RAW.POS.SALES" in of(found, Kind.MISSING)  # fmt: skip


def test_grants_that_follow_from_those_on_future_objects_are_expected() -> None:
    table = Table(name=Name.of("ECOMMERCE_RAW", "POS", "SALES"), owner=DEPLOYER)
    wide = [one for one in stacks().own.grants if one.kind == "TABLE" and one.on == ("ECOMMERCE_RAW", "POS")]
    grants = {replace(one, on=table.name, scope=Scope.OBJECT) for one in wide}
    assert drift(having(live(), things=[table], grants=grants)).differences == ()


def test_membership_is_missing_or_extra_with_its_statement() -> None:
    member = Membership(RAW_R, ANALYST)
    extra = only(drift(having(live(), members=[member])))
    assert extra.statement == "REVOKE DATABASE ROLE ECOMMERCE_RAW.ECOMMERCE_RAW_R FROM ROLE ECOMMERCE_ANALYST;"
    gone = next(one for one in stacks().own.memberships if one.member == user("SVC_ECOMMERCE_DBT"))
    missing = only(drift(replace(live(), memberships=tuple(one for one in live().memberships if one != gone))))
    assert missing.statement == "GRANT ROLE ECOMMERCE_TRANSFORMER TO USER SVC_ECOMMERCE_DBT;"


def swapped(picture: Picture, target: str, policy: Name | None, kind: PolicyKind = PolicyKind.NETWORK) -> Picture:
    """The picture with another policy on a user, or none."""
    found = next(one for one in picture.attachments if one.policy_kind is kind and one.target == (target,))
    new = () if policy is None else (replace(found, policy=policy),)
    return replace(picture, attachments=tuple(one for one in picture.attachments if one is not found) + new)


def test_other_policy_on_a_user_is_a_change() -> None:
    entry = only(drift(swapped(live(), "SVC_ECOMMERCE_DBT", WIDE)))
    assert (entry.kind, entry.statement) == (
        Kind.CHANGED, "ALTER USER SVC_ECOMMERCE_DBT SET NETWORK_POLICY = ECOMMERCE_SERVICES_NETWORK;",
    )  # fmt: skip


def test_policy_that_was_taken_off_is_missing() -> None:
    entry = only(drift(swapped(live(), "SVC_ECOMMERCE_DBT", None, PolicyKind.AUTHENTICATION)))
    assert (entry.kind, entry.statement) == (
        Kind.MISSING,
        "ALTER USER SVC_ECOMMERCE_DBT SET AUTHENTICATION POLICY "
        "ECOMMERCE_ANALYTICS.GOVERNANCE.SERVICES_AUTHENTICATION;",
    )


def test_policy_more_on_the_account_is_extra_for_its_owner_only() -> None:
    more = Attachment(PolicyKind.SESSION, Name.of("A", "B", "SHORT"), "ACCOUNT", ACCOUNT)
    assert of(drift(having(live(), attachments=[more])), Kind.EXTRA) == ["session policy A.B.SHORT on the account"]
    assert drift(having(live("dev"), attachments=[more]), stack="dev").differences == ()


@pytest.mark.parametrize(
    ("value", "kind", "statement"),
    [
        ("false", Kind.CHANGED, "ALTER ACCOUNT SET PREVENT_UNLOAD_TO_INLINE_URL = TRUE;"),
        (None, Kind.MISSING, "ALTER ACCOUNT SET PREVENT_UNLOAD_TO_INLINE_URL = TRUE;"),
    ],
)
def test_account_parameter_is_put_back(value: str | None, kind: Kind, statement: str) -> None:
    parameters = {name: one for name, one in live().parameters.items() if name != "PREVENT_UNLOAD_TO_INLINE_URL"}
    if value is not None:
        parameters["PREVENT_UNLOAD_TO_INLINE_URL"] = value
    entry = only(drift(replace(live(), parameters=parameters)))
    assert (entry.kind, entry.statement) == (kind, statement)


def test_parameter_that_nobody_declares_is_extra() -> None:
    entry = only(drift(replace(live(), parameters={**live().parameters, "TIMEZONE": "it's"})))
    assert (entry.kind, entry.statement) == (Kind.EXTRA, "ALTER ACCOUNT UNSET TIMEZONE;")
    assert statements.parameter("TIMEZONE", "it's") == "ALTER ACCOUNT SET TIMEZONE = 'it''s';"


def test_opting_in_to_inherited_grants_is_expected_where_a_stack_uses_them() -> None:
    account = replace(live(), parameters={**live().parameters, "FEATURE_RBAC_INHERITED_GRANTS": "ENABLED"})
    assert only(drift(account)).kind is Kind.EXTRA
    platforms = {"prod": stacks().platform.model_copy(update={"grant_style": GrantStyle.INHERITED})}
    known = replace(stacks(), platforms={**stacks().platforms, **platforms})
    assert compare(known, known.own, account, PLACES).differences == ()


def test_field_that_is_declared_and_not_applied_is_no_drift() -> None:
    declared = changed(stacks().own, Warehouse, "LOADING_WH", auto_suspend=120)
    found = drift(live(), declared=declared)
    assert (found.outcome, only(found).kind) == (Outcome.CLEAN, Kind.NOT_APPLIED)


def test_field_that_differs_from_declaration_and_state_is_drift() -> None:
    declared = changed(stacks().own, Warehouse, "LOADING_WH", auto_suspend=120)
    found = drift(changed(live(), Warehouse, "LOADING_WH", auto_suspend=600), declared=declared)
    assert (found.outcome, only(found).kind) == (Outcome.DRIFT, Kind.CHANGED)


def test_object_that_is_declared_and_not_applied_is_no_drift() -> None:
    declared = having(stacks().own, things=[Warehouse(name=Name.of("NEW_WH"))])
    found = drift(live(), declared=declared)
    assert (found.outcome, only(found).kind) == (Outcome.CLEAN, Kind.NOT_APPLIED)


def test_object_that_is_no_longer_declared_and_still_there_is_no_drift() -> None:
    old = Warehouse(name=Name.of("OLD_WH"))
    found = drift(having(live(), things=[old]), applied=having(stacks().own, things=[old]))
    assert (found.outcome, only(found).kind) == (Outcome.CLEAN, Kind.NOT_REMOVED)


def test_object_that_the_state_does_not_know_has_to_be_imported() -> None:
    found = drift(live(), applied=without(stacks().own, Database, "ECOMMERCE_RAW"))
    assert (found.outcome, only(found).kind) == (Outcome.DRIFT, Kind.UNTRACKED)


def test_state_says_what_the_declaration_does_not() -> None:
    name = "ECOMMERCE_ANALYTICS.GOVERNANCE.MASK_EMAIL"
    applied = changed(stacks().own, MaskingPolicy, name, body="'*****'")
    entry = only(drift(changed(live(), MaskingPolicy, name, body="VAL"), applied=applied))
    assert [(one.field, one.found) for one in entry.changes] == [("body", "VAL")]


def test_what_neither_side_says_is_not_compared_and_named() -> None:
    assert drift(live()).not_compared == ("MASKING POLICY, body",)


def test_generation_that_the_plugin_does_not_set_is_no_drift() -> None:
    applied = changed(stacks().own, Warehouse, "LOADING_WH", generation=None)
    account = changed(live(), Warehouse, "LOADING_WH", generation="2")
    assert drift(account, applied=applied).differences == ()


def test_email_address_is_compared_and_never_shown() -> None:
    found = drift(changed(live(), User, "ANNA", email="mallory@example.org"))
    assert only(found).kind is Kind.CHANGED
    assert "example.org" not in formats.as_json(found) + formats.as_markdown(found)


def test_kind_that_is_hidden_is_not_called_missing() -> None:
    spot = BlindSpot(what="warehouses", why="refused", kinds=("WAREHOUSE",))
    found = drift(having(without(live(), Warehouse, "LOADING_WH"), blind=[spot]))
    assert (found.outcome, found.differences, found.blind) == (Outcome.UNDECIDED, (), ("warehouses: refused",))


def test_blind_spot_about_something_else_is_no_doubt() -> None:
    spot = BlindSpot(what="pipes", why="refused", kinds=("PIPE",))
    assert drift(having(live(), blind=[spot])).outcome is Outcome.CLEAN


def test_field_that_the_account_hides_is_a_doubt() -> None:
    found = drift(changed(live(), User, "SVC_ECOMMERCE_DBT", default_role=HIDDEN))
    assert (found.outcome, found.blind) == (
        Outcome.UNDECIDED, ("USER SVC_ECOMMERCE_DBT, default_role: hidden from the role",),
    )  # fmt: skip


def test_state_that_cannot_be_read_is_a_doubt() -> None:
    found = compare(stacks(), None, live(), PLACES, "no passphrase")
    assert (found.outcome, found.blind) == (Outcome.UNDECIDED, ("the state of stack prod: no passphrase",))


def test_stack_whose_declaration_cannot_be_read_is_a_doubt() -> None:
    found = compare(replace(stacks(), unread={"qa": "broken"}), stacks().own, live(), PLACES)
    assert found.blind == ("what stack qa declares: broken",)


def test_bootstrap_files_are_read_as_they_stand() -> None:
    made = bootstrap.bootstrap()
    assert ("USER", Name.of("SVC_ECOMMERCE_DEPLOYER")) in made.things
    assert Membership(DEPLOYER, role("SYSADMIN")) in made.memberships
    assert Grant(DEPLOYER, "APPLY SESSION POLICY", "ACCOUNT", ACCOUNT) in made.grants
    network = Attachment(
        PolicyKind.NETWORK, Name.of("ECOMMERCE_DEPLOYER_NETWORK"), "USER", Name.of("SVC_ECOMMERCE_DEPLOYER")
    )
    assert network in made.attachments


def test_markdown_escapes_what_comes_from_the_account() -> None:
    policy = NetworkPolicy(name=Name.of("DEV_<b>|@all"))
    text = formats.as_markdown(drift(having(live("dev"), things=[policy]), stack="dev"))
    assert "<b>" not in text.replace("<br>", "")
    assert "@all" not in text


def test_report_and_audit_fit_into_one_issue() -> None:
    from ops.audit import formats as audit_formats

    many = [Role(name=Name.of(f"DEV_{'X' * 150}_{number}")) for number in range(300)]
    text = formats.as_markdown(drift(having(live("dev"), things=many), stack="dev"))
    assert text.endswith("_The report is cut here; the JSON has everything._\n")
    assert formats.LIMIT + audit_formats.LIMIT < 65_536 - 1000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda account: account, 0),
        (lambda account: without(account, Warehouse, "LOADING_WH"), 1),
        (lambda account: having(account, blind=[BlindSpot(what="grants", why="refused", kinds=("GRANT",))]), 2),
    ],
)
def test_exit_code_tells_clean_drift_and_doubt(
    ops: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, change: Callable[[Picture], Picture], code: int
) -> None:
    def found(*_: object, **__: object) -> Drift:
        return drift(change(live()))

    monkeypatch.setattr(run, "drift", found)
    ended = ops("drift", "--stack", "prod", "--json")
    assert ended.code == code
    assert json.loads(ended.out)["stack"] == "prod"
    assert ops("drift", "--stack", "prod").code == code
    assert ops("drift", "--stack", "prod", "--format", "md").code == code


def test_stack_that_does_not_stand_is_bad_input(ops: Callable[..., Ended]) -> None:
    ended = ops("drift", "--stack", "prod")
    assert ended.code == 2
    assert "does not stand in local account MAIN" in ended.err


def test_stage_of_a_stranger_in_a_declared_schema_is_unmanaged() -> None:
    stage = Stage(name=Name.of("ECOMMERCE_RAW", "FILES", "COPIES"), owner=role("ACCOUNTADMIN"))
    assert of(drift(having(live(), things=[stage])), Kind.UNMANAGED) == [
        "STAGE ECOMMERCE_RAW.FILES.COPIES (owner ACCOUNTADMIN)"
    ]
