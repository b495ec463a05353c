"""Who gains and loses access to what between two pictures, and by which path.

Access is compared, not grants: another way to the same access is no change. What is granted on a whole database is
compared schema by schema, and told as one line for the database where all its schemas change alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from account.access import Reach, Right, reach_of
from account.access import in_words as right_in_words
from account.facts import Fact, Facts, facts, kind_of
from account.graph import Path, in_words, label
from account.names import Name
from account.picture import Picture
from account.principals import Principal, Scope
from account.privileges import ACCOUNT_KINDS, IN_DATABASE, OWNERSHIP, Access, plural


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One kind of access that a user or role gains or loses.

    Attributes:
        on: an object, or with `inside` the schema or database whose contents it is about; empty for the account.
        kinds: kinds of the objects, sorted.
        objects: the objects where one line stands for several in the schema `on`; else empty.
        privilege: named where the class alone says too little: on the account, and for CREATE and MANAGE.
        right: what gives it (gained) or gave it (lost), in the picture where it holds.
    """

    principal: Principal
    gained: bool
    access: Access
    on: Name
    kinds: tuple[str, ...]
    inside: bool
    potential: bool
    right: Right
    privilege: str = ""
    objects: tuple[Name, ...] = ()

    @property
    def path(self) -> Path:
        """From the principal to the role that holds the privilege."""
        return self.right.path


class _Cell(NamedTuple):
    """What access is compared by; the class of access as text, which is hashed fast."""

    access: str
    kind: str
    on: Name
    inside: bool
    privilege: str

    @property
    def around(self) -> _Cell | None:
        """Access to everything of the kind in the schema of an object, which is access to the object, too."""
        return None if self.inside or len(self.on) < 3 else self._replace(on=self.on.schema, inside=True)


class _Side:
    """One of the two pictures."""

    def __init__(self, picture: Picture, other: Picture) -> None:
        self.picture, self.facts = picture, facts(picture)
        others = facts(other)
        self.single = {
            "SCHEMA": sorted({*self.facts.schemas, *others.schemas}),
            "DATABASE": sorted({*self.facts.databases, *others.databases}),
            "WAREHOUSE": sorted({*self.facts.warehouses, *others.warehouses}),
        }
        self._held: dict[Principal, dict[_Cell, Fact]] = {}
        self._schemas: dict[Name, set[Name]] = {}
        for name in self.single["SCHEMA"]:
            self._schemas.setdefault(name.database, set()).add(name)

    def schemas_of(self, database: Name) -> set[Name]:
        """The schemas of a database in either picture."""
        return self._schemas.get(database, set())

    def held(self, holder: Principal) -> dict[_Cell, Fact]:
        """The cells that one holder fills itself; a future grant only where nothing else does."""
        if holder not in self._held:
            found: dict[_Cell, Fact] = {}
            for fact in self.facts.by_holder.get(holder, ()):
                for cell in self._cells(fact):
                    if cell not in found or found[cell].scope is Scope.FUTURE:
                        found[cell] = fact
            self._held[holder] = found
        return self._held[holder]

    def _cells(self, fact: Fact) -> Iterator[_Cell]:
        places = list(self._places(fact))
        for access in fact.accesses:
            named = fact.kind == "ACCOUNT" or access in (Access.CREATE, Access.MANAGE)
            privilege = fact.privilege if named and fact.privilege != OWNERSHIP else ""
            for on, inside in places:
                yield _Cell(access.value, fact.kind, on, inside, privilege)

    def _places(self, fact: Fact) -> Iterator[tuple[Name, bool]]:
        """The objects of a fact, or the schemas whose contents it is about."""
        if fact.scope is Scope.OBJECT:
            yield fact.on, False
        elif fact.kind in self.single:
            yield from ((name, False) for name in self.single[fact.kind] if name.within(fact.on))
        elif fact.kind in ACCOUNT_KINDS | IN_DATABASE or len(fact.on) >= 2:
            yield fact.on, True
        else:
            inside = [name for name in self.single["SCHEMA"] if name.within(fact.on)]
            yield from ((name, True) for name in inside if not self.facts.shadowed(fact, name))
            if not inside:
                yield fact.on, True

    def of(self, principal: Principal) -> _Of:
        """One principal on this side."""
        return _Of(self, reach_of(self.picture, principal))


