"""Dropped tables, dynamic tables, schemas and databases that can come back (UNDROP), with all that went with them.

A record holds the objects, grants, future grants and references as the store has them; it is made in the transaction
of the drop. It goes when the retention of the object is over; beyond ``MOST`` objects in all records the oldest go
before that, but the newest record stays whatever its size (docs.snowflake.com: Understanding & using Time Travel).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from local.errors import SnowflakeError, already_exists, compilation_error
from local.model import FutureGrant, Grant, InheritedGrant, Kind, Obj, Reference
from local.records import decode, encode

if TYPE_CHECKING:
    from local.catalogue import Catalogue

R = TypeVar("R", Obj, Grant, FutureGrant, InheritedGrant, Reference)

KINDS = (Kind.TABLE, Kind.DYNAMIC_TABLE, Kind.SCHEMA, Kind.DATABASE)
_WITH_ROWS = (Kind.TABLE, Kind.DYNAMIC_TABLE)
_SEQUENCE = f'"kind":"{Kind.SEQUENCE.value}"'
MOST = 250
"""Each table among them keeps its rows in DuckDB, and takes 30 KiB of memory however few they are."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Dropped:
    """One drop: its root object's id, type, name and container, when it was dropped and until when it may come back.

    The other fields are the records that it took along, the root's objects first in ``objects``; ``tables`` are ids.
    """

    number: int
    kind: str
    name: str
    parent: int
    deleted: float
    until: float
    objects: tuple[str, ...]
    grants: tuple[str, ...]
    futures: tuple[str, ...]
    inherited: tuple[str, ...]
    references: tuple[str, ...]
    tables: tuple[int, ...]

    @property
    def root(self) -> Obj:
        """The dropped object as it was."""
        return decode(Obj, self.objects[0])


_EMPTY = Dropped(0, "", "", 0, 0.0, 0.0, (), (), (), (), (), ())


def pack(dropped: Dropped) -> str:
    """The record as the store keeps it."""
    return json.dumps(asdict(dropped), separators=(",", ":"))


def unpack(body: str) -> Dropped:
    """The record that ``pack`` wrote."""
    fields = json.loads(body)
    listed = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    dropped: Dropped = replace(_EMPTY, **{**fields, **listed})
    return dropped


def keep(catalogue: Catalogue, obj: Obj) -> None:
    """Remember an object that is about to be dropped, unless it is temporary or has no retention."""
    from local.parameters import retention_days

    if obj.kind not in KINDS or "session" in obj.props or "ORIGIN" in obj.props:
        return
    now = time.time()
    forget(catalogue, now)
    days = retention_days(catalogue, obj)
    if days == 0:
        return
    objects = _tree(catalogue, obj)
    numbers = [found.id for found in objects]
    grants = {f"{g.grantee}/{g.target}/{g.privilege}/{g.grantor}": g for n in numbers for g in _grants(catalogue, n)}
    dropped = Dropped(
        obj.id,
        obj.kind.value,
        obj.name,
        obj.parent,
        now,
        now + days * _DAY,
        tuple(encode(found) for found in objects),
        tuple(encode(grant) for grant in grants.values()),
        tuple(encode(future) for n in numbers for future in catalogue.futures.by("container", n)),
        tuple(encode(held) for n in numbers for held in catalogue.inherited.by("container", n)),
        tuple(encode(use) for n in numbers for use in catalogue.references.by("target", n)),
        tuple(found.id for found in objects if found.kind in _WITH_ROWS),
    )
    catalogue.dropped.put(dropped)
    _bound(catalogue)


def _tree(catalogue: Catalogue, obj: Obj) -> list[Obj]:
    found = [obj]
    for child in catalogue.objects.by("parent", obj.id):
        if "session" not in child.props:
            found += _tree(catalogue, child)
    return found


def _grants(catalogue: Catalogue, number: int) -> list[Grant]:
    return [*catalogue.grants.by("target", number), *catalogue.grants.by("grantee", number)]


def forget(catalogue: Catalogue, now: float) -> None:
    """Let go of what is past its retention."""
    for dropped in catalogue.dropped:
        if dropped.until <= now:
            catalogue.dropped.delete(dropped)


