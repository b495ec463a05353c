"""The cases that examples start from: the shipped platform as each evidence shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from account.about import about
from account.declaration import from_platform
from account.names import ACCOUNT, Name
from account.picture import About, Picture, Source
from account.principals import BUILT_IN_ROLES, PUBLIC, Grant, role
from account.resources import from_resources
from account.things import AnyThing, Database, NetworkRule, Other, Role, Schema, User, UserType, Warehouse
from account.values import known
from policies.files import Files, read
from policies.plan import Plan
from policies.rule import Case, Evidence
from tests import samples
from tests.account.capture import captured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from account.pulumi import Resource

ENVIRONMENTS = ("dev", "qa", "prod")
ROOT = Path(__file__).parents[2]
BITS = 3072


@cache
def passing(evidence: Evidence, environment: str = "prod") -> Case:
    """The shipped platform as that evidence shows it; FILES and PLAN come with the picture of a declaration."""
    if evidence is Evidence.DECLARATION:
        return Case(picture=_declared(environment))
    if evidence is Evidence.PULUMI:
        return Case(picture=_registered(environment))
    if evidence is Evidence.LIVE:
        return Case(picture=_live(_registered(environment)))
    if evidence is Evidence.FILES:
        return Case(picture=_declared(environment), files=_files())
    picture = _registered(environment)
    return Case(picture=picture, base=picture, plan=Plan())


@cache
def _declared(environment: str) -> Picture:
    return from_platform(samples.platform(environment, **_keys()))


@cache
def _registered(environment: str) -> Picture:
    known = about(samples.platform(environment, **_keys()), Source.PULUMI)
    return picture_of(captured(environment, **_keys()), known)  # type: ignore[arg-type]


@cache
def _keys() -> dict[str, object]:
    """The config of samples with keys as long as `ops` makes them."""
    services = {name: {"rsa_public_key": samples.public_key(name, BITS)} for name in samples.SERVICE_USERS}
    anna = {"name": "ANNA", "email": "anna@example.org", "roles": ["admin"]}
    return {"public_keys": services, "people": [{**anna, "rsa_public_key": samples.public_key("ANNA", BITS)}]}


def picture_of(resources: Iterable[Resource], known: About) -> Picture:
    """The picture that Pulumi resources make."""
    return from_resources(resources, known)


def _live(picture: Picture) -> Picture:
    """The account that the resources make as SHOW tells: with what Snowflake itself puts into every account."""
    own = Name.of("SNOWFLAKE")
    admin = role("ACCOUNTADMIN")
    snowflakes: tuple[AnyThing, ...] = (
        *(Role(name=Name.of(name)) for name in BUILT_IN_ROLES),
        Database(name=own, type="APPLICATION"),
        Schema(name=Name.of("SNOWFLAKE", "ACCOUNT_USAGE")),
        Role(name=Name.of("SNOWFLAKE", "SECURITY_VIEWER")),
        User(name=own, type=UserType.SNOWFLAKE_SERVICE, disabled=False),
        Warehouse(name=Name.of("SYSTEM$STREAMLIT_NOTEBOOK_WH"), auto_suspend=60, auto_resume=True, owner=admin),
        NetworkRule(name=Name.of("SNOWFLAKE", "NETWORK_SECURITY", "GITHUBACTIONS_GLOBAL"), values=("140.82.112.0/20",)),
        Other(kind="APPLICATION", name=own),
    )
    told = (_told(thing) if isinstance(thing, User) else thing for thing in picture.things)
    things = {(thing.kind, thing.name): thing for thing in (*snowflakes, *told)}
    grants = (
        Grant(PUBLIC, "USAGE", "WAREHOUSE", Name.of("SYSTEM$STREAMLIT_NOTEBOOK_WH")),
        Grant(admin, "MANAGE GRANTS", "ACCOUNT", ACCOUNT),
        Grant(role("SECURITYADMIN"), "MANAGE GRANTS", "ACCOUNT", ACCOUNT),
        Grant(role("USERADMIN"), "CREATE USER", "ACCOUNT", ACCOUNT),
        Grant(role("USERADMIN"), "CREATE ROLE", "ACCOUNT", ACCOUNT),
        Grant(role("SYSADMIN"), "CREATE DATABASE", "ACCOUNT", ACCOUNT),
    )
    return replace(
        picture,
        about=replace(picture.about, source=Source.LIVE, whole=True, taken=datetime.now(UTC).isoformat()),
        things=tuple(sorted(things.values(), key=lambda thing: (thing.kind, thing.name))),
        grants=(*picture.grants, *(entry for entry in grants if entry not in picture.grants)),
        blind_spots=(),
        resources=(),
    )


def _told(user: User) -> User:
    """A user as the account tells: when keys were set but not how long they are, and that somebody logs in."""
    today = datetime.now(UTC)
    keys = tuple(replace(key, bits=None, issued=today.date().isoformat()) for key in known(user.public_keys))
    return replace(user, public_keys=keys, last_login=today.isoformat())


@cache
def _files() -> Files:
    return read(ROOT)
