"""SHOW GRANTS and SHOW FUTURE GRANTS."""

from __future__ import annotations

from collections.abc import Iterable

from local.access import is_managed
from local.errors import insufficient_privileges, unsupported
from local.inherited import enabled, inherited_on
from local.model import ACCOUNT_ID, FutureGrant, Grant, InheritedGrant, Kind, Obj
from local.names import display
from local.reader import Reader
from local.registry import refuse, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.session import Context
from local.statements.securables import SINGULAR, WITH_ARGUMENTS, find_user, read_container, read_kind, read_object

_SOURCE = "docs.snowflake.com: SHOW GRANTS; BCR 754, 1803, 2371; provider v1.2.1 grantRow and SHOW handling"
_CREATED = Column("created_on", Type.TIMESTAMP_LTZ)
_GRANT = (
    _CREATED,
    *(Column(name) for name in ("privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option")),
    Column("granted_by"),
)
_INHERITED = tuple(
    Column(name) for name in ("is_inherited", "inherited_from", "inherited_from_database", "inherited_from_schema")
)
_ON = (*_GRANT, Column("granted_by_role_type"), *_INHERITED)
TO_ROLE = (*_GRANT, *_INHERITED)
_TO_USER = (*_GRANT[:4], Column("role"), *_GRANT[4:], *_INHERITED)
_OF = (_CREATED, *(Column(name) for name in ("role", "granted_to", "grantee_name", "granted_by")))
_FUTURE = (
    _CREATED,
    *(Column(name) for name in ("privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option")),
)

Row = tuple[Cell, ...]

_DIRECT: Row = ("false", None, None, None)
"""The last four columns of a grant on an object itself."""

refuse("SHOW GRANTS OF SHARE", "SHOW GRANTS TO APPLICATION", source=_SOURCE)


@show(
    "GRANTS",
    source=_SOURCE,
    notes="OF DATABASE ROLE names database roles with their database, which the provider parses, BCR 2371 does not",
)
def show_grants(context: Context, reader: Reader) -> Result:
    """``SHOW GRANTS [ON … | TO … | OF …] [LIMIT n]``."""
    match reader.accept_one("ON", "TO", "OF"):
        case "ON":
            return limited(reader, _ON, _on(context, reader))
        case "OF":
            return limited(reader, _OF, _of(context, _read_role(context, reader, "OF")))
        case "TO":
            if reader.accept("SHARE"):
                share = context.access.resolve(Kind.SHARE, reader.path())
                return limited(reader, TO_ROLE, _to_role(context, share))
            if not reader.accept("USER"):
                return limited(reader, TO_ROLE, _to_role(context, _read_role(context, reader, "TO")))
            return limited(reader, _TO_USER, _to_user(context, find_user(context, reader.path())))
        case _:
            user = context.catalogue.get(context.session.user)
            return limited(reader, _TO_USER, _to_user(context, user))


def limited(reader: Reader, columns: tuple[Column, ...], rows: Iterable[Row]) -> Result:
    """The rows up to LIMIT, with which the statement must end."""
    limit = reader.integer() if reader.accept("LIMIT") else None
    reader.end()
    return Result(columns, list(rows)[:limit])


def _read_role(context: Context, reader: Reader, word: str) -> Obj:
    other = reader.accept_one("SHARE", "APPLICATION ROLE", "APPLICATION", "SERVICE ROLE")
    if other:
        raise unsupported(f"SHOW GRANTS {word} {other}")
    if reader.accept("DATABASE", "ROLE"):
        return context.access.resolve(Kind.DATABASE_ROLE, reader.path())
    reader.expect("ROLE")
    return context.access.resolve(Kind.ROLE, reader.path())


_TYPES = {kind: kind.value.replace(" ", "_") for kind in Kind}


def _type(kind: Kind) -> str:
    return _TYPES[kind]


