"""Effective access: what a user or role can do through everything it has, and by which shortest path.

A user has the union of all its roles, because secondary roles are ALL by default; `rights(…, default_session=True)`
shows the narrower view of a session that just began. Words used here: a right is *potential* where it rests on a future
grant (nothing is there yet) or where nothing lets pass through the database or schema on the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from account.facts import Fact, Facts, Passage, containers, facts, kind_of
from account.graph import Edge, Path, graph, label
from account.graph import in_words as path_in_words
from account.matrix import by_database as by_database
from account.matrix import classes_in_words as classes_in_words
from account.matrix import matrix as matrix
from account.names import Name
from account.picture import Picture
from account.principals import PUBLIC, Principal, PrincipalKind, Scope, role
from account.privileges import OWNERSHIP, meaning, plural
from account.privileges import Access as Access
from account.things import User
from account.values import Undecided, known


@dataclass(frozen=True, slots=True)
class Right:
    """One class of access that somebody has, with the shortest way to it.

    Attributes:
        privilege, kind, on, scope: of the grant (or OWNERSHIP) that gives it.
        path: from the principal to the holder; empty where it holds the privilege itself.
        potential: rests on a future grant, or nothing lets pass through the containers on the way.
        why: what is not plain from the privilege; why a potential right is only that.
        grant_option: it may be passed on.
    """

    principal: Principal
    access: Access
    privilege: str
    kind: str
    on: Name
    scope: Scope
    path: Path
    holder: Principal
    potential: bool
    why: str = ""
    grant_option: bool = False


class Reach:
    """Everything that one principal has: holders with their paths, shortest first, and what it passes through."""

    def __init__(self, known_facts: Facts, principal: Principal, paths: Mapping[Principal, Path]) -> None:
        self.facts, self.principal = known_facts, principal
        self.paths: dict[Principal, Path] = {**paths}
        self.passage = Passage()
        for holder in self.paths:
            self.passage.add(known_facts.passed(holder))

    def held(self) -> Iterator[Fact]:
        """Every fact of every holder, those of the nearest holder first."""
        for holder in self.paths:
            yield from self.facts.by_holder.get(holder, ())

    def way(self, fact: Fact) -> bool | None:
        """Whether one gets to what a fact is about; None where only a future grant may let pass."""
        if not fact.needs_a_way:
            return True
        if fact.scope is Scope.OBJECT:
            return self.passage.way(fact.kind, fact.on)
        if fact.kind == "SCHEMA":
            return self.passage.through(fact.on) if fact.on else True
        return self.passage.enters(fact.on)

    def right(self, fact: Fact, access: Access, way: bool | None) -> Right:
        """The right that a fact gives."""
        return Right(
            self.principal, access, fact.privilege, fact.kind, fact.on, fact.scope, self.paths[fact.holder],
            fact.holder, fact.scope is Scope.FUTURE or way is not True, self._why(fact, way), fact.grant_option,
        )  # fmt: skip

    def _why(self, fact: Fact, way: bool | None) -> str:
        reasons = [fact.why] if fact.why else []
        shadows = self.facts.shadows(fact)
        if shadows:
            names = ", ".join(str(name) for name in shadows)
            reasons.append(f"without effect in {names}: future grants of the schema on the same kind come first")
        elif fact.scope is Scope.FUTURE:
            reasons.append("potential: only for objects made from now on")
        if way is False:
            reasons.append("potential: nothing lets it into the database or schema")
        elif way is None:
            reasons.append("potential: only a future grant lets it into the database or schema")
        return "; ".join(reasons)


def _own(principal: Principal) -> Mapping[Principal, Path]:
    """A user holds privileges, too."""
    return {principal: ()} if principal.kind is PrincipalKind.USER else {}


def reach_of(picture: Picture, principal: Principal) -> Reach:
    """What a user or role reaches through everything it has."""
    return Reach(facts(picture), principal, {**_own(principal), **graph(picture).closure(principal)})


def _session(picture: Picture, principal: Principal) -> Reach:
    """What a user has when a session begins."""
    user = picture.find(User, principal.name)
    secondary = known(user.default_secondary_roles) if user is not None else None
    if user is None or secondary is None or "ALL" in (entry.upper() for entry in secondary):
        return reach_of(picture, principal)
    default = known(user.default_role)
    whole = graph(picture).closure(principal)
    primary = role(Name.loose(default).last) if default else PUBLIC
    paths: dict[Principal, Path] = {}
    if primary in whole:
        edge = whole[primary] or ()
        paths = {found: (*edge, *path) for found, path in graph(picture).closure(primary).items()}
    paths.setdefault(PUBLIC, (Edge(principal, PUBLIC, built_in=True),))
    return Reach(facts(picture), principal, paths)


def _refuse_unknown(
    reach: Reach, accesses: Collection[Access], within: Name | None, objects: Collection[Name] | None = None
) -> None:
    """Undecided where a value that is not known may give one of these accesses to this principal.

    `objects`: only the owners of these count; None for everything in the container `within` or around it.
    """
    wanted = frozenset(accesses)
    for thing in reach.facts.unknown_owners:
        if objects is not None:
            matters = thing.name in objects
        else:
            matters = _meet(thing.name, within) and bool(meaning(OWNERSHIP, kind_of(thing)).accesses & wanted)
        if matters:
            raise Undecided(f"the owner of {kind_of(thing)} {thing.name} is not known")
    if Access.MANAGE not in wanted:
        return
    for schema, owner in reach.facts.unknown_managed:
        if _meet(schema.name, within) and owner in reach.paths:
            raise Undecided(f"it is not known whether schema {schema.name} has managed access")


def _meet(name: Name, within: Name | None) -> bool:
    """Whether something lies in a container, or the container in it."""
    return within is None or name.within(within) or within.within(name)


def rights(
    picture: Picture,
    principal: Principal,
    *,
    accesses: Iterable[Access] | None = None,
    within: Name | None = None,
    default_session: bool = False,
) -> tuple[Right, ...]:
    """Everything that a user or role can do, potential rights included, in the order of names.

    Args:
        accesses: only these classes; None for all.
        within: only objects in this container (grants on a container around it count, too).
        default_session: of a user only what its sessions begin with: its default role, without the others where its
            default secondary roles are none. No bound: a session may take up secondary roles later.

    Raises:
        Undecided: an owner (or whether access is managed) is not known, and may give one of these accesses.
    """
    wanted = frozenset(Access if accesses is None else accesses)
    is_session = default_session and principal.kind is PrincipalKind.USER
    reach = _session(picture, principal) if is_session else reach_of(picture, principal)
    _refuse_unknown(reach, wanted, within)
    return _rights(reach, wanted, within)


def _rights(reach: Reach, wanted: frozenset[Access], within: Name | None) -> tuple[Right, ...]:
    found: dict[tuple[object, ...], Right] = {}
    for fact in reach.held():
        given = fact.accesses & wanted
        if not given or (within is not None and not _near(fact, within)):
            continue
        way = reach.way(fact)
        for access in sorted(given):
            key = (access, fact.privilege, fact.kind, fact.on, fact.scope, fact.spans)
            if key not in found or (fact.grant_option and not found[key].grant_option):
                found[key] = reach.right(fact, access, way)
    return tuple(sorted(found.values(), key=_order))


def _near(fact: Fact, within: Name) -> bool:
    """Whether a fact is about something in a container, or about everything in a container around it."""
    return fact.on.within(within) or (within.within(fact.on) and (bool(fact.spans) or fact.scope is not Scope.OBJECT))


def _order(right: Right) -> tuple[object, ...]:
    return right.on, right.kind, right.access.value, right.privilege, right.scope.value, right.potential


def _best(reach: Reach, candidates: Iterable[Fact], access: Access, on: Name, kind: str) -> Right | None:
    """The right of the nearest holder that works; a potential one only where no other does."""
    best: tuple[tuple[bool, int], Right] | None = None
    for fact in candidates:
        if fact.holder not in reach.paths:
            continue
        # Imported privileges and the management of grants are held on a container, and open the way inside themselves.
        spans = access in fact.spans and not fact.needs_a_way
        way = True if spans else reach.passage.way(kind, on)
        if way is False:
            continue
        rank = (fact.scope is Scope.FUTURE or way is None, len(reach.paths[fact.holder]))
        if best is None or rank < best[0]:
            best = rank, reach.right(fact, access, way)
    return best[1] if best else None


def _candidates(known_facts: Facts, access: Access, on: Name, kind: str) -> list[Fact]:
    return [
        fact for held in known_facts.by_holder.values() for fact in held if known_facts.reaches(fact, access, on, kind)
    ]


def can(picture: Picture, principal: Principal, access: Access, on: Name, kind: str = "TABLE") -> Right | None:
    """The right by which somebody has access to one object, the way through its database and schema included.

    A potential right is given only where there is no other: by a future grant, for an object made from now on. `kind`
    TABLE stands for whatever the picture knows under that name: view, dynamic table and so on.

    Raises:
        Undecided: nothing that is known gives it, but an owner that is not known may.
    """
    known_facts = facts(picture)
    exact = known_facts.type_of(on, kind)
    return _can(reach_of(picture, principal), _candidates(known_facts, access, on, exact), access, on, exact)


def _can(reach: Reach, candidates: list[Fact], access: Access, on: Name, kind: str) -> Right | None:
    found = _best(reach, candidates, access, on, kind)
    if found is None or found.potential:
        blocked = any(fact.holder in reach.paths for fact in candidates)
        owned = [on] if access in meaning(OWNERSHIP, kind).accesses else []
        _refuse_unknown(reach, (access,), on, [*owned, *(containers(kind, on) if blocked else ())])
    return found


def who_can(picture: Picture, access: Access, on: Name, kind: str = "TABLE") -> tuple[Right, ...]:
    """Every user and role with access to one object, each by its shortest right, in the order of names.

    Raises:
        Undecided: an owner that decides is not known.
    """
    known_facts = facts(picture)
    exact = known_facts.type_of(on, kind)
    candidates = _candidates(known_facts, access, on, exact)
    found = (
        _can(reach_of(picture, principal), candidates, access, on, exact) for principal in known_facts.graph.principals
    )
    return tuple(right for right in found if right is not None)


def in_words(right: Right) -> str:
    """A right with its path: `SVC_LOAD -> LOADER -> DB.R (database role) -> SELECT on future TABLES in DB.MARTS`."""
    start = path_in_words(right.path) or label(right.principal)
    return f"{start} -> {what_in_words(right)}"


def what_in_words(right: Right) -> str:
    """Privilege and object of a right: `SELECT on future TABLES in DB.MARTS`."""
    where = str(right.on) if right.on else "the account"
    if right.kind == "ACCOUNT":
        return f"{right.privilege} on the account"
    if right.scope is Scope.OBJECT:
        return f"{right.privilege} on {right.kind} {where}"
    scope = {Scope.ALL: "all", Scope.FUTURE: "future", Scope.INHERITED: "all present and future"}[right.scope]
    return f"{right.privilege} on {scope} {plural(right.kind)} in {where}"
