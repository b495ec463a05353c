"""GRANT OWNERSHIP: transfer of objects to another role, now or when they are made."""

from __future__ import annotations

from local.access import is_managed, role_closure
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, unsupported
from local.grants import give_future, regrant, withdraw
from local.inherited import enabled
from local.model import Grant, Kind, Obj
from local.names import display
from local.privileges import NO_FUTURE_OWNERSHIP
from local.reader import Reader
from local.registry import statement
from local.results import Result, status
from local.session import Context
from local.shared import refuse_individual
from local.statements.grant import require_future
from local.statements.securables import Reach, Securable, check_same_database, objects_of, read_grantee, read_securable

_NO_BULK = (Kind.PIPE, Kind.DATA_METRIC_FUNCTION)
_OWNER_EXECUTED = frozenset(
    {
        Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.DYNAMIC_TABLE, Kind.SEMANTIC_VIEW, Kind.EXTERNAL_TABLE,
        Kind.EVENT_TABLE, Kind.PROCEDURE, Kind.FUNCTION, Kind.DATA_METRIC_FUNCTION, Kind.TASK, Kind.ALERT, Kind.PIPE,
        Kind.MASKING_POLICY, Kind.ROW_ACCESS_POLICY, Kind.STREAMLIT, Kind.CORTEX_SEARCH_SERVICE,
    }
)  # fmt: skip
"""What runs with its owner's rights: with inherited grants on, its new owner must be an active role."""
_COPY = "COPY CURRENT GRANTS"
_REVOKE = "REVOKE CURRENT GRANTS"


@statement(
    "GRANT OWNERSHIP",
    source="docs.snowflake.com: GRANT OWNERSHIP",
    notes="BCR 2395 (the new owner must be an active role) is off, as by default in Snowflake; tasks are not suspended",
)
def grant_ownership(context: Context, reader: Reader) -> Result:
    """``GRANT OWNERSHIP ON … TO [DATABASE] ROLE … [COPY | REVOKE CURRENT GRANTS]``."""
    reader.expect("ON")
    securable = read_securable(context, reader)
    refuse_individual(context.catalogue, securable.obj, "GRANT")
    reader.expect("TO")
    if securable.kind is Kind.ACCOUNT or not (reader.at("ROLE") or reader.at("DATABASE", "ROLE")):
        raise reader.unexpected()
    grantee = read_grantee(context, reader)
    current = reader.accept_one(_COPY, _REVOKE)
    reader.end()
    if securable.reach is Reach.FUTURE:
        return _grant_future(context, securable, grantee, current)
    if securable.reach is Reach.ALL and securable.kind in _NO_BULK:
        raise unsupported(f"GRANT OWNERSHIP ON ALL {securable.kind.info.plural}")
    objects = objects_of(context, securable)
    for obj in objects:
        _check(context, obj, grantee, current)
        _transfer(context, obj, grantee, current)
    affected = "" if securable.reach is Reach.ONE else f" {len(objects)} objects affected."
    return status(f"Statement executed successfully.{affected}")


def _check(context: Context, obj: Obj, grantee: Obj, current: str | None) -> None:
    """Refuse what the session may not transfer, and a new owner that may not have the object."""
    access = context.access
    schema = access.managed_by(obj)
    everywhere = access.holds_global("MANAGE GRANTS")
    may = everywhere or access.owns(schema if schema is not None else obj)
    if obj.owner is None or not may:
        raise insufficient_privileges(obj.kind.value, obj.name)
    below = everywhere or grantee.id in access.roles()
    if not below and (current == _COPY or (obj.kind in _OWNER_EXECUTED and enabled(context.catalogue))):
        raise insufficient_privileges(grantee.kind.value, grantee.name)
    if obj.kind is Kind.PIPE:
        _require_paused(context, obj)
    if obj.kind is Kind.DATABASE and grantee.kind is Kind.DATABASE_ROLE:
        raise compilation_error("A database cannot be owned by a database role.")
    check_same_database(context, grantee, obj)
    if schema is not None:
        _check_subordinate(context, schema, grantee)
    if is_managed(obj) and grantee.id != obj.owner:
        _check_no_future_owners(context, obj)


