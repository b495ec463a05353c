"""A live account for tests of `ops import`, without Snowflake: a picture, and what is told about single objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from account.live.answers import Answer, Answers, Ask
from account.names import Name
from account.picture import About, Picture, Source
from account.principals import Grant, Membership, role
from account.things import (
    AnyThing,
    AuthenticationPolicy,
    Database,
    MaskingPolicy,
    Monitor,
    PasswordPolicy,
    Schema,
    User,
    UserType,
    Warehouse,
)
from ops.adopt.details import Details
from ops.adopt.model import Estate

DEPLOYER = role("ECOMMERCE_DEPLOYER")
ADMINISTRATOR = role("ACCOUNTADMIN")
ABOUT = About(source=Source.LIVE, stack="dev", environment="dev", whole=True)
ESTATE = Estate(deployer=DEPLOYER)
SHOP, SALES = Name.of("SHOP"), Name.of("SHOP", "SALES")
THINGS: tuple[AnyThing, ...] = (
    Database(name=SHOP, owner=DEPLOYER, retention_days=1),
    Schema(name=SALES, owner=DEPLOYER, managed_access=True, retention_days=1),
)


def picture(
    *more: AnyThing, grants: Iterable[Grant] = (), memberships: Iterable[Membership] = (), base: bool = True
) -> Picture:
    """An account with database SHOP and schema SHOP.SALES, and more."""
    things = sorted((*(THINGS if base else ()), *more), key=lambda thing: (thing.kind, thing.name))
    return Picture(about=ABOUT, things=tuple(things), grants=tuple(grants), memberships=tuple(memberships))


def details(of: Picture, told: Mapping[Name, Mapping[str, str]] | None = None) -> Details:
    """What DESCRIBE and SHOW PARAMETERS tell about the things of a picture; `told` adds properties by name."""
    answers = Answers()
    for thing in of.things:
        for answer in _about(thing, (told or {}).get(thing.name, {})):
            answers.add(answer)
    return Details(answers)


def _about(thing: AnyThing, more: Mapping[str, str]) -> Iterable[Answer]:
    name = thing.name
    if isinstance(thing, Database | Schema):
        kind = thing.kind
        yield _parameters(f"parameters_of_{kind.lower()}", kind, name, DATA_RETENTION_TIME_IN_DAYS=thing.retention_days)
    if isinstance(thing, Warehouse):
        limits = {
            "STATEMENT_TIMEOUT_IN_SECONDS": thing.statement_timeout,
            "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": thing.queued_timeout,
        }
        yield _parameters("warehouse_parameters", "WAREHOUSE", name, **limits)
        row = {"name": name.last, "scaling_policy": "STANDARD", "query_acceleration_max_scale_factor": 8}
        yield Answer(Ask("warehouses", "SHOW WAREHOUSES"), (row,), tuple(row))
    if isinstance(thing, Monitor):
        yield Answer(Ask("monitors", "SHOW"), ({"name": name.last, "end_time": None},), ("name", "end_time"))
    if isinstance(thing, User):
        policy = thing.network_policy
        network = {"NETWORK_POLICY": str(policy)} if isinstance(policy, Name) else {}
        timeout = {"STATEMENT_TIMEOUT_IN_SECONDS": thing.statement_timeout}
        yield _parameters("parameters_of_user", "USER", name, **timeout, **network)
        yield _described("describe_user", name, {**_of_user(thing), **more})
    if isinstance(thing, AuthenticationPolicy):
        mfa = "REQUIRED" if thing.mfa == "REQUIRED" else "OPTIONAL"
        yield _described("describe_authentication", name, {"MFA_ENROLLMENT": mfa, **more})
    if isinstance(thing, PasswordPolicy):
        yield _described("describe_passwords", name, {**PASSWORDS, **more})
    if isinstance(thing, MaskingPolicy):
        row = {"signature": "(VAL VARCHAR)", "return_type": "VARCHAR", "body": str(thing.body)}
        yield Answer(Ask("describe_masking", "DESCRIBE", name), (row,), tuple(row))


PASSWORDS = {
    "PASSWORD_MAX_LENGTH": "256", "PASSWORD_MIN_UPPER_CASE_CHARS": "1", "PASSWORD_MIN_LOWER_CASE_CHARS": "1",
    "PASSWORD_MIN_NUMERIC_CHARS": "1", "PASSWORD_MIN_SPECIAL_CHARS": "1", "PASSWORD_MIN_AGE_DAYS": "0",
}  # fmt: skip


def _of_user(thing: User) -> dict[str, str]:
    name = thing.name.last
    known = {
        "LOGIN_NAME": name,
        "DISPLAY_NAME": name,
        "EMAIL": thing.email if isinstance(thing.email, str) else None,
        "DEFAULT_ROLE": thing.default_role,
        "DEFAULT_WAREHOUSE": thing.default_warehouse,
        "COMMENT": thing.comment,
    }
    return {key: str(value) for key, value in known.items() if value}


def _parameters(key: str, kind: str, name: Name, **values: object) -> Answer:
    rows = tuple(
        {"key": parameter, "value": str(value), "level": kind, "type": "NUMBER" if isinstance(value, int) else "STRING"}
        for parameter, value in values.items()
        if value is not None
    )
    return Answer(Ask(key, "SHOW PARAMETERS", name), rows, ("key", "value", "level", "type"))


def _described(key: str, name: Name, properties: Mapping[str, str]) -> Answer:
    rows = tuple({"property": field, "value": value} for field, value in properties.items())
    return Answer(Ask(key, "DESCRIBE", name), rows, ("property", "value"))


def person(name: str, **fields: object) -> User:
    """A person whom the deployment role owns."""
    return User(name=Name.of(name), owner=DEPLOYER, type=UserType.PERSON, **fields)  # type: ignore[arg-type]
