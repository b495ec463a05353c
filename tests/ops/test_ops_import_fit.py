"""Whether the platform's model is found in an account, and what is left out of it; without Snowflake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from account.declaration import from_platform
from account.names import Name
from account.picture import Picture
from account.principals import role
from account.things import AnyThing, MaskingPolicy
from ops.adopt.fit import Fit, fit
from ops.adopt.gather import Place, Read
from ops.adopt.model import Estate
from stacks import ENVIRONMENTS
from stacks import config as stack_config
from stacks.adoption import NOTHING, Adoption, Declaration, shipped
from stacks.build import build
from stacks.names import Identifier
from tests import samples
from tests.ops.adoptable import DEPLOYER, details

NAMES = {"ECOMMERCE_RAW": "SHOP_BRONZE", "ECOMMERCE_STAGING": "SHOP_SILVER", "ECOMMERCE_ANALYTICS": "SHOP_GOLD"}
VALUES = samples.values("dev", shared_account=False)


def renamed() -> Declaration:
    """The platform in which databases, warehouses and roles have other names."""
    usual = shipped()
    return usual.model_copy(
        update={
            "databases": tuple(
                entry.model_copy(update={"name": Identifier(NAMES[entry.name])}) for entry in usual.databases
            ),
            "warehouses": tuple(
                entry.model_copy(update={"name": Identifier(f"SHOP_{entry.key}")}) for entry in usual.warehouses
            ),
            "roles": tuple(entry.model_copy(update={"name": Identifier(f"SHOP_{entry.key}")}) for entry in usual.roles),
        }
    )


def live(declaration: Declaration | None) -> Picture:
    """The account that a declaration makes, with the SQL of its masks; None for the shared declaration."""
    config = stack_config.read(VALUES, "Pulumi.dev.yaml")
    adopted = NOTHING if declaration is None else Adoption(platform=declaration)
    made = from_platform(build(ENVIRONMENTS["dev"](), config, "Pulumi.dev.yaml", adopted))
    admin = "ECOMMERCE_ADMIN" if declaration is None else str(declaration.roles[-1].name)

    def told(thing: AnyThing) -> AnyThing:
        if isinstance(thing, MaskingPolicy):
            return replace(thing, body=f"CASE WHEN IS_ROLE_IN_SESSION('{admin}') THEN VAL ELSE '*****' END")
        return thing

    return replace(made, things=tuple(told(thing) for thing in made.things))


def fitted(account: Picture) -> Fit:
    """How the model fits that account."""
    config = stack_config.read(VALUES, "Pulumi.dev.yaml")
    place = Place("dev", None, Path("Pulumi.dev.yaml"), dict(VALUES), config, ENVIRONMENTS["dev"](), NOTHING)
    keys = {
        user: {"RSA_PUBLIC_KEY": samples.public_key(user.last)}
        for user in (thing.name for thing in account.things if thing.kind == "USER")
    }
    read = Read(account, details(account, keys), Estate(deployer=DEPLOYER, owns_account=False), 0, 0.0)
    return fit(place, read)


def declared(found: Fit) -> Declaration:
    """The declaration that was found."""
    assert isinstance(found.adoption.platform, Declaration), found.notes
    return found.adoption.platform


def changed(name: str, **fields: object) -> Picture:
    made = live(renamed())
    things = tuple(replace(one, **fields) if str(one.name) == name else one for one in made.things)  # type: ignore[arg-type]
    return replace(made, things=things)


def test_account_as_the_shared_declaration_makes_it_needs_no_declaration_of_its_own() -> None:
    assert fitted(live(None)).adoption == NOTHING


def test_platform_under_other_names_is_found() -> None:
    found = declared(fitted(live(renamed())))
    assert {entry.key: entry.name for entry in found.databases} == {
        "raw": "SHOP_BRONZE",
        "staging": "SHOP_SILVER",
        "analytics": "SHOP_GOLD",
    }
    assert {entry.key for entry in found.roles} == {"loader", "transformer", "analyst", "admin"}
    assert {entry.key for entry in found.warehouses} == {"loading", "transforming", "reporting"}
    assert {entry.key for entry in found.service_users} == {"loader", "dbt", "dashboard"}


def test_what_was_found_makes_the_account_that_it_was_found_in() -> None:
    account = live(renamed())
    assert fitted(account).picture == from_platform(
        build(
            ENVIRONMENTS["dev"](),
            stack_config.read(VALUES, "Pulumi.dev.yaml"),
            "Pulumi.dev.yaml",
            Adoption(platform=renamed()),
        )
    )


def test_people_and_keys_go_into_the_stack_file() -> None:
    values = fitted(live(renamed())).values
    people = values["people"]
    assert isinstance(people, list)
    assert [person["name"] for person in people] == ["ANNA"]
    assert isinstance(values["public_keys"], dict)
    assert set(values["public_keys"]) == set(samples.SERVICE_USERS)


def test_warehouse_that_lacks_a_grant_is_left_out_and_said_why() -> None:
    account = live(renamed())
    kept = tuple(
        grant
        for grant in account.grants
        if not (grant.on == ("SHOP_LOADING",) and grant.grantee == DEPLOYER and grant.privilege == "MONITOR")
    )
    found = fitted(replace(account, grants=kept))
    assert {entry.key for entry in declared(found).warehouses} == {"transforming", "reporting"}
    assert any("GRANT MONITOR ON WAREHOUSE SHOP_LOADING" in note for note in found.notes)


def test_warehouse_without_a_monitor_of_its_own_is_no_part_of_the_platform() -> None:
    found = fitted(changed("SHOP_REPORTING", monitor=Name.of("LOADING_RM")))
    assert {entry.key for entry in declared(found).warehouses} == {"transforming"}


def test_schema_that_another_role_owns_is_left_out() -> None:
    found = declared(fitted(changed("SHOP_BRONZE.POS", owner=role("SYSADMIN"))))
    assert "POS" not in {schema.name for schema in found.databases[0].schemas}


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (changed("SHOP_SILVER", owner=role("SYSADMIN")), "no database of layer staging"),
        (changed("SHOP_GOLD.GOVERNANCE.PEOPLE_PASSWORDS", min_length=8), "PasswordPolicy min_length"),
        (changed("SHOP_GOLD.GOVERNANCE.SERVICES_AUTHENTICATION", owner=role("SYSADMIN")), "no authentication policy"),
    ],
)
def test_account_without_what_the_model_needs_is_taken_over_as_it_is(account: Picture, said: str) -> None:
    found = fitted(account)
    assert (found.adoption.platform, found.picture) == ("none", None)
    assert any(said in note for note in found.notes)
