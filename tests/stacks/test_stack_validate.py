"""What a declaration or a config gets refused for: start from one that is good, change one thing."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from stacks import DeclarationError, Identifier, Problem, config, load, together
from stacks import databases as stack_databases
from stacks import governance as stack_governance
from stacks import monitors as stack_monitors
from stacks import roles as stack_roles
from stacks import users as stack_users
from stacks import warehouses as stack_warehouses
from stacks.build import build
from stacks.load import ENVIRONMENTS
from tests import samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from stacks.base import Model


def problems(environment: str = "dev", /, **changes: object) -> tuple[Problem, ...]:
    with pytest.raises(DeclarationError) as caught:
        samples.platform(environment, **changes)
    return caught.value.problems


def only(environment: str = "dev", /, **changes: object) -> Problem:
    (found,) = problems(environment, **changes)
    return found


def keys(**changes: object) -> dict[str, object]:
    values = samples.values("dev")["public_keys"]
    assert isinstance(values, dict)
    return {name: entry for name, entry in {**values, **changes}.items() if entry is not None}


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
@pytest.mark.parametrize("shared", [True, False])
def test_the_samples_are_acceptable(environment: str, shared: bool) -> None:
    assert samples.platform(environment, shared_account=shared)


# Network


@pytest.mark.parametrize(
    "cidrs",
    [
        ["0.0.0.0/0"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        [f"{first}.0.0.0/8" for first in range(1, 256)],
        ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"],
        ["2.0.0.0/7", "8.0.0.0/7"],
    ],
)
def test_wide_open_lists_are_refused_however_they_are_split(cidrs: list[str]) -> None:
    found = problems(service_cidrs=cidrs)
    assert [entry.what for entry in found] == ["Allow-list is wide open"]
    assert found[0].field == "service_cidrs"


@pytest.mark.parametrize("cidrs", [["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], ["8.0.0.0/9"], ["8.8.8.8"]])
def test_private_ranges_and_ordinary_lists_are_fine(cidrs: list[str]) -> None:
    assert samples.platform("dev", service_cidrs=cidrs)


@pytest.mark.parametrize("cidr", ["10.0.0.1/8", "300.1.1.1", "10.0.0.0/33", "::/0", "home", "10.0.0.0 /8"])
def test_what_is_no_ipv4_network_is_named(cidr: str) -> None:
    found = only(service_cidrs=["10.0.0.0/8", cidr])
    assert (found.field, found.value) == ("service_cidrs[1]", cidr)


@pytest.mark.parametrize("field", ["service_cidrs", "people_cidrs"])
def test_an_empty_allow_list_is_refused(field: str) -> None:
    assert "Allow-list is empty" in {entry.what for entry in problems(**{field: list[str]()})}


@pytest.mark.parametrize("field", ["service_cidrs", "people_cidrs"])
def test_production_needs_network_policies(field: str) -> None:
    assert "Production without network policy" in {entry.what for entry in problems("prod", **{field: None})}
    assert samples.platform("dev", **{field: None})


def test_production_binds_the_whole_account() -> None:
    assert only("prod", network_policy_on_account=False).field == "network_policy_on_account"


def test_the_deployment_may_not_lock_itself_out() -> None:
    found = only("prod", deployer_cidrs=["10.0.0.7"])
    assert found.what == "The deployment would be locked out"
    assert found.value == "10.0.0.7/32"


def test_a_stack_that_does_not_own_the_account_cannot_lock_the_deployment_out() -> None:
    assert samples.platform("dev", deployer_cidrs=["10.0.0.7"])


def test_adjacent_networks_are_seen_as_one() -> None:
    halves = ["10.0.0.0/25", "10.0.0.128/25", "127.0.0.0/8"]
    assert samples.platform("prod", people_cidrs=halves, deployer_cidrs=["10.0.0.0/24"])


def test_an_unknown_deployment_address_fails_in_production_only() -> None:
    assert only("prod", deployer_cidrs=None).what == "Address of the deployment is not known"
    assert samples.platform("dev", deployer_cidrs=None)


def test_break_glass_people_may_not_be_locked_out() -> None:
    people = samples.values("prod")["break_glass"]
    assert isinstance(people, list)
    people[1]["addresses"] = ["10.9.9.9"]
    found = only("prod", break_glass=people)
    assert found.what == "A break-glass person would be locked out"
    assert found.field == "break_glass[BREAK_GLASS_TWO].addresses"


# Login


def test_a_service_user_without_key_has_no_way_in() -> None:
    found = only(public_keys=keys(SVC_ECOMMERCE_DBT=None))
    assert found.what == "User has no way in"
    assert found.field == "public_keys.SVC_ECOMMERCE_DBT"


def test_a_person_needs_a_way_in_that_is_set_up() -> None:
    anna = {"name": "ANNA", "email": "anna@example.org", "roles": ["admin"]}
    assert only(people=[anna], people_methods=["SAML"]).what == "User has no way in"
    assert only(people=[anna], people_methods=["KEYPAIR"]).field == "people[ANNA]"
    assert samples.platform("dev", people=[anna], people_methods=["SAML"], saml_integration="OKTA")
    assert samples.platform("dev", people=[anna])


def test_break_glass_people_need_a_way_in_too() -> None:
    found = problems("prod", people=[], people_methods=["SAML"])
    assert {entry.field for entry in found} == {"break_glass[BREAK_GLASS_ONE]", "break_glass[BREAK_GLASS_TWO]"}


def private_key() -> bytes:
    return generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def bare(pem: bytes) -> str:
    return "".join(line for line in pem.decode().splitlines() if "-----" not in line)


def ed25519() -> str:
    key = Ed25519PrivateKey.generate().public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (lambda: private_key().decode(), "private key"),
        (lambda: bare(private_key()), "private key"),
        (lambda: samples.public_key("short", 1024), "1024 bits"),
        (ed25519, "not an RSA key"),
        (lambda: "not base64!", "not base64"),
        (lambda: base64.b64encode(b"nonsense").decode(), "not a public key"),
    ],
)
def test_a_bad_key_is_refused_and_not_repeated(key: Callable[[], str], why: str) -> None:
    text = key()
    found = only(public_keys=keys(SVC_ECOMMERCE_LOADER={"rsa_public_key": text}))
    assert found.what == "Public key is not acceptable"
    assert why in found.why
    assert text[:40] not in str(found)


def test_one_key_for_two_users_is_refused() -> None:
    loader = samples.public_key("SVC_ECOMMERCE_LOADER")
    found = only(public_keys=keys(SVC_ECOMMERCE_DBT={"rsa_public_key": loader}))
    assert found.what == "The same key is used twice"
    assert "SVC_ECOMMERCE_LOADER" in found.why


def test_one_key_in_both_slots_is_refused() -> None:
    dbt = samples.public_key("SVC_ECOMMERCE_DBT")
    both = {"rsa_public_key": dbt, "rsa_public_key_2": dbt}
    assert only(public_keys=keys(SVC_ECOMMERCE_DBT=both)).field == "public_keys.SVC_ECOMMERCE_DBT.rsa_public_key_2"


def test_a_key_in_the_second_slot_alone_is_a_way_in() -> None:
    assert samples.platform("dev", public_keys=keys(SVC_ECOMMERCE_DBT={"rsa_public_key_2": samples.public_key("x")}))


def test_a_key_for_nobody_is_refused() -> None:
    found = only(public_keys=keys(SVC_ECOMMERCE_BI={"rsa_public_key": samples.public_key("bi")}))
    assert found.what == "Key for a user that is not declared"
    assert "bi_user" in found.todo


def test_an_account_has_two_break_glass_people() -> None:
    assert only("prod", break_glass=[]).what == "Wrong number of break-glass people"


def test_break_glass_people_belong_to_the_owner() -> None:
    found = only("dev", break_glass=samples.values("prod")["break_glass"])
    assert found.what == "Wrong number of break-glass people"


def test_the_session_policy_belongs_to_the_owner() -> None:
    assert only("dev", session_policy=True).field == "session_policy"
    assert samples.platform("prod", session_policy=True).governance.sessions


# References and limits


def test_a_person_with_a_missing_role_is_refused() -> None:
    person = {"name": "BOB", "email": "bob@example.org", "roles": ["boss"]}
    found = only(people=[person])
    assert (found.what, found.field, found.value) == ("Role is missing", "people[BOB].roles", "boss")
    assert "admin, analyst, loader, transformer" in found.todo


def test_two_people_of_one_name_are_refused() -> None:
    person = {"name": "BOB", "email": "bob@example.org", "roles": ["admin"]}
    found = problems(people=[person, {**person, "name": "bob"}])
    assert {entry.what for entry in found} == {"Two users have the same name", "Two users have the same key"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("retention_days", {"gold": 1}),
        ("warehouse_sizes", {"gold": "SMALL"}),
        ("max_clusters", {"gold": 1}),
        ("quotas", {"gold": 1}),
    ],
)
def test_settings_for_things_that_are_not_declared_are_refused(field: str, value: object) -> None:
    assert only(**{field: value}).field == f"{field}.gold"


def test_the_account_monitor_belongs_to_the_owner() -> None:
    assert only("dev", quotas={"account": 5}).field == "quotas.account"
    assert samples.platform("prod", quotas={"account": 5}).monitor("account").quota == 5


def test_monitors_notify_declared_people_only() -> None:
    assert only(monitor_notify=["ZOE"]).what == "Person to notify is missing"


def test_monitors_notify_at_most_five() -> None:
    people = [{"name": f"P{n}", "email": "p@example.org", "roles": ["analyst"]} for n in range(6)]
    names = [str(person["name"]) for person in people]
    assert only(people=people, monitor_notify=names).what == "Too many people to notify"


def test_standard_edition_refuses_what_it_lacks_and_runs_without() -> None:
    found = problems(edition="STANDARD")
    assert {entry.field for entry in found} == {
        "retention_days.raw",
        "retention_days.analytics",
        "max_clusters.reporting",
        "masking",
    }
    assert samples.platform(
        "dev",
        edition="STANDARD",
        retention_days={"raw": 1, "analytics": 1},
        max_clusters={"reporting": 1},
        masking=False,
    )


def test_production_keeps_time_travel() -> None:
    assert only("prod", retention_days={"staging": 0}).what == "Time Travel is switched off in production"


# The declaration itself


def change(monkeypatch: pytest.MonkeyPatch, module: ModuleType, key: str, **update: object) -> None:
    declared = module.declared

    def changed() -> tuple[Model, ...]:
        return tuple(entry.model_copy(update=update) if entry.key == key else entry for entry in declared())

    monkeypatch.setattr(module, "declared", changed)


def test_a_warehouse_without_monitor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, stack_warehouses, "loading", monitor="missing")
    found = only()
    assert (found.what, found.file, found.field) == (
        "Monitor is missing",
        "stacks/warehouses.py",
        "warehouses[loading].monitor",
    )


def test_two_warehouses_may_not_share_a_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, stack_warehouses, "loading", monitor="reporting")
    assert only().what == "Two warehouses share a monitor"


@pytest.mark.parametrize(
    ("module", "key", "name"),
    [
        (stack_warehouses, "loading", "REPORTING_WH"),
        (stack_monitors, "loading", "REPORTING_RM"),
        (stack_databases, "raw", "ECOMMERCE_STAGING"),
        (stack_roles, "loader", "ECOMMERCE_ANALYST"),
        (stack_users, "loader", "SVC_ECOMMERCE_DASHBOARD"),
    ],
)
def test_a_name_twice_is_refused(monkeypatch: pytest.MonkeyPatch, module: ModuleType, key: str, name: str) -> None:
    change(monkeypatch, module, key, name=Identifier(name))
    assert any("have the same name" in entry.what and name in entry.value for entry in problems())


def test_a_service_user_with_a_missing_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, stack_users, "dbt", role="gone")
    assert "Role is missing" in {entry.what for entry in problems()}


def test_a_role_may_not_include_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, stack_roles, "loader", includes=("admin",))
    assert {entry.field for entry in problems()} == {"roles[loader].includes", "roles[admin].includes"}


def test_a_role_may_not_pose_as_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, stack_roles, "loader", name=Identifier("SYSADMIN"))
    assert only("prod").what == "Functional role has the name of a reserved role"


def test_a_second_factor_that_nobody_can_enrol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = stack_governance.declared()
    people = declared.authentication[1].model_copy(update={"client_types": (stack_governance.ClientType.DRIVERS,)})
    changed = declared.model_copy(update={"authentication": (declared.authentication[0], people)})
    monkeypatch.setattr(stack_governance, "declared", lambda: changed)
    assert only().what == "Nobody could enrol a second factor"


def test_a_wrong_value_in_the_declaration_is_told_with_file_and_line(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = stack_warehouses.declared()[0].model_dump() | {"size": "Smal", "colour": "red"}
    monkeypatch.setattr(stack_warehouses, "declared", lambda: (stack_warehouses.Warehouse.model_validate(entry),))
    found = problems()
    assert {(entry.what, entry.field, entry.value) for entry in found} == {
        ("Value is not known", "size", "'Smal'"),
        ("Unknown field", "colour", "'red'"),
    }
    assert all("XSMALL" in entry.todo for entry in found if entry.field == "size")


def test_a_misspelt_member_of_an_enum_lists_the_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_warehouses, "declared", lambda: (getattr(stack_warehouses.WarehouseSize, "SMAL"),))  # noqa: B009
    found = only()
    assert (found.field, found.value) == ("WarehouseSize", "SMAL")
    assert "XSMALL, SMALL" in found.todo


def test_what_is_no_identifier_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_warehouses, "declared", lambda: (Identifier("LOADING WH"),))
    assert "double quotes" in only().why


# Several stacks


def test_stacks_that_share_an_account_keep_apart() -> None:
    together([samples.platform(environment) for environment in ("dev", "qa", "prod")])


def test_stacks_in_accounts_of_their_own_may_use_the_same_names() -> None:
    together([samples.platform(name, shared_account=False, account=name) for name in ("dev", "qa")])


def test_two_owners_of_one_account_are_refused() -> None:
    values = samples.values("dev", owns_account=True, break_glass=samples.values("prod")["break_glass"])
    dev = load("dev", config.read(values, "Pulumi.dev.yaml"))
    with pytest.raises(DeclarationError, match="Two stacks own one account"):
        together([samples.platform("prod"), dev])


def test_two_environments_with_the_same_names_in_one_account_are_refused() -> None:
    dev = samples.platform("dev", shared_account=False)
    with pytest.raises(DeclarationError, match="Two environments have colliding names"):
        together([samples.platform("prod"), dev])


def test_a_new_environment_may_not_take_another_ones_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    staging = ENVIRONMENTS["dev"]().model_copy(update={"name": "staging", "prefix": "qa_"})
    monkeypatch.setitem(ENVIRONMENTS, "staging", lambda: staging)
    found = only()
    assert (found.what, found.file) == ("Two environments have colliding names", "stacks/staging.py")


def test_nothing_is_checked_across_objects_by_building_alone() -> None:
    values = config.read(samples.values("dev", public_keys={}), "x")
    assert build(ENVIRONMENTS["dev"](), values, "x").service_users