def _name(context: Context, obj: Obj) -> str:
    """The object's name as grants print it; procedures with arguments and result in one quoted part."""
    if obj.id == ACCOUNT_ID:
        return context.settings.account_id
    if obj.kind not in WITH_ARGUMENTS:
        return context.catalogue.full_name(obj)
    container = context.catalogue.full_name(context.catalogue.get(obj.parent))
    returns = obj.props.get("RETURNS")
    result = f":{returns}" if isinstance(returns, str) else ""
    return f'{container}."{obj.name}{obj.signature}{result}"'


def _grantee(context: Context, grantee: Obj, *, full: bool = False) -> tuple[Cell, Cell]:
    """``granted_to`` and ``grantee_name``; shares with their account, which the provider cuts off."""
    if grantee.kind is Kind.SHARE:
        return _type(grantee.kind), f"{context.settings.account_id}.{display(grantee.name)}"
    return _type(grantee.kind), context.catalogue.full_name(grantee) if full else display(grantee.name)


def _grantor(context: Context, grantor: int | None) -> tuple[Cell, Cell]:
    """``granted_by`` and ``granted_by_role_type``, both empty for the system."""
    found = context.catalogue.lookup(grantor)
    return (display(found.name), _type(found.kind)) if found is not None else ("", "")


def _row(context: Context, grant: Grant, target: Obj) -> Row:
    return (
        timestamp(grant.created),
        grant.privilege,
        _type(target.kind),
        _name(context, target),
        *_grantee(context, context.catalogue.get(grant.grantee)),
        flag(grant.grant_option),
        _grantor(context, grant.grantor)[0],
    )


def _ownership(context: Context, obj: Obj, owner: int, privilege: str = "OWNERSHIP") -> Row:
    return (
        timestamp(obj.created),
        privilege,
        _type(obj.kind),
        _name(context, obj),
        *_grantee(context, context.catalogue.get(owner)),
        flag(True),
        _grantor(context, owner)[0],
    )


def inherited_row(context: Context, grant: InheritedGrant, target: Obj | None = None) -> Row:
    """An inherited grant as ``TO_ROLE`` lists it: without a name, or with that of an object that it covers."""
    catalogue = context.catalogue
    container = catalogue.get(grant.container)
    database, schema = (*(display(name) for name in catalogue.path(container)), None, None)[:2]
    return (
        timestamp(grant.created),
        grant.privilege,
        _type(grant.kind),
        "" if target is None else _name(context, target),
        *_grantee(context, catalogue.get(grant.grantee)),
        flag(False),
        _grantor(context, grant.grantor)[0],
        flag(True),
        container.kind.value,
        *((None, None) if container.id == ACCOUNT_ID else (database, schema)),
    )


def ordered(rows: Iterable[Row]) -> list[Row]:
    """By type, name and privilege."""
    return sorted(rows, key=lambda row: (row[2] or "", row[3] or "", row[1] or ""))


def _inherited_on(context: Context, obj: Obj) -> list[Row]:
    found = inherited_on(context.catalogue, obj)
    rows = ((grant, inherited_row(context, grant, obj)) for grant in found)
    return [(*row[:8], _grantor(context, grant.grantor)[1], *row[8:]) for grant, row in rows]


def _on(context: Context, reader: Reader) -> list[Row]:
    """Grants on the account or one object, by privilege and grantee; its owner as OWNERSHIP."""
    catalogue = context.catalogue
    if reader.accept("ACCOUNT"):
        obj = catalogue.account
    else:
        kind = read_kind(reader, SINGULAR)
        obj = read_object(context, reader, kind)
    rows = [
        (*_row(context, grant, obj), _grantor(context, grant.grantor)[1], *_DIRECT)
        for grant in catalogue.grants.by("target", obj.id)
    ]
    if obj.owner is not None:
        kinds = ("OWNERSHIP", "MANAGE GRANTS") if is_managed(obj) else ("OWNERSHIP",)
        rows += [
            (*_ownership(context, obj, obj.owner, privilege), _grantor(context, obj.owner)[1], *_DIRECT)
            for privilege in kinds
        ]
    rows += _inherited_on(context, obj)
    if context.access.managed_by(obj) is not None:
        rows = [(*row[:6], flag(False), *row[7:]) for row in rows]
    if obj.kind is Kind.DATABASE_ROLE:
        # The provider looks for the owner of a database role under ROLE.
        rows = [(*row[:2], "ROLE", *row[3:]) for row in rows]
    return sorted(rows, key=lambda row: (row[1] or "", row[4] or "", row[5] or ""))