def _require_paused(context: Context, pipe: Obj) -> None:
    """A pipe is paused before the transfer (docs.snowflake.com: Manage Snowpipe, Transfer ownership of a pipe)."""
    from local.statements.pipes import paused

    if not paused(context, pipe):
        raise compilation_error(f"Pipe '{pipe.name}' must be paused before its ownership is transferred.")


def _check_subordinate(context: Context, schema: Obj, grantee: Obj) -> None:
    """Objects in a managed-access schema may only be owned by the schema's owner or a role below it."""
    if schema.owner is None or grantee.id not in role_closure(context.catalogue, (schema.owner,)):
        raise compilation_error(
            f"Ownership in managed access schema '{schema.name}' can only be granted to a subordinate role of its "
            f"owner, which '{grantee.name}' is not.",
            "003001",
            "42501",
        )


def _check_no_future_owners(context: Context, schema: Obj) -> None:
    if any(future.privilege == "OWNERSHIP" for future in context.catalogue.futures.by("container", schema.id)):
        raise compilation_error(
            f"Future grants of OWNERSHIP in managed access schema '{schema.name}' must be revoked before its transfer."
        )


def _transfer(context: Context, obj: Obj, grantee: Obj, current: str | None) -> None:
    catalogue = context.catalogue
    outbound = [grant for grant in catalogue.grants.by("target", obj.id) if grant.grantor is not None]
    if outbound and current is None and obj.kind not in (Kind.ROLE, Kind.DATABASE_ROLE):
        raise _dependent(context, obj, outbound[0])
    for grant in outbound:
        if current == _COPY:
            regrant(catalogue, grant, grantee.id)
        elif current == _REVOKE:
            withdraw(catalogue, grant)
    if obj.kind is Kind.PIPE and obj.owner != grantee.id:
        obj = catalogue.update(obj, props={**obj.props, "transferred": True})
    catalogue.update(obj, owner=grantee.id)


def _dependent(context: Context, obj: Obj, grant: Grant) -> SnowflakeError:
    holder = display(context.catalogue.get(grant.grantee).name)
    return SnowflakeError(
        "003036",
        "23001",
        f"SQL execution error: Dependent grant of privilege '{grant.privilege}' on securable "
        f"'{context.catalogue.full_name(obj)}' to role '{holder}' exists.  It must be revoked first.  "
        "More than one dependent grant may exist: use 'SHOW GRANTS' command to view them.  "
        "To revoke all dependent grants while transferring object ownership, use convenience command "
        "'GRANT OWNERSHIP ON <target_objects> TO <target_role> REVOKE CURRENT GRANTS'.",
    )


def _grant_future(context: Context, securable: Securable, grantee: Obj, current: str | None) -> Result:
    """One future owner per type and container. COPY is taken, although there is nothing to copy yet."""
    kind, container = securable.kind, securable.obj
    if kind in NO_FUTURE_OWNERSHIP:
        raise unsupported(f"GRANT OWNERSHIP ON FUTURE {kind.info.plural}")
    if current == _REVOKE:
        raise compilation_error(f"{_REVOKE} cannot be used with GRANT OWNERSHIP ON FUTURE.")
    require_future(context, container)
    check_same_database(context, grantee, container)
    if is_managed(container):
        _check_subordinate(context, container, grantee)
    for future in context.catalogue.futures.by("container", container.id):
        if future.kind is kind and future.privilege == "OWNERSHIP" and future.grantee != grantee.id:
            holder = display(context.catalogue.get(future.grantee).name)
            raise compilation_error(
                f"A future grant of OWNERSHIP on {kind.info.plural} in '{container.name}' to role '{holder}' exists."
            )
    give_future(context.catalogue, grantee.id, "OWNERSHIP", kind, container.id, option=True)
    return status("Statement executed successfully.")
