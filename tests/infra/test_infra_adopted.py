"""Adopted entries are registered one to one, and the declaration's picture shows what is registered."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pulumi_snowflake as snowflake
import pytest

from account.about import about
from account.declaration import from_platform
from account.picture import Picture, Source
from account.resources import from_resources
from account.things import AnyThing, Database, Schema, User, Warehouse
from infra import program
from infra.adopted_parameters import argument
from infra.plugin import Plugin
from stacks import Platform, load
from stacks import config as stack_config
from stacks.adopted import AsIs
from stacks.adopted_parameters import OF_DATABASE, OF_SCHEMA, OF_USER, OF_WAREHOUSE
from stacks.adoption import Adoption
from stacks.errors import DeclarationError
from tests import samples
from tests.account.capture import registered_by

AS_IS = AsIs.model_validate(
    {
        "databases": [
            {"key": "shop", "name": "SHOP", "comment": "it", "parameters": {"DATA_RETENTION_TIME_IN_DAYS": 3}},
            {"key": "old", "name": '"old one"', "transient": True, "by": "administrator"},
        ],
        "schemas": [
            {"key": "shop-sec", "name": "SHOP.SEC", "managed_access": True,
             "parameters": {"DATA_RETENTION_TIME_IN_DAYS": 2}},
        ],
        "monitors": [{"key": "rm", "name": "RM", "by": "administrator", "quota": 5, "notify_at": [50, 80]}],
        "warehouses": [
            {"key": "wh", "name": "WH", "by": "administrator", "size": "LARGE", "auto_suspend": 60, "monitor": "RM",
             "parameters": {"STATEMENT_TIMEOUT_IN_SECONDS": 10}},
        ],
        "roles": [{"key": "r", "name": '"a role"'}, {"key": "shop-r", "name": "SHOP.R"}],
        "network_rules": [
            {"key": "office", "name": "SHOP.SEC.OFFICE", "type": "IPV4", "mode": "INGRESS", "values": ["10.0.0.1"]}
        ],
        "network_policies": [{"key": "office", "name": "OFFICE", "allowed_rules": ["SHOP.SEC.OFFICE"]}],
        "authentication_policies": [{"key": "login", "name": "SHOP.SEC.LOGIN", "methods": ["KEYPAIR"]}],
        "masking_policies": [
            {"key": "hide", "name": "SHOP.SEC.HIDE", "arguments": [{"name": "V", "type": "VARCHAR"}],
             "returns": "VARCHAR", "body": "V"},
        ],
        "row_access_policies": [
            {"key": "rows", "name": "SHOP.SEC.ROWS", "arguments": [{"name": "V", "type": "VARCHAR"}], "body": "TRUE"}
        ],
        "tags": [{"key": "pii", "name": "SHOP.SEC.PII", "masking_policies": ["SHOP.SEC.HIDE"]}],
        "users": [
            {"key": "bot", "name": "BOT", "type": "SERVICE", "authentication_policy": "SHOP.SEC.LOGIN",
             "parameters": {"NETWORK_POLICY": "OFFICE", "STATEMENT_TIMEOUT_IN_SECONDS": 5}},
            {"key": "eve", "name": "EVE", "email": "eve@example.org", "default_role": '"a role"'},
        ],
        "role_grants": [
            {"key": "one", "role": '"a role"', "to_user": "EVE"},
            {"key": "two", "role": "SHOP.R", "to_role": '"a role"'},
        ],
        "grants": [
            {"key": "one", "to": '"a role"', "privileges": ["USAGE"], "kind": "WAREHOUSE", "target": "WH"},
            {"key": "two", "to": "SHOP.R", "privileges": ["SELECT"], "kind": "TABLE", "target": "SHOP.SEC",
             "future": True},
            {"key": "three", "to": '"a role"', "privileges": ["MONITOR USAGE"], "kind": "ACCOUNT"},
            {"key": "four", "to": '"a role"', "privileges": ["USAGE"], "kind": "SCHEMA", "target": "SHOP.SEC",
             "grant_option": True},
            {"key": "five", "to": '"a role"', "privileges": ["USAGE"], "kind": "SCHEMA", "target": "SHOP",
             "future": True},
        ],
    }
)  # fmt: skip
"""One entry of every kind at least."""


def platform(form: str = "none", environment: str = "dev", **changes: object) -> Platform:
    """A platform with those entries beside it, or (none) with nothing else."""
    file = f"Pulumi.{environment}.yaml"
    config = stack_config.read(samples.values(environment, shared_account=False, **changes), file)
    return load(environment, config, file, Adoption.model_validate({"platform": form, "as_is": AS_IS}))


def registered(of: Platform) -> Picture:
    """The picture of what the program registers for it."""
    made = registered_by(lambda: program.register(of, Plugin("1.3.0")))
    return from_resources(made, about(of, Source.DECLARATION))


def _plain(thing: AnyThing) -> AnyThing:
    match thing:
        case Database():
            return replace(thing, drops_public_schema=None)
        case Warehouse():
            return replace(thing, generation=None)
        case User():
            return replace(thing, mfa_disabled=False, has_password=None, disabled=False)
    return thing


def compared(picture: Picture) -> Picture:
    """Without what a declaration leaves to the provider's defaults."""
    things = tuple(_plain(thing) for thing in picture.things)
    return replace(picture, things=things, blind_spots=())


