"""GRANT … TO SHARE and REVOKE … FROM SHARE: what a share holds.

Rules (docs.snowflake.com: GRANT <privilege> … TO SHARE, GRANT DATABASE ROLE … TO SHARE; error texts as published):
USAGE on one database comes first and all else is of that database; views must be secure; a database role with future
or inherited grants cannot be shared.
"""

from __future__ import annotations

from local.catalogue import Catalogue
from local.errors import SnowflakeError, compilation_error, insufficient_privileges
from local.grants import give, grantor_for
from local.model import Grant, Kind, Obj
from local.privileges import TO_SHARES, invalid
from local.reader import Reader
from local.results import Result, status
from local.session import Context
from local.statements.securables import Reach, Securable, objects_of

REFERENCE_USAGE = "REFERENCE_USAGE"


def granted(catalogue: Catalogue, share: Obj) -> list[tuple[Grant, Obj]]:
    """Every grant to the share with what it is on."""
    return [(grant, catalogue.get(grant.target)) for grant in catalogue.grants.by("grantee", share.id)]


def database_of_share(catalogue: Catalogue, share: Obj) -> Obj | None:
    """The database on which the share holds USAGE."""
    found = (o for grant, o in granted(catalogue, share) if o.kind is Kind.DATABASE and grant.privilege == "USAGE")
    return next(found, None)


def is_given_to_shares(catalogue: Catalogue, role: Obj) -> bool:
    """Whether the database role is part of a share."""
    holders = (catalogue.get(grant.grantee) for grant in catalogue.grants.by("target", role.id))
    return any(holder.kind is Kind.SHARE for holder in holders)


def require_not_shared(catalogue: Catalogue, role: Obj, what: str) -> None:
    """Raise if the grantee is a database role of a share: consumers would get what nobody has looked at."""
    if role.kind is Kind.DATABASE_ROLE and is_given_to_shares(catalogue, role):
        raise compilation_error(f"Cannot grant {what} grants to a database role that is granted to a share.")


def read_share(context: Context, reader: Reader) -> Obj:
    """The share behind TO SHARE or FROM SHARE, which the session must own, to the end of the statement."""
    share = context.access.resolve(Kind.SHARE, reader.path())
    reader.end()
    context.access.require_ownership(share)
    return share


def grant_to_share(context: Context, reader: Reader, privileges: tuple[str, ...], securable: Securable) -> Result:
    """The rest of ``GRANT privileges ON … TO SHARE name``."""
    share = read_share(context, reader)
    _check(privileges, securable)
    objects = objects_of(context, securable)
    for obj in objects:
        for privilege in privileges:
            _check_object(context, share, obj, privilege)
            grantor = grantor_for(context, obj, "USAGE" if privilege == REFERENCE_USAGE else privilege)
            if grantor is None:
                raise insufficient_privileges(obj.kind.value, obj.name)
            give(context.catalogue, share.id, privilege, obj.id, grantor)
    return status("Statement executed successfully.")


def _check(privileges: tuple[str, ...], securable: Securable) -> None:
    possible = TO_SHARES.get(securable.kind, frozenset())
    for privilege in privileges:
        if privilege not in possible:
            raise invalid(privilege, securable.kind)
    if securable.reach is not Reach.ONE and (securable.obj.kind is not Kind.SCHEMA or securable.reach is Reach.FUTURE):
        raise compilation_error(f"Only ALL {securable.kind.info.plural} IN SCHEMA can be granted to a share.")


def _check_object(context: Context, share: Obj, obj: Obj, privilege: str) -> None:
    database = database_of_share(context.catalogue, share)
    if obj.kind is Kind.DATABASE:
        _check_database(share, database, obj, privilege)
    elif database is None:
        raise compilation_error(
            f"Share '{share.name}' does not currently have a database. "
            "An object can only be added to a share which already has a database."
        )
    elif context.catalogue.database_of(obj).id != database.id:
        raise compilation_error(
            f"Share '{share.name}' holds database '{database.name}': objects of other databases cannot be added."
        )
    secure = obj.props.get("secure") or share.props.get("SECURE_OBJECTS_ONLY") is False
    if obj.kind in (Kind.VIEW, Kind.FUNCTION) and not secure:
        raise SnowflakeError(
            "090838",
            "22000",
            'Non-secure object can only be granted to shares with "secure_objects_only" property set to false.',
        )


def _check_database(share: Obj, database: Obj | None, obj: Obj, privilege: str) -> None:
    if privilege == REFERENCE_USAGE and database is None:
        raise compilation_error(
            f"Cannot grant {REFERENCE_USAGE} on database {obj.name} to share {share.name}. "
            f"Grant USAGE on a database to share prior to granting {REFERENCE_USAGE}."
        )
    if privilege == "USAGE" and database is not None and database.id != obj.id:
        raise compilation_error(f"Share '{share.name}' already holds database '{database.name}'.")


def grant_role_to_share(context: Context, reader: Reader, role: Obj) -> Result:
    """The rest of ``GRANT DATABASE ROLE name TO SHARE name``."""
    share = read_share(context, reader)
    _check_object(context, share, role, "USAGE")
    catalogue = context.catalogue
    if catalogue.futures.by("grantee", role.id):
        raise compilation_error("Cannot share a database role with future grants to it.")
    if catalogue.inherited.by("grantee", role.id):
        raise compilation_error("Cannot share a database role with inherited grants to it.")
    grantor = grantor_for(context, role, "USAGE")
    if grantor is None:
        raise insufficient_privileges(role.kind.value, role.name)
    give(catalogue, share.id, "USAGE", role.id, grantor)
    return status("Statement executed successfully.")


def revoke_from_share(context: Context, reader: Reader, privileges: tuple[str, ...], securable: Securable) -> Result:
    """The rest of ``REVOKE privileges ON … FROM SHARE name``, whoever granted them."""
    share = read_share(context, reader)
    _check(privileges, securable)
    for obj in objects_of(context, securable):
        for privilege in privileges:
            _withdraw(context.catalogue, share, obj, privilege)
    return status("Statement executed successfully.")


def revoke_role_from_share(context: Context, reader: Reader, role: Obj) -> Result:
    """The rest of ``REVOKE DATABASE ROLE name FROM SHARE name``."""
    share = read_share(context, reader)
    _withdraw(context.catalogue, share, role, "USAGE")
    return status("Statement executed successfully.")


def _withdraw(catalogue: Catalogue, share: Obj, obj: Obj, privilege: str) -> None:
    for grant in catalogue.grants.by("held", (share.id, obj.id, privilege)):
        catalogue.grants.delete(grant)
