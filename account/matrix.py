"""Effective access at a glance: classes of access by principal and by schema, database and warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from account.facts import Fact, Facts, Passage, facts
from account.memo import per_picture
from account.names import Name
from account.picture import Picture
from account.principals import Principal, PrincipalKind, Scope
from account.privileges import ACCOUNT_KINDS, IN_DATABASE, OWNERSHIP, Access
from account.values import Undecided

Cells = dict[Name, set[Access]]
_IN_SCHEMA: Final = frozenset({Access.READ, Access.WRITE, Access.CREATE})


class _Cells:
    """What each holder has in each schema and warehouse, the way there aside."""

    def __init__(self, known_facts: Facts) -> None:
        self.facts = known_facts
        self.schemas: dict[Principal, Cells] = {}
        self.owned: dict[Principal, set[Name]] = {}
        self.used: dict[Principal, set[Name]] = {}
        for holder, held in known_facts.by_holder.items():
            for fact in held:
                self._add(holder, fact)

    def _add(self, holder: Principal, fact: Fact) -> None:
        if fact.privilege == OWNERSHIP and fact.kind in ("DATABASE", "SCHEMA", "WAREHOUSE"):
            self.owned.setdefault(holder, set()).add(fact.on)
        if fact.kind == "WAREHOUSE":
            if Access.USE in fact.accesses:
                targets = self.facts.warehouses if fact.scope is not Scope.OBJECT else (fact.on,)
                self.used.setdefault(holder, set()).update(targets)
            return
        given = fact.accesses & _IN_SCHEMA
        if not given or (fact.kind in ("DATABASE", "SCHEMA") and not self._inside(fact)):
            return
        cells = self.schemas.setdefault(holder, {})
        for schema in self._targets(fact):
            cells.setdefault(schema, set()).update(self._classes(fact, given))

    @staticmethod
    def _inside(fact: Fact) -> bool:
        """Whether a privilege on a container says something about what is in its schemas."""
        if fact.privilege == "IMPORTED PRIVILEGES":
            return True
        return fact.kind == "SCHEMA" and fact.privilege != OWNERSHIP

    @staticmethod
    def _classes(fact: Fact, given: frozenset[Access]) -> frozenset[Access]:
        return given & {Access.CREATE} if fact.kind == "SCHEMA" else given

    def _targets(self, fact: Fact) -> Iterable[Name]:
        if fact.kind in ACCOUNT_KINDS | IN_DATABASE - {"SCHEMA"} and not fact.spans:
            return ()
        if len(fact.on) >= 2:
            return (fact.on.schema,)
        if fact.kind == "ACCOUNT":
            return ()
        if fact.privilege == "IMPORTED PRIVILEGES":
            return (fact.on, *(name for name in self.facts.schemas if name.within(fact.on)))
        return (name for name in self.facts.schemas if name.within(fact.on) and not self.facts.shadowed(fact, name))


@per_picture
def _cells(picture: Picture) -> _Cells:
    return _Cells(facts(picture))


def matrix(
    picture: Picture, principals: Iterable[Principal] | None = None
) -> Mapping[tuple[Principal, Name], frozenset[Access]]:
    """Access of these principals (all by default) by schema, database and warehouse; pairs without access are absent.

    Of a schema: READ, WRITE and CREATE of what is in it, where the way to it is open, and OWN of the schema itself. Of
    databases and warehouses: USE and OWN; of an imported database READ, too, whose schemas a picture need not show.
    Future grants that are in force count as access.

    Raises:
        Undecided: the owner of a database, schema, warehouse or of a table is not known.
    """
    cells = _cells(picture)
    for thing in cells.facts.unknown_owners:
        if thing.kind in ("DATABASE", "SCHEMA", "WAREHOUSE") or len(thing.name) > 2:
            raise Undecided(f"the owner of {thing.kind} {thing.name} is not known")
    chosen = cells.facts.graph.principals if principals is None else principals
    return {(principal, name): found for principal in chosen for name, found in _row(cells, principal).items()}


def _row(cells: _Cells, principal: Principal) -> dict[Name, frozenset[Access]]:
    holders = [*cells.facts.graph.closure(principal)]
    if principal.kind is PrincipalKind.USER:
        holders.append(principal)
    passage, found = Passage(), dict[Name, set[Access]]()
    for holder in holders:
        passage.add(cells.facts.passed(holder))
        for name, given in cells.schemas.get(holder, {}).items():
            found.setdefault(name, set()).update(given)
    row = {name: given for name, given in found.items() if passage.enters(name) is not False}
    for database in cells.facts.databases:
        if passage.through(database):
            row.setdefault(database, set()).add(Access.USE)
    for holder in holders:
        for name in cells.used.get(holder, ()):
            row.setdefault(name, set()).add(Access.USE)
        for name in cells.owned.get(holder, ()):
            row.setdefault(name, set()).add(Access.OWN)
    return {name: frozenset(given) for name, given in sorted(row.items()) if given}


def classes_in_words(classes: Iterable[Access]) -> str:
    """Access classes in their usual order, e.g. `read write create`; a dash for none."""
    present = set(classes)
    return " ".join(entry.value for entry in Access if entry in present) or "-"


def by_database(access: Mapping[Name, frozenset[Access]], database: str, schemas: Iterable[Name]) -> str:
    """Somebody's access to one database on one line: what holds in every schema, then the exceptions by name."""
    cells = {name.last: classes_in_words(access.get(name, ())) for name in schemas if name.database == (database,)}
    usual = max(sorted(set(cells.values())), key=list(cells.values()).count, default="-")
    exceptions = [f"{name}: {text}" for name, text in cells.items() if text != usual]
    return "; ".join([usual, *exceptions])
