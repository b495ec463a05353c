"""REVOKE of privileges and of roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from local.errors import SnowflakeError, compilation_error, insufficient_privileges
from local.grants import Revoked, grantor_for, take
from local.model import Kind, Obj
from local.privileges import PRIVILEGES, invalid
from local.reader import Reader
from local.registry import Answer, refuse, statement
from local.results import status
from local.session import Context
from local.shared import refuse_individual
from local.statements.grant import ALL, after_commit, read_privileges, require_future
from local.statements.securables import Reach, Securable, find_user, objects_of, read_grantee, read_securable
from local.statements.share_grants import revoke_from_share, revoke_role_from_share

_SOURCE = "docs.snowflake.com: REVOKE <privileges> … FROM ROLE, … FROM USER, REVOKE ROLE, REVOKE DATABASE ROLE"

refuse("REVOKE … FROM APPLICATION", source=_SOURCE)


@statement("REVOKE", source=_SOURCE)
def revoke(context: Context, reader: Reader) -> Answer:
    """``REVOKE [GRANT OPTION FOR] privileges ON … FROM … [RESTRICT | CASCADE]``, also of roles."""
    option_only = reader.accept("GRANT", "OPTION", "FOR")
    if option_only and (word := reader.accept_one("DATABASE ROLE", "ROLE")):
        return _revoke_role(context, reader, Kind(word), option_only=True)
    privileges = read_privileges(reader)
    securable = read_securable(context, reader)
    refuse_individual(context.catalogue, securable.obj, "REVOKE")
    reader.expect("FROM")
    if not option_only and reader.accept("SHARE"):
        return revoke_from_share(context, reader, privileges, securable)
    grantee = read_grantee(context, reader)
    cascade = reader.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    if securable.reach is Reach.FUTURE:
        return _revoke_future(context, privileges, securable, grantee, option_only=option_only)
    if "OWNERSHIP" in privileges:
        raise compilation_error("OWNERSHIP cannot be revoked. Use GRANT OWNERSHIP to transfer it.")
    _check(privileges, securable.kind)
    objects = objects_of(context, securable)
    revoked = Revoked()
    for obj in objects:
        if not option_only:
            check_stage(obj.kind, privileges, _held(context, (ALL,), grantee, obj))
        for privilege in _held(context, privileges, grantee, obj):
            _require(context, obj, privilege)
            revoked += take(context, grantee.id, privilege, obj, option_only=option_only, cascade=cascade)
    return answer_revoked(revoked, None if securable.reach is Reach.ONE else len(objects))


def _check(privileges: tuple[str, ...], kind: Kind) -> None:
    for privilege in privileges:
        if privilege != ALL and privilege not in PRIVILEGES[kind]:
            raise invalid(privilege, kind)


def check_stage(kind: Kind, privileges: tuple[str, ...], held: Iterable[str]) -> None:
    """READ on a stage stays as long as WRITE does (docs.snowflake.com: GRANT <privileges>, restrictions)."""
    if kind is Kind.STAGE and "READ" in privileges and "WRITE" in held and "WRITE" not in privileges:
        raise compilation_error("READ on a stage cannot be revoked while WRITE is granted.")


def _held(context: Context, privileges: tuple[str, ...], grantee: Obj, obj: Obj) -> tuple[str, ...]:
    """The privileges to revoke from one object; ALL is whatever the grantee holds."""
    if privileges != (ALL,):
        return privileges
    grants = context.catalogue.grants.by("target", obj.id)
    return tuple(dict.fromkeys(grant.privilege for grant in grants if grant.grantee == grantee.id))


def _require(context: Context, obj: Obj, privilege: str) -> None:
    """003001 unless the session could grant the privilege, or an active role granted it to somebody."""
    if grantor_for(context, obj, privilege) is not None:
        return
    active = context.access.roles()
    made = (grant.grantor for grant in context.catalogue.grants.by("target", obj.id) if grant.privilege == privilege)
    if context.access.managed_by(obj) is not None or active.isdisjoint(g for g in made if g is not None):
        raise insufficient_privileges(obj.kind.value, obj.name)


def answer_revoked(revoked: Revoked, objects: int | None) -> Answer:
    """The answer of a REVOKE that reached so many objects (None for one that names its object)."""
    if revoked.skipped:
        text = (
            f"Revoke partially executed: {revoked.done} grant(s) revoked, {revoked.skipped} grant(s) skipped due to "
            "dependent grants and no CASCADE is specified."
        )
        return after_commit(SnowflakeError("003935", "23001", text))
    affected = "" if objects is None else f" {objects} objects affected."
    return status(f"Statement executed successfully.{affected}")


def _revoke_future(
    context: Context, privileges: tuple[str, ...], securable: Securable, grantee: Obj, *, option_only: bool
) -> Answer:
    _check(tuple(privilege for privilege in privileges if privilege != "OWNERSHIP"), securable.kind)
    require_future(context, securable.obj)
    futures = context.catalogue.futures
    mine = [
        future
        for future in futures.by("container", securable.obj.id)
        if future.grantee == grantee.id and future.kind is securable.kind
    ]
    if not option_only:
        check_stage(securable.kind, privileges, (future.privilege for future in mine))
    for future in mine:
        if not (future.privilege != "OWNERSHIP" if privileges == (ALL,) else future.privilege in privileges):
            continue
        if option_only:
            futures.put(replace(future, grant_option=False))
        else:
            futures.delete(future)
    return answer_revoked(Revoked(), None)


@statement("REVOKE ROLE", source=_SOURCE)
def revoke_role(context: Context, reader: Reader) -> Answer:
    """``REVOKE ROLE name FROM ROLE parent [RESTRICT | CASCADE]`` or ``FROM USER name``."""
    return _revoke_role(context, reader, Kind.ROLE, option_only=False)


@statement("REVOKE DATABASE ROLE", source=_SOURCE, notes="not from applications")
def revoke_database_role(context: Context, reader: Reader) -> Answer:
    """``REVOKE DATABASE ROLE name FROM [DATABASE] ROLE parent [RESTRICT | CASCADE]`` or ``FROM USER name``."""
    return _revoke_role(context, reader, Kind.DATABASE_ROLE, option_only=False)


def _revoke_role(context: Context, reader: Reader, kind: Kind, *, option_only: bool) -> Answer:
    role = context.access.resolve(kind, reader.path())
    reader.expect("FROM")
    if kind is Kind.DATABASE_ROLE and not option_only and reader.accept("SHARE"):
        return revoke_role_from_share(context, reader, role)
    if kind is Kind.ROLE and reader.accept("USER"):
        grantee = find_user(context, reader.path())
    elif kind is Kind.ROLE:
        reader.expect("ROLE")
        grantee = context.access.resolve(Kind.ROLE, reader.path())
    else:
        grantee = read_grantee(context, reader)
    cascade = reader.accept_one("CASCADE", "RESTRICT") == "CASCADE"
    reader.end()
    _require(context, role, "USAGE")
    return answer_revoked(take(context, grantee.id, "USAGE", role, option_only=option_only, cascade=cascade), None)
