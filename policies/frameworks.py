"""Published controls that rules refer to. Titles are in our own words; the benchmark's text is not repeated.

CIS Snowflake Foundations Benchmark 1.0.0 has 39 recommendations in four sections. Trust Center scanners are those of
SNOWFLAKE.TRUST_CENTER.SCANNERS, as docs.snowflake.com (user-guide/trust-center) lists their packages in 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rule import CIS_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.rule import Control

CIS: Final[Mapping[str, str]] = {
    "1.1": "Single sign-on is set up",
    "1.2": "Users and roles are provisioned through SCIM",
    "1.3": "Users of single sign-on have no password",
    "1.4": "People who log in with a password need a second factor",
    "1.5": "Passwords have at least 14 characters",
    "1.6": "Service accounts log in with key pairs",
    "1.7": "Keys are replaced every 180 days",
    "1.8": "Users who have not logged in for 90 days are disabled",
    "1.9": "Idle sessions of account and security administrators end after 15 minutes",
    "1.10": "Few users are account or security administrators",
    "1.11": "Account administrators have an e-mail address",
    "1.12": "No user begins as account or security administrator",
    "1.13": "No custom role has the role of account or security administrator",
    "1.14": "No task belongs to an administrator role",
    "1.15": "No task runs with the rights of an administrator role",
    "1.16": "No stored procedure belongs to an administrator role",
    "1.17": "No stored procedure runs with the rights of an administrator role",
    "2.1": "Grants of administrator roles raise an alert",
    "2.2": "Grants of MANAGE GRANTS raise an alert",
    "2.3": "Password logins of single sign-on users raise an alert",
    "2.4": "Password logins without second factor raise an alert",
    "2.5": "Changes of security integrations raise an alert",
    "2.6": "Changes of network policies and what they use raise an alert",
    "2.7": "New SCIM tokens raise an alert",
    "2.8": "New shares raise an alert",
    "2.9": "Sessions of unsupported drivers raise an alert",
    "3.1": "A network policy of the account lets in trusted addresses only",
    "3.2": "Service accounts have network policies of their own",
    "4.1": "Data is rekeyed every year",
    "4.2": "Files in internal stages are encrypted with 256-bit keys",
    "4.3": "Critical data is kept for 90 days of time travel",
    "4.4": "The account keeps at least 7 days of time travel",
    "4.5": "Stages can be created with a storage integration only",
    "4.6": "Stages can be used with a storage integration only",
    "4.7": "Every external stage has a storage integration",
    "4.8": "Nothing is unloaded to an address written in a statement",
    "4.9": "Tri-Secret Secure is on",
    "4.10": "Sensitive data is masked",
    "4.11": "Sensitive data has row access policies",
}
_CIS_SCANNERS: Final = (
    *(f"CIS1_{number}" for number in range(1, 20)),
    *(f"CIS2_{number}" for number in (1, 2, 4, 5, 6, 7, 8, 9)),
    "CIS3_1",
    "CIS3_2",
    *(f"CIS4_{number}" for number in range(1, 12)),
)
TRUST_CENTER: Final[frozenset[str]] = frozenset(
    {f"CIS_BENCHMARKS_{scanner}" for scanner in _CIS_SCANNERS}
    | {
        f"SECURITY_ESSENTIALS_{scanner}"
        for scanner in (
            "MFA_REQUIRED_FOR_USERS_CHECK",
            "CIS1_4",
            "CIS3_1",
            "STRONG_AUTH_PERSON_USERS_READINESS",
            "STRONG_AUTH_LEGACY_SERVICE_USERS_READINESS",
            "CLIENT_SECURITY",
        )
    }
    | {
        f"THREAT_INTELLIGENCE_{scanner}"
        for scanner in (
            "NON_MFA_PERSON_USERS",
            "PASSWORD_SERVICE_USERS",
            "USERS_WITH_HIGH_AUTHN_FAILURES",
            "USERS_WITH_HIGH_JOB_ERRORS",
            "USERS_WITH_ADMIN_PRIVILEGES",
            "UNUSUAL_APP_USED_IN_SESSION",
            "ENTITIES_WITH_LONG_RUNNING_QUERIES",
            "LOGIN_PROTECTION",
            "SENSITIVE_PARAMETER_PROTECTION",
            "DORMANT_USER_LOGIN",
            "AUTHENTICATION_POLICY_CHANGES",
            "SENSITIVE_POLICY_CHANGES",
        )
    }
)
"""Scanner ids with their package in front. Those of package AI_SECURITY are not published by id."""


def exists(control: Control) -> bool:
    """Whether a control is in the catalogue, at the version that the catalogue is of."""
    if control.framework == "cis-snowflake":
        return control.version == CIS_VERSION and control.id in CIS
    return control.framework == "trust-center" and control.id in TRUST_CENTER


def title(control: Control) -> str:
    """What a control asks for, in our words; empty for a scanner, whose id says it."""
    return CIS.get(control.id, "") if control.framework == "cis-snowflake" else ""
