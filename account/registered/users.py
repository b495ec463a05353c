"""Users, their keys and tokens, and roles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from account import keys
from account.names import Name
from account.picture import PolicyKind
from account.principals import PrincipalKind
from account.registered.names import role_name
from account.registered.values import otherwise
from account.things import PublicKey, Role, Token, User, UserType, WorkloadIdentity
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Block, Reader

_TYPES: Final = {
    "User": UserType.PERSON,
    "ServiceUser": UserType.SERVICE,
    "LegacyServiceUser": UserType.LEGACY_SERVICE,
}
_SECONDARY_ROLES: Final[dict[str, tuple[str, ...]]] = {"ALL": ("ALL",), "NONE": ()}


def _public_keys(block: Block) -> Maybe[tuple[PublicKey, ...]]:
    if isinstance(block.content, Unknown):
        return block.content
    slots = (("1", block.text("rsaPublicKey")), ("2", block.text("rsaPublicKey2")))
    return tuple(keys.public_key(slot, text) for slot, text in slots if text is not None)


def _has_password(reader: Reader) -> Maybe[bool | None]:
    """A password whose text is not known is a password all the same."""
    if reader.resource.kind == "ServiceUser":
        return None
    if isinstance(reader.content, Unknown):
        return reader.content
    return reader.text("password") is not None


def _workload_identity(reader: Reader) -> Maybe[WorkloadIdentity | None]:
    found = reader.block("defaultWorkloadIdentity")
    if found is None:
        return None
    if isinstance(found.content, Unknown):
        return found.content
    for kind in ("aws", "azure", "gcp", "oidc"):
        inner = found.block(kind)
        if inner is not None:
            subject = inner.text("arn" if kind == "aws" else "subject")
            return WorkloadIdentity(type=kind.upper(), issuer=inner.text("issuer"), subject=subject)
    return None


def _secondary_roles(reader: Reader) -> Maybe[tuple[str, ...] | None]:
    found = reader.upper("defaultSecondaryRolesOption")
    return _SECONDARY_ROLES.get(found) if isinstance(found, str) else found


def user(reader: Reader) -> None:
    """User, ServiceUser, LegacyServiceUser."""
    name = reader.own_name()
    policy = reader.named("networkPolicy", "NETWORK POLICY")
    default_role = reader.text("defaultRole")
    reader.builder.add(
        User(
            name=name,
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            type=_TYPES[reader.resource.kind],
            email=reader.text("email"),
            disabled=otherwise(reader.flag("disabled"), False),
            default_role=role_name(default_role) if isinstance(default_role, str) else default_role,
            default_warehouse=_last(reader.named("defaultWarehouse", "WAREHOUSE")),
            default_secondary_roles=_secondary_roles(reader),
            has_password=_has_password(reader),
            public_keys=_public_keys(reader),
            workload_identity=_workload_identity(reader),
            network_policy=policy,
            bypass_mfa_minutes=reader.number("minsToBypassMfa"),
            mfa_disabled=otherwise(reader.flag("disableMfa"), False),
            statement_timeout=reader.number("statementTimeoutInSeconds"),
            days_to_expiry=reader.number("daysToExpiry"),
        )
    )
    if policy is not None:
        reader.builder.attach(PolicyKind.NETWORK, policy, "USER", name, reader.origin)


def _last(name: Maybe[Name | None]) -> Maybe[str | None]:
    return name.last if isinstance(name, Name) else name


def public_keys(reader: Reader) -> None:
    """UserPublicKeys: keys of a user that is made elsewhere."""
    owner = reader.account_principal("name", PrincipalKind.USER)
    found = reader.builder.things.get(("USER", owner.name)) if not isinstance(owner, Unknown | None) else None
    if not isinstance(found, User):
        reader.blind(f"keys of {reader.where}", "the user they belong to is not in the picture", "PUBLIC KEY")
        return
    both, more = found.public_keys, _public_keys(reader)
    if isinstance(both, Unknown) or isinstance(more, Unknown):
        both = Unknown(f"the keys of {reader.where} are not known")
    else:
        both = tuple(sorted({key.slot: key for key in (*both, *more)}.values(), key=lambda key: key.slot))
    changed = replace(found, public_keys=both)
    reader.builder.things["USER", found.name] = changed


def token(reader: Reader) -> None:
    """UserProgrammaticAccessToken."""
    owner = reader.account_principal("user", PrincipalKind.USER)
    if isinstance(owner, Unknown | None):
        reader.blind(f"{reader.where}", "whose token it is is not known", "TOKEN")
        return
    found, limit = reader.text("name"), reader.text("roleRestriction")
    reader.builder.add(
        Token(
            name=Name.of(owner.name.last, found if isinstance(found, str) else f"({reader.resource.name})"),
            comment=reader.text("comment"),
            origin=reader.origin,
            role=role_name(limit) if isinstance(limit, str) else limit,
            days_to_expiry=reader.number("daysToExpiry"),
            bypass_network_minutes=reader.number("minsToBypassNetworkPolicyRequirement"),
        )
    )


def role(reader: Reader) -> None:
    """AccountRole, DatabaseRole."""
    reader.builder.add(
        Role(name=reader.own_name(), owner=reader.owner, comment=reader.text("comment"), origin=reader.origin)
    )
