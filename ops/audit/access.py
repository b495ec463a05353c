"""Access review: who can reach what, who is privileged, what everybody has, what nobody declares."""

from collections.abc import Iterable, Iterator

from account.access import by_database, classes_in_words, matrix
from account.graph import graph, label
from account.names import Name
from account.picture import Picture
from account.principals import PUBLIC, Principal, PrincipalKind
from account.privileges import ACCOUNT_KINDS
from account.things import Database, Role, Schema, User, Warehouse
from account.values import Undecided, is_known
from ops.audit.model import AccessReview, Power, Reach
from ops.audit.services import powers
from ops.drift.estate import NOBODY, Estate
from ops.drift.grants import in_words
from policies.baseline import is_snowflakes, ours
from policies.identities import ADMIN_ROLES, principal_of
from policies.rule import address_of

_OBJECTS = (ACCOUNT_KINDS | {"ROLE"}) - {"ACCOUNT", "TOKEN"}


def review(estate: Estate, live: Picture) -> AccessReview:
    """The access review of the account, of what concerns this stack and of what is nobody's."""
    doubts: list[str] = []
    reach: tuple[Reach, ...] = ()
    try:
        reach = tuple(_reach(estate, live))
    except Undecided as why:
        doubts.append(f"who reaches what cannot be told: {why}")
    privileged, unsure = _privileged(live)
    return AccessReview(
        reach=reach,
        privileged=privileged,
        public=tuple(sorted(in_words(grant) for grant in live.grants if grant.grantee == PUBLIC)),
        to_users=tuple(sorted(in_words(one) for one in live.grants if one.grantee.kind is PrincipalKind.USER)),
        options=tuple(sorted(in_words(grant) for grant in live.grants if grant.grant_option)),
        unmanaged=tuple(_unmanaged(estate, live)),
        idle=tuple(_idle(live)),
        doubts=(*doubts, *unsure),
    )


def _people_and_roles(estate: Estate, live: Picture) -> Iterator[Principal]:
    """Users and account roles that this stack looks after or that are nobody's."""
    for thing in (*ours(live, User), *ours(live, Role)):
        whose = estate.whose(address_of(thing).kind, thing.name)
        if len(thing.name) == 1 and (whose == NOBODY or estate.answers_for(whose)):
            yield principal_of(thing)


def _reach(estate: Estate, live: Picture) -> Iterator[Reach]:
    schemas = sorted(schema.name for schema in ours(live, Schema))
    databases = sorted(database.name for database in ours(live, Database))
    warehouses = sorted(warehouse.name for warehouse in live.all(Warehouse))
    principals = [*_people_and_roles(estate, live), PUBLIC]
    cells = matrix(live, principals)
    for who in principals:
        mine = {name: found for (holder, name), found in cells.items() if holder == who}
        reached = [(database, by_database(mine, str(database), schemas)) for database in databases]
        used = [f"{name} ({classes_in_words(mine[name])})" for name in warehouses if name in mine]
        shown = tuple((str(database), text) for database, text in reached if _any(mine, database))
        if shown or used:
            owner = NOBODY if who == PUBLIC else estate.whose_principal(who)
            yield Reach(who=str(who), kind=who.kind.value, owner=owner, databases=shown, warehouses=tuple(used))


def _any(mine: Iterable[Name], database: Name) -> bool:
    return any(name.within(database) for name in mine)


def _privileged(live: Picture) -> tuple[tuple[tuple[str, tuple[Power, ...]], ...], tuple[str, ...]]:
    """Every user with an administrator's role or a privilege on the account, and what could not be told."""
    found, doubts = [], []
    for user in ours(live, User):
        held, doubt = powers(live, principal_of(user))
        if held:
            found.append((str(user.name), held))
        if doubt:
            doubts.append(f"{user.name} may have more: {doubt}")
    return tuple(found), tuple(doubts)


def _unmanaged(estate: Estate, live: Picture) -> Iterator[str]:
    """Objects of the account, outside databases, that no stack and no bootstrap file makes."""
    for thing in live.things:
        if thing.kind not in _OBJECTS or len(thing.name) != 1 or is_snowflakes(thing):
            continue
        whose = estate.whose(thing.kind, thing.name)
        mine = whose in (NOBODY, estate.stack) and not estate.is_declared(thing.kind, thing.name)
        if mine:
            yield f"{thing.kind} {thing.name}"


def _idle(live: Picture) -> Iterator[str]:
    known = graph(live)
    for user in ours(live, User):
        held = [role for role in known.closure(principal_of(user)) if role != PUBLIC]
        if not held and not (is_known(user.disabled) and user.disabled):
            yield f"user {user.name} has no role"
    for role in ours(live, Role):
        principal = principal_of(role)
        if not known.members(principal) and role.name.last not in ADMIN_ROLES:
            yield f"role {label(principal)} has no member"
