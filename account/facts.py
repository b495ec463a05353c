"""Every single thing that somebody holds in a picture: grants, ownership, and what every account has built in.

This is what `account.access` asks; the questions and answers are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from account.graph import Graph, graph
from account.memo import per_picture
from account.names import ACCOUNT, Name
from account.origin import Origin
from account.picture import Picture
from account.principals import Grant, Principal, PrincipalKind, Scope, role
from account.privileges import ACCOUNT_KINDS, IN_DATABASE, OWNERSHIP, Access, Meaning, covers, meaning
from account.things import AnyThing, Database, Role, Schema, Table, Warehouse
from account.values import Unknown

_BUILT_IN = (
    ("SECURITYADMIN", "MANAGE GRANTS"),
    ("USERADMIN", "CREATE USER"),
    ("USERADMIN", "CREATE ROLE"),
    ("SYSADMIN", "CREATE DATABASE"),
    ("SYSADMIN", "CREATE WAREHOUSE"),
)
"""Account privileges of the system-defined roles that matter here (docs, "System-defined roles")."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One privilege of one holder. `spans`: accesses to everything inside `on`, whatever its kind."""

    holder: Principal
    privilege: str
    kind: str
    on: Name
    scope: Scope
    accesses: frozenset[Access]
    why: str = ""
    spans: frozenset[Access] = frozenset()
    grant_option: bool = False
    origin: Origin | None = field(default=None, compare=False)

    @property
    def passes(self) -> bool:
        """Whether it lets pass through its object: any privilege on a database or schema does.

        docs.snowflake.com/en/sql-reference/sql/grant-privilege: "USAGE or any other privilege on the parent database
        and schema".
        """
        return self.kind in ("DATABASE", "SCHEMA")

    @property
    def needs_a_way(self) -> bool:
        """Whether the containers around its object must be passed; not by who manages grants, or for account objects.

        docs.snowflake.com/en/user-guide/container-manage-grants-intro: the holder resolves everything inside.
        """
        return self.kind not in ACCOUNT_KINDS and self.privilege != "MANAGE GRANTS"


def kind_of(thing: AnyThing) -> str:
    """The kind under which privileges on a thing are granted."""
    if isinstance(thing, Table):
        return thing.type
    if isinstance(thing, Role) and len(thing.name) > 1:
        return PrincipalKind.DATABASE_ROLE.value
    return thing.kind


def containers(kind: str, on: Name) -> tuple[Name, ...]:
    """The database and schema that one passes through on the way to an object."""
    if kind in ACCOUNT_KINDS:
        return ()
    if kind in IN_DATABASE:
        return (on.database,) if len(on) > 1 else ()
    return tuple(dict.fromkeys(name for name in (on.database, on.schema) if len(name) < len(on)))


def _held(grant: Grant) -> Fact:
    what = meaning(grant.privilege, grant.kind)
    why = what.why
    if what.spans and grant.privilege != "IMPORTED PRIVILEGES":
        why = f"{why} {grant.on}" if grant.on else f"{why} the account"
    return Fact(
        grant.grantee, grant.privilege, grant.kind, grant.on, grant.scope, what.accesses, why, what.spans,
        grant.grant_option, grant.origin,
    )  # fmt: skip


def _built_in() -> Iterator[Fact]:
    for name, privilege in _BUILT_IN:
        what = meaning(privilege, "ACCOUNT")
        why = f"{what.why} the account" if what.spans else "every account has it so"
        yield Fact(role(name), privilege, "ACCOUNT", ACCOUNT, Scope.OBJECT, what.accesses, why, what.spans)


def _owned(thing: AnyThing, owner: Principal) -> Iterator[Fact]:
    kind = kind_of(thing)
    what = meaning(OWNERSHIP, kind)
    yield Fact(owner, OWNERSHIP, kind, thing.name, Scope.OBJECT, what.accesses, what.why, origin=thing.origin)
    if isinstance(thing, Schema) and not isinstance(thing.managed_access, Unknown) and thing.managed_access:
        yield managing(thing, owner)


def managing(schema: Schema, owner: Principal) -> Fact:
    """The owner of a managed-access schema decides about grants on everything in it, and so can give it to itself."""
    why = f"owns the managed-access schema and can give itself everything inside {schema.name}"
    accesses = frozenset({Access.MANAGE})
    return Fact(owner, OWNERSHIP, "SCHEMA", schema.name, Scope.OBJECT, accesses, why, accesses, origin=schema.origin)