def _to_role(context: Context, role: Obj) -> list[Row]:
    """What the role holds and owns, by type and name."""
    catalogue, access = context.catalogue, context.access
    rows = []
    for grant in catalogue.grants.by("grantee", role.id):
        target = catalogue.get(grant.target)
        if access.visible(target):
            rows.append((*_row(context, grant, target), *_DIRECT))
    owned = (obj for obj in catalogue.objects.by("owner", role.id) if access.visible(obj))
    rows += [(*_ownership(context, obj, role.id), *_DIRECT) for obj in owned]
    return ordered([*rows, *_inherited_to(context, role)])


def _inherited_to(context: Context, grantee: Obj) -> list[Row]:
    if not enabled(context.catalogue):
        return []
    return [inherited_row(context, grant) for grant in context.catalogue.inherited.by("grantee", grantee.id)]


def _to_user(context: Context, user: Obj) -> list[Row]:
    """Roles granted to the user, and privileges that it holds itself."""
    catalogue, access = context.catalogue, context.access
    if not (
        user.id == context.session.user or access.owns(user) or access.holds_global("MANAGE GRANTS", "MONITOR USER")
    ):
        raise insufficient_privileges("user", user.name)
    rows = []
    for grant in catalogue.grants.by("grantee", user.id):
        target = catalogue.get(grant.target)
        role = _name(context, target) if target.kind in (Kind.ROLE, Kind.DATABASE_ROLE) else None
        row = _row(context, grant, target)
        rows.append((*row[:4], role, *row[4:], *_DIRECT))
    rows += [(*row[:4], None, *row[4:]) for row in _inherited_to(context, user)]
    return ordered(rows)


def _of(context: Context, role: Obj) -> list[Row]:
    """Who has been granted the role. Database roles carry their database where the role itself is one."""
    catalogue = context.catalogue
    rows: list[Row] = []
    for grant in catalogue.grants.by("target", role.id):
        if grant.privilege == "USAGE":
            grantee = _grantee(context, catalogue.get(grant.grantee), full=role.kind is Kind.DATABASE_ROLE)
            by = _grantor(context, grant.grantor)[0]
            rows.append((timestamp(grant.created), _name(context, role), *grantee, by))
    return sorted(rows, key=lambda row: (row[2] or "", row[3] or ""))


@show("FUTURE GRANTS", source=_SOURCE)
def show_future_grants(context: Context, reader: Reader) -> Result:
    """``SHOW FUTURE GRANTS IN DATABASE | IN SCHEMA | TO ROLE | TO DATABASE ROLE … [LIMIT n]``."""
    futures = context.catalogue.futures
    if reader.accept("TO"):
        found = futures.by("grantee", _read_role(context, reader, "TO").id)
    else:
        reader.expect("IN")
        found = futures.by("container", read_container(context, reader).id)
    rows = sorted((_future(context, future) for future in found), key=lambda row: (row[2:6], row[1]))
    return limited(reader, _FUTURE, rows)


def _future(context: Context, future: FutureGrant) -> tuple[str, ...]:
    catalogue = context.catalogue
    container = catalogue.get(future.container)
    grantee = catalogue.get(future.grantee)
    return (
        f"{future.created:.3f}",
        future.privilege,
        _type(future.kind),
        f"{catalogue.full_name(container)}.<{_type(future.kind)}>",
        _type(grantee.kind),
        display(grantee.name),
        "true" if future.grant_option else "false",
    )
