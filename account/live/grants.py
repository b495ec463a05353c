"""Rows about grants: of views, of SHOW GRANTS in both spellings, of future and inherited grants; and about owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from account.live import baseline
from account.live.answers import Answers, Row, Unreadable
from account.live.common import origin, unreadable
from account.names import ACCOUNT, Name
from account.principals import Grant, Principal, PrincipalKind, Scope, role, user
from account.values import Unknown

if TYPE_CHECKING:
    from account.builder import Builder

_ROLES: Final = {
    "ROLE": PrincipalKind.ROLE,
    "DATABASE ROLE": PrincipalKind.DATABASE_ROLE,
    "APPLICATION ROLE": PrincipalKind.APPLICATION_ROLE,
}
"""Kinds of roles that something can be a member of."""
_GRANTEES: Final = {
    **_ROLES,
    "ACCOUNT ROLE": PrincipalKind.ROLE,
    "USER": PrincipalKind.USER,
    "SHARE": PrincipalKind.SHARE,
    "APPLICATION": PrincipalKind.APPLICATION_ROLE,
    "INSTANCE ROLE": PrincipalKind.APPLICATION_ROLE,
}
"""An application, and the instance of a class, counts as a role that nobody of the account has."""
Owners = dict[tuple[str, Name], Principal]


@dataclass(frozen=True, slots=True)
class _Held:
    """One row, read."""

    grantee: Principal
    privilege: str
    kind: str
    on: Name
    scope: Scope
    grant_option: bool
    grantor: str | None


def grants(answers: Answers, out: Builder) -> Owners:
    """Everything that is granted; returns who owns what, by kind and name."""
    owners: Owners = {}
    imported = frozenset(_imported(answers))
    readers = (
        (("grants_to_roles",), _of_view),
        (("grants_to_role", "grants_to_database_role", "grants_to_user", "grants_to_share"), _of_show),
        (("future_in_database", "future_in_schema", "future_to_role", "future_to_database_role"), _of_future),
        (("inherited_in_account", "inherited_in_database", "inherited_in_schema"), _of_show),
    )
    for keys, read in readers:
        for row in answers.rows(*keys):
            try:
                held = read(row)
            except Unreadable as error:
                unreadable(out, row, error, "GRANT", "MEMBERSHIP")
                continue
            _keep(_in_full(held, imported), row, out, owners)
    for row in answers.rows("grants_to_users"):
        try:
            out.member(role(row.must("role")), user(row.must("grantee_name")), origin(row))
        except Unreadable as error:
            unreadable(out, row, error, "MEMBERSHIP")
    return owners


def _imported(answers: Answers) -> Iterator[Name]:
    """Databases that somebody else provides: SNOWFLAKE, applications, and what came by a share."""
    for row in answers.rows("databases"):
        name, kind, provider = row.text("name"), row.text("kind"), row.text("origin")
        if not isinstance(name, str) or isinstance(kind, Unknown) or isinstance(provider, Unknown):
            continue
        if provider or kind == "IMPORTED DATABASE" or baseline.database(name, kind):
            yield Name.of(name)


def _in_full(held: _Held, imported: frozenset[Name]) -> _Held:
    """GRANT IMPORTED PRIVILEGES is listed as USAGE on the database, and lets read everything in it."""
    is_all = held.privilege == "USAGE" and held.kind == "DATABASE" and held.scope is Scope.OBJECT
    return replace(held, privilege="IMPORTED PRIVILEGES") if is_all and held.on in imported else held


def _keep(held: _Held, row: Row, out: Builder, owners: Owners) -> None:
    if held.privilege == "OWNERSHIP" and held.scope is Scope.OBJECT:
        owners[held.kind, held.on] = held.grantee
        return
    if baseline.grant(held.grantee, held.privilege, held.kind, held.on, held.grantor):
        return
    if held.kind in _ROLES and held.privilege == "USAGE" and held.scope is Scope.OBJECT:
        out.member(Principal(_ROLES[held.kind], held.on), held.grantee, origin(row))
        return
    out.grants.append(
        Grant(held.grantee, held.privilege, held.kind, held.on, held.scope, held.grant_option, origin(row))
    )


def _words(text: str) -> str:
    return text.replace("_", " ").strip().upper()


def _flag(row: Row, column: str) -> bool:
    return row.has(column) and row.flag(column) is True


def _grantor(row: Row) -> str | None:
    found = row.text("granted_by") if row.has("granted_by") else "?"
    return None if isinstance(found, Unknown) else found


def _inherited(row: Row) -> Name | None:
    """The container of an inherited grant; None for any other."""
    if not _flag(row, "is_inherited"):
        return None
    parts = {"ACCOUNT": (), "DATABASE": ("database",), "SCHEMA": ("database", "schema")}
    depth = row.must("inherited_from").upper()
    if depth not in parts:
        raise Unreadable(f"inherited_from is {depth!r}")
    return Name(row.must(f"inherited_from_{part}") for part in parts[depth])


def _grantee(kind: str, text: str, home: Name) -> Principal:
    """A grantee by its kind and name. `home`: the database of what is granted, where that is a database role's own.

    Raises:
        Unreadable: of a kind that is not known here, or a database role whose database nothing tells.
    """
    found = _GRANTEES.get(_words(kind))
    if found is None:
        raise Unreadable(f"something is granted to a {kind}, of which nothing is known here")
    if found is not PrincipalKind.DATABASE_ROLE:
        return Principal(found, Name.loose(text))
    name = Name.loose(text)
    if len(name) == 2 and (not home or name.database == home.database):
        return Principal(found, name)
    if not home:
        raise Unreadable(f"nothing tells the database of the database role {text}")
    return Principal(found, Name.of(home[0], text if len(name) != 1 else name.last))


def _callable(text: str) -> str:
    """A function or procedure as others name it: without the type that it returns."""
    before, mark, _ = text.partition("):")
    return before + ")" if mark else text


def _of_view(row: Row) -> _Held:
    """A row of GRANTS_TO_ROLES: names in stored form, with the container in columns of its own."""
    kind, name = _words(row.must("granted_on")), row.text("name")
    container = _inherited(row)
    scope = Scope.OBJECT if container is None else Scope.INHERITED
    around = [row.text("table_catalog"), row.text("table_schema")]
    on = container if container is not None else _placed(kind, name if isinstance(name, str) else "", around)
    grantee = row.must("grantee_name")
    return _Held(
        _grantee_in_view(row, grantee, on), row.must("privilege").upper(), kind, on, scope,
        _flag(row, "grant_option"), _grantor(row),
    )  # fmt: skip


def _grantee_in_view(row: Row, text: str, on: Name) -> Principal:
    kind = _words(row.must("granted_to"))
    if kind == "DATABASE ROLE":
        return _grantee(kind, text, on)
    found = _GRANTEES.get(kind)
    if found is None:
        raise Unreadable(f"something is granted to a {kind}, of which nothing is known here")
    return Principal(found, Name.of(text))


def _placed(kind: str, name: str, around: Iterable[object]) -> Name:
    """The full name of an object in a view."""
    if kind == "ACCOUNT":
        return ACCOUNT
    if not name:
        raise Unreadable(f"a {kind} has no name")
    database, schema = (part if isinstance(part, str) else "" for part in around)
    if kind == "DATABASE" or not database:
        return Name.of(name)
    if kind == "SCHEMA":
        return Name.of(database, name.removeprefix(f"{database}."))
    if kind in _ROLES or not schema:
        return Name.of(database, name.removeprefix(f"{database}."))
    return Name.of(database, schema, _callable(name))


def _of_show(row: Row) -> _Held:
    """A row of SHOW GRANTS TO or SHOW INHERITED GRANTS: names as SQL has them."""
    on_user = row.ask.key == "grants_to_user"
    if on_user and not row.has("privilege"):
        # Until 2025 only roles were listed, in a column of their own.
        return _Held(_asked(row), "USAGE", "ROLE", Name.loose(row.must("role")), Scope.OBJECT, False, _grantor(row))
    kind = _words(row.must("granted_on"))
    container = _inherited(row)
    on = container if container is not None else _shown(kind, row)
    grantee = _asked(row) if row.ask.key.startswith("grants_to") else _grantee(
        row.must("granted_to"), row.must("grantee_name"), on
    )  # fmt: skip
    scope = Scope.OBJECT if container is None else Scope.INHERITED
    return _Held(grantee, row.must("privilege").upper(), kind, on, scope, _flag(row, "grant_option"), _grantor(row))


_ASKED: Final = {
    "grants_to_role": PrincipalKind.ROLE,
    "grants_to_database_role": PrincipalKind.DATABASE_ROLE,
    "grants_to_user": PrincipalKind.USER,
    "grants_to_share": PrincipalKind.SHARE,
    "future_to_role": PrincipalKind.ROLE,
    "future_to_database_role": PrincipalKind.DATABASE_ROLE,
}


def _asked(row: Row) -> Principal:
    """The grantee that was asked about, whatever the row calls it."""
    return Principal(_ASKED[row.ask.key], row.ask.on)


def _shown(kind: str, row: Row) -> Name:
    if kind == "ACCOUNT":
        return ACCOUNT
    name = Name.loose(row.must("name"))
    if kind == "DATABASE ROLE" and len(name) == 1:
        # Since behaviour change 2371 the database may be missing; a database role has only roles of its own database.
        if row.ask.key != "grants_to_database_role":
            raise Unreadable(f"nothing tells the database of the database role {name}")
        name = Name((*row.ask.on.database, *name))
    return Name((*name.container, _callable(name.last)))


def _of_future(row: Row) -> _Held:
    """A row of SHOW FUTURE GRANTS; the name is that of the container with the kind in angle brackets behind it."""
    text = row.must("name")
    before, mark, _ = text.rpartition(".<")
    if not mark:
        raise Unreadable(f"{text!r} is no name of future objects")
    kind = _words(row.must("grant_on", "granted_on"))
    on = Name.loose(before)
    known = row.ask.key in _ASKED
    grantee = _asked(row) if known else _grantee(
        row.must("grant_to", "granted_to"), row.must("grantee_name"), on
    )  # fmt: skip
    return _Held(
        grantee, row.must("privilege").upper(), kind, on, Scope.FUTURE, _flag(row, "grant_option"), None
    )  # fmt: skip


def spellings(owners: Owners) -> Iterator[tuple[str, Name, Principal]]:
    """Owned objects under the kind of their thing in a picture: a view counts as a table, a database role as a role."""
    for (kind, name), owner in owners.items():
        if baseline.database(name[0] if name else ""):
            continue
        if kind.endswith(("TABLE", "VIEW")) and kind != "SEMANTIC VIEW":
            yield "TABLE", name, owner
        else:
            yield "ROLE" if kind == "DATABASE ROLE" else kind, name, owner