class _Of:
    """What one principal has on one side."""

    def __init__(self, side: _Side, reach: Reach) -> None:
        self.side, self.reach = side, reach
        self._ways: dict[tuple[str, Name, bool], bool | None] = {}

    def cells(self, only: Collection[_Cell] | None = None) -> dict[_Cell, Fact]:
        """What fills each cell: the nearest holder's, future grants last."""
        found: dict[_Cell, Fact] = {}
        for holder in self.reach.paths:
            held = self.side.held(holder)
            for cell in held if only is None else (one for one in only if one in held):
                if cell not in found or found[cell].scope is Scope.FUTURE:
                    found[cell] = held[cell]
        return found

    def way(self, cell: _Cell) -> bool | None:
        """Whether one gets to what a cell is about."""
        if cell.kind in ACCOUNT_KINDS or cell.privilege == "MANAGE GRANTS":
            return True
        key = (cell.kind, cell.on, cell.inside)
        if key not in self._ways:
            passage = self.reach.passage
            self._ways[key] = passage.enters(cell.on) if cell.inside else passage.way(cell.kind, cell.on)
        return self._ways[key]

    def strength(self, cells: Mapping[_Cell, Fact], cell: _Cell | None) -> int:
        """0: no access; 1: potential; 2: access."""
        if cell is None or cell not in cells:
            return 0
        return 1 if cells[cell].scope is Scope.FUTURE or self.way(cell) is not True else 2


def _compared(principal: Principal, old: _Of, new: _Of, changed: set[Principal]) -> list[AccessChange]:
    """Everything that one principal gains and loses."""
    cells: set[_Cell] | None = None
    if old.reach.passage == new.reach.passage:
        # The way to everything stays as it is, so only what differing holders have can differ.
        apart = {*old.reach.paths} ^ {*new.reach.paths} | (changed & {*old.reach.paths})
        cells = {cell for of in (old, new) for holder in apart for cell in of.side.held(holder)}
        cells |= {around for cell in cells if (around := cell.around)}
    was, will_be = old.cells(cells), new.cells(cells)
    return [
        *_one_way(principal, (new, will_be), (old, was), gained=False),
        *_one_way(principal, (old, was), (new, will_be), gained=True),
    ]


def _one_way(
    principal: Principal,
    less: tuple[_Of, Mapping[_Cell, Fact]],
    more: tuple[_Of, Mapping[_Cell, Fact]],
    *,
    gained: bool,
) -> Iterator[AccessChange]:
    """What `more` has and `less` has not."""
    (without, few), (of, many) = less, more
    for cell, fact in many.items():
        strength = of.strength(many, cell)
        if without.strength(few, cell) >= strength:
            continue
        around = cell.around
        if of.strength(many, around) >= strength or without.strength(few, around) >= strength:
            continue
        access = Access(cell.access)
        right = of.reach.right(fact, access, of.way(cell))
        yield AccessChange(
            principal, gained, access, cell.on, (cell.kind,), cell.inside, right.potential, right, cell.privilege
        )


def access_changes(before: Picture, after: Picture) -> tuple[AccessChange, ...]:
    """Everything gained and lost by every user and role, losses and gains of one principal together.

    A potential right that starts to work is gained; a right that becomes a potential one is lost. Owners that are not
    known count as nobody here; `undecided` names them.
    """
    old, new = _Side(before, after), _Side(after, before)
    changed = {one for one in {*old.facts.by_holder, *new.facts.by_holder} if old.held(one) != new.held(one)}
    found: list[AccessChange] = []
    for principal in _affected(old.facts, new.facts, changed):
        found.extend(_gathered(_compared(principal, old.of(principal), new.of(principal), changed), old))
    return tuple(sorted(found, key=_order))


