"""The questions: who can, what can, the matrix, the role graph."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from account.access import Access, Right, by_database, classes_in_words, matrix, rights, what_in_words, who_can
from account.graph import graph, label
from account.names import Name
from account.picture import Picture
from account.principals import PUBLIC, Principal, PrincipalKind
from account.privileges import ACCOUNT_KINDS
from account.things import Database, Schema, Warehouse
from account.values import Undecided
from ops.access import names
from ops.access.model import Answer, Drawing, Line, Matrix, Node, Row, Way
from ops.access.source import Asked
from ops.errors import BadInput
from policies.baseline import ours

T = TypeVar("T")
_DATA = (Access.READ, Access.WRITE, Access.CREATE, Access.OWN)


def who(asked: Asked, on: str, access: Access | None) -> Answer:
    """Everybody with an access to one object, each by the shortest way; those who only could, at the end.

    Raises:
        BadInput: the name is not known, the question makes no sense, or the picture does not tell.
    """
    found = names.target(asked, on)
    wanted = access or found.usual
    if found.kind == "DATABASE" and wanted in (Access.READ, Access.WRITE):
        raise BadInput(f"a database is not {_PAST[wanted]} as a whole", where="--on", do=f"name a schema: {on}.SCHEMA")
    exact = names.in_schema(found, wanted)
    with_access = _told(lambda: who_can(asked.picture, wanted, exact.name, exact.kind))
    ways = sorted(
        (_way(right) for right in with_access), key=lambda way: (way.potential, _KINDS.index(way.kind), way.who)
    )
    what = exact.what or f"{exact.kind.lower()} {exact.name}"
    return Answer(
        question=f"Who can {wanted.value} {what}?", source=source(asked), ways=tuple(ways), doubts=asked.doubts
    )


_KINDS = [kind.value.lower() for kind in PrincipalKind]
_PAST = {Access.READ: "read", Access.WRITE: "written"}


def what(asked: Asked, principal: Principal) -> Answer:
    """Everything that a user or role can do, by the shortest way each.

    Raises:
        BadInput: the picture does not tell.
    """
    held = _told(lambda: rights(asked.picture, principal))
    ways = sorted((_way(right) for right in held), key=lambda way: (way.potential, _ORDER[way.access], way.right))
    question = f"What can {label(principal)} do?"
    return Answer(question=question, source=source(asked), ways=tuple(ways), doubts=asked.doubts)


_ORDER = {access.value: place for place, access in enumerate(Access)}


def _told(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Undecided as error:
        raise BadInput("that cannot be told", why=str(error), do="ask the state or the live account: --from") from error


def _way(right: Right) -> Way:
    path = (label(right.path[0].member), *(label(edge.role) for edge in right.path)) if right.path else ()
    return Way(
        who=str(right.principal.name),
        kind=right.principal.kind.value.lower(),
        access=right.access.value,
        right=what_in_words(right),
        path=path or (label(right.principal),),
        potential=right.potential,
        why=right.why,
    )


def grid(asked: Asked) -> Matrix:
    """Every user and account role of the platform against databases and warehouses.

    Raises:
        BadInput: the picture does not tell.
    """
    picture = asked.picture
    databases = sorted(one.name for one in ours(picture, Database))
    warehouses = sorted(one.name for one in picture.all(Warehouse))
    schemas = sorted(one.name for one in ours(picture, Schema))
    principals = names.everybody(picture)
    cells = _told(lambda: matrix(picture, principals))
    mine: dict[Principal, dict[Name, frozenset[Access]]] = {}
    for (holder, name), found in cells.items():
        mine.setdefault(holder, {})[name] = found
    rows = tuple(
        Row(who=str(one), kind=one.kind.value.lower(), cells=tuple(_cells(mine[one], databases, warehouses, schemas)))
        for one in principals
        if one in mine
    )
    columns = tuple(str(name) for name in (*databases, *warehouses))
    return Matrix(
        question="Who has which access?", source=source(asked), columns=columns, rows=rows, doubts=asked.doubts
    )


def _cells(
    mine: Mapping[Name, frozenset[Access]], databases: Iterable[Name], warehouses: Iterable[Name], schemas: list[Name]
) -> Iterator[str]:
    for database in databases:
        inside = any(name.within(database) for name in mine)
        yield by_database(mine, str(database), schemas) if inside else "-"
    for warehouse in warehouses:
        yield classes_in_words(mine.get(warehouse, ()))


def drawing(asked: Asked) -> Drawing:
    """The role graph: users, roles, database roles, and what these open, from left to right."""
    picture = asked.picture
    nodes: dict[str, Node] = {}
    lines: dict[Line, None] = {}
    for edge in graph(picture).edges:
        if edge.role != PUBLIC:
            start, end = _node(nodes, edge.member), _node(nodes, edge.role)
            lines[Line(start=start, end=end)] = None
    for principal, database, classes in _opened(picture):
        start, end = _node(nodes, principal), _object(nodes, "database", database)
        lines[Line(start=start, end=end, label=classes)] = None
    for grant in picture.grants:
        if grant.kind == "WAREHOUSE" and grant.on and grant.privilege == "USAGE":
            start, end = _node(nodes, grant.grantee), _object(nodes, "warehouse", grant.on)
            lines[Line(start=start, end=end, label="uses")] = None
    return Drawing(
        question=f"Role graph of {asked.picture.about.stack}", source=source(asked), nodes=tuple(nodes.values()),
        lines=tuple(lines), doubts=asked.doubts,
    )  # fmt: skip


def _opened(picture: Picture) -> Iterator[tuple[Principal, Name, str]]:
    """What roles hold themselves in each database, in classes of access."""
    databases = {one.name for one in ours(picture, Database)}
    held: dict[tuple[Principal, Name], set[Access]] = {}
    for principal in graph(picture).principals:
        try:
            found = rights(picture, principal, accesses=_DATA)
        except Undecided:
            continue
        for right in found:
            inside = right.on.database in databases and right.kind not in ("DATABASE", "DATABASE ROLE", *ACCOUNT_KINDS)
            if not right.path and inside:
                held.setdefault((principal, right.on.database), set()).add(right.access)
    for (principal, database), classes in sorted(held.items()):
        yield principal, database, classes_in_words(classes)


def _node(nodes: dict[str, Node], principal: Principal) -> str:
    kind = principal.kind.value.lower()
    id = f"{kind}:{principal.name}"
    nodes.setdefault(id, Node(id=id, label=str(principal.name), kind=kind))
    return id


def _object(nodes: dict[str, Node], kind: str, name: Name) -> str:
    id = f"{kind}:{name}"
    nodes.setdefault(id, Node(id=id, label=str(name), kind=kind))
    return id


def source(asked: Asked) -> str:
    """Where an answer comes from, in words."""
    shown = asked.picture.about
    taken = f", read at {shown.taken}" if shown.taken else ""
    return f"{asked.side.value} of {shown.stack} ({shown.account}{taken})"
