"""Which findings in a shared account are this stack's business.

A stack looks after what it declares and what lies in its databases or has its prefix; after what belongs to nobody;
where it owns the account, after the account itself and the bootstrap; and after whoever of another stack reaches what
is its own.
"""

from account.names import Name
from account.picture import Picture
from account.principals import BUILT_IN_ROLES, Principal, PrincipalKind
from ops.drift.estate import NOBODY, STAND_IN, Estate
from ops.drift.objects import built
from policies.index import grants_of, owned_by, roles_of
from policies.rule import Address, address_of

_NOT_IN_THE_ACCOUNT = frozenset({"ACCOUNT", "BLIND SPOT", "DEPLOYMENT", "FILE", "KEY", "PERSONA", "PLAN", "WAIVER"})
"""Subjects of findings that are no objects; the rule itself decided that they are this stack's."""


def owner(estate: Estate, address: Address) -> str:
    """Whose a finding's subject is; the stack itself for what is no object of the account."""
    name = named(address)
    return estate.stack if name is None else estate.whose(_kind(address), name)


def is_declared(estate: Estate, address: Address) -> bool:
    """Whether some stack, the bootstrap or Snowflake itself makes a finding's subject, by its name."""
    name = named(address)
    if name is None:
        return True
    key = (_kind(address), name)
    system = key[0] == "ROLE" and len(name) == 1 and name.last in BUILT_IN_ROLES
    return system or estate.is_declared(*key) or key in estate.made_before.things


def is_built(estate: Estate, live: Picture, address: Address) -> bool:
    """Whether the subject is what migrations, dbt or the loader build in a schema that is declared for them."""
    name = named(address)
    found = [] if name is None else [thing for thing in live.things if thing.name == name]
    return any(address_of(thing) == address and built(estate, thing) for thing in found)


def named(address: Address) -> Name | None:
    """The name of a finding's subject; None where it is no object of the account."""
    if address.kind in _NOT_IN_THE_ACCOUNT or not address.name:
        return None
    try:
        return Name.parse(address.name)
    except ValueError:
        return Name.loose(address.name)


def _kind(address: Address) -> str:
    return "ROLE" if address.kind == "DATABASE ROLE" else address.kind


def concerns(estate: Estate, live: Picture, address: Address) -> bool:
    """Whether a finding about this subject is this stack's business."""
    whose = owner(estate, address)
    if whose == NOBODY or estate.answers_for(whose):
        return True
    return whose != STAND_IN and _reaches_into(estate, live, address)


def _reaches_into(estate: Estate, live: Picture, address: Address) -> bool:
    """Whether a user or role of another stack has something of this one, by grants or as owner."""
    name = named(address)
    if name is None or address.kind not in ("USER", "ROLE", "DATABASE ROLE"):
        return False
    kind = PrincipalKind.USER if address.kind == "USER" else PrincipalKind.ROLE
    principal = Principal(PrincipalKind.DATABASE_ROLE if len(name) > 1 else kind, name)
    held = _held(live, principal)
    if any(estate.whose_principal(role) == estate.stack for role in held):
        return True
    grants = (grant for holder in held for grant in grants_of(live).get(holder, ()) if grant.on)
    owned = (thing for holder in held for thing in owned_by(live).get(holder, ()))
    return any(_is_own(estate, grant.kind, grant.on) for grant in grants) or any(
        _is_own(estate, address_of(thing).kind, thing.name) for thing in owned
    )


def _held(live: Picture, principal: Principal) -> frozenset[Principal]:
    """A user or role with its roles, but not what it has by being an administrator of the whole account."""
    found, queue = {principal}, [principal]
    for member in queue:
        for entry in roles_of(live).get(member, ()):
            if entry.role not in found and not (entry.role.kind is PrincipalKind.ROLE and _is_system(entry.role)):
                found.add(entry.role)
                queue.append(entry.role)
    return frozenset(found)


def _is_system(role: Principal) -> bool:
    return role.name.last in BUILT_IN_ROLES


def _is_own(estate: Estate, kind: str, on: Name) -> bool:
    return estate.whose("ROLE" if kind == "DATABASE ROLE" else kind, on) == estate.stack
