"""The declaration's picture and that of what the program registers are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from account.about import about
from account.declaration import from_platform
from account.picture import Picture, PolicyKind, Source
from account.resources import from_resources
from account.things import AuthenticationPolicy, MaskingPolicy, User, Warehouse
from account.values import is_known
from stacks import config as stack_config
from stacks import glance
from tests import samples
from tests.account.capture import captured

if TYPE_CHECKING:
    from pathlib import Path

    from account.things import AnyThing

ENVIRONMENTS = ("dev", "qa", "prod")


def registered(environment: str, plugin: str | None, **config: object) -> Picture:
    known = about(samples.platform(environment, **config), Source.DECLARATION)
    return from_resources(captured(environment, plugin=plugin, **config), known)


def _without_sql(thing: AnyThing) -> AnyThing:
    """The SQL of masks is written by `infra/`, so only its resources know it."""
    return replace(thing, body="") if isinstance(thing, MaskingPolicy) else thing


def _as_plugin_1x_does(thing: AnyThing) -> AnyThing:
    """Plugin 1.x has no generation and does not know one of the client types."""
    if isinstance(thing, Warehouse):
        return replace(thing, generation=None)
    if isinstance(thing, AuthenticationPolicy) and isinstance(thing.client_types, tuple):
        kept = tuple(kind for kind in thing.client_types if kind != "SNOWFLAKE_CLI")
        return replace(thing, client_types=kept)
    return thing


def compared(picture: Picture, plugin: str | None = None) -> Picture:
    things = tuple(_without_sql(thing) for thing in picture.things)
    if plugin is not None:
        things = tuple(_as_plugin_1x_does(thing) for thing in things)
    return replace(picture, things=things)


@pytest.mark.parametrize("plugin", [None, "1.3.0"], ids=["2.x", "1.x"])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_declaration_says_what_the_program_registers(environment: str, plugin: str | None) -> None:
    declared = compared(from_platform(samples.platform(environment)), plugin)
    assert declared == compared(registered(environment, plugin), plugin)
    assert declared.blind_spots == ()


CHANGES: list[dict[str, object]] = [
    {"session_policy": True},
    {"login": "workload_identity"},
    {"grants": "inherited"},
    {"masking": False},
    {"people": None},
    {"quotas": {"loading": 7}},
    {"warehouse_sizes": {"reporting": "XXLARGE"}, "max_clusters": {"loading": 3}},
    {"retention_days": {"raw": 30}},
    {"monitor_notify": ["ANNA"]},
    {"people_methods": ["SAML"], "saml_integration": "SSO"},
    {"bi_user": True, "public_keys": {
        name: {"rsa_public_key": samples.public_key(name), "rsa_public_key_2": samples.public_key(f"{name}-2")}
        for name in (*samples.SERVICE_USERS, "SVC_ECOMMERCE_BI")}},
    {"people": [{"name": "KURT", "email": "k@example.org", "roles": ["loader", "analyst"]}], "people_methods": ["SAML"],
     "saml_integration": "SSO"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "-".join(change))
def test_every_setting_of_a_stack_is_seen_alike(change: dict[str, object]) -> None:
    declared = from_platform(samples.platform("prod", **change))
    assert compared(declared) == compared(registered("prod", None, **change))


def test_an_account_policy_that_is_switched_off_is_in_neither() -> None:
    change = {
        "owns_account": True,
        "network_policy_on_account": False,
        "break_glass": samples.values("prod")["break_glass"],
    }
    declared = from_platform(samples.platform("dev", **change))
    assert compared(declared) == compared(registered("dev", None, **change))
    assert not any(entry.on == "ACCOUNT" and entry.policy_kind is PolicyKind.NETWORK for entry in declared.attachments)


@pytest.mark.parametrize("change", [{"service_cidrs": None, "people_cidrs": None}, {"people_cidrs": None}])
def test_without_addresses_there_is_no_network_policy_in_either(change: dict[str, object]) -> None:
    assert compared(from_platform(samples.platform("dev", **change))) == compared(registered("dev", None, **change))


def test_the_picture_says_what_it_shows() -> None:
    found = from_platform(samples.platform("dev")).about
    assert (found.source, found.stack, found.prefix, found.account) == (Source.DECLARATION, "dev", "DEV_", "LOCAL-MAIN")
    assert not found.whole


def test_every_thing_names_where_it_is_declared() -> None:
    picture = from_platform(samples.platform("prod"))
    files = {thing.origin.file for thing in picture.things if thing.origin is not None}
    assert all(thing.origin is not None for thing in picture.things)
    assert {"stacks/warehouses.py", "stacks/users.py", "Pulumi.prod.yaml"} <= files


def test_an_encrypted_key_or_address_is_there_but_not_known(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    lines = [f"  {stack_config.NAMESPACE}:{key}: {value}" for key, value in (
        ("organization", "LOCAL"), ("account", "MAIN"), ("owns_account", "false"), ("shared_account", "true"),
    )]  # fmt: skip
    secret = '{"secure": "AAABAH8"}'
    people = f'[{{"name": "ANNA", "email": {secret}, "roles": ["admin"], "rsa_public_key": {secret}}}]'
    lines.append(f"  {stack_config.NAMESPACE}:people: {people}")
    path.write_text("config:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    platform = glance("dev", path)
    assert platform is not None
    anna = from_platform(platform).find(User, ("DEV_ANNA",))
    assert anna is not None
    assert not is_known(anna.email)
    assert isinstance(anna.public_keys, tuple)
    assert [is_known(key.fingerprint) for key in anna.public_keys] == [False]


def test_a_declaration_holds_no_sql() -> None:
    masks = list(from_platform(samples.platform("prod")).all(MaskingPolicy))
    assert masks
    assert not any(is_known(mask.body) for mask in masks)