def test_the_picture_of_adopted_things_is_what_the_program_registers() -> None:
    made = platform()
    assert compared(registered(made)) == compared(from_platform(made))


def test_schema_that_inherits_its_retention_is_shown_with_that_of_its_database() -> None:
    inherits = AS_IS.model_copy(
        update={"schemas": tuple(one.model_copy(update={"parameters": {}}) for one in AS_IS.schemas)}
    )
    shown = from_platform(platform().model_copy(update={"adopted": inherits}))
    assert [schema.retention_days for schema in shown.all(Schema)] == [3]


def test_adopted_things_stand_beside_the_platform() -> None:
    made = platform("shipped")
    kinds = {thing.kind for thing in from_platform(made).things if str(thing.name).startswith("SHOP")}
    assert kinds == {thing.kind for thing in registered(made).things if str(thing.name).startswith("SHOP")}


def test_nothing_but_adopted_things_is_registered_where_the_platform_does_not_fit() -> None:
    made = registered_by(lambda: program.register(platform(), Plugin("1.3.0")))
    assert {entry.parent.rpartition("::")[2] for entry in made if entry.type.startswith("snowflake:")} == {"adopted"}


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        (snowflake.Database, OF_DATABASE),
        (snowflake.Schema, OF_SCHEMA),
        (snowflake.Warehouse, OF_WAREHOUSE),
        (snowflake.User, OF_USER),
        (snowflake.ServiceUser, OF_USER),
        (snowflake.LegacyServiceUser, OF_USER),
    ],
)
def test_every_parameter_is_an_argument_of_its_resource(resource: type, parameters: frozenset[str]) -> None:
    taken = set(inspect.signature(resource._internal_init).parameters)  # type: ignore[attr-defined]
    assert {argument(name) for name in parameters} - taken == set()


def refused(as_is: dict[str, object], environment: str = "dev", **changes: object) -> str:
    file = f"Pulumi.{environment}.yaml"
    config = stack_config.read(samples.values(environment, **changes), file)
    with pytest.raises(DeclarationError) as error:
        load(environment, config, file, Adoption.model_validate({"as_is": as_is}))
    return str(error.value)


def test_adopted_name_without_the_prefix_of_a_shared_account_is_refused() -> None:
    said = refused({"databases": [{"key": "x", "name": "SHOP"}]})
    assert "Adopted name lacks the prefix of its environment" in said


def test_what_the_account_has_once_is_refused_in_a_stack_that_does_not_own_it() -> None:
    said = refused({"account": {"network_policy": "OFFICE"}}, shared_account=False, owns_account=False)
    assert "Stack adopts what belongs to the account" in said


def test_thing_that_is_declared_too_is_refused() -> None:
    said = refused({"databases": [{"key": "x", "name": "DEV_ECOMMERCE_RAW"}]})
    assert "Database is declared and adopted" in said
