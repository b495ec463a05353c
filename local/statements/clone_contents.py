"""What a clone of a schema or database takes along: objects, their grants, future grants, policies and tags.

Rules (docs.snowflake.com: Cloning considerations; GRANT … ON FUTURE, "Object cloning and future grants"): the objects
inside keep their owners and every privilege that was granted on them; privileges on the container itself are not
copied, its future grants are; what refers to something inside the source refers to its clone. Cloned are only objects
that the role has the right to, but policies and tags always, so that nothing in the clone is less protected.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from local.catalogue import Catalogue
from local.data.columns import ColumnDef, columns_of, encode_columns
from local.data.copies import Next
from local.data.past import MICRO
from local.data.sequences import NEXTVAL, sequence_name
from local.data.travel import Point, available
from local.lexer import TokenKind
from local.model import FutureGrant, Grant, InheritedGrant, Json, Kind, Obj, Reference
from local.names import Path, dotted
from local.reader import Reader
from local.registry import CreateHead
from local.results import Result
from local.session import Context
from local.statements.common import create_object
from local.statements.copy_grants import give_again, grants_of_replaced
from local.uses import MASKING_POLICY, POLICIES, ROW_ACCESS_POLICY, TAG

OWNED = frozenset({Kind.STREAM, Kind.TASK, Kind.ALERT, Kind.PIPE})
"""Kinds of which only the owner may make clones; for others USAGE suffices (SELECT for what holds rows)."""
_WITH_ROWS = frozenset({Kind.TABLE, Kind.DYNAMIC_TABLE})
_ALWAYS = frozenset({*POLICIES, Kind.TAG, Kind.DATABASE_ROLE})
_COPIED = frozenset({TAG, MASKING_POLICY, ROW_ACCESS_POLICY})
_IDS = ("source", "finalize", "stage")
"""Properties that hold the id of another object (streams, tasks, pipes)."""


def listed(context: Context, source: Obj, point: Point | None, *, stages: bool, ignore: bool) -> Contents:
    """The objects inside ``source`` that are cloned, containers first.

    With ``point`` only what was there then; 000707 for a table without the data of that time, unless ``ignore``.
    """
    found = Contents(source)
    for obj in _inside(context, source, stages):
        past = obj.kind in _WITH_ROWS and point is not None
        if point is not None and (obj.created * MICRO > point.moment or obj.kind is Kind.TASK):
            continue
        if past and point is not None and not available(context, obj, point, strict=not ignore):
            continue
        found.objects.append(obj)
        found.numbers[obj.id] = context.catalogue.reserve()
    return found


def _inside(context: Context, container: Obj, stages: bool) -> Iterator[Obj]:
    children = context.catalogue.objects.by("parent", container.id)
    for obj in sorted(children, key=lambda child: child.kind is not Kind.DATABASE_ROLE):
        if _taken(context, obj, stages):
            yield obj
            if obj.kind is Kind.SCHEMA:
                yield from _inside(context, obj, stages)


def _taken(context: Context, obj: Obj, stages: bool) -> bool:
    access = context.access
    if "session" in obj.props or obj.kind is Kind.EXTERNAL_TABLE:
        return False
    if obj.kind in _ALWAYS:
        return True
    if obj.kind is Kind.STAGE and not (stages or obj.props.get("URL")):
        return False
    if obj.kind is Kind.PIPE and not _loads_from_outside(context.catalogue, obj):
        return False
    if obj.kind in _WITH_ROWS:
        return access.holds(obj, "SELECT") and access.reachable(obj)
    if obj.kind in OWNED:
        return access.holds(obj, "OWNERSHIP") and access.reachable(obj)
    return bool(access.privileges(obj)) and access.reachable(obj)


def _loads_from_outside(catalogue: Catalogue, pipe: Obj) -> bool:
    """Pipes on internal stages are not cloned."""
    number = pipe.props.get("stage")
    stage = catalogue.lookup(number) if isinstance(number, int) else None
    return stage is not None and bool(stage.props.get("URL"))


@dataclass
class Contents:
    """The inside of a container and the ids that its clones get."""

    source: Obj
    objects: list[Obj] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    _grants: list[Grant] = field(default_factory=list)
    _futures: list[FutureGrant] = field(default_factory=list)
    _inherited: list[InheritedGrant] = field(default_factory=list)
    _uses: list[Reference] = field(default_factory=list)
    _path: tuple[str, ...] = ()
    """The source's full name when it was captured."""

    def tables(self) -> list[Obj]:
        """The tables whose rows are copied."""
        return [obj for obj in self.objects if obj.kind in _WITH_ROWS]

    def sequences(self) -> list[str]:
        """DuckDB's names of the sequences."""
        return [sequence_name(obj) for obj in self.objects if obj.kind is Kind.SEQUENCE]

    def capture(self, catalogue: Catalogue) -> None:
        """Read everything as it is now, before OR REPLACE may drop the source."""
        self._path = catalogue.path(self.source)
        self.objects = [found for obj in self.objects if (found := catalogue.lookup(obj.id)) is not None]
        for obj in self.objects:
            self._grants += catalogue.grants.by("target", obj.id)
        for obj in (self.source, *self.objects):
            self._futures += catalogue.futures.by("container", obj.id)
            self._uses += catalogue.references.by("target", obj.id)
            if obj is not self.source:
                self._inherited += catalogue.inherited.by("container", obj.id)

    def record(self, context: Context, clone: Obj, following: Next) -> None:
        """Make the clones inside ``clone``, with all that belongs to them. A new database's PUBLIC is one of them."""
        from local.statements.clone_dynamic_tables import resolve_upstream

        catalogue = context.catalogue
        self.numbers[self.source.id] = clone.id
        path = catalogue.path(clone)
        for obj in self.objects:
            catalogue.create(
                obj.kind,
                obj.name,
                self.numbers.get(obj.parent, clone.id),
                self._owner(context, obj),
                comment=obj.comment,
                signature=obj.signature,
                props=self._props(obj, path, following),
                params={**obj.params, "PIPE_EXECUTION_PAUSED": "true"} if obj.kind is Kind.PIPE else obj.params,
                object_id=self.numbers[obj.id],
            )
        self._rights(catalogue)
        copy_references(catalogue, self._uses, self.numbers)
        for obj in self.objects:
            if obj.kind is Kind.DYNAMIC_TABLE:
                resolve_upstream(context, catalogue.get(self.numbers[obj.id]), self.numbers)

    def _owner(self, context: Context, obj: Obj) -> int | None:
        """The source's, or its clone where that is a database role; of a pipe it is the role that makes the clone."""
        if obj.kind is Kind.PIPE:
            return context.session.role
        return self.numbers.get(obj.owner, obj.owner) if obj.owner is not None else None

    def _rights(self, catalogue: Catalogue) -> None:
        now, numbers = time.time(), self.numbers
        for grant in self._grants:
            membership = catalogue.get(numbers[grant.target]).kind is Kind.DATABASE_ROLE
            if membership and grant.grantee not in numbers:
                continue  # nobody outside becomes a member of the clone's roles
            grantee = numbers.get(grant.grantee, grant.grantee)
            grantor = numbers.get(grant.grantor, grant.grantor) if grant.grantor is not None else None
            if catalogue.lookup(grantee) is not None:
                target = numbers[grant.target]
                catalogue.grants.put(replace(grant, grantee=grantee, target=target, grantor=grantor, created=now))
        for future in self._futures:
            grantee, container = numbers.get(future.grantee, future.grantee), numbers[future.container]
            if catalogue.lookup(grantee) is not None:
                catalogue.futures.put(replace(future, grantee=grantee, container=container, created=now))
        for held in self._inherited:
            grantee, container = numbers.get(held.grantee, held.grantee), numbers[held.container]
            if catalogue.lookup(grantee) is not None:
                catalogue.inherited.put(replace(held, grantee=grantee, container=container, created=now))

    def _props(self, obj: Obj, path: Sequence[str], following: Next) -> dict[str, Json]:
        from local.statements.clone_dynamic_tables import suspended

        props = dict(obj.props)
        for name in _IDS:
            number = props.get(name)
            if isinstance(number, int):
                props[name] = self.numbers.get(number, number)
        after = props.get("after")
        if isinstance(after, list):
            props["after"] = [
                self.numbers.get(number, number) if isinstance(number, int) else number for number in after
            ]
        if obj.kind in (Kind.TASK, Kind.ALERT):
            props["state"] = "suspended"
        if obj.kind is Kind.TASK:
            props["id"] = str(uuid.uuid4())
        if obj.kind is Kind.SEQUENCE:
            props["start"] = following.get(sequence_name(obj), props["start"])
        if obj.kind is Kind.PIPE:
            props["cloned"] = True
        if obj.kind is Kind.STREAM:
            props.pop("offset", None)  # what was not consumed is out of the clone's reach
        if obj.kind is Kind.DYNAMIC_TABLE:
            props = suspended(props)
        if obj.kind is Kind.TABLE:
            props["columns"] = encode_columns([self._column(column, path) for column in columns_of(obj)])
        return props

    def _column(self, column: ColumnDef, path: Sequence[str]) -> ColumnDef:
        """A default that asks a sequence of the source asks the clone's."""
        if column.default is None or not column.default.upper().endswith(f".{NEXTVAL}"):
            return column
        reader = Reader(column.default)
        parts = [reader.name()]
        while reader.accept(".") and reader.peek().kind is not TokenKind.END:
            parts.append(reader.name())
        old = self._path
        if tuple(parts[: len(old)]) != old:
            return column
        return replace(column, default=f"{dotted((*path, *parts[len(old) : -1]))}.{NEXTVAL}")


