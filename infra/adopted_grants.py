"""Adopted grants of privileges, as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi_snowflake as snowflake

from infra.adopted_parameters import make

if TYPE_CHECKING:
    import pulumi

    from stacks.adopted import AdoptedGrant

ACCOUNT_OBJECTS: Final = frozenset(
    {
        "COMPUTE POOL", "DATABASE", "EXTERNAL VOLUME", "FAILOVER GROUP", "INTEGRATION", "REPLICATION GROUP",
        "RESOURCE MONITOR", "USER", "WAREHOUSE",
    }
)  # fmt: skip
"""Kinds that the provider grants on with `on_account_object` (its documentation)."""


def plural(kind: str) -> str:
    """The plural in which the provider names future objects."""
    return f"{kind[:-1]}IES" if kind.endswith("Y") else f"{kind}S"


def _future(grant: AdoptedGrant) -> dict[str, str]:
    container = "" if grant.target is None else grant.target.quoted
    within = "in_database" if grant.target is not None and len(grant.target.parts) == 1 else "in_schema"
    return {"object_type_plural": plural(grant.kind), within: container}


def _inside(grant: AdoptedGrant) -> dict[str, object] | None:
    """Objects of schemas: one that was adopted too, or those to come."""
    if grant.target is None or grant.kind in ACCOUNT_OBJECTS or grant.kind == "SCHEMA":
        return None
    if grant.future:
        return {"future": _future(grant)}
    return {"object_type": grant.kind, "object_name": grant.target.quoted}


def _schema(grant: AdoptedGrant) -> dict[str, str]:
    return {
        "future_schemas_in_database" if grant.future else "schema_name": ""
        if grant.target is None
        else grant.target.quoted
    }


def on_role(grant: AdoptedGrant, options: pulumi.ResourceOptions) -> None:
    """A grant to an account role."""
    is_schema, of_account = grant.kind == "SCHEMA", grant.kind in ACCOUNT_OBJECTS and grant.target is not None
    make(
        snowflake.GrantPrivilegesToAccountRole,
        grant.key,
        account_role_name=grant.to.quoted,
        privileges=sorted(grant.privileges),
        with_grant_option=True if grant.grant_option else None,
        on_account=True if grant.target is None else None,
        on_account_object={"object_type": grant.kind, "object_name": grant.target.quoted}
        if of_account and grant.target is not None
        else None,
        on_schema=_schema(grant) if is_schema else None,
        on_schema_object=_inside(grant),
        opts=options,
    )


def on_database_role(grant: AdoptedGrant, options: pulumi.ResourceOptions) -> None:
    """A grant to a database role."""
    is_schema = grant.kind == "SCHEMA"
    make(
        snowflake.GrantPrivilegesToDatabaseRole,
        grant.key,
        database_role_name=grant.to.quoted,
        privileges=sorted(grant.privileges),
        with_grant_option=True if grant.grant_option else None,
        on_database=grant.target.quoted if grant.kind == "DATABASE" and grant.target is not None else None,
        on_schema=_schema(grant) if is_schema else None,
        on_schema_object=_inside(grant),
        opts=options,
    )
