"""What a person means by a name: as it is, without the stack's prefix, or with a layer in place of its database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from account.facts import facts
from account.graph import graph
from account.names import Name
from account.picture import Picture
from account.principals import Principal, PrincipalKind
from account.privileges import Access
from account.things import Table, Warehouse
from ops.access.source import Asked, Side
from ops.errors import BadInput

ANY = "(any object)"
"""Stands for an object of a schema that has no name yet."""
USERS = (PrincipalKind.USER,)
ROLES = (PrincipalKind.ROLE, PrincipalKind.DATABASE_ROLE)


@dataclass(frozen=True)
class Target:
    """What a query is about. `what`: in words, where it stands for more than one object."""

    kind: str
    name: Name
    what: str = ""

    @property
    def usual(self) -> Access:
        """The access that is meant where none is named."""
        return Access.USE if self.kind in ("DATABASE", "WAREHOUSE") else Access.READ


def principal(asked: Asked, text: str, kinds: Iterable[PrincipalKind], option: str) -> Principal:
    """A user or role.

    Raises:
        BadInput: there is none of that name, or more than one.
    """
    wanted = tuple(kinds)
    known = [one for one in graph(asked.picture).principals if one.kind in wanted]
    by_name = {one.name: one for one in known}
    spellings = tuple(_spellings(asked, _parsed(text, option)))
    for name in spellings:
        if name in by_name:
            return by_name[name]
    found = sorted({one for one in known for name in spellings if _ends(one, name)})
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"{text!r} is not clear", where=option, do=f"one of {', '.join(str(one.name) for one in found)}")
    raise _unknown(text, option, (str(one.name) for one in known))


def _ends(one: Principal, name: Name) -> bool:
    """Whether a name without database means this database role."""
    return one.kind is PrincipalKind.DATABASE_ROLE and len(name) == 1 and one.name.last == name.last


def target(asked: Asked, text: str, option: str = "--on") -> Target:
    """A table, view, schema, database or warehouse. A table need not be there where the picture lists none.

    Raises:
        BadInput: nothing of that name is known; the message names near ones.
    """
    known, given = facts(asked.picture), _parsed(text, option)
    warehouses = {one.name for one in asked.picture.all(Warehouse)} | set(known.warehouses)
    for name in _spellings(asked, given):
        if len(name) == 1 and name in known.databases:
            return Target("DATABASE", name)
        if len(name) == 1 and name in warehouses:
            return Target("WAREHOUSE", name)
        if len(name) == 2 and name in known.schemas:
            return Target("SCHEMA", name)
        if len(name) == 3 and name.schema in known.schemas:
            return _object(asked, name, text, option)
    names = (*known.databases, *known.schemas, *warehouses)
    raise _unknown(text, option, (str(name) for name in names))


def _object(asked: Asked, name: Name, text: str, option: str) -> Target:
    tables = {one.name: one.type for one in asked.picture.all(Table)}
    if name in tables:
        return Target(tables[name], name)
    if asked.side is Side.LIVE:
        raise _unknown(text, option, (str(one) for one in tables))
    return Target("TABLE", name, f"a table {name} (the {asked.side.value} lists no tables)")


def in_schema(found: Target, access: Access) -> Target:
    """For reading and writing in a schema: any table of it; everything else is about the schema itself."""
    if found.kind == "SCHEMA" and access in (Access.READ, Access.WRITE):
        return Target("TABLE", Name((*found.name, ANY)), f"any table in {found.name}")
    return found


def _parsed(text: str, option: str) -> Name:
    try:
        return Name.parse(text)
    except ValueError as error:
        raise BadInput(
            f"{text!r} is no name", where=option, do="write DATABASE.SCHEMA.OBJECT; quote odd parts: 'DB.\"odd name\"'"
        ) from error


def _spellings(asked: Asked, given: Name) -> Iterator[Name]:
    """The name with the stack's prefix, as it is, and with the database of the layer that it names.

    The prefix comes first: in a shared account the bare name is another stack's.
    """
    first, rest = given[0], given[1:]
    if asked.platform.prefix:
        yield Name((f"{asked.platform.prefix}{first}", *rest))
    yield given
    for database in asked.platform.databases:
        if database.layer.value.upper() == first:
            yield Name((str(database.name), *rest))


def _unknown(text: str, option: str, known: Iterable[str]) -> BadInput:
    names = sorted(set(known))
    plain = {name.replace('"', "").upper(): name for name in names}
    ends = {name.rpartition(".")[2]: full for name, full in plain.items()}
    wanted = text.replace('"', "").upper()
    close = [plain[name] for name in get_close_matches(wanted, plain, 3, 0.6)]
    close += [ends[name] for name in get_close_matches(wanted.rpartition(".")[2], ends, 3, 0.75)]
    near = list(dict.fromkeys(close))[:4]
    do = f"did you mean {' or '.join(near)}?" if near else f"for example {', '.join(names[:4]) or 'nothing is known'}"
    return BadInput(f"{text!r} is not known", where=option, do=do)


def everybody(picture: Picture) -> tuple[Principal, ...]:
    """Every user and account role."""
    wanted = (PrincipalKind.USER, PrincipalKind.ROLE)
    return tuple(one for one in graph(picture).principals if one.kind in wanted)
