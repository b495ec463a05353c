"""GRANT of privileges and of roles."""

from __future__ import annotations

from collections.abc import Iterable

from local.access import is_managed, role_closure
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, unsupported
from local.grants import give, give_future, grantor_for
from local.inherited import CONTAINERS, MANAGE_GRANTS, require_enabled
from local.lexer import TokenKind
from local.model import Kind, Obj
from local.privileges import KNOWN, NO_BULK, NO_FUTURE, check, expand
from local.reader import Reader
from local.registry import Answer, refuse, statement
from local.results import Deferred, Result, status
from local.session import Context
from local.shared import refuse_individual
from local.statements.securables import (
    Reach,
    Securable,
    check_same_database,
    find_user,
    objects_of,
    read_grantee,
    read_securable,
)
from local.statements.share_grants import grant_role_to_share, grant_to_share, require_not_shared

_SOURCE = "docs.snowflake.com: GRANT <privileges> … TO ROLE, … TO USER, GRANT ROLE, GRANT DATABASE ROLE"

refuse("GRANT … TO APPLICATION", "GRANT CALLER …", source=_SOURCE)

ALL = "ALL"
"""What ``read_privileges`` returns for ALL PRIVILEGES."""


def read_privileges(reader: Reader) -> tuple[str, ...]:
    """Read ``ALL [PRIVILEGES]`` (as ``(ALL,)``) or a list of privileges up to ON; unknown words are a syntax error."""
    if reader.accept("ALL"):
        reader.accept("PRIVILEGES")
        reader.expect("ON")
        return (ALL,)
    found: list[str] = []
    while not found or reader.accept(","):
        found.append(_read_privilege(reader))
    reader.expect("ON")
    return tuple(dict.fromkeys(found))


def _read_privilege(reader: Reader) -> str:
    if reader.accept("CALLER"):
        raise unsupported("CALLER grants")
    start = reader.mark()
    text = ""
    while reader.peek().kind is TokenKind.WORD and not reader.at("ON"):
        word = reader.next().upper
        text = text + word if text.endswith(".") else f"{text} {word}".strip()
        if reader.accept("."):
            text += "."
    if text not in KNOWN and text != "OWNERSHIP":
        reader.rewind(start)
        raise reader.unexpected()
    return text


@statement("GRANT", source=_SOURCE, notes="no CALLER grants")
def grant(context: Context, reader: Reader) -> Answer:
    """``GRANT privileges ON … TO …``, also to shares."""
    privileges = read_privileges(reader)
    securable = read_securable(context, reader)
    refuse_individual(context.catalogue, securable.obj, "GRANT")
    reader.expect("TO")
    if reader.accept("SHARE"):
        return grant_to_share(context, reader, privileges, securable)
    grantee = read_grantee(context, reader)
    option = reader.accept("WITH", "GRANT", "OPTION")
    reader.end()
    if "OWNERSHIP" in privileges:
        raise compilation_error("OWNERSHIP is transferred with GRANT OWNERSHIP, not together with other privileges.")
    if grantee.kind is Kind.USER:
        check_user(context, privileges, securable)
    if MANAGE_GRANTS in privileges and securable.kind in CONTAINERS:
        _check_delegation(context, securable, grantee)
    if securable.reach is Reach.FUTURE:
        return _grant_future(context, privileges, securable, grantee, option=option)
    if securable.reach is Reach.ALL and securable.kind in NO_BULK:
        raise unsupported(f"GRANT ON ALL {securable.kind.info.plural}")
    return _grant_on(context, privileges, securable, grantee, option=option)


def check_user(context: Context, privileges: tuple[str, ...], securable: Securable) -> None:
    """Raise unless the privileges may be granted to a user directly."""
    if context.catalogue.account.params.get("DISABLE_USER_PRIVILEGE_GRANTS", "false").lower() == "true":
        raise compilation_error("Privileges cannot be granted to users: DISABLE_USER_PRIVILEGE_GRANTS is set.")
    if securable.reach is Reach.FUTURE:
        raise unsupported("future grants to users")
    for privilege in privileges:
        if privilege.startswith("CREATE "):
            raise compilation_error(f"Privilege '{privilege}' cannot be granted to a user.")


def _check_delegation(context: Context, securable: Securable, grantee: Obj) -> None:
    """Raise unless MANAGE GRANTS may be granted on this container to this grantee at all."""
    require_enabled(context.catalogue, f"MANAGE GRANTS ON {securable.kind.value}")
    if securable.reach is not Reach.ONE or grantee.kind is Kind.USER:
        raise unsupported("MANAGE GRANTS on all or future containers, or to a user")


def privileges_meant(privileges: tuple[str, ...], kind: Kind, grantee: Obj, obj: Obj | None) -> tuple[str, ...]:
    """The privileges that the statement means, checked against the type and, if given, the very object."""
    if privileges == (ALL,):
        every = expand(kind, obj)
        return tuple(sorted(p for p in every if grantee.kind is not Kind.USER or not p.startswith("CREATE ")))
    for privilege in privileges:
        check(kind, privilege, obj)
    return privileges


