"""The SNOWFLAKE database that every account has: a shared, read-only database with the schema ACCOUNT_USAGE.

Database, schema and database roles are objects of the catalogue that nobody owns; the views are not: ``local.usage``
computes them. IMPORTED PRIVILEGES on the database are USAGE on it, as SHOW GRANTS of Snowflake prints them.
Source: docs.snowflake.com, "SNOWFLAKE database", "SNOWFLAKE database roles", "Account Usage".
"""

from __future__ import annotations

from collections.abc import Collection

from local.catalogue import Catalogue
from local.errors import compilation_error
from local.model import ACCOUNT_ID, Kind, Obj

DATABASE = "SNOWFLAKE"
SCHEMA = "ACCOUNT_USAGE"
ORIGIN = "ORIGIN"
"""The property by which a shared database is known; its value is what SHOW DATABASES prints."""
ROLES = ("OBJECT_VIEWER", "USAGE_VIEWER", "GOVERNANCE_VIEWER", "SECURITY_VIEWER")
"""Database roles with SELECT on views of ACCOUNT_USAGE."""


def is_shared(catalogue: Catalogue, obj: Obj) -> bool:
    """Whether the object is a shared database or in one."""
    if obj.kind is Kind.DATABASE:
        return ORIGIN in obj.props
    return obj.id != ACCOUNT_ID and any(ORIGIN in found.props for found in catalogue.chain(obj))


def refuse_individual(catalogue: Catalogue, obj: Obj, verb: str) -> None:
    """Raise if the object is a shared database or in one: there only IMPORTED PRIVILEGES go (code not published)."""
    if is_shared(catalogue, obj):
        raise compilation_error(
            f"{verb.removesuffix('E').capitalize()}ing individual privileges on imported database is not allowed. "
            f"Use '{verb} IMPORTED PRIVILEGES' instead."
        )


def holds_imported(catalogue: Catalogue, database: Obj, holders: Collection[int]) -> bool:
    """Whether one of the grantees has IMPORTED PRIVILEGES on a shared database."""
    found = catalogue.grants.by("target", database.id)
    return any(grant.privilege == "USAGE" and grant.grantee in holders for grant in found)