def _warehouses_of(fact: Fact) -> Iterator[Fact]:
    """MANAGE WAREHOUSES equals MODIFY, MONITOR and OPERATE on all warehouses of the account."""
    if fact.privilege == "MANAGE WAREHOUSES" and fact.kind == "ACCOUNT":
        accesses = frozenset({Access.WRITE, Access.MONITOR})
        why = "equals MODIFY, MONITOR and OPERATE on all warehouses"
        yield Fact(
            fact.holder, fact.privilege, "WAREHOUSE", ACCOUNT, Scope.INHERITED, accesses, why, origin=fact.origin
        )


def _on_its_database(held: Principal) -> Fact:
    what = Meaning(frozenset({Access.USE}), "comes with the database role")
    return Fact(held, "USAGE", "DATABASE", held.name.database, Scope.OBJECT, what.accesses, what.why)


class Facts:
    """The facts of one picture by holder, and what more is needed to judge them.

    Attributes:
        unknown_owners: things whose owner is not known; every question that may depend on one is undecided.
        unknown_managed: schemas with a known owner of which managed access is not known.
        schemas, databases, warehouses: by name, those that only a grant mentions too.
        future: kinds and schemas with a future grant of the schema; managed: schemas by managed access, where known.
    """

    def __init__(self, picture: Picture) -> None:
        self.graph: Graph = graph(picture)
        self.by_holder: dict[Principal, list[Fact]] = {}
        self.unknown_owners: list[AnyThing] = []
        self.unknown_managed: list[tuple[Schema, Principal]] = []
        self.managed: dict[Name, bool] = {}
        self._passages: dict[Principal, Passage] = {}
        self._types = {thing.name: thing.type for thing in picture.things if isinstance(thing, Table)}
        for fact in self._all(picture):
            self.by_holder.setdefault(fact.holder, []).append(fact)
        self.future = {
            (fact.kind, fact.on)
            for facts in self.by_holder.values()
            for fact in facts
            if fact.scope is Scope.FUTURE and len(fact.on) == 2
        }
        self._find_containers(picture)

    def _all(self, picture: Picture) -> Iterator[Fact]:
        yield from _built_in()
        for thing in picture.things:
            if isinstance(thing, Schema) and not isinstance(thing.managed_access, Unknown):
                self.managed[thing.name] = bool(thing.managed_access)
            if isinstance(thing.owner, Unknown):
                self.unknown_owners.append(thing)
            elif thing.owner is not None:
                yield from _owned(thing, thing.owner)
                if isinstance(thing, Schema) and isinstance(thing.managed_access, Unknown):
                    self.unknown_managed.append((thing, thing.owner))
        for grant in picture.grants:
            fact = _held(grant)
            yield fact
            yield from _warehouses_of(fact)
        for principal in self.graph.principals:
            if principal.kind is PrincipalKind.DATABASE_ROLE:
                yield _on_its_database(principal)

    def _find_containers(self, picture: Picture) -> None:
        schemas: set[Name] = set()
        databases: set[Name] = set()
        warehouses: set[Name] = set()
        for thing in picture.things:
            for kind, names in ((Schema, schemas), (Database, databases), (Warehouse, warehouses)):
                if isinstance(thing, kind):
                    names.add(thing.name)
        for fact in (fact for facts in self.by_holder.values() for fact in facts):
            if fact.kind == "WAREHOUSE" and fact.on:
                warehouses.add(fact.on)
            elif fact.kind not in ACCOUNT_KINDS or fact.kind == "DATABASE":
                if len(fact.on) > 1 and fact.kind not in IN_DATABASE - {"SCHEMA"}:
                    schemas.add(fact.on.schema)
                if fact.on:
                    databases.add(fact.on.database)
        self.schemas = tuple(sorted(schemas))
        self.databases = tuple(sorted(databases))
        self.warehouses = tuple(sorted(warehouses))

    def type_of(self, on: Name, kind: str) -> str:
        """The kind of a table or view that the picture knows; otherwise the kind that was asked for."""
        return self._types.get(on, kind) if kind == "TABLE" else kind

    def shadowed(self, fact: Fact, schema: Name) -> bool:
        """Whether a future grant of a database is without effect in a schema.

        It gives way to any future grant of the schema on the same kind, to whatever role; and future OWNERSHIP of a
        database does not reach managed-access schemas (docs, GRANT, "Future grants on database or schema objects").
        """
        if fact.scope is not Scope.FUTURE or len(fact.on) != 1 or fact.kind == "SCHEMA":
            return False
        return (fact.kind, schema) in self.future or (fact.privilege == OWNERSHIP and self.managed.get(schema, False))

    def shadows(self, fact: Fact) -> tuple[Name, ...]:
        """The schemas in which a future grant of a database is without effect."""
        if fact.scope is not Scope.FUTURE or len(fact.on) != 1:
            return ()
        return tuple(name for name in self.schemas if name.within(fact.on) and self.shadowed(fact, name))

    def reaches(self, fact: Fact, access: Access, on: Name, kind: str) -> bool:
        """Whether a fact gives access to one object, the way to it aside."""
        if access not in fact.accesses:
            return False
        if access in fact.spans and fact.scope is Scope.OBJECT and on.within(fact.on):
            return True
        if not covers(fact.kind, kind):
            return False
        if fact.scope is Scope.OBJECT:
            return fact.on == on
        inside = len(on) > len(fact.on) and on.within(fact.on)
        return inside and not self.shadowed(fact, on.schema)

    def passed(self, principal: Principal) -> Passage:
        """What one principal passes through by what it holds itself."""
        if principal not in self._passages:
            self._passages[principal] = self._passage(principal)
        return self._passages[principal]

    def _passage(self, principal: Principal) -> Passage:
        passage = Passage()
        for fact in self.by_holder.get(principal, ()):
            if fact.privilege == "IMPORTED PRIVILEGES":
                passage.whole.add(fact.on)
            if not fact.passes:
                continue
            if fact.scope is Scope.OBJECT:
                passage.exact.add(fact.on)
            else:
                target = passage.future if fact.scope is Scope.FUTURE else passage.wide
                target.add((fact.kind, fact.on))
        return passage


