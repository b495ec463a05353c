"""The role graph: who has which roles, along every plane, and by which shortest path.

An edge says that `member` has everything that `role` has. Built-in edges are those of every account: ACCOUNTADMIN has
SECURITYADMIN and SYSADMIN, SECURITYADMIN has USERADMIN, and every user and account role has PUBLIC
(docs.snowflake.com/en/user-guide/security-access-control-overview, "System-defined roles").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from account.memo import per_picture
from account.origin import Origin
from account.picture import Picture
from account.principals import BUILT_IN_ROLES, PUBLIC, Membership, Principal, PrincipalKind, role
from account.things import Role, Share, User
from account.values import is_known

_BUILT_IN = (
    ("ACCOUNTADMIN", "SECURITYADMIN"),
    ("ACCOUNTADMIN", "SYSADMIN"),
    ("SECURITYADMIN", "USERADMIN"),
)
_HAS_PUBLIC = (PrincipalKind.USER, PrincipalKind.ROLE)


@dataclass(frozen=True, slots=True)
class Edge:
    """`member` has `role`. Built-in edges stand in no grant."""

    member: Principal
    role: Principal
    origin: Origin | None = field(default=None, compare=False, repr=False)
    built_in: bool = False


Path: TypeAlias = tuple[Edge, ...]
"""Edges from a user or role down to what it reaches; empty for the start itself."""


class _Reached(Mapping[Principal, Path]):
    """What one principal reaches. Paths are put together when they are asked for, not before."""

    __slots__ = ("_edges", "_start")

    def __init__(self, start: Principal, edges: dict[Principal, Edge | None]) -> None:
        self._start, self._edges = start, edges

    def __getitem__(self, found: Principal) -> Path:
        path = []
        edge = self._edges[found]
        while edge is not None:
            path.append(edge)
            edge = self._edges[edge.member] if edge.member != self._start else None
        return tuple(reversed(path))

    def __iter__(self) -> Iterator[Principal]:
        return iter(self._edges)

    def __len__(self) -> int:
        return len(self._edges)

    def __contains__(self, found: object) -> bool:
        return found in self._edges


class Graph:
    """The role graph of one picture. Order and ties go by name, so that equal pictures give equal answers."""

    def __init__(self, principals: Iterable[Principal], edges: Iterable[Edge]) -> None:
        once = {(edge.member, edge.role): edge for edge in edges}
        ends = {end for pair in once for end in pair}
        self.principals = tuple(sorted({*principals, *ends}, key=_by_name))
        self._number = {principal: number for number, principal in enumerate(self.principals)}
        self._below: list[list[int]] = [[] for _ in self.principals]
        self._above: list[list[int]] = [[] for _ in self.principals]
        self._edges: dict[tuple[int, int], Edge] = {}
        for edge in once.values():
            member, held = self._number[edge.member], self._number[edge.role]
            self._edges[member, held] = edge
            self._below[member].append(held)
            self._above[held].append(member)
        for neighbours in (*self._below, *self._above):
            neighbours.sort()
        self._closures: dict[Principal, _Reached] = {}
        self._cycles: tuple[tuple[Principal, ...], ...] | None = None

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge, the built-in ones too, by the names of member and role."""
        return tuple(edge for _, edge in sorted(self._edges.items()))

    def closure(self, start: Principal) -> Mapping[Principal, Path]:
        """Every role that a user or role has, with the shortest path to it; a role has itself by the empty path.

        A principal that the picture does not know has nothing but itself and, where it is a user or role, PUBLIC.
        """
        if start not in self._closures:
            self._closures[start] = self._reach(start)
        return self._closures[start]

    def _reach(self, start: Principal) -> _Reached:
        itself: dict[Principal, Edge | None] = {} if start.kind is PrincipalKind.USER else {start: None}
        first = self._number.get(start)
        if first is None:
            if start.kind in _HAS_PUBLIC:
                itself[PUBLIC] = Edge(start, PUBLIC, built_in=True)
            return _Reached(start, itself)
        reached, seen, queue = itself, {first}, [first]
        for member in queue:
            for held in self._below[member]:
                if held not in seen:
                    seen.add(held)
                    queue.append(held)
                    reached[self.principals[held]] = self._edges[member, held]
        return _Reached(start, reached)

    def members(self, held: Principal) -> tuple[Principal, ...]:
        """Everybody who has a role, users and roles, directly or through others; not the role itself."""
        first = self._number.get(held)
        if first is None:
            return ()
        seen, queue = {first}, [first]
        for number in queue:
            fresh = [above for above in self._above[number] if above not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        return tuple(self.principals[number] for number in sorted(queue[1:]))

    def cycles(self) -> tuple[tuple[Principal, ...], ...]:
        """Groups of roles that have each other. Snowflake refuses to make them; a declaration can contain them."""
        if self._cycles is None:
            self._cycles = tuple(self._groups())
        return self._cycles

    def _groups(self) -> list[tuple[Principal, ...]]:
        groups: list[tuple[Principal, ...]] = []
        done: set[int] = set()
        for number, principal in enumerate(self.principals):
            if number in done or not self._below[number]:
                continue
            below = self.closure(principal)
            group = [above for above in self.members(principal) if above in below]
            if group or number in self._below[number]:
                groups.append(tuple(sorted({principal, *group}, key=_by_name)))
                done.update(self._number[entry] for entry in groups[-1])
        return groups


def _by_name(principal: Principal) -> tuple[tuple[str, ...], str]:
    return tuple(principal.name), principal.kind.value


def _principals(picture: Picture) -> Iterator[Principal]:
    for thing in picture.things:
        if isinstance(thing, User):
            yield Principal(PrincipalKind.USER, thing.name)
        elif isinstance(thing, Role):
            yield Principal(PrincipalKind.DATABASE_ROLE if len(thing.name) > 1 else PrincipalKind.ROLE, thing.name)
        elif isinstance(thing, Share):
            yield Principal(PrincipalKind.SHARE, thing.name)
        if is_known(thing.owner) and isinstance(thing.owner, Principal):
            yield thing.owner
    yield from (grant.grantee for grant in picture.grants)
    yield from (role(name) for name in BUILT_IN_ROLES)


def _edge(membership: Membership) -> Edge:
    return Edge(membership.member, membership.role, membership.origin)


@per_picture
def graph(picture: Picture) -> Graph:
    """The role graph of a picture; worked out once per picture."""
    granted = [_edge(membership) for membership in picture.memberships]
    principals = {*_principals(picture), *(end for edge in granted for end in (edge.member, edge.role))}
    built_in = [Edge(role(member), role(held), built_in=True) for member, held in _BUILT_IN]
    public = (
        Edge(principal, PUBLIC, built_in=True)
        for principal in principals
        if principal.kind in _HAS_PUBLIC and principal != PUBLIC
    )
    return Graph(principals, (*granted, *built_in, *public))


def in_words(path: Path) -> str:
    """A path for people: `SVC_X -> ROLE_A -> DB.DB_R (database role)`. Empty for the empty path."""
    if not path:
        return ""
    return " -> ".join((label(path[0].member), *(label(edge.role) for edge in path)))


def label(principal: Principal) -> str:
    """A user or account role by its name; of other kinds with the kind in brackets."""
    if principal.kind in _HAS_PUBLIC:
        return str(principal)
    return f"{principal} ({principal.kind.value.lower()})"