def _bound(catalogue: Catalogue) -> None:
    records = list(catalogue.dropped)
    total = sum(len(dropped.objects) for dropped in records)
    for dropped in records[:-1]:
        if total <= MOST:
            return
        total -= len(dropped.objects)
        catalogue.dropped.delete(dropped)


def tables(catalogue: Catalogue) -> dict[int, float]:
    """Dropped tables whose rows are kept, with the seconds of retention that they had."""
    return {table: dropped.until - dropped.deleted for dropped in catalogue.dropped for table in dropped.tables}


def sequences(catalogue: Catalogue) -> list[Obj]:
    """Sequences of dropped schemas and databases: should they come back, none of their values may repeat."""
    bodies = (body for dropped in catalogue.dropped for body in dropped.objects)
    found = (decode(Obj, body) for body in bodies if _SEQUENCE in body)
    return [obj for obj in found if obj.kind is Kind.SEQUENCE]


def find(catalogue: Catalogue, kind: Kind, parent: int, name: str, sees: Callable[[Dropped], bool]) -> Dropped:
    """The newest dropped object of this name; 002003 if there is none (any more)."""
    now = time.time()
    for dropped in sorted(catalogue.dropped, key=lambda d: d.deleted, reverse=True):
        if (dropped.kind, dropped.parent, dropped.name) == (kind.value, parent, name) and dropped.until > now:
            if sees(dropped):
                return dropped
            break
    raise gone(kind, name)


def gone(kind: Kind, name: str) -> SnowflakeError:
    """002003: nothing of this name was dropped, or not lately."""
    message = f"SQL compilation error:\n{kind.value.capitalize()} '{name}' did not exist or was purged."
    return SnowflakeError("002003", "02000", message)


def restore(catalogue: Catalogue, dropped: Dropped, heir: int | None) -> Obj:
    """Bring everything back under its ids. ``heir`` owns what belonged to roles that are gone.

    002002 if the name is taken; refused if a policy that protected something in it is no more there.
    """
    root = dropped.root
    if catalogue.child(root.parent, root.kind, root.name, root.signature) is not None:
        raise already_exists(catalogue.full_name(root))
    objects = [decode(Obj, body) for body in dropped.objects]
    references = [decode(Reference, body) for body in dropped.references]
    _require_policies(catalogue, root, references, {obj.id for obj in objects})
    for obj in objects:
        catalogue.objects.put(obj)
    for obj in objects:
        if not _there(catalogue, obj.owner):
            catalogue.objects.put(replace(obj, owner=heir))
    _grant_again(catalogue, dropped, heir)
    for use in references:
        if _there(catalogue, use.source):
            catalogue.references.put(use)
    catalogue.dropped.delete(dropped)
    return catalogue.get(root.id)


def _grant_again(catalogue: Catalogue, dropped: Dropped, heir: int | None) -> None:
    for grant in (decode(Grant, body) for body in dropped.grants):
        if _there(catalogue, grant.grantee) and _there(catalogue, grant.target):
            catalogue.grants.put(grant if _there(catalogue, grant.grantor) else replace(grant, grantor=heir))
    for future in (decode(FutureGrant, body) for body in dropped.futures):
        if _there(catalogue, future.grantee):
            catalogue.futures.put(future)
    for held in (decode(InheritedGrant, body) for body in dropped.inherited):
        if _there(catalogue, held.grantee):
            catalogue.inherited.put(held)


def _there(catalogue: Catalogue, number: int | None) -> bool:
    return number is None or catalogue.lookup(number) is not None


def _require_policies(catalogue: Catalogue, root: Obj, uses: Iterable[Reference], back: Container[int]) -> None:
    from local.uses import MASKING_POLICY, ROW_ACCESS_POLICY

    for use in uses:
        if use.role in (MASKING_POLICY, ROW_ACCESS_POLICY) and not (
            use.source in back or _there(catalogue, use.source)
        ):
            raise compilation_error(f"'{root.name}' cannot be restored: a policy that protected it was dropped.")