@dataclass(slots=True)
class Passage:
    """Databases and schemas that somebody passes through.

    Attributes:
        exact: by name; wide: all of a kind within a container, future: those made from now on.
        whole: imported databases with everything in them.
    """

    exact: set[Name] = field(default_factory=set)
    wide: set[tuple[str, Name]] = field(default_factory=set)
    future: set[tuple[str, Name]] = field(default_factory=set)
    whole: set[Name] = field(default_factory=set)

    def add(self, other: Passage) -> None:
        """Takes over what another has."""
        self.exact |= other.exact
        self.wide |= other.wide
        self.future |= other.future
        self.whole |= other.whole

    def through(self, container: Name) -> bool | None:
        """Whether one passes; None where only a future grant may let pass."""
        if container in self.exact or container.database in self.whole:
            return True
        kind = "DATABASE" if len(container) == 1 else "SCHEMA"
        outer = (ACCOUNT, container.database) if len(container) > 1 else (ACCOUNT,)
        if any((kind, name) in self.wide for name in outer):
            return True
        return None if any((kind, name) in self.future for name in outer) else False

    def way(self, kind: str, on: Name) -> bool | None:
        """Whether one passes everything on the way to an object; None where a future grant is needed for that."""
        answers = [self.through(container) for container in containers(kind, on)]
        return False if False in answers else None if None in answers else True

    def enters(self, container: Name) -> bool | None:
        """Whether one gets to some object in a schema, a database or the account."""
        if len(container) >= 2:
            return self.way("", Name((*container[:2], "")))
        if len(container) == 1:
            inside = any(len(name) == 2 and name.within(container) for name in self.exact) or container in self.whole
            wide = inside or ("SCHEMA", container) in self.wide or ("SCHEMA", ACCOUNT) in self.wide
            answer = self.through(container)
            if wide or not answer:
                return answer
            return None if ("SCHEMA", container) in self.future or ("SCHEMA", ACCOUNT) in self.future else False
        return bool(self.exact or self.wide or self.whole) or (None if self.future else False)


@per_picture
def facts(picture: Picture) -> Facts:
    """The facts of a picture; worked out once per picture."""
    return Facts(picture)
