"""The picture read from the account in which dev is up is the one that the declaration makes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from account.declaration import from_platform
from account.names import ACCOUNT
from account.picture import Picture
from account.principals import Grant, Scope, user
from account.things import Database, Schema, User, Warehouse
from account.values import is_known
from ops import bootstrap, declaration, keypairs, local, logins, query, reader
from tests.e2e.workspace import Workspace

BOOTSTRAPPED = ("ECOMMERCE_BOOTSTRAP", "ECOMMERCE_DEPLOYER", "ECOMMERCE_AUDITOR", "SVC_ECOMMERCE_", "LOCAL_ADMIN")
"""What every account has before a stack is up, by the beginning of its names."""
ONE_SIDED = {
    "USER": {"has_mfa", "last_login", "mfa_methods"},
    "RESOURCE MONITOR": {"start"},
    # Plugin 1.x sends neither.
    "WAREHOUSE": {"generation"},
    "AUTHENTICATION POLICY": {"client_types"},
}
"""Fields that only one side can know: they are no property of the declaration, or Snowflake fills them in."""
STATEMENTS = 60


def own(name: tuple[str, ...]) -> bool:
    """Whether something came with the stack and not with the bootstrap."""
    return not any(part.startswith(BOOTSTRAPPED) for part in name)


def declared(workspace: Workspace) -> Picture:
    return from_platform(declaration.load("dev", workspace.place.overlay("dev")))


def read(workspace: Workspace, about: Picture, *, fresh: bool = False) -> reader.Reading:
    with reader.ReadOnly(reader.auditor(workspace.place)) as asker:
        return reader.read(asker, about.about, fresh=fresh)


def differences(wanted: Picture, found: Picture) -> list[str]:
    """What both sides can know and tell differently."""
    live = {(thing.kind, thing.name): thing for thing in found.things if own(thing.name)}
    lines = [
        f"only live: {kind} {name}"
        for kind, name in live.keys() - {(thing.kind, thing.name) for thing in wanted.things}
    ]
    for thing in wanted.things:
        other = live.get((thing.kind, thing.name))
        if other is None:
            lines.append(f"only declared: {thing.kind} {thing.name}")
            continue
        for field in dataclasses.fields(thing):
            left, right = getattr(thing, field.name), getattr(other, field.name)
            if field.name in ONE_SIDED.get(thing.kind, set()) | {"origin"} or not (is_known(left) and is_known(right)):
                continue
            if field.name == "public_keys":
                left, right = ([(key.slot, key.fingerprint) for key in keys] for keys in (left, right))
            if left != right:
                lines.append(f"{thing.kind} {thing.name}: {field.name} {left!r} is {right!r}")
    return lines


@pytest.mark.parametrize("fresh", [False, True], ids=["bulk", "fresh"])
def test_live_picture_of_a_stack_is_the_declared_one(dev: Workspace, fresh: bool) -> None:
    wanted = declared(dev)
    reading = read(dev, wanted, fresh=fresh)
    found = reading.picture
    assert found.blind_spots == ()
    assert differences(wanted, found) == []
    assert set(wanted.memberships) <= set(found.memberships)
    assert {edge for edge in set(found.memberships) - set(wanted.memberships) if own(edge.role.name)} <= {
        edge for edge in found.memberships if not own(edge.member.name)
    }
    # A grant on everything that is there leaves no trace of its own: there is nothing yet.
    assert {grant for grant in wanted.grants if grant.scope is not Scope.ALL} == {
        grant for grant in found.grants if own(grant.grantee.name) or (grant.on and own(grant.on))
    }
    assert set(wanted.attachments) == {entry for entry in found.attachments if own(known_name(entry.target))}


def known_name(target: object) -> tuple[str, ...]:
    """The name of a target, which the live account always tells."""
    assert isinstance(target, tuple)
    return target


def test_stack_is_read_in_few_statements(dev: Workspace) -> None:
    reading = read(dev, declared(dev))
    assert reading.statements <= STATEMENTS


def test_nothing_is_changed_by_reading(dev: Workspace) -> None:
    before = dev.dump()
    read(dev, declared(dev))
    read(dev, declared(dev), fresh=True)
    assert dev.dump() == before


def test_change_made_by_hand_is_in_the_next_picture(dev: Workspace) -> None:
    wanted = declared(dev)
    warehouse = next(found.name for found in wanted.all(Warehouse))
    schema = next(found.name for found in wanted.all(Schema))
    loader = next(found.name.last for found in wanted.all(User) if "LOADER" in found.name.last)
    dev.sql(
        [
            f"ALTER WAREHOUSE {warehouse} SET AUTO_SUSPEND = 3600",
            f"GRANT USAGE ON SCHEMA {schema} TO ROLE PUBLIC",
            f"ALTER USER {loader} UNSET NETWORK_POLICY",
            "GRANT CREATE SHARE ON ACCOUNT TO ROLE SYSADMIN",
            "CREATE DATABASE BY_HAND",
        ],
        role="ACCOUNTADMIN",
    )
    found = read(dev, wanted).picture
    changed, somebody = found.find(Warehouse, warehouse), found.find(User, (loader,))
    assert changed is not None and changed.auto_suspend == 3600
    assert somebody is not None and somebody.network_policy is None
    assert found.find(Database, ("BY_HAND",)) is not None
    granted = {(grant.grantee.name.last, grant.privilege, grant.on) for grant in found.grants}
    assert {("PUBLIC", "USAGE", schema), ("SYSADMIN", "CREATE SHARE", ACCOUNT)} <= granted


def test_auditor_sees_the_same_without_a_right_to_change_anything(dev: Workspace) -> None:
    place = dev.place
    key = keypairs.ensure(place.keys, ["SVC_ECOMMERCE_AUDITOR"])["SVC_ECOMMERCE_AUDITOR"]
    script = query.split(bootstrap.render_auditor(Path(key.public).read_text(encoding="utf-8"), ["127.0.0.0/8"]))
    administrator = logins.connect(reader.auditor(place))
    for _ in range(2):
        query.run_script(administrator, script)
    administrator.close()
    wanted = declared(dev)
    login = local.login(place, dev.running(), "SVC_ECOMMERCE_AUDITOR", "ECOMMERCE_AUDITOR", "ECOMMERCE_DEPLOYER_WH")
    with reader.ReadOnly(login) as asker:
        found = reader.read(asker, wanted.about).picture
    assert found.blind_spots == ()
    assert differences(wanted, found) == []


def test_user_without_rights_has_blind_spots_and_no_green_picture(dev: Workspace) -> None:
    wanted = declared(dev)
    name = next(found.name.last for found in wanted.all(User) if "DASHBOARD" in found.name.last)
    login = local.login(dev.place, dev.running(), name)
    with reader.ReadOnly(login) as asker:
        found = reader.read(asker, wanted.about).picture
    blind = {kind for spot in found.blind_spots for kind in spot.kinds}
    assert {"GRANT", "MEMBERSHIP", "FUTURE GRANT", "ATTACHMENT", "TAG USE", "USER"} <= blind
    assert Grant(user(name), "USAGE", "DATABASE", ACCOUNT) not in found.grants
