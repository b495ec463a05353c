"""Who gains and loses access to what between two pictures, and by which path.

Access is compared, not grants: another way to the same access is no change. What is granted on a whole database is
compared schema by schema, and told as one line for the database where all its schemas change alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from account.access import Right, known_rights
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


@dataclass(frozen=True, slots=True)
class _Cell:
    """What access is compared by."""

    access: Access
    kind: str
    on: Name
    inside: bool
    privilege: str


_Cells = Mapping[_Cell, Right]


class _Side:
    """One of the two pictures."""

    def __init__(self, picture: Picture, other: Picture) -> None:
        self.picture, self.facts = picture, facts(picture)
        self.schemas = sorted({*self.facts.schemas, *facts(other).schemas})
        self.warehouses = sorted({*self.facts.warehouses, *facts(other).warehouses})
        self.databases = sorted({*self.facts.databases, *facts(other).databases})

    def cells(self, principal: Principal) -> _Cells:
        """The access of one principal; of several rights to the same the one that works and is nearest."""
        found: dict[_Cell, Right] = {}
        for right in known_rights(self.picture, principal)[0]:
            for cell in self._of(right):
                if cell not in found or _rank(right) < _rank(found[cell]):
                    found[cell] = right
        return found

    def _of(self, right: Right) -> Iterator[_Cell]:
        named = right.kind == "ACCOUNT" or right.access in (Access.CREATE, Access.MANAGE)
        privilege = right.privilege if named and right.privilege != OWNERSHIP else ""
        if right.scope is Scope.OBJECT:
            yield _Cell(right.access, right.kind, right.on, False, privilege)
            return
        single = {"SCHEMA": self.schemas, "DATABASE": self.databases, "WAREHOUSE": self.warehouses}.get(right.kind)
        if single is not None:
            for name in single:
                if name.within(right.on):
                    yield _Cell(right.access, right.kind, name, False, privilege)
            return
        schemas = [] if right.kind in ACCOUNT_KINDS | IN_DATABASE else self._schemas(right)
        for name in schemas or [right.on]:
            yield _Cell(right.access, right.kind, name, True, privilege)

    def _schemas(self, right: Right) -> list[Name]:
        if len(right.on) >= 2:
            return [right.on]
        fact = Fact(right.holder, right.privilege, right.kind, right.on, right.scope, frozenset({right.access}))
        return [name for name in self.schemas if name.within(right.on) and not self.facts.shadowed(fact, name)]


def _rank(right: Right) -> tuple[bool, int]:
    return right.potential, len(right.path)


def _alone(cells: _Cells, cell: _Cell) -> int:
    """0: no access; 1: potential; 2: access."""
    right = cells.get(cell)
    return 0 if right is None else 1 if right.potential else 2


def _around(cells: _Cells, cell: _Cell) -> int:
    """The access to everything of its kind in the schema of an object, which is access to the object, too."""
    if cell.inside or len(cell.on) < 3:
        return 0
    return _alone(cells, _Cell(cell.access, cell.kind, cell.on.schema, True, cell.privilege))


def _one_way(principal: Principal, old: _Cells, new: _Cells, *, gained: bool) -> Iterator[AccessChange]:
    """What `new` has and `old` has not."""
    for cell, right in new.items():
        strength = _alone(new, cell)
        if _around(new, cell) < strength > max(_alone(old, cell), _around(old, cell)):
            yield AccessChange(
                principal, gained, cell.access, cell.on, (cell.kind,), cell.inside, right.potential, right,
                cell.privilege,
            )  # fmt: skip


def access_changes(before: Picture, after: Picture) -> tuple[AccessChange, ...]:
    """Everything gained and lost by every user and role, losses and gains of one principal together.

    A potential right that starts to work is gained; a right that becomes a potential one is lost. Owners that are not
    known count as nobody here; `undecided` names them.
    """
    old, new = _Side(before, after), _Side(after, before)
    found: list[AccessChange] = []
    for principal in _affected(old.facts, new.facts):
        was, will_be = old.cells(principal), new.cells(principal)
        changes = [*_one_way(principal, will_be, was, gained=False), *_one_way(principal, was, will_be, gained=True)]
        found.extend(_gathered(changes, old, new))
    return tuple(sorted(found, key=_order))


def _affected(old: Facts, new: Facts) -> Iterable[Principal]:
    """Principals whose access may differ: those whose roles, or what these hold, are not the same on both sides."""
    everybody = sorted({*old.graph.principals, *new.graph.principals})
    if (old.schemas, old.future, old.managed) != (new.schemas, new.future, new.managed):
        return everybody
    holders = {*old.by_holder, *new.by_holder}
    changed = {one for one in holders if set(old.by_holder.get(one, ())) != set(new.by_holder.get(one, ()))}

    def differs(principal: Principal) -> bool:
        was, will_be = old.graph.closure(principal), new.graph.closure(principal)
        return was.keys() != will_be.keys() or principal in changed or not changed.isdisjoint(was)

    return [principal for principal in everybody if differs(principal)]


def _gathered(changes: list[AccessChange], old: _Side, new: _Side) -> Iterator[AccessChange]:
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
        every = {name for name in {*old.schemas, *new.schemas} if name.database == group[0].on.database}
        if len(group) > 1 and {change.on for change in group} == every:
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
