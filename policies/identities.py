"""Who is a program, who is an administrator, and which policy is in force for a user: shared by rules of identities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from account.names import Name
from account.picture import PolicyKind
from account.principals import Principal, PrincipalKind
from account.things import Other, Role, Share, Thing, User, UserType
from account.values import Maybe, Undecided, Unknown, is_known, known
from policies.baseline import ours
from policies.rule import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from account.picture import Attachment, Picture
    from policies.rule import Case

T = TypeVar("T", bound=Thing)

ADMIN_ROLES: Final = ("ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "ORGADMIN", "GLOBALORGADMIN")
PROGRAMS: Final = frozenset({UserType.SERVICE, UserType.SERVICE_AGENT, UserType.LEGACY_SERVICE})
MONITOR_ADMINISTRATOR: Final = "SVC_ECOMMERCE_MONITOR_ADMIN"
DEPLOYMENT_USER: Final = "SVC_ECOMMERCE_DEPLOYER"
DEPLOYMENT_ROLE: Final = "ECOMMERCE_DEPLOYER"
_EVERYBODY: Final = ""


class Prefixed(Settings):
    """Attributes: prefixes: of environments that share an account; names are compared without them."""

    prefixes: tuple[str, ...] = ("DEV_", "QA_")


class Programs(Prefixed):
    """Attributes: service_names: patterns of whole names of programs, without prefix, in any case."""

    service_names: tuple[str, ...] = ("SVC_.*",)


def plain(name: str, case: Case, settings: Prefixed) -> str:
    """A name without the prefix of its environment."""
    for prefix in (case.picture.about.prefix, *settings.prefixes):
        if prefix and name.startswith(prefix) and name != prefix:
            return name.removeprefix(prefix)
    return name


def matches(text: str, patterns: Iterable[str], *, any_case: bool = False) -> bool:
    """Whether a text is wholly like one of some regular expressions."""
    return any(re.fullmatch(pattern, text, re.IGNORECASE if any_case else 0) for pattern in patterns)


def is_named_program(user: User, case: Case, settings: Programs) -> bool:
    """Whether a user is called like a program."""
    return matches(plain(user.name.last, case, settings), settings.service_names, any_case=True)


def is_program(user: User, case: Case, settings: Programs) -> bool:
    """Whether a user is a program: by name, whatever its type, or by type.

    Raises:
        Undecided: the name does not tell, and the type is not known.
    """
    return is_named_program(user, case, settings) or known(user.type) in PROGRAMS


def is_person(user: User) -> bool:
    """Whether a user is a human being for Snowflake.

    Raises:
        Undecided: its type is not known.
    """
    return known(user.type) is UserType.PERSON


def users(case: Case) -> Iterator[User]:
    """Every user that is not Snowflake's own."""
    return ours(case.picture, User)


def active(case: Case) -> Iterator[User]:
    """Every user who can log in, those of whom it is not known among them."""
    return (user for user in users(case) if not (is_known(user.disabled) and known(user.disabled)))


def maybe_people(case: Case) -> Iterator[User]:
    """Users who can log in and are people, or may be because the type is not known."""
    return (user for user in active(case) if not is_known(user.type) or known(user.type) is UserType.PERSON)


def members(case: Case) -> Iterator[User]:
    """Users, and those who only a membership names; nobody knows the type of the latter."""
    declared = tuple(users(case))
    yield from declared
    names = {user.name for user in case.picture.all(User)}
    unknown = Unknown("the user is not in sight, so nobody knows whether it is a program")
    for membership in case.picture.memberships:
        if membership.member.kind is PrincipalKind.USER and membership.member.name not in names:
            names.add(membership.member.name)
            yield User(name=membership.member.name, type=unknown, origin=membership.origin)


def as_principal(user: User) -> Principal:
    """A user as it stands in the role graph."""
    return Principal(PrincipalKind.USER, user.name)


def as_thing(picture: Picture, principal: Principal) -> Thing:
    """The thing of a principal, as a rule's subject; made up from its name where the picture has none."""
    kinds: dict[PrincipalKind, type[Thing]] = {
        PrincipalKind.USER: User,
        PrincipalKind.ROLE: Role,
        PrincipalKind.DATABASE_ROLE: Role,
        PrincipalKind.SHARE: Share,
    }
    kind = kinds.get(principal.kind)
    if kind is None:
        return Other(kind=principal.kind.value, name=principal.name)
    return picture.find(kind, principal.name) or kind(name=principal.name)


def principal_of(thing: Thing) -> Principal:
    """The principal of a user, role, share or application role."""
    if isinstance(thing, User):
        return Principal(PrincipalKind.USER, thing.name)
    if isinstance(thing, Role):
        return Principal(PrincipalKind.DATABASE_ROLE if len(thing.name) > 1 else PrincipalKind.ROLE, thing.name)
    if isinstance(thing, Share):
        return Principal(PrincipalKind.SHARE, thing.name)
    return Principal(PrincipalKind.APPLICATION_ROLE, thing.name)


def is_admin_role(text: str, admin_roles: Iterable[str] = ADMIN_ROLES) -> bool:
    """Whether the text of a reference means an administrator's role. Without quotes any case does."""
    name = Name.loose(text.strip()).last if '"' in text else text.strip().upper()
    return name in tuple(admin_roles)


def in_force(picture: Picture, user: User, kind: PolicyKind, audience: str) -> tuple[Name, ...]:
    """The policies of one kind that bind a user: the user's own, else the account's for its audience, else for all.

    One, unless a declaration attaches two to the same target; empty where there is none.

    Args:
        audience: PERSON or SERVICE, as in `Attachment.audience`.

    Raises:
        Undecided: it is not known which policy is attached, or to whom.
    """
    ours_ = [entry for entry in picture.attachments if entry.policy_kind is kind]
    own = _of_user(ours_, user)
    if own:
        return tuple(known(entry.policy) for entry in own)
    for wanted in (audience, _EVERYBODY):
        found = [entry for entry in ours_ if entry.on == "ACCOUNT" and entry.audience == wanted]
        if found:
            return tuple(known(entry.policy) for entry in found)
    return ()


def _of_user(attachments: list[Attachment], user: User) -> list[Attachment]:
    on_users = [entry for entry in attachments if entry.on == "USER"]
    own = [entry for entry in on_users if is_known(entry.target) and known(entry.target) == user.name]
    for entry in on_users:
        if not own and not is_known(entry.target):
            known(entry.target)
    return own


def of_account(picture: Picture, kind: PolicyKind, *audiences: str) -> tuple[Name, ...]:
    """The policies of one kind that are attached to the account, for one of some audiences."""
    return tuple(
        known(entry.policy)
        for entry in picture.attachments
        if entry.policy_kind is kind and entry.on == "ACCOUNT" and entry.audience in audiences
    )


def in_sight(picture: Picture, kind: type[T], name: Name) -> T:
    """A policy by its name.

    Raises:
        Undecided: the picture does not contain it, so nobody knows what it says.
    """
    found = picture.find(kind, name)
    if found is None:
        raise Undecided(f"policy {name} is attached but not in sight, so nobody knows what it says")
    return found


def upper(values: Maybe[tuple[str, ...]]) -> frozenset[str]:
    """Words in upper case, whatever their order."""
    return frozenset(value.strip().upper() for value in known(values))
