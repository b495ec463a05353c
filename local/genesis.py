"""What a new account holds before anybody has logged in: the system roles, their privileges, the administrator."""

from __future__ import annotations

import time

from local.catalogue import Catalogue
from local.grants import give
from local.model import ACCOUNT_ID, Json, Kind, Obj

SYSTEM_ROLES = ("ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "ORGADMIN", "PUBLIC")
"""Docs.snowflake.com: System-defined roles. They cannot be dropped or renamed."""

_HIERARCHY = (("SECURITYADMIN", "ACCOUNTADMIN"), ("SYSADMIN", "ACCOUNTADMIN"), ("USERADMIN", "SECURITYADMIN"))
"""Granted role → parent role."""

GLOBAL_PRIVILEGES: dict[str, tuple[str, ...]] = {
    "ACCOUNTADMIN": (
        "APPLY AUTHENTICATION POLICY", "APPLY MASKING POLICY", "APPLY PASSWORD POLICY", "APPLY ROW ACCESS POLICY",
        "APPLY SESSION POLICY", "APPLY TAG", "ATTACH POLICY", "AUDIT", "CREATE ACCOUNT", "CREATE DATABASE",
        "CREATE INTEGRATION", "CREATE SHARE", "CREATE WAREHOUSE", "EXECUTE ALERT", "EXECUTE MANAGED ALERT",
        "EXECUTE MANAGED TASK", "EXECUTE TASK", "IMPORT SHARE", "MANAGE ACCOUNT SUPPORT CASES", "MANAGE WAREHOUSES",
        "MANAGE USER SUPPORT CASES", "MODIFY SESSION LOG LEVEL", "MODIFY SESSION TRACE LEVEL", "MONITOR",
        "MONITOR EXECUTION", "MONITOR SECURITY", "MONITOR USAGE", "OVERRIDE SHARE RESTRICTIONS",
        "READ SESSION",
    ),
    "SECURITYADMIN": ("CREATE NETWORK POLICY", "MANAGE GRANTS"),
    "USERADMIN": ("CREATE ROLE", "CREATE USER"),
    "SYSADMIN": ("CREATE DATABASE", "CREATE WAREHOUSE"),
}  # fmt: skip
"""Account-level privileges that system roles hold from the start (docs.snowflake.com: Access control privileges)."""

ACCOUNT_PRIVILEGES = frozenset(privilege for held in GLOBAL_PRIVILEGES.values() for privilege in held)
"""Every privilege that can be granted ON ACCOUNT here."""


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
            for privilege in privileges:
                give(catalogue, roles[name].id, privilege, ACCOUNT_ID, None)
        props: dict[str, Json] = {
            "LOGIN_NAME": administrator,
            "DISPLAY_NAME": administrator,
            "RSA_PUBLIC_KEY": public_key,
            "DEFAULT_ROLE": "ACCOUNTADMIN",
        }
        user = catalogue.create(Kind.USER, administrator, ACCOUNT_ID, roles["ACCOUNTADMIN"].id, props=props)
        give(catalogue, user.id, "USAGE", roles["ACCOUNTADMIN"].id, None)
