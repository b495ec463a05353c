"""Service-account audit: every program's account, what it logs in with, and every way to an administrator's power."""

from collections.abc import Iterator

from account.access import Access, Right, rights
from account.graph import Path, graph, in_words
from account.names import Name
from account.picture import Picture, PolicyKind
from account.principals import Principal, PrincipalKind
from account.things import PublicKey, Token, User
from account.values import Undecided, Unknown, is_known
from ops.audit.model import Power, ServiceRow
from ops.drift.estate import NOBODY, Estate
from ops.drift.values import shown
from policies.baseline import ours
from policies.identities import ADMIN_ROLES, PROGRAMS

_POWERS = frozenset({Access.MANAGE, Access.CREATE, Access.OWN})
"""What on the account itself makes a user privileged, besides the administrators' roles."""


def services(estate: Estate, live: Picture) -> tuple[ServiceRow, ...]:
    """Programs that this stack looks after, and those that nobody declares, by name."""
    return tuple(_row(estate, live, user) for user in ours(live, User) if _is_service(user) and _is_ours(estate, user))


def _is_service(user: User) -> bool:
    return not is_known(user.type) or user.type in PROGRAMS or user.name.last.partition("SVC_")[1] != ""


def _is_ours(estate: Estate, user: User) -> bool:
    whose = estate.whose("USER", user.name)
    return whose == NOBODY or estate.answers_for(whose)


def _row(estate: Estate, live: Picture, user: User) -> ServiceRow:
    me = Principal(PrincipalKind.USER, user.name)
    found, doubt = powers(live, me)
    direct = sorted(str(edge.role) for edge in live.memberships if edge.member == me)
    return ServiceRow(
        user=str(user.name),
        owner=estate.whose("USER", user.name),
        type=shown(user.type),
        disabled=shown(user.disabled),
        keys=tuple(_keys(user)),
        password=_yes(user.has_password),
        tokens=sum(token.name.container == user.name for token in live.all(Token)),
        default_role=shown(user.default_role),
        secondary_roles=_secondary(user),
        roles=tuple(direct),
        powers=found,
        network=in_force(live, user, PolicyKind.NETWORK),
        authentication=in_force(live, user, PolicyKind.AUTHENTICATION),
        last_login=shown(user.last_login),
        doubts=(doubt,) if doubt else (),
    )


def _yes(value: object) -> str:
    return shown(value) if isinstance(value, Unknown) else "yes" if value else "no"


def _secondary(user: User) -> str:
    found = user.default_secondary_roles
    if isinstance(found, Unknown):
        return shown(found)
    return "ALL (not set)" if found is None else ", ".join(found) or "none"


def _keys(user: User) -> Iterator[str]:
    if isinstance(user.public_keys, Unknown):
        yield shown(user.public_keys)
        return
    seen: list[object] = []
    for key in user.public_keys:
        since = f", set {key.issued}" if key.issued else ""
        known = is_known(key.fingerprint)
        again = ", the same as another" if known and key.fingerprint in seen else ""
        seen += [key.fingerprint] if known else []
        yield f"{key.slot}{since}{again}{_problem(key)}"


def _problem(key: PublicKey) -> str:
    return f", {key.problem}" if key.problem else ""


def powers(live: Picture, who: Principal) -> tuple[tuple[Power, ...], str]:
    """Administrators' roles and privileges on the account that somebody has, each by its shortest path.

    Returns:
        The powers, and why there may be more; the reason is empty where there are not.
    """
    closure = graph(live).closure(who)
    found = [
        Power(what=role.name.last, path=in_words(path), direct=len(path) == 1)
        for role, path in closure.items()
        if role.kind is PrincipalKind.ROLE and role.name.last in ADMIN_ROLES
    ]
    held, doubt = _rights(live, who)
    by_path: dict[tuple[Path, str], dict[str, None]] = {}
    for right in held:
        if _is_power(right) and not _through_admin(right):
            on = "the account" if right.kind == "ACCOUNT" else f"{right.kind} {right.on}"
            by_path.setdefault((right.path, on), {})[right.privilege] = None
    for (path, on), privileges in by_path.items():
        what = f"{', '.join(privileges)} on {on}"
        found.append(Power(what=what, path=in_words(path) or str(who), direct=not path))
    return tuple(sorted(found, key=lambda power: (not power.direct, power.what))), doubt


def _rights(live: Picture, who: Principal) -> tuple[tuple[Right, ...], str]:
    try:
        return rights(live, who, accesses=_POWERS), ""
    except Undecided as why:
        return (), str(why)


def _is_power(right: Right) -> bool:
    on_account = right.kind == "ACCOUNT" and right.access in _POWERS
    return on_account or right.privilege == "MANAGE GRANTS"


def _through_admin(right: Right) -> bool:
    """Whether it comes with an administrator's role, which is listed itself."""
    return any(edge.role.name.last in ADMIN_ROLES for edge in right.path)


def in_force(live: Picture, user: User, kind: PolicyKind) -> str:
    """The policy that binds a user, with where it is attached."""
    own = [entry for entry in live.attachments if entry.policy_kind is kind]
    for on, where in (("USER", "user"), ("ACCOUNT", "account")):
        for entry in own:
            if entry.on != on or not is_known(entry.target):
                continue
            if on == "ACCOUNT" or entry.target == user.name:
                return f"{_named(entry.policy)} ({where})"
    if kind is PolicyKind.NETWORK and isinstance(user.network_policy, Unknown):
        return shown(user.network_policy)
    return "none"


def _named(policy: Name | Unknown) -> str:
    return shown(policy)