def _affected(old: Facts, new: Facts, changed: set[Principal]) -> Iterable[Principal]:
    """Principals whose access may differ: those whose roles, or what these hold, are not the same on both sides."""

    def differs(principal: Principal) -> bool:
        was, will_be = old.graph.closure(principal), new.graph.closure(principal)
        return was.keys() != will_be.keys() or principal in changed or not changed.isdisjoint(was)

    return [one for one in sorted({*old.graph.principals, *new.graph.principals}) if differs(one)]


def _gathered(changes: list[AccessChange], side: _Side) -> Iterator[AccessChange]:
    """Changes that are alike as one: first kinds, then objects of a schema, then schemas of a database."""
    kinds: dict[tuple[object, ...], list[AccessChange]] = {}
    for change in changes:
        kinds.setdefault((*_alike(change), change.on), []).append(change)
    objects: dict[tuple[object, ...], list[AccessChange]] = {}
    for group in kinds.values():
        merged = replace(group[0], kinds=tuple(sorted({kind for change in group for kind in change.kinds})))
        single = merged.inside or len(merged.on) < 3
        objects.setdefault((*_alike(merged), merged.kinds, merged.on if single else merged.on.schema), []).append(
            merged
        )
    schemas: dict[tuple[object, ...], list[AccessChange]] = {}
    for group in objects.values():
        merged = group[0]
        if len(group) > 1:
            names = tuple(sorted(change.on for change in group))
            merged = replace(merged, on=merged.on.schema, inside=True, objects=names)
        whole = len(merged.on) == 2 and not merged.objects and (merged.inside or merged.kinds == ("SCHEMA",))
        schemas.setdefault((*_alike(merged), merged.kinds, merged.on.database if whole else merged), []).append(merged)
    for group in schemas.values():
        if len(group) > 1 and {change.on for change in group} == side.schemas_of(group[0].on.database):
            yield replace(group[0], on=group[0].on.database, inside=True)
        else:
            yield from group


def _alike(change: AccessChange) -> tuple[object, ...]:
    return change.gained, change.access, change.privilege, change.inside, change.potential, change.right.path


def _order(change: AccessChange) -> tuple[object, ...]:
    return (
        change.principal, not change.gained, change.on, change.access.value, change.privilege, change.kinds,
        change.potential, change.objects,
    )  # fmt: skip


def undecided(before: Picture, after: Picture) -> tuple[str, ...]:
    """Why there may be more changes of access than are told: values that are known on one side only."""
    sides = [
        {f"the owner of {kind_of(thing)} {thing.name} is not known" for thing in side.unknown_owners}
        | {f"it is not known whether schema {schema.name} has managed access" for schema, _ in side.unknown_managed}
        for side in (facts(before), facts(after))
    ]
    return tuple(sorted(sides[0] ^ sides[1]))


_VERBS = {
    Access.READ: "read", Access.WRITE: "write", Access.CREATE: "create", Access.OWN: "own", Access.USE: "use",
    Access.MANAGE: "manage", Access.MONITOR: "monitor",
}  # fmt: skip


def what_in_words(change: AccessChange) -> str:
    """The access alone: `read TABLES and VIEWS in DB.MARTS`, `use WAREHOUSE WH`, `CREATE USER on the account`."""
    kinds = " and ".join(plural(kind) if change.inside else kind for kind in change.kinds)
    where = str(change.on) if change.on else "the account"
    verb = change.privilege or _VERBS[change.access]
    on = " on" if change.privilege else ""
    if change.kinds == ("ACCOUNT",):
        text = f"{verb} on the account"
    elif change.objects:
        text = f"{verb}{on} {', '.join(str(name.last) for name in change.objects)} ({kinds}) in {where}"
    elif change.inside:
        text = f"{verb}{on} {kinds} in {where}"
    else:
        text = f"{verb}{on} {kinds} {where}"
    return f"{text} (potential)" if change.potential else text


def change_in_words(change: AccessChange) -> str:
    """A sentence with the path: `X gains read TABLES in DB.S, by X -> READER -> SELECT on all TABLES in DB.S`."""
    verb = "gains" if change.gained else "loses"
    return f"{label(change.principal)} {verb} {what_in_words(change)}, by {right_in_words(change.right)}"


def path_in_words(change: AccessChange) -> str:
    """The path alone, empty where the principal holds the privilege itself."""
    return in_words(change.path)
