"""What `ops import` makes of an account: entries, remarks, ids, files; without Snowflake and without the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from account.declaration import from_platform
from account.names import Name
from account.picture import Attachment, Picture, PolicyKind
from account.principals import PUBLIC, Grant, Membership, Scope, database_role, role, user
from account.things import Database, Other, Role, Schema, Table, Warehouse
from account.values import Unknown
from ops.adopt import apply, files, ids, report
from ops.adopt.as_is import AsIsOf
from ops.adopt.coverage import Coverage, coverage
from ops.adopt.details import arguments, words
from ops.adopt.misfit import misfits
from ops.adopt.model import Estate, Found, Reason, Remark
from ops.adopt.names import slug
from ops.adopt.opened import opened
from ops.errors import BadInput
from stacks import ConfigError, Identifier, adoption
from stacks.adopted import AdoptedDatabase, AdoptedGrant, AsIs, Manager
from stacks.adoption import Adoption
from tests import samples
from tests.ops.adoptable import ADMINISTRATOR, DEPLOYER, ESTATE, SALES, SHOP, details, person, picture

READER = role("READER")
HOSTILE = st.text(st.characters(codec="utf-8"), max_size=40)


def collected(of: Picture, estate: Estate = ESTATE, said: Coverage | None = None) -> tuple[AsIs, list[Remark]]:
    """Entries and remarks of an account."""
    made = AsIsOf(of, details(of), estate, said or Coverage())
    return made.build(), made.remarks


def remarked(of: Picture, reason: Reason, estate: Estate = ESTATE) -> list[Remark]:
    """The remarks of one reason."""
    return [remark for remark in collected(of, estate)[1] if remark.reason is reason]


def grant(privilege: str, kind: str, on: Name, scope: Scope = Scope.OBJECT, to: object = READER) -> Grant:
    assert to is not None
    return Grant(to, privilege, kind, on, scope)  # type: ignore[arg-type]


def found(*remarks: Remark) -> Found:
    """A result with these remarks."""
    return Found("dev", "O-A", Adoption(platform="none"), {}, remarks, (), (), picture(), 0, 0.0)


# Entries


def test_database_and_schema_become_entries_of_the_deployment_role() -> None:
    as_is, remarks = collected(picture())
    assert [(entry.key, entry.by) for entry in as_is.databases] == [("shop", Manager.DEPLOYER)]
    assert [str(entry.name) for entry in as_is.schemas] == ["SHOP.SALES"]
    assert remarks == []


def test_what_another_role_owns_is_changed_by_the_administrator_and_says_how_to_hand_it_over() -> None:
    grown = picture(Database(name=Name.of("OLD"), owner=role("SYSADMIN"), retention_days=1))
    as_is, _ = collected(grown)
    assert {entry.key: entry.by for entry in as_is.databases}["old"] is Manager.ADMINISTRATOR
    (remark,) = remarked(grown, Reason.OWNERSHIP)
    assert remark.sql == "GRANT OWNERSHIP ON DATABASE OLD TO ROLE ECOMMERCE_DEPLOYER COPY CURRENT GRANTS;"


def test_what_a_declaration_says_is_not_taken_over_again() -> None:
    live = picture(grants=[grant("USAGE", "SCHEMA", SALES)])
    as_is, _ = collected(live, said=coverage(live))
    assert as_is.empty


def test_privileges_of_one_role_on_one_thing_are_one_entry() -> None:
    as_is, _ = collected(picture(grants=[grant("MONITOR", "SCHEMA", SALES), grant("USAGE", "SCHEMA", SALES)]))
    assert [entry.privileges for entry in as_is.grants] == [("MONITOR", "USAGE")]


def test_keys_stay_when_a_thing_was_adopted_before() -> None:
    before = AsIs(databases=(AdoptedDatabase(key="the-shop", name=Identifier("SHOP")),))
    live = picture()
    after = AsIsOf(live, details(live), ESTATE, Coverage(), before).build()
    assert [entry.key for entry in after.databases] == ["the-shop"]


def test_names_that_look_alike_get_keys_of_their_own() -> None:
    names = (Name.of("A B"), Name.of("A_B"), Name.of("a b"))
    as_is, _ = collected(picture(*(Database(name=name, owner=DEPLOYER) for name in names), base=False))
    assert sorted(entry.key for entry in as_is.databases) == ["a-b", "a-b-2", "a-b-3"]


# Remarks


def test_name_that_the_provider_cannot_refer_to_is_listed_with_what_lies_in_it() -> None:
    odd = Name.of("do.t")
    live = picture(
        Database(name=odd, owner=DEPLOYER), Schema(name=Name.of("do.t", "S"), owner=DEPLOYER),
        grants=[grant("USAGE", "DATABASE", odd)],
    )  # fmt: skip
    as_is, remarks = collected(live)
    assert [entry.key for entry in as_is.databases] == ["shop"]
    assert as_is.grants == ()
    assert [(remark.reason, remark.kind) for remark in sorted(remarks)] == [
        (Reason.DEPENDS, "DATABASE"), (Reason.DEPENDS, "SCHEMA"), (Reason.NAME, "DATABASE")
    ]  # fmt: skip


def test_grant_on_a_table_is_listed_with_its_revoke() -> None:
    orders = Table(name=Name.of("SHOP", "SALES", "ORDERS"), owner=DEPLOYER)
    live = picture(orders, grants=[grant("SELECT", "TABLE", orders.name)])
    (remark,) = remarked(live, Reason.STRAY_GRANT)
    assert remark.sql == "REVOKE SELECT ON TABLE SHOP.SALES.ORDERS FROM ROLE READER;"


def test_grant_on_a_table_that_follows_from_a_future_grant_is_no_stray() -> None:
    orders = Table(name=Name.of("SHOP", "SALES", "ORDERS"), owner=DEPLOYER)
    grants = [grant("SELECT", "TABLE", orders.name), grant("SELECT", "TABLE", SALES, Scope.FUTURE)]
    assert remarked(picture(orders, grants=grants), Reason.STRAY_GRANT) == []


def test_privilege_of_a_user_is_listed_with_its_revoke() -> None:
    live = picture(person("ANNA"), grants=[grant("USAGE", "DATABASE", SHOP, to=user("ANNA"))])
    (remark,) = remarked(live, Reason.USER_GRANT)
    assert remark.sql == "REVOKE USAGE ON DATABASE SHOP FROM USER ANNA;"


def test_grant_to_everybody_is_taken_over_and_remarked_on() -> None:
    live = picture(grants=[grant("USAGE", "DATABASE", SHOP, to=PUBLIC)])
    assert len(collected(live)[0].grants) == 1
    assert len(remarked(live, Reason.PUBLIC)) == 1


def test_tables_are_counted_and_never_taken_over() -> None:
    tables = (Table(name=Name.of("SHOP", "SALES", name), owner=DEPLOYER) for name in ("A", "B"))
    (remark,) = remarked(picture(*tables), Reason.CONTENT)
    assert (remark.name, remark.why) == ("SHOP.SALES", "2 in this schema")


def test_thing_of_a_kind_without_resource_is_listed() -> None:
    live = picture(Other(kind="COMPUTE POOL", name=Name.of("POOL"), owner=DEPLOYER))
    assert [remark.name for remark in remarked(live, Reason.UNMANAGED)] == ["POOL"]


def test_what_was_not_told_is_listed_and_not_guessed() -> None:
    live = picture(Role(name=Name.of("HIDDEN"), owner=Unknown("SHOW does not tell")))
    assert collected(live)[0].roles == ()
    assert [remark.why for remark in remarked(live, Reason.NOT_TOLD)] == ["SHOW does not tell"]


def test_what_belongs_to_another_stack_is_left_alone() -> None:
    live = picture(Warehouse(name=Name.of("DEV_WH"), owner=ADMINISTRATOR, size="XSMALL"))
    estate = Estate(deployer=DEPLOYER, others=("DEV_",))
    assert collected(live, estate)[0].warehouses == ()
    assert [remark.name for remark in remarked(live, Reason.OTHER_STACK, estate)] == ["DEV_WH"]


def test_policy_of_the_account_is_only_for_the_stack_that_owns_it() -> None:
    on_account = Attachment(PolicyKind.NETWORK, Name.of("OFFICE"), "ACCOUNT", Name())
    live = replace(picture(), attachments=(on_account,))
    assert collected(live)[0].account.network_policy == "OFFICE"
    assert collected(live, replace(ESTATE, owns_account=False))[0].account.network_policy is None


def test_membership_of_a_shared_database_role_is_an_entry() -> None:
    viewer = Membership(database_role("SNOWFLAKE", "SECURITY_VIEWER"), READER)
    (entry,) = collected(picture(Role(name=READER.name, owner=DEPLOYER), memberships=[viewer]))[0].role_grants
    assert (str(entry.role), str(entry.to_role)) == ("SNOWFLAKE.SECURITY_VIEWER", "READER")


def test_role_of_the_bootstrap_in_wrong_hands_is_no_secret() -> None:
    known = Membership(DEPLOYER, role("SYSADMIN"))
    estate = replace(ESTATE, memberships=frozenset({known}), apart={("ROLE", DEPLOYER.name): Reason.BOOTSTRAP})
    live = picture(person("EVE"), memberships=[known, Membership(DEPLOYER, user("EVE"))])
    assert [str(entry.to_user) for entry in collected(live, estate)[0].role_grants] == ["EVE"]


# Files


@given(comment=HOSTILE, name=HOSTILE)
def test_comments_and_names_come_back_from_the_file_as_they_were(comment: str, name: str) -> None:
    try:
        stored = Identifier(f'"{name}"')
    except ValueError:
        return
    as_is = AsIs(databases=(AdoptedDatabase(key="x", name=stored, comment=comment),))
    text = files.adoption_text(Adoption(as_is=as_is), "dev", "O-A")
    assert Adoption.model_validate(yaml.safe_load(text)).as_is == as_is


def test_the_same_account_gives_the_same_text_in_whatever_order_it_was_told() -> None:
    grants = [grant("USAGE", "SCHEMA", SALES), grant("USAGE", "DATABASE", SHOP), grant("MONITOR", "SCHEMA", SALES)]
    texts = {
        files.adoption_text(Adoption(as_is=collected(picture(grants=sorted(grants, key=repr)))[0]), "dev", "O-A")
        for _ in range(2)
    }
    assert len(texts) == 1


def test_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="a is there already"):
        files.write({tmp_path / "a": "new", tmp_path / "b": "new"}, force=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_force_overwrites_what_differs(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine", encoding="utf-8")
    assert files.write({tmp_path / "a": "new"}, force=True) == [tmp_path / "a"]


def test_broken_file_is_told_with_field_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "Adopted.dev.yaml").write_text("as_is: {databases: [{key: X Y, name: A}]}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Adopted.dev.yaml: as_is.databases\[0\].key"):
        adoption.read(tmp_path, "dev")


def test_report_survives_names_that_look_like_markdown() -> None:
    remark = Remark(Reason.STRAY_GRANT, "TABLE", "a|b `c` <i>", sql='REVOKE "```" x;')
    text = report.markdown(found(remark))
    assert "a\\|b \\`c\\` \\<i\\>" in text
    assert '````sql\nREVOKE "```" x;\n````' in text


def test_report_for_programs_says_what_was_taken() -> None:
    record = json.loads(files.json_text(report.record(found(Remark(Reason.PUBLIC, "DATABASE", "X")))))
    assert [entry["taken"] for entry in record["remarks"]] == [True]


# What an import does in a state


def grant_inputs(**where: object) -> dict[str, object]:
    return {"accountRoleName": '"R"', "privileges": ["SELECT", "USAGE"], **where}


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("Database", {"name": "SHOP"}, "SHOP"),
        ("Schema", {"database": "SHOP", "name": "SALES"}, '"SHOP"."SALES"'),
        ("GrantAccountRole", {"roleName": '"A b"', "userName": '"U"'}, '"A b"|USER|"U"'),
        ("GrantAccountRole", {"roleName": "A", "parentRoleName": "B"}, '"A"|ROLE|"B"'),
        ("GrantDatabaseRole", {"databaseRoleName": "D.A", "parentDatabaseRoleName": "D.B"},
         '"D"."A"|DATABASE ROLE|"D"."B"'),
        ("GrantPrivilegesToAccountRole", grant_inputs(onAccount=True), '"R"|false|false|SELECT,USAGE|OnAccount'),
        ("GrantPrivilegesToAccountRole", grant_inputs(withGrantOption=True, onSchema={"schemaName": '"D"."S"'}),
         '"R"|true|false|SELECT,USAGE|OnSchema|OnSchema|"D"."S"'),
        ("GrantPrivilegesToAccountRole", grant_inputs(onAccountObject={"objectType": "WAREHOUSE", "objectName": "W"}),
         '"R"|false|false|SELECT,USAGE|OnAccountObject|WAREHOUSE|"W"'),
        ("GrantPrivilegesToAccountRole",
         grant_inputs(onSchemaObject={"future": {"objectTypePlural": "TABLES", "inSchema": '"D"."S"'}}),
         '"R"|false|false|SELECT,USAGE|OnSchemaObject|OnFuture|TABLES|InSchema|"D"."S"'),
        ("GrantPrivilegesToDatabaseRole",
         {"databaseRoleName": '"D"."R"', "privileges": ["USAGE"], "onDatabase": '"D"'},
         '"D"."R"|false|false|USAGE|OnDatabase|"D"'),
    ],
)  # fmt: skip
def test_ids_are_those_of_the_provider(kind: str, inputs: dict[str, object], expected: str) -> None:
    assert ids.existing(kind, inputs, picture()) == expected


def test_what_the_account_does_not_have_is_not_imported() -> None:
    assert ids.existing("Database", {"name": "ELSEWHERE"}, picture()) is None


def test_secrets_of_a_preview_never_enter_a_state() -> None:
    masked = {"name": "ANNA", "email": "[secret]"}
    live = picture(person("ANNA"))
    (entry,) = apply.entries([{"urn": "u", "type": "snowflake:index/user:User", "inputs": masked}], live)
    assert entry["inputs"] == {"name": "ANNA"}


def state(kind: str, outputs: dict[str, object]) -> dict[str, object]:
    resource = {"urn": "u", "type": f"snowflake:index/{kind.lower()}:{kind}", "outputs": outputs}
    return {"deployment": {"resources": [resource]}}


@pytest.mark.parametrize(
    ("kind", "outputs", "wanted", "expected"),
    [
        ("GrantAccountRole", {"roleName": "A"}, {"roleName": '"A"'}, {"roleName": '"A"'}),
        ("Schema", {"isTransient": "false"}, {"isTransient": "default"}, {"isTransient": "default"}),
        ("Warehouse", {"maxClusterCount": 1}, {}, {"maxClusterCount": None}),
        ("ResourceMonitor", {"startTimestamp": "2026-01-01 00:00"}, {"startTimestamp": "IMMEDIATELY"},
         {"startTimestamp": "IMMEDIATELY"}),
    ],
)  # fmt: skip
def test_difference_of_form_alone_goes(
    kind: str, outputs: dict[str, object], wanted: dict[str, object], expected: dict[str, object]
) -> None:
    assert opened(state(kind, outputs), {"u": wanted}) == state(kind, expected)


@pytest.mark.parametrize(
    ("kind", "outputs", "wanted"),
    [
        ("GrantAccountRole", {"roleName": "A"}, {"roleName": '"B"'}),
        ("Warehouse", {"maxClusterCount": 3}, {}),
        ("Database", {"comment": "theirs"}, {"comment": "ours"}),
    ],
)
def test_difference_of_meaning_stays(kind: str, outputs: dict[str, object], wanted: dict[str, object]) -> None:
    assert opened(state(kind, outputs), {"u": wanted}) is None


def kept(urn: str, identity: str, *after: str) -> dict[str, object]:
    return {"urn": urn, "type": "snowflake:index/database:Database", "custom": True, "id": identity,
            "dependencies": list(after)}  # fmt: skip


def test_object_that_moved_in_the_declaration_stays_in_the_state_once() -> None:
    before = {"deployment": {"resources": [kept("old", "A"), kept("new", "A"), kept("child", "B", "old")]}}
    after = {"deployment": {"resources": [kept("new", "A"), kept("child", "B")]}}
    assert apply.without_moved(before, {"old"}) == after


def test_grant_that_moved_with_fewer_privileges_is_the_same_grant() -> None:
    def granted(urn: str, privileges: str) -> dict[str, object]:
        kind = "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole"
        identity = f'"R"|false|false|{privileges}|OnAccountObject|WAREHOUSE|"W"'
        return {"urn": urn, "type": kind, "custom": True, "id": identity}

    before = {"deployment": {"resources": [granted("old", "MODIFY,MONITOR"), granted("new", "MODIFY")]}}
    assert apply.without_moved(before, {"old"}) == {"deployment": {"resources": [granted("new", "MODIFY")]}}


def test_object_that_is_to_go_stays_in_the_state_until_it_went() -> None:
    assert apply.without_moved({"deployment": {"resources": [kept("old", "A")]}}, {"old"}) is None


# Whether the platform's model fits


def live_platform() -> Picture:
    """The account that the declaration of dev makes."""
    return from_platform(samples.platform("dev"))


def test_declaration_fits_the_account_that_it_makes() -> None:
    assert list(misfits(live_platform(), live_platform())) == []


def changed(name: str, **fields: object) -> Picture:
    made = live_platform()
    things = tuple(replace(one, **fields) if str(one.name) == name else one for one in made.things)  # type: ignore[arg-type]
    return replace(made, things=things)


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (changed("DEV_LOADING_WH", size="LARGE"), "size of WAREHOUSE DEV_LOADING_WH is LARGE, not XSMALL"),
        (changed("DEV_ECOMMERCE_RAW", owner=role("SYSADMIN")), "owner of DATABASE DEV_ECOMMERCE_RAW is SYSADMIN"),
        (replace(live_platform(), memberships=()), "is not granted to"),
        (replace(live_platform(), attachments=()), "is not set on USER"),
        (replace(live_platform(), grants=live_platform().grants[1:]), "is not granted"),
    ],
)
def test_one_fact_that_differs_is_a_misfit(live: Picture, said: str) -> None:
    first = next(iter(misfits(live_platform(), live)))
    assert said in first.text


def test_table_without_what_is_granted_on_all_tables_is_a_misfit() -> None:
    table = Table(name=Name.of("DEV_ECOMMERCE_RAW", "POSTGRES", "ORDERS"), owner=role("SOMEBODY"))
    live = live_platform()
    texts = [misfit.text for misfit in misfits(live, replace(live, things=(*live.things, table)))]
    assert any("does not hold on DEV_ECOMMERCE_RAW.POSTGRES.ORDERS" in text for text in texts)


# Small things


def test_signatures_are_split_at_commas_outside_of_brackets_and_quotes() -> None:
    assert list(arguments('VAL NUMBER(38,0), "a, b" VARCHAR')) == [("VAL", "NUMBER(38,0)"), ("a, b", "VARCHAR")]


def test_list_that_means_all_is_left_open() -> None:
    assert (words("[ALL]"), words("[SAML, PASSWORD]")) == ((), ("PASSWORD", "SAML"))


@given(HOSTILE)
def test_every_name_gives_a_key(name: str) -> None:
    AdoptedDatabase(key=slug(name), name=Identifier("X"))


def test_grant_needs_a_privilege() -> None:
    with pytest.raises(ValueError, match="privileges"):
        AdoptedGrant.model_validate({"key": "x", "to": "R", "privileges": [], "kind": "SCHEMA"})
