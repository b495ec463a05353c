"""GRANT INHERITED, REVOKE INHERITED and SHOW INHERITED GRANTS."""

from __future__ import annotations

from local.errors import compilation_error, insufficient_privileges, unsupported
from local.inherited import MANAGE_GRANTS, give_inherited, require_enabled
from local.model import Kind, Obj, Scope
from local.reader import Reader
from local.registry import show, statement
from local.results import Result, status
from local.session import Context
from local.shared import refuse_individual
from local.statements.grant import ALL, check_stage, check_user, privileges_meant, read_privileges
from local.statements.securables import (
    PLURAL,
    Reach,
    Securable,
    check_same_database,
    read_container,
    read_grantee,
    read_kind,
)
from local.statements.share_grants import require_not_shared
from local.statements.show_grants import TO_ROLE, inherited_row, limited, ordered

_SOURCE = "docs.snowflake.com: Managing access with inherited grants, Using inherited grants; provider v2 grants"

_NEVER = frozenset({Kind.INTEGRATION, Kind.SHARE})
"""Types whose privileges cannot be inherited at all."""

_INELIGIBLE = {Kind.STREAMLIT: frozenset({"USAGE"})}
"""Privileges that cannot be inherited, by type (besides OWNERSHIP and what only the account has)."""

_DEPTH = {Scope.ACCOUNT: 0, Scope.DATABASE: 1, Scope.SCHEMA: 2}


@statement(
    "GRANT INHERITED",
    source=_SOURCE,
    notes="needs FEATURE_RBAC_INHERITED_GRANTS = 'ENABLED', as in Snowflake (its error there is another); while it is "
    "DISABLED existing inherited grants do not count; not of MANAGE GRANTS, not to applications; "
    "INFORMATION_SCHEMA shows what they cover, as with bundle 2026_07",
)
def grant_inherited(context: Context, reader: Reader) -> Result:
    """``GRANT INHERITED privileges ON ALL types IN container TO [DATABASE] ROLE | USER name``."""
    require_enabled(context.catalogue, "GRANT INHERITED")
    privileges, kind, container = _read(context, reader)
    reader.expect("TO")
    grantee = read_grantee(context, reader)
    reader.end()
    if grantee.kind is Kind.USER:
        check_user(context, privileges, Securable(Reach.ALL, kind, container))
    refuse_individual(context.catalogue, container, "GRANT")
    _require(context, container)
    check_same_database(context, grantee, container)
    require_not_shared(context.catalogue, grantee, "inherited")
    wanted = _eligible(privileges, kind, privileges_meant(privileges, kind, grantee, None))
    mine = [
        inherited.privilege
        for inherited in context.catalogue.inherited.by("covers", (container.id, kind))
        if inherited.grantee == grantee.id
    ]
    check_stage(kind, wanted, mine)
    for privilege in wanted:
        give_inherited(context.catalogue, grantee.id, privilege, kind, container.id, context.session.role)
    return status("Statement executed successfully.")


@statement("REVOKE INHERITED", source=_SOURCE)
def revoke_inherited(context: Context, reader: Reader) -> Result:
    """``REVOKE INHERITED privileges ON ALL types IN container FROM …``, whoever granted them; the rest stays."""
    require_enabled(context.catalogue, "REVOKE INHERITED")
    privileges, kind, container = _read(context, reader)
    reader.expect("FROM")
    grantee = read_grantee(context, reader)
    reader.end()
    _require(context, container)
    wanted = privileges_meant(privileges, kind, grantee, None)
    for inherited in context.catalogue.inherited.by("covers", (container.id, kind)):
        if inherited.grantee == grantee.id and inherited.privilege in wanted:
            context.catalogue.inherited.delete(inherited)
    return status("Statement executed successfully.")


def _read(context: Context, reader: Reader) -> tuple[tuple[str, ...], Kind, Obj]:
    """Privileges, type and container up to TO or FROM; the type must be able to live in the container."""
    privileges = read_privileges(reader)
    reader.expect("ALL")
    kind = read_kind(reader, PLURAL)
    reader.expect("IN")
    container = context.catalogue.account if reader.accept("ACCOUNT") else read_container(context, reader)
    refuse_individual(context.catalogue, container, "GRANT")
    depth = {Kind.ACCOUNT: 0, Kind.DATABASE: 1, Kind.SCHEMA: 2}[container.kind]
    if _DEPTH[kind.info.scope] < depth:
        raise compilation_error(f"{kind.info.plural} are not in a {container.kind.value}.")
    if kind in _NEVER:
        raise compilation_error(f"Privileges on {kind.info.plural} cannot be granted as inherited privileges.")
    if "OWNERSHIP" in privileges:
        raise compilation_error("OWNERSHIP cannot be granted as an inherited privilege.")
    if MANAGE_GRANTS in privileges:
        raise unsupported("INHERITED MANAGE GRANTS")
    return privileges, kind, container


def _eligible(privileges: tuple[str, ...], kind: Kind, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """``wanted`` without what the type cannot have inherited; an error if that was asked for by name."""
    not_eligible = _INELIGIBLE.get(kind, frozenset())
    for privilege in privileges:
        if privilege in not_eligible:
            raise compilation_error(f"{privilege} on {kind.info.plural} cannot be granted as an inherited privilege.")
    kept = tuple(privilege for privilege in wanted if privilege not in not_eligible)
    if privileges == (ALL,) and not kept:
        raise compilation_error(f"{kind.info.plural} have no privileges that can be inherited.")
    return kept


def _require(context: Context, container: Obj) -> None:
    """003001 without MANAGE GRANTS on the container or one around it; owning it does not suffice."""
    if not context.access.manages_grants(container):
        raise insufficient_privileges(container.kind.value, container.name)


@show("INHERITED GRANTS", source=_SOURCE)
def show_inherited_grants(context: Context, reader: Reader) -> Result:
    """``SHOW INHERITED GRANTS IN ACCOUNT | DATABASE name | SCHEMA name [LIMIT n]``: those made on that container."""
    require_enabled(context.catalogue, "SHOW INHERITED GRANTS")
    reader.expect("IN")
    container = context.catalogue.account if reader.accept("ACCOUNT") else read_container(context, reader)
    found = context.catalogue.inherited.by("container", container.id)
    return limited(reader, TO_ROLE, ordered([inherited_row(context, grant) for grant in found]))