def _grant_on(
    context: Context, privileges: tuple[str, ...], securable: Securable, grantee: Obj, *, option: bool
) -> Answer:
    """Grant on existing objects; what the session may not grant is left out and reported, as in Snowflake."""
    if privileges != (ALL,):
        privileges_meant(privileges, securable.kind, grantee, None)
    objects = objects_of(context, securable)
    left_out: list[str] = []
    given = 0
    for obj in objects:
        check_same_database(context, grantee, obj)
        wanted = privileges_meant(privileges, securable.kind, grantee, obj)
        held = (
            grant.privilege for grant in context.catalogue.grants.by("target", obj.id) if grant.grantee == grantee.id
        )
        check_stage(obj.kind, wanted, held)
        for privilege in wanted:
            grantor = grantor_for(context, obj, privilege)
            if grantor is None:
                left_out.append(privilege)
            else:
                give(context.catalogue, grantee.id, privilege, obj.id, grantor, option=option)
                given += 1
    if left_out and not given:
        raise insufficient_privileges(objects[0].kind.value, objects[0].name)
    if left_out:
        names = ", ".join(sorted(set(left_out)))
        text = f"Grant partially executed: privileges [{names}] not granted."
        return after_commit(SnowflakeError("003011", "42501", text))
    return _done(None if securable.reach is Reach.ONE else len(objects))


def check_stage(kind: Kind, wanted: Iterable[str], held: Iterable[str]) -> None:
    """WRITE on a stage needs READ (docs.snowflake.com: GRANT <privileges>, usage notes)."""
    if kind is Kind.STAGE and "WRITE" in wanted and "READ" not in {*wanted, *held}:
        raise compilation_error("WRITE on a stage cannot be granted without READ.")


def after_commit(error: SnowflakeError) -> Deferred:
    """An answer that fails only when the statement's changes are kept: Snowflake's «partially executed»."""

    def fail() -> Result:
        raise error

    return Deferred(fail)


def _done(objects: int | None) -> Result:
    affected = "" if objects is None else f" {objects} objects affected."
    return status(f"Statement executed successfully.{affected}")


def _grant_future(
    context: Context, privileges: tuple[str, ...], securable: Securable, grantee: Obj, *, option: bool
) -> Result:
    if securable.kind in NO_FUTURE:
        raise unsupported(f"future grants on {securable.kind.info.plural}")
    require_future(context, securable.obj)
    check_same_database(context, grantee, securable.obj)
    require_not_shared(context.catalogue, grantee, "future")
    if grantee.kind is Kind.DATABASE_ROLE and not context.access.reachable(grantee):
        raise insufficient_privileges("database", context.catalogue.get(grantee.parent).name)
    wanted = privileges_meant(privileges, securable.kind, grantee, None)
    futures = context.catalogue.futures.by("container", securable.obj.id)
    held = (f.privilege for f in futures if f.grantee == grantee.id and f.kind is securable.kind)
    check_stage(securable.kind, wanted, held)
    for privilege in wanted:
        give_future(context.catalogue, grantee.id, privilege, securable.kind, securable.obj.id, option=option)
    return _done(None)


def require_future(context: Context, container: Obj) -> None:
    """003001 unless the session may define future grants: MANAGE GRANTS (also on the container), or ownership of a
    managed-access schema.
    """
    access = context.access
    if access.manages_grants(container) or (is_managed(container) and access.owns(container)):
        return
    raise insufficient_privileges(container.kind.value, container.name)


@statement("GRANT ROLE", source=_SOURCE)
def grant_role(context: Context, reader: Reader) -> Result:
    """``GRANT ROLE name TO ROLE parent [WITH GRANT OPTION]`` or ``TO USER name``."""
    role = context.access.resolve(Kind.ROLE, reader.path())
    reader.expect("TO")
    if reader.accept("USER"):
        return _grant_role(context, reader, role, find_user(context, reader.path()))
    reader.expect("ROLE")
    return _grant_role(context, reader, role, context.access.resolve(Kind.ROLE, reader.path()))


@statement("GRANT DATABASE ROLE", source=_SOURCE, notes="not to applications")
def grant_database_role(context: Context, reader: Reader) -> Result:
    """``GRANT DATABASE ROLE name TO [DATABASE] ROLE parent [WITH GRANT OPTION]``, ``TO USER`` or ``TO SHARE name``."""
    role = context.access.resolve(Kind.DATABASE_ROLE, reader.path())
    reader.expect("TO")
    if reader.accept("SHARE"):
        return grant_role_to_share(context, reader, role)
    if not any(reader.at(*words) for words in (("DATABASE", "ROLE"), ("ROLE",), ("USER",), ("APPLICATION",))):
        raise reader.unexpected()
    grantee = read_grantee(context, reader)
    if grantee.kind is Kind.DATABASE_ROLE and grantee.parent != role.parent:
        name = context.catalogue.full_name(role)
        raise compilation_error(f"Database role '{name}' cannot be granted to a database role of another database.")
    return _grant_role(context, reader, role, grantee)


def _grant_role(context: Context, reader: Reader, role: Obj, grantee: Obj) -> Result:
    option = grantee.kind is not Kind.USER and reader.accept("WITH", "GRANT", "OPTION")
    reader.end()
    grantor = grantor_for(context, role, "USAGE")
    if grantor is None:
        raise insufficient_privileges(role.kind.value, role.name)
    if grantee.id in role_closure(context.catalogue, (role.id,)):
        raise compilation_error(f"Role '{role.name}' cannot be granted to '{grantee.name}': it holds that role itself.")
    give(context.catalogue, grantee.id, "USAGE", role.id, grantor, option=option)
    return _done(None)
