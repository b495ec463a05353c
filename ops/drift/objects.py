"""Objects: missing, changed field by field, of another owner, or in the platform's containers and in no stack."""

from collections.abc import Iterator
from typing import Final

from account.facts import kind_of
from account.names import Name
from account.things import AnyThing, Table
from account.values import is_known, known
from ops.drift import statements, values
from ops.drift.estate import Estate
from ops.drift.model import CANNOT_BE_SEEN, Change, Difference, Kind, Topic
from ops.drift.sides import Sides, sort_out
from stacks.databases import BuiltBy

Key = tuple[str, Name]
_BUILT: Final = frozenset(
    {"TABLE", "STAGE", "FILE FORMAT", "SEQUENCE", "STREAM", "TASK", "PIPE", "FUNCTION", "PROCEDURE", "ALERT", "SECRET",
     "DYNAMIC TABLE", "STREAMLIT", "NOTEBOOK", "MODEL", "CORTEX SEARCH SERVICE", "GIT REPOSITORY", "IMAGE REPOSITORY"}
)  # fmt: skip
"""Kinds that migrations, dbt and the loader make in schemas, also where a stack adopts some of them by name."""
_BUILDERS: Final = {BuiltBy.DBT: "transformer", BuiltBy.LOADER: "loader"}
"""Keys of the roles that build in a schema, besides the deployment role."""
_NEVER: Final = frozenset({"APPLICATION", "SHARE"})


def differences(sides: Sides) -> Iterator[Difference]:
    """Every difference of objects."""
    declared, applied, live = (
        {(thing.kind, thing.name): thing for thing in picture.things}
        for picture in (sides.declared, sides.applied, sides.live)
    )
    found = sort_out(declared, applied, live, lambda key: not _is_unmanaged(sides, live[key]))
    for kind in (Kind.MISSING, Kind.NOT_APPLIED, Kind.NOT_REMOVED, Kind.UNTRACKED):
        for key in found[kind]:
            if kind is not Kind.MISSING or key[0] not in sides.unseen:
                yield _absent(sides, kind, key)
    for key in found[Kind.EXTRA]:
        yield _unmanaged(sides, live[key])
    for key in declared.keys() & live.keys():
        yield from _fields(sides, declared[key], applied.get(key), live[key])


def unseen(sides: Sides) -> Iterator[tuple[str, str]]:
    """Of every object the fields that could not be compared, as two texts: not seen, and never compared."""
    applied, live = (
        {(thing.kind, thing.name): thing for thing in picture.things} for picture in (sides.applied, sides.live)
    )
    for thing in sides.declared.things:
        there = live.get((thing.kind, thing.name))
        if there is None:
            continue
        compared = values.compare(thing, applied.get((thing.kind, thing.name)), there)
        for text in compared.unseen:
            yield f"{thing.kind} {thing.name}, {text}", ""
        for name in compared.not_compared:
            yield "", f"{thing.kind}, {name}"
        if not is_known(there.owner):
            yield f"{thing.kind} {thing.name}, owner {CANNOT_BE_SEEN}", ""


_DO: Final = {
    Kind.MISSING: "ops up --refresh makes it again; if it should be gone, take it out of the declaration",
    Kind.NOT_APPLIED: "ops up makes it",
    Kind.NOT_REMOVED: "ops up removes it",
    Kind.UNTRACKED: "import it into the state, or drop it: the next up fails because it is there",
}


def _absent(sides: Sides, kind: Kind, key: Key) -> Difference:
    file, line = sides.place(*key)
    return Difference(
        kind=kind, topic=Topic.OBJECT, about=f"{key[0]} {key[1]}", do=_DO[kind], stack=sides.estate.stack,
        file=file, line=line,
    )  # fmt: skip


def _fields(sides: Sides, declared: AnyThing, applied: AnyThing | None, live: AnyThing) -> Iterator[Difference]:
    file, line = sides.place(declared.kind, declared.name)
    about, stack = f"{declared.kind} {declared.name}", sides.estate.stack
    compared = values.compare(declared, applied, live)
    if compared.drift:
        yield Difference(
            kind=Kind.CHANGED, topic=Topic.OBJECT, about=about, changes=compared.drift, stack=stack, file=file,
            line=line, do="ops up --refresh puts it back; if it should stay, declare it",
        )  # fmt: skip
    if compared.pending:
        yield Difference(
            kind=Kind.NOT_APPLIED, topic=Topic.OBJECT, about=about, changes=compared.pending, stack=stack, file=file,
            line=line, do="ops up changes it",
        )  # fmt: skip
    wanted = declared.owner if applied is None else applied.owner
    if not (is_known(wanted) and is_known(live.owner)) or wanted == live.owner:
        return
    owner = known(wanted)
    yield Difference(
        kind=Kind.OWNER, topic=Topic.OBJECT, about=about, stack=stack, file=file, line=line,
        changes=(Change("owner", values.shown(owner), values.shown(live.owner)),),
        statement=statements.give(kind_of(live), live.name, owner) if owner is not None else "",
        do="give it back; who owns it can change and drop it, and decides about grants",
    )  # fmt: skip


def _is_unmanaged(sides: Sides, thing: AnyThing) -> bool:
    """Whether something that no stack declares lies where this stack declares what there is."""
    estate = sides.estate
    if thing.kind in _NEVER or estate.is_declared(thing.kind, thing.name):
        return False
    if estate.whose(thing.kind, thing.name) != estate.stack:
        return False
    return not built(estate, thing)


def built(estate: Estate, thing: AnyThing) -> bool:
    """Whether migrations, dbt or the loader make such things in that schema, and their role owns it.

    Kinds that a declaration lists are never built. Who owns something is not always known; then it counts as theirs.
    """
    if len(thing.name) < 2 or (thing.kind not in _BUILT and thing.kind in estate.kinds):
        return False
    roles = builders(estate, thing.name.schema)
    owned = is_known(thing.owner) and thing.owner is not None
    return bool(roles) and (not owned or str(thing.owner) in roles)


def builders(estate: Estate, schema: Name) -> frozenset[str]:
    """The roles that make objects in a schema: the deployment role, and dbt's or the loader's where it says so.

    None in a schema that no stack declares.
    """
    for platform in estate.platforms.values():
        for database in platform.databases:
            for entry in database.schemas:
                if tuple(str(part) for part in database.path(entry.name).parts) == tuple(schema):
                    key = _BUILDERS.get(entry.built_by)
                    builder = {str(role.name) for role in platform.roles if role.key == key}
                    return frozenset({str(platform.deployer_role), *builder})
    return frozenset()


def _unmanaged(sides: Sides, thing: AnyThing) -> Difference:
    file, line = sides.place("SCHEMA", thing.name.schema, thing.name.database)
    kind = thing.type if isinstance(thing, Table) else kind_of(thing)
    owner = f" (owner {values.shown(thing.owner)})" if is_known(thing.owner) and thing.owner is not None else ""
    return Difference(
        kind=Kind.UNMANAGED, topic=Topic.OBJECT, about=f"{kind} {thing.name}{owner}", stack=sides.estate.stack,
        file=file, line=line, do="declare it (ops import), or drop it",
    )  # fmt: skip
