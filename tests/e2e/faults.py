"""Faults as careless hands plant them in an account with dev, qa and prod, and what must find each of them.

Each is planted by SQL on stack prod's objects, by the administrator unless it says who. `found` names what the audit of
prod says and `differs` what its drift says.
"""

from __future__ import annotations

from dataclasses import dataclass

GOVERNANCE = "ECOMMERCE_ANALYTICS.GOVERNANCE"
LOADER_KEY = "{loader_key}"
"""Stands for the first public key of SVC_ECOMMERCE_LOADER."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        user: who runs the statements; the administrator where empty.
        found: rule of the audit's finding, and a text of its subject, sentence or path; None where no rule is about it.
        differs: kind and beginning of drift's text; None where the object is in no stack and in no stack's container.
    """

    name: str
    statements: tuple[str, ...]
    found: tuple[str, str] | None
    differs: tuple[str, str] | None
    user: str = ""


FAULTS: tuple[Fault, ...] = (
    Fault(
        "a database role that is nested two deep lets analysts read raw data",
        (
            "CREATE DATABASE ROLE ECOMMERCE_RAW.INNER_R",
            "CREATE DATABASE ROLE ECOMMERCE_RAW.OUTER_R",
            "GRANT DATABASE ROLE ECOMMERCE_RAW.ECOMMERCE_RAW_R TO DATABASE ROLE ECOMMERCE_RAW.INNER_R",
            "GRANT DATABASE ROLE ECOMMERCE_RAW.INNER_R TO DATABASE ROLE ECOMMERCE_RAW.OUTER_R",
            "GRANT DATABASE ROLE ECOMMERCE_RAW.OUTER_R TO ROLE ECOMMERCE_ANALYST",
        ),
        ("SNW-RBAC-011", "ECOMMERCE_ANALYST -> ECOMMERCE_RAW.OUTER_R"),
        ("extra", "ECOMMERCE_RAW.OUTER_R (database role) granted to ECOMMERCE_ANALYST"),
    ),
    Fault(
        "an inherited grant lets the loader read staging",
        (
            "ALTER ACCOUNT SET FEATURE_RBAC_INHERITED_GRANTS = 'ENABLED'",
            "GRANT INHERITED SELECT ON ALL TABLES IN DATABASE ECOMMERCE_STAGING TO ROLE ECOMMERCE_LOADER",
        ),
        ("SNW-RBAC-010", "SELECT on all present and future TABLES in ECOMMERCE_STAGING"),
        ("extra", "SELECT on inherited TABLES in ECOMMERCE_STAGING to ECOMMERCE_LOADER"),
    ),
    Fault(
        "a network rule is the whole internet, split in four",
        (
            f"CREATE NETWORK RULE {GOVERNANCE}.QUARTERS TYPE = IPV4 MODE = INGRESS "
            "VALUE_LIST = ('0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2')",
            f"CREATE NETWORK POLICY QUARTERS ALLOWED_NETWORK_RULE_LIST = ('{GOVERNANCE}.QUARTERS')",
        ),
        ("SNW-NET-002", "NETWORK POLICY QUARTERS"),
        ("unmanaged", f"NETWORK RULE {GOVERNANCE}.QUARTERS"),
    ),
    Fault(
        "the second key of a program is the first one again",
        (f"ALTER USER SVC_ECOMMERCE_LOADER SET RSA_PUBLIC_KEY_2 = '{LOADER_KEY}'",),
        ("SNW-IAM-005", "USER SVC_ECOMMERCE_LOADER"),
        ("changed", "USER SVC_ECOMMERCE_LOADER"),
    ),
    Fault(
        "everybody may pass into the raw database",
        ("GRANT USAGE ON DATABASE ECOMMERCE_RAW TO ROLE PUBLIC",),
        ("SNW-RBAC-008", "ROLE PUBLIC"),
        ("extra", "USAGE on DATABASE ECOMMERCE_RAW to PUBLIC"),
    ),
    Fault(
        "a grant may be passed on",
        ("GRANT USAGE ON WAREHOUSE REPORTING_WH TO ROLE ECOMMERCE_ANALYST WITH GRANT OPTION",),
        ("SNW-RBAC-007", "ROLE ECOMMERCE_ANALYST"),
        ("extra", "grant option: USAGE on WAREHOUSE REPORTING_WH to ECOMMERCE_ANALYST"),
    ),
    Fault(
        "a schema changed its owner by hand",
        ("GRANT OWNERSHIP ON SCHEMA ECOMMERCE_ANALYTICS.ML TO ROLE ECOMMERCE_TRANSFORMER COPY CURRENT GRANTS",),
        ("SNW-RBAC-005", "USER SVC_ECOMMERCE_DBT"),
        ("other owner", "SCHEMA ECOMMERCE_ANALYTICS.ML"),
    ),
    Fault(
        "a role of the platform decides about all grants",
        ("GRANT MANAGE GRANTS ON ACCOUNT TO ROLE ECOMMERCE_ADMIN",),
        ("SNW-RBAC-004", "ROLE ECOMMERCE_ADMIN"),
        ("extra", "MANAGE GRANTS on the account to ECOMMERCE_ADMIN"),
    ),
    Fault(
        "a role of the platform creates users",
        ("GRANT CREATE USER ON ACCOUNT TO ROLE ECOMMERCE_TRANSFORMER",),
        ("SNW-RBAC-006", "ROLE ECOMMERCE_TRANSFORMER"),
        ("extra", "CREATE USER on the account to ECOMMERCE_TRANSFORMER"),
    ),
    Fault(
        "a program logs in with a password",
        ("CREATE USER SVC_OLD_LOADER TYPE = LEGACY_SERVICE PASSWORD = 'Init-pass-1234'",),
        ("SNW-IAM-002", "USER SVC_OLD_LOADER"),
        None,
    ),
    Fault(
        "a person logs in with a password alone",
        (
            "CREATE DATABASE HANDMADE",
            "CREATE SCHEMA HANDMADE.S WITH MANAGED ACCESS",
            "CREATE AUTHENTICATION POLICY HANDMADE.S.LAX AUTHENTICATION_METHODS = ('PASSWORD') "
            "MFA_ENROLLMENT = OPTIONAL",
            "CREATE USER PAUL TYPE = PERSON PASSWORD = 'Init-pass-1234' EMAIL = 'paul@example.com'",
            "ALTER USER PAUL SET AUTHENTICATION POLICY HANDMADE.S.LAX",
        ),
        ("SNW-IAM-009", "USER PAUL"),
        None,
    ),
    Fault(
        "a policy of one user lets the whole internet in",
        (
            "CREATE NETWORK POLICY WIDE_OPEN ALLOWED_IP_LIST = ('0.0.0.0/0')",
            "ALTER USER SVC_ECOMMERCE_DASHBOARD SET NETWORK_POLICY = WIDE_OPEN",
        ),
        ("SNW-NET-004", "USER SVC_ECOMMERCE_DASHBOARD"),
        ("changed", "network policy ECOMMERCE_SERVICES_NETWORK on USER SVC_ECOMMERCE_DASHBOARD"),
    ),
    Fault(
        "a program's authentication policy is taken off",
        ("ALTER USER SVC_ECOMMERCE_DBT UNSET AUTHENTICATION POLICY",),
        ("SNW-IAM-011", "USER SVC_ECOMMERCE_DBT"),
        ("missing", f"authentication policy {GOVERNANCE}.SERVICES_AUTHENTICATION on USER SVC_ECOMMERCE_DBT"),
    ),
    Fault(
        "a monitor no longer suspends",
        ("ALTER RESOURCE MONITOR REPORTING_RM SET TRIGGERS ON 75 PERCENT DO NOTIFY",),
        ("SNW-WH-002", "RESOURCE MONITOR REPORTING_RM"),
        ("changed", "RESOURCE MONITOR REPORTING_RM"),
    ),
    Fault(
        "a warehouse has no monitor",
        ("ALTER WAREHOUSE LOADING_WH SET RESOURCE_MONITOR = NULL",),
        ("SNW-WH-001", "WAREHOUSE LOADING_WH"),
        ("changed", "WAREHOUSE LOADING_WH"),
    ),
    Fault(
        "a warehouse never suspends",
        ("ALTER WAREHOUSE TRANSFORMING_WH SET AUTO_SUSPEND = 0",),
        ("SNW-WH-003", "WAREHOUSE TRANSFORMING_WH"),
        ("changed", "WAREHOUSE TRANSFORMING_WH"),
    ),
    Fault(
        "a database keeps its past for a day only",
        ("ALTER DATABASE ECOMMERCE_RAW SET DATA_RETENTION_TIME_IN_DAYS = 1",),
        ("SNW-DATA-001", "DATABASE ECOMMERCE_RAW"),
        ("changed", "DATABASE ECOMMERCE_RAW"),
    ),
    Fault(
        "in a schema every owner grants as he likes",
        ("CREATE SCHEMA ECOMMERCE_RAW.SCRATCH",),
        ("SNW-DATA-004", "SCHEMA ECOMMERCE_RAW.SCRATCH"),
        ("unmanaged", "SCHEMA ECOMMERCE_RAW.SCRATCH"),
    ),
    Fault(
        "unloading to any address is allowed",
        ("ALTER ACCOUNT SET PREVENT_UNLOAD_TO_INLINE_URL = FALSE",),
        ("SNW-DATA-011", "ACCOUNT"),
        ("changed", "account parameter PREVENT_UNLOAD_TO_INLINE_URL"),
    ),
    Fault(
        "an access token works with every role",
        (  # its policy lets no person have one, so it is opened for the moment
            f"ALTER AUTHENTICATION POLICY {GOVERNANCE}.PEOPLE_AUTHENTICATION SET AUTHENTICATION_METHODS = ('ALL')",
            "ALTER USER ADA_ADMIN ADD PROGRAMMATIC ACCESS TOKEN NOTEBOOK",
            f"ALTER AUTHENTICATION POLICY {GOVERNANCE}.PEOPLE_AUTHENTICATION "
            "SET AUTHENTICATION_METHODS = ('PASSWORD', 'SAML', 'KEYPAIR')",
        ),
        ("SNW-IAM-012", "TOKEN ADA_ADMIN.NOTEBOOK"),
        ("unmanaged", "TOKEN ADA_ADMIN.NOTEBOOK"),
    ),
    Fault(
        "a program logs in by workload identity, bound by no policy",
        (
            "CREATE USER SVC_RUNNER TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = OIDC "
            "ISSUER = 'https://token.actions.githubusercontent.com' SUBJECT = 'repo:org/app:environment:prod')",
        ),
        ("SNW-IAM-013", "USER SVC_RUNNER"),
        None,
    ),
    Fault(
        "data is shared with another account",
        (
            "CREATE SHARE LEAK",
            "GRANT USAGE ON DATABASE ECOMMERCE_ANALYTICS TO SHARE LEAK",
            "ALTER SHARE LEAK ADD ACCOUNTS = PARTNER.ONE",
        ),
        ("SNW-DATA-008", "SHARE LEAK"),
        ("extra", "USAGE on DATABASE ECOMMERCE_ANALYTICS to LEAK (share)"),
    ),
    Fault(
        "a stage holds credentials",
        (
            "ALTER ACCOUNT SET REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION = FALSE",
            "CREATE STAGE ECOMMERCE_RAW.FILES.COPIES URL = 's3://lake/copies/' "
            "CREDENTIALS = (AWS_KEY_ID = 'AKIAEXAMPLE' AWS_SECRET_KEY = 'wJalrXUtnFEMI')",
        ),
        ("SNW-DATA-009", "STAGE ECOMMERCE_RAW.FILES.COPIES"),
        ("unmanaged", "STAGE ECOMMERCE_RAW.FILES.COPIES (owner ACCOUNTADMIN)"),
    ),
    Fault(
        "customers' e-mail addresses are not masked",
        ("CREATE TABLE ECOMMERCE_ANALYTICS.MARTS.DIM_CUSTOMER (ID NUMBER, EMAIL VARCHAR)",),
        ("SNW-DATA-005", "TABLE ECOMMERCE_ANALYTICS.MARTS.DIM_CUSTOMER"),
        None,
        user="SVC_ECOMMERCE_DBT",
    ),
    Fault(
        "a person begins every session as administrator of the account",
        ("GRANT ROLE ACCOUNTADMIN TO USER ADA_ADMIN", "ALTER USER ADA_ADMIN SET DEFAULT_ROLE = ACCOUNTADMIN"),
        ("SNW-IAM-014", "USER ADA_ADMIN"),
        ("extra", "ACCOUNTADMIN granted to ADA_ADMIN"),
    ),
    Fault(
        "a program's sessions take up all its roles",
        ("ALTER USER SVC_ECOMMERCE_DBT SET DEFAULT_SECONDARY_ROLES = ('ALL')",),
        ("SNW-IAM-016", "USER SVC_ECOMMERCE_DBT"),
        ("changed", "USER SVC_ECOMMERCE_DBT"),
    ),
    Fault(
        "a privilege is granted to a person directly",
        ("GRANT USAGE ON WAREHOUSE LOADING_WH TO USER ADA_ADMIN",),
        ("SNW-RBAC-009", "USER ADA_ADMIN"),
        ("extra", "USAGE on WAREHOUSE LOADING_WH to ADA_ADMIN"),
    ),
    Fault(
        "a role of dev has a role of prod",
        ("GRANT ROLE ECOMMERCE_ANALYST TO ROLE DEV_ECOMMERCE_ANALYST",),
        ("SNW-RBAC-014", "ROLE DEV_ECOMMERCE_ANALYST"),
        ("extra", "ECOMMERCE_ANALYST granted to DEV_ECOMMERCE_ANALYST"),
    ),
    Fault(
        "analysts read the account's own views",
        ("GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE ECOMMERCE_ANALYST",),
        ("SNW-RBAC-021", "ROLE ECOMMERCE_ANALYST"),
        ("extra", "IMPORTED PRIVILEGES on DATABASE SNOWFLAKE to ECOMMERCE_ANALYST"),
    ),
)
