"""The account's objects and grants: in memory, written through to the store, one transaction per statement."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from local.dropped import Dropped, keep, pack, unpack
from local.errors import already_exists
from local.history import KINDS, Gone, remember_dropped, remember_revoked
from local.history import decode as decode_gone
from local.history import encode as encode_gone
from local.model import ACCOUNT_ID, FutureGrant, Grant, InheritedGrant, Json, Kind, Obj, Reference
from local.names import Path, dotted
from local.records import decode, encode
from local.relation import Journal, Relation
from local.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypedDict

    class ObjChanges(TypedDict, total=False):
        """Fields of ``Obj`` that ``Catalogue.update`` may change."""

        name: str
        parent: int
        owner: int | None
        comment: str
        props: Mapping[str, Json]
        params: Mapping[str, str]


class Catalogue:
    """All records of one account.

    Reads are plain method calls; writes raise RuntimeError outside ``with catalogue.transaction():``, which undoes
    everything if the block raises and has written everything to the store when it ends.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journal = Journal()
        self._lock = threading.RLock()
        self.last_login: dict[int, float] = {}
        """Epoch seconds of each user's last login since the server started; never stored, a login writes nothing."""
        self.objects: Relation[Obj] = Relation(
            "objects",
            self._journal,
            lambda o: f"{o.id:012d}",
            encode,
            {
                "kind": lambda o: o.kind,
                "children": lambda o: (o.parent, o.kind),
                "parent": lambda o: o.parent,
                "name": lambda o: (o.parent, o.kind.info.namespace, o.name, o.signature),
                "overloads": lambda o: (o.parent, o.kind, o.name),
                "owner": lambda o: o.owner,
            },
        )
        self.grants: Relation[Grant] = Relation(
            "grants",
            self._journal,
            lambda g: f"{g.grantee}/{g.target}/{g.privilege}/{g.grantor}",
            encode,
            {
                "grantee": lambda g: g.grantee,
                "target": lambda g: g.target,
                "grantor": lambda g: g.grantor,
                "held": lambda g: (g.grantee, g.target, g.privilege),
                "member": self._member,
            },
        )
        self.futures: Relation[FutureGrant] = Relation(
            "futures",
            self._journal,
            lambda f: f"{f.grantee}/{f.container}/{f.kind.value}/{f.privilege}",
            encode,
            {"grantee": lambda f: f.grantee, "container": lambda f: f.container},
        )
        self.inherited: Relation[InheritedGrant] = Relation(
            "inherited",
            self._journal,
            lambda i: f"{i.grantee}/{i.container}/{i.kind.value}/{i.privilege}",
            encode,
            {
                "grantee": lambda i: i.grantee,
                "container": lambda i: i.container,
                "covers": lambda i: (i.container, i.kind),
                "grantor": lambda i: i.grantor,
            },
        )
        self.references: Relation[Reference] = Relation(
            "references",
            self._journal,
            lambda r: f"{r.source}/{r.target}/{r.role}/{r.column}",
            encode,
            {
                "source": lambda r: r.source,
                "target": lambda r: r.target,
                "use": lambda r: (r.target, r.role),
            },
        )
        self.history: Relation[Gone] = Relation("history", self._journal, lambda g: f"{g.number:012d}", encode_gone, {})
        self.dropped: Relation[Dropped] = Relation(
            "dropped", self._journal, lambda d: f"{d.number:012d}", pack, {"kind": lambda d: d.kind}
        )
        self._next_id = 1
        self._load()

    def _member(self, grant: Grant) -> int | None:
        """The grantee where the grant is membership of a role, so that role hierarchies are walked by index."""
        target = self.lookup(grant.target) if grant.privilege == "USAGE" else None
        return grant.grantee if target is not None and target.kind in (Kind.ROLE, Kind.DATABASE_ROLE) else None

    def _load(self) -> None:
        for body in self._store.records("objects"):
            self.objects.load(decode(Obj, body))
        for body in self._store.records("grants"):
            self.grants.load(decode(Grant, body))
        for body in self._store.records("futures"):
            self.futures.load(decode(FutureGrant, body))
        for body in self._store.records("inherited"):
            self.inherited.load(decode(InheritedGrant, body))
        for body in self._store.records("references"):
            self.references.load(decode(Reference, body))
        for body in self._store.records("history"):
            self.history.load(decode_gone(body))
        for kept in sorted(map(unpack, self._store.records("dropped")), key=lambda d: d.deleted):
            self.dropped.load(kept)
        for body in self._store.records("meta"):
            self._next_id = int(json.loads(body)["next_id"])
        if any(obj.id >= self._next_id for obj in self.objects):
            raise ValueError("the next object id is one that is taken")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the block's changes all or nothing; blocks may be nested, the outermost one commits.

        One thread at a time is inside; work of the data plane ends with such a block in a thread of its own.
        """
        with self._lock:
            yield from self._transaction()

    @contextmanager
    def at_once(self) -> Iterator[bool]:
        """As ``transaction`` if no other thread is inside; else the block runs outside and gets False."""
        if not self._lock.acquire(blocking=False):
            yield False
            return
        try:
            with self.transaction():
                yield True
        finally:
            self._lock.release()

    def _transaction(self) -> Iterator[None]:
        if self._journal.active:
            yield
            return
        self._journal.active = True
        before = self._next_id
        try:
            yield
            if self._next_id != before:
                self._journal.writes[("meta", "next_id")] = json.dumps({"next_id": self._next_id})
            self._store.apply(self._journal.writes)
        except BaseException:
            self._journal.roll_back()
            self._next_id = before
            raise
        self._journal.clear()

    def note(self, relation: str, key: str, body: str | None) -> None:
        """Write a record of another part of the server (intents of the data plane) with the running statement."""
        if not self._journal.active:
            raise RuntimeError("note outside a transaction")
        self._journal.writes[(relation, key)] = body

    def notes(self, relation: str) -> list[str]:
        """Bodies written with ``note`` that are still there."""
        return list(self._store.records(relation))

    # Objects

    @property
    def empty(self) -> bool:
        """Whether the account has not been created yet."""
        return len(self.objects) == 0

    @property
    def account(self) -> Obj:
        """The account itself."""
        return self.get(ACCOUNT_ID)

    def get(self, object_id: int) -> Obj:
        """The object with this id; KeyError if it is gone."""
        found = self.objects.get(f"{object_id:012d}")
        if found is None:
            raise KeyError(object_id)
        return found

    def lookup(self, object_id: int | None) -> Obj | None:
        """The object with this id, or None."""
        return None if object_id is None else self.objects.get(f"{object_id:012d}")

    def find(self, kind: Kind, path: Path, signature: str = "") -> Obj | None:
        """The object with this complete path, or None; kinds that share a namespace are told apart."""
        parent = ACCOUNT_ID
        containers = (Kind.DATABASE, Kind.SCHEMA)
        for container, name in zip(containers, path[:-1], strict=False):
            found = self.child(parent, container, name)
            if found is None:
                return None
            parent = found.id
        found = self.child(parent, kind, path[-1], signature)
        return found if found is not None and found.kind is kind else None

    def child(self, parent: int, kind: Kind, name: str, signature: str = "") -> Obj | None:
        """The object of this name in the kind's namespace (a VIEW may come back for TABLE), or None."""
        found = self.objects.by("name", (parent, kind.info.namespace, name, signature))
        return found[0] if found else None

    def children(self, parent: int, kind: Kind) -> list[Obj]:
        """Objects of a kind directly in a container, by name."""
        return sorted(self.objects.by("children", (parent, kind)), key=lambda o: (o.name, o.signature))

    def of_kind(self, kind: Kind) -> list[Obj]:
        """All objects of a kind in the account, by path."""
        return sorted(self.objects.by("kind", kind), key=lambda o: (self.path(o), o.signature))

    def within(self, container: Obj, kind: Kind) -> list[Obj]:
        """Objects of a kind in a container at any depth (account, database or schema), by path."""
        return [o for o in self.of_kind(kind) if container.id == ACCOUNT_ID or container.id in self.ancestors(o)]

    def ancestors(self, obj: Obj) -> tuple[int, ...]:
        """Ids of the containers of an object, innermost first, the account last."""
        return tuple(container.id for container in self.chain(obj))[1:]

    def chain(self, obj: Obj) -> Iterator[Obj]:
        """An object and its containers, innermost first, the account last."""
        yield obj
        while obj.id != ACCOUNT_ID:
            obj = self.get(obj.parent)
            yield obj

    def path(self, obj: Obj) -> Path:
        """The object's full name from the outermost container inwards."""
        parts = [obj.name]
        current = obj
        while current.parent != ACCOUNT_ID:
            current = self.get(current.parent)
            parts.append(current.name)
        return tuple(reversed(parts))

    def full_name(self, obj: Obj) -> str:
        """The object's path as Snowflake prints it, without a signature."""
        return dotted(self.path(obj))

    def schema_of(self, obj: Obj) -> Obj:
        """The schema of a schema object."""
        return self.get(obj.parent)

    def database_of(self, obj: Obj) -> Obj:
        """The database that an object lives in (itself for a database); KeyError for account-level objects."""
        while obj.kind is not Kind.DATABASE:
            if obj.id == ACCOUNT_ID:
                raise KeyError(obj.name)
            obj = self.get(obj.parent)
        return obj

    def reserve(self) -> int:
        """Take an object id for something that is prepared before it is made; it is never given out again."""
        taken = self._next_id
        self._next_id += 1
        return taken

    def create(
        self,
        kind: Kind,
        name: str,
        parent: int,
        owner: int | None,
        *,
        comment: str = "",
        signature: str = "",
        props: Mapping[str, Json] | None = None,
        params: Mapping[str, str] | None = None,
        object_id: int | None = None,
    ) -> Obj:
        """Make an object; 002002 if the name is taken in its namespace. Future grants are applied by the caller.

        ``object_id`` is one from ``reserve``.
        """
        if self.child(parent, kind, name, signature) is not None:
            raise already_exists(dotted((*self.path(self.get(parent)), name)) if parent else dotted((name,)))
        now = time.time()
        obj = Obj(
            id=self.reserve() if object_id is None else object_id,
            kind=kind,
            name=name,
            parent=parent,
            owner=owner,
            created=now,
            changed=now,
            comment=comment,
            signature=signature,
            props=dict(props or {}),
            params=dict(params or {}),
        )
        self.objects.put(obj)
        return obj

    def update(self, obj: Obj, **changes: Unpack[ObjChanges]) -> Obj:
        """Change fields; a rename or move onto a taken name is 002002."""
        changed = replace(self.get(obj.id), changed=time.time(), **changes)
        if "name" in changes or "parent" in changes:
            holder = self.child(changed.parent, changed.kind, changed.name, changed.signature)
            if holder is not None and holder.id != changed.id:
                raise already_exists(self.full_name(changed))
        self.objects.put(changed)
        return changed

    def drop(self, obj: Obj) -> list[Obj]:
        """Remove an object, what it contains, and every grant (also future and inherited) and reference that names it.

        Grants that a dropped user made go too; those of a dropped role are passed on before (``grants.pass_on``).
        Dropped objects and the grants of dropped roles and users go to the history; what UNDROP can bring back is kept.
        Returns all removed objects, the given one last.
        """
        keep(self, obj)
        return self._drop(obj)

    def _drop(self, obj: Obj) -> list[Obj]:
        removed: list[Obj] = []
        for child in self.objects.by("parent", obj.id):
            removed += self._drop(child)
        if obj.kind in KINDS:
            remember_dropped(self, obj)
        for index in ("target", "grantee", "grantor"):
            for grant in self.grants.by(index, obj.id):
                if index != "target" or self._member(grant) is not None:
                    remember_revoked(self, grant)
                self.grants.delete(grant)
        for future in (*self.futures.by("container", obj.id), *self.futures.by("grantee", obj.id)):
            self.futures.delete(future)
        for inherited in (*self.inherited.by("container", obj.id), *self.inherited.by("grantee", obj.id)):
            self.inherited.delete(inherited)
        for reference in (*self.references.by("source", obj.id), *self.references.by("target", obj.id)):
            self.references.delete(reference)
        self.objects.delete(obj)
        return [*removed, obj]

    def close(self) -> None:
        """Close the store."""
        self._store.close()