def copy_references(catalogue: Catalogue, uses: Iterable[Reference], numbers: Mapping[int, int]) -> None:
    """Put policies and tags on the clones; a policy or tag that was cloned too is replaced by its clone."""
    for use in uses:
        source = numbers.get(use.source, use.source)
        if use.role in _COPIED and catalogue.lookup(source) is not None:
            catalogue.references.put(replace(use, source=source, target=numbers[use.target]))


def create_clone(
    context: Context,
    head: CreateHead,
    kind: Kind,
    path: Path,
    source: Obj,
    *,
    comment: str,
    props: Mapping[str, Json],
    params: Mapping[str, str],
    copy_grants: bool,
    signature: str = "",
    object_id: int | None = None,
    privilege: str | None = None,
) -> tuple[Obj | None, Result]:
    """As ``create_object``, with the policies and tags of ``source``.

    With COPY GRANTS it gets the grants of what it replaces, else those of the source, and no future grants.
    """
    catalogue = context.catalogue
    uses = list(catalogue.references.by("target", source.id))
    held: list[Grant] = []
    if copy_grants:
        held = grants_of_replaced(context, head, kind, path) or list(catalogue.grants.by("target", source.id))
    made, answer = create_object(
        context,
        head,
        kind,
        path,
        comment=comment,
        signature=signature,
        props=props,
        params=params,
        privilege=privilege,
        object_id=object_id,
        futures=not copy_grants,
    )
    if made is not None:
        give_again(context, made, held)
        copy_references(catalogue, uses, {source.id: made.id})
    return made, answer
