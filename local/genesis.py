"""What a new account holds before anybody has logged in: the system roles, their privileges, the administrator,
the SNOWFLAKE database."""

from __future__ import annotations

import time

from local.catalogue import Catalogue
from local.grants import give
from local.model import ACCOUNT_ID, Json, Kind, Obj
from local.privileges import ACCOUNT
from local.shared import DATABASE, ORIGIN, ROLES, SCHEMA

SYSTEM_ROLES = ("ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "ORGADMIN", "PUBLIC")
"""Docs.snowflake.com: System-defined roles. They cannot be dropped or renamed."""

_HIERARCHY = (("SECURITYADMIN", "ACCOUNTADMIN"), ("SYSADMIN", "ACCOUNTADMIN"), ("USERADMIN", "SECURITYADMIN"))
"""Granted role → parent role."""

_DELEGATED = {
    "SECURITYADMIN": frozenset({"CREATE NETWORK POLICY", "MANAGE GRANTS"}),
    "USERADMIN": frozenset({"CREATE ROLE", "CREATE USER"}),
}

GLOBAL_PRIVILEGES: dict[str, frozenset[str]] = {
    **_DELEGATED,
    "SYSADMIN": frozenset({"CREATE DATABASE", "CREATE WAREHOUSE"}),
    "ACCOUNTADMIN": ACCOUNT.difference(
        *_DELEGATED.values(), {"MANAGE LISTING AUTO FULFILLMENT", "MANAGE ORGANIZATION SUPPORT CASES"}
    ),
}
"""Account-level privileges that system roles hold from the start, with grant option (docs.snowflake.com: Access control
privileges). The two that are missing have to be delegated to an account by its organization first."""


def create_account(
    catalogue: Catalogue, *, account: str, account_id: str, edition: str, administrator: str, public_key: str
) -> None:
    """Fill an empty catalogue; ``public_key`` is the administrator's RSA key as base64 DER (SubjectPublicKeyInfo)."""
    now = time.time()
    with catalogue.transaction():
        catalogue.objects.put(
            Obj(
                ACCOUNT_ID,
                Kind.ACCOUNT,
                account,
                ACCOUNT_ID,
                None,
                now,
                now,
                props={"account_id": account_id, "edition": edition},
            )
        )
        roles = {name: catalogue.create(Kind.ROLE, name, ACCOUNT_ID, None) for name in SYSTEM_ROLES}
        for child, parent in _HIERARCHY:
            give(catalogue, roles[parent].id, "USAGE", roles[child].id, None)
        for name, privileges in GLOBAL_PRIVILEGES.items():
            for privilege in sorted(privileges):
                give(catalogue, roles[name].id, privilege, ACCOUNT_ID, None, option=True)
        props: dict[str, Json] = {
            "LOGIN_NAME": administrator,
            "DISPLAY_NAME": administrator,
            "RSA_PUBLIC_KEY": public_key,
            "DEFAULT_ROLE": "ACCOUNTADMIN",
        }
        user = catalogue.create(Kind.USER, administrator, ACCOUNT_ID, roles["ACCOUNTADMIN"].id, props=props)
        give(catalogue, user.id, "USAGE", roles["ACCOUNTADMIN"].id, None)
        install_shared(catalogue)


def install_shared(catalogue: Catalogue) -> None:
    """Make the SNOWFLAKE database where it is missing: in new accounts, and in those older than it.

    ACCOUNTADMIN has its privileges from the start. A database of that name that somebody created is left alone.
    """
    if catalogue.find(Kind.DATABASE, (DATABASE,)) is not None:
        return
    with catalogue.transaction():
        props = {ORIGIN: f"{DATABASE}.{SCHEMA}"}
        database = catalogue.create(Kind.DATABASE, DATABASE, ACCOUNT_ID, None, props=props)
        schema = catalogue.create(Kind.SCHEMA, SCHEMA, database.id, None)
        for name in ROLES:
            role = catalogue.create(Kind.DATABASE_ROLE, name, database.id, None)
            give(catalogue, role.id, "USAGE", schema.id, None)
        administrator = catalogue.find(Kind.ROLE, ("ACCOUNTADMIN",))
        if administrator is not None:
            give(catalogue, administrator.id, "USAGE", database.id, None, option=True)
