"""Who has which role, and who was made owner of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.principals import Grant, Principal, PrincipalKind, Scope
from account.registered import names
from account.registered.grants import blind, on_objects, thing_kind
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from account.names import Name
    from account.registered.reader import Reader

_OWNERSHIP: Final = "OWNERSHIP"


def _member(reader: Reader, held: Maybe[Principal | None], members: Iterable[Maybe[Principal | None]]) -> None:
    present = [member for member in members if member is not None]
    if isinstance(held, Unknown | None) or not present or any(isinstance(member, Unknown) for member in present):
        reader.blind(f"who has which role by {reader.where}", "it is not known before the change is made", "MEMBERSHIP")
        return
    for member in present:
        if not isinstance(member, Unknown):
            reader.builder.member(held, member, reader.origin)


def account_role(reader: Reader) -> None:
    """GrantAccountRole."""
    members = (reader.account_role("parentRoleName"), reader.account_principal("userName", PrincipalKind.USER))
    _member(reader, reader.account_role("roleName"), members)


def database_role(reader: Reader) -> None:
    """GrantDatabaseRole."""
    members = (
        reader.account_role("parentRoleName"),
        reader.database_role("parentDatabaseRoleName"),
        reader.account_principal("shareName", PrincipalKind.SHARE),
    )
    _member(reader, reader.database_role("databaseRoleName"), members)


def application_role(reader: Reader) -> None:
    """GrantApplicationRole. One that is granted to another application is told as a blind spot."""
    text = reader.text("applicationRoleName")
    held = Principal(PrincipalKind.APPLICATION_ROLE, names.parts(text)) if isinstance(text, str) else text
    _member(reader, held, (reader.account_role("parentAccountRoleName"),))


def ownership(reader: Reader) -> None:
    """GrantOwnership: the owner of things in the picture changes; for others, and later ones, it stands as a grant."""
    on = reader.block("on")
    owners = (reader.account_role("accountRoleName"), reader.database_role("databaseRoleName"))
    owner = next((entry for entry in owners if entry is not None), None)
    if on is None or isinstance(on.content, Unknown) or owner is None:
        blind(reader, "object")
        return
    for target in on_objects(reader, "on", on):
        if isinstance(target.kind, Unknown | None) or isinstance(target.on, Unknown | None):
            blind(reader, "object", target.scope)
            continue
        changed = _transfer(reader, target.kind, target.on, target.scope, owner)
        if isinstance(owner, Unknown):
            blind(reader, "new owner", target.scope)
        elif not changed:
            reader.builder.grants.append(
                Grant(owner, _OWNERSHIP, target.kind, target.on, target.scope, origin=reader.origin)
            )


def _transfer(reader: Reader, kind: str, on: Name, scope: Scope, owner: Maybe[Principal]) -> bool:
    """Change the owners of things; whether that says everything about the transfer."""
    builder, looked_for = reader.builder, thing_kind(kind)
    if scope is Scope.OBJECT:
        return builder.change(looked_for, on, owner=owner)
    if scope is Scope.ALL:
        for thing_of, name in list(builder.things):
            if thing_of == looked_for and name.within(on):
                builder.change(thing_of, name, owner=owner)
    return False
