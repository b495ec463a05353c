"""Accounts that people made by typing SQL: one like the platform under other names, one that grew."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples import public_key

GOVERNED = "SHOP_GOLD.GOVERNANCE"
OWN = {"dbt": "CREATE TABLE, CREATE VIEW", "loader": "CREATE TABLE, CREATE STAGE, CREATE FILE FORMAT"}
DATABASES = {
    "SHOP_BRONZE": (14, (("ERP", ""), ("WEB", ""), ("_LOADER", "loader"))),
    "SHOP_SILVER": (2, (("ERP", "dbt"),)),
    "SHOP_GOLD": (7, (("MARTS", "dbt"), ("GOVERNANCE", "governance"))),
}
ACCESS = {
    "LOADER": ("SHOP_BRONZE_RW", "SHOP_BRONZE_OWN"),
    "TRANSFORMER": ("SHOP_BRONZE_R", "SHOP_SILVER_RW", "SHOP_SILVER_OWN", "SHOP_GOLD_RW", "SHOP_GOLD_OWN"),
    "ANALYST": ("SHOP_GOLD_R",),
}
WAREHOUSES = {"LOAD": ("MEDIUM", 50, "LOADER"), "DBT": ("LARGE", 150, "TRANSFORMER"), "BI": ("SMALL", 70, "ANALYST")}
TRIGGERS = "TRIGGERS ON 75 PERCENT DO NOTIFY ON 90 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND"
MONITOR = f"FREQUENCY = MONTHLY START_TIMESTAMP = IMMEDIATELY {TRIGGERS}"


def like_the_platform() -> list[str]:
    """The platform under other names, sizes and retentions, with two things beside it that the model does not have."""
    return [
        "USE ROLE ECOMMERCE_DEPLOYER",
        *(line for name in DATABASES for line in _database(name)),
        *_roles(),
        *_governance(),
        "USE ROLE ACCOUNTADMIN",
        *_warehouses(),
        "ALTER ACCOUNT SET PREVENT_UNLOAD_TO_INLINE_URL = TRUE",
        "ALTER ACCOUNT SET REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION = TRUE",
        "ALTER ACCOUNT SET REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION = TRUE",
        "ALTER ACCOUNT SET MIN_DATA_RETENTION_TIME_IN_DAYS = 1",
        "USE ROLE ECOMMERCE_DEPLOYER",
        *_users(),
        "USE ROLE ACCOUNTADMIN",
        *(line for name in ("RESCUE_ONE", "RESCUE_TWO") for line in _rescuer(name)),
        "CREATE WAREHOUSE SCRATCH_WH WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 120",
        "CREATE ROLE GUESTS COMMENT = 'nothing to do with the platform'",
    ]


def _database(name: str) -> Iterator[str]:
    days, schemas = DATABASES[name]
    yield f"CREATE DATABASE {name} DATA_RETENTION_TIME_IN_DAYS = {days} COMMENT = 'It''s {name}'"
    yield f"DROP SCHEMA {name}.PUBLIC"
    for suffix, words in (("R", "Reads"), ("RW", "Reads and writes"), ("OWN", "Creates objects in")):
        yield f"CREATE DATABASE ROLE {name}.{name}_{suffix} COMMENT = '{words} {name}'"
    yield f"GRANT DATABASE ROLE {name}.{name}_R TO DATABASE ROLE {name}.{name}_RW"
    for schema, built_by in schemas:
        # One schema states its retention, the other inherits it.
        stated = f"DATA_RETENTION_TIME_IN_DAYS = {days}" if schema != "WEB" else ""
        yield f"CREATE SCHEMA {name}.{schema} WITH MANAGED ACCESS {stated} COMMENT = '{schema} data'"
        yield from _schema(name, f"{name}.{schema}", built_by)


def _schema(database: str, schema: str, built_by: str) -> Iterator[str]:
    read, write, own = (f"DATABASE ROLE {database}.{database}_{suffix}" for suffix in ("R", "RW", "OWN"))
    if built_by == "governance":
        return
    writes = "INSERT, UPDATE, DELETE"
    if built_by == "loader":
        yield f"GRANT USAGE ON SCHEMA {schema} TO {write}"
        writes = f"SELECT, {writes}"
    else:
        yield f"GRANT USAGE ON SCHEMA {schema} TO {read}"
        for which in ("FUTURE TABLES", "ALL TABLES", "FUTURE VIEWS", "ALL VIEWS"):
            yield f"GRANT SELECT ON {which} IN SCHEMA {schema} TO {read}"
    for which in ("FUTURE TABLES", "ALL TABLES"):
        yield f"GRANT {writes} ON {which} IN SCHEMA {schema} TO {write}"
    if built_by:
        yield f"GRANT USAGE, {OWN[built_by]} ON SCHEMA {schema} TO {own}"


def _roles() -> Iterator[str]:
    yield from (f"CREATE ROLE SHOP_{role} COMMENT = '{role}'" for role in (*ACCESS, "ADMIN"))
    for role, access in ACCESS.items():
        for held in access:
            yield f"GRANT DATABASE ROLE {held.rpartition('_')[0]}.{held} TO ROLE SHOP_{role}"
        yield f"GRANT ROLE SHOP_{role} TO ROLE SHOP_ADMIN"
    yield "GRANT ROLE SHOP_ADMIN TO ROLE SYSADMIN"


def _governance() -> Iterator[str]:
    for who in ("PROGRAMS", "HUMANS"):
        rule = f"{GOVERNED}.{who}_FROM"
        addresses = "TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('127.0.0.0/8')"
        yield f"CREATE NETWORK RULE {rule} {addresses} COMMENT = '{who}'"
        yield f"CREATE NETWORK POLICY SHOP_{who} ALLOWED_NETWORK_RULE_LIST = ('{rule}') COMMENT = '{who}'"
    yield "ALTER ACCOUNT SET NETWORK_POLICY = SHOP_HUMANS"
    yield (
        f"CREATE AUTHENTICATION POLICY {GOVERNED}.PROGRAM_LOGIN AUTHENTICATION_METHODS = ('KEYPAIR') "
        "MFA_ENROLLMENT = OPTIONAL COMMENT = 'keys'"
    )
    yield (
        f"CREATE AUTHENTICATION POLICY {GOVERNED}.HUMAN_LOGIN AUTHENTICATION_METHODS = ('PASSWORD', 'SAML', 'KEYPAIR') "
        "CLIENT_TYPES = ('SNOWFLAKE_UI', 'DRIVERS', 'SNOWSQL') MFA_ENROLLMENT = REQUIRED COMMENT = 'second factor'"
    )
    yield (
        f"CREATE PASSWORD POLICY {GOVERNED}.WORDS PASSWORD_MIN_LENGTH = 16 PASSWORD_MIN_SPECIAL_CHARS = 1 "
        "PASSWORD_MAX_AGE_DAYS = 60 PASSWORD_MAX_RETRIES = 4 PASSWORD_LOCKOUT_TIME_MINS = 20 PASSWORD_HISTORY = 3 "
        "COMMENT = 'long'"
    )
    yield f"ALTER ACCOUNT SET AUTHENTICATION POLICY {GOVERNED}.HUMAN_LOGIN"
    yield f"ALTER ACCOUNT SET PASSWORD POLICY {GOVERNED}.WORDS"
    yield (
        f"CREATE MASKING POLICY {GOVERNED}.HIDE_EMAIL AS (VAL VARCHAR) RETURNS VARCHAR -> CASE WHEN "
        "IS_ROLE_IN_SESSION('SHOP_ADMIN') THEN VAL ELSE REGEXP_REPLACE(VAL, '^[^@]*', '*****') END COMMENT = 'mail'"
    )
    yield f"CREATE TAG {GOVERNED}.PII_EMAIL COMMENT = 'mail'"
    yield f"ALTER TAG {GOVERNED}.PII_EMAIL SET MASKING POLICY {GOVERNED}.HIDE_EMAIL"


def _warehouses() -> Iterator[str]:
    for name, (size, quota, role) in WAREHOUSES.items():
        clusters = "MIN_CLUSTER_COUNT = 1 MAX_CLUSTER_COUNT = 3 SCALING_POLICY = STANDARD" if name == "BI" else ""
        yield f"CREATE RESOURCE MONITOR SHOP_{name}_RM WITH CREDIT_QUOTA = {quota} {MONITOR}"
        yield (
            f"CREATE WAREHOUSE SHOP_{name} WAREHOUSE_SIZE = {size} AUTO_SUSPEND = 60 AUTO_RESUME = TRUE {clusters} "
            f"INITIALLY_SUSPENDED = TRUE RESOURCE_MONITOR = SHOP_{name}_RM STATEMENT_TIMEOUT_IN_SECONDS = 1800 "
            f"STATEMENT_QUEUED_TIMEOUT_IN_SECONDS = 300 ENABLE_QUERY_ACCELERATION = FALSE COMMENT = 'for {name}'"
        )
        yield f"GRANT MODIFY, OPERATE, MONITOR ON WAREHOUSE SHOP_{name} TO ROLE ECOMMERCE_DEPLOYER"
        yield f"GRANT USAGE ON WAREHOUSE SHOP_{name} TO ROLE SHOP_{role}"
    yield f"CREATE RESOURCE MONITOR SHOP_ACCOUNT_RM WITH CREDIT_QUOTA = 400 {MONITOR}"
    yield "ALTER ACCOUNT SET RESOURCE_MONITOR = SHOP_ACCOUNT_RM"


def _users() -> Iterator[str]:
    for user, warehouse, role in (
        ("LOADER", "LOAD", "LOADER"), ("DBT", "DBT", "TRANSFORMER"), ("DASHBOARD", "BI", "ANALYST")
    ):  # fmt: skip
        name = f"SVC_SHOP_{user}"
        yield (
            f"CREATE USER {name} TYPE = SERVICE DISPLAY_NAME = '{name}' RSA_PUBLIC_KEY = '{public_key(name)}' "
            f"DEFAULT_ROLE = SHOP_{role} DEFAULT_WAREHOUSE = SHOP_{warehouse} DEFAULT_SECONDARY_ROLES = () "
            f"NETWORK_POLICY = SHOP_PROGRAMS STATEMENT_TIMEOUT_IN_SECONDS = 1200 COMMENT = '{user}'"
        )
        yield f"GRANT ROLE SHOP_{role} TO USER {name}"
        yield f"ALTER USER {name} SET AUTHENTICATION POLICY {GOVERNED}.PROGRAM_LOGIN"
    yield (
        "CREATE USER ANNA DISPLAY_NAME = 'ANNA' EMAIL = 'anna@example.org' FIRST_NAME = 'Anna' TYPE = PERSON "
        "DEFAULT_ROLE = SHOP_ADMIN DEFAULT_WAREHOUSE = SHOP_BI DEFAULT_SECONDARY_ROLES = () "
        "NETWORK_POLICY = SHOP_HUMANS"
    )
    yield "GRANT ROLE SHOP_ADMIN TO USER ANNA"
    yield from _human("ANNA")


def _rescuer(name: str) -> Iterator[str]:
    yield (
        f"CREATE USER {name} DISPLAY_NAME = '{name}' EMAIL = '{name.lower()}@example.org' TYPE = PERSON "
        "DEFAULT_SECONDARY_ROLES = () NETWORK_POLICY = SHOP_HUMANS"
    )
    yield f"GRANT ROLE ACCOUNTADMIN TO USER {name}"
    yield from _human(name)


def _human(name: str) -> Iterator[str]:
    yield f"ALTER USER {name} SET AUTHENTICATION POLICY {GOVERNED}.HUMAN_LOGIN"
    yield f"ALTER USER {name} SET PASSWORD POLICY {GOVERNED}.WORDS"


PASSWORD = "Sup3r-Secret-Word"

GROWN = [
    "USE ROLE ACCOUNTADMIN",
    """CREATE DATABASE SHOP COMMENT = 'It''s the "shop": 100% {{ours}} \\\\ done\nsecond line'""",
    "CREATE SCHEMA SHOP.SALES DATA_RETENTION_TIME_IN_DAYS = 2 COMMENT = '# no comment: - yaml'",
    'CREATE TRANSIENT SCHEMA SHOP."lower case"',
    'CREATE DATABASE "Marketing Data" DATA_RETENTION_TIME_IN_DAYS = 5',
    'CREATE DATABASE "dotted.name"',
    "CREATE TRANSIENT DATABASE SCRATCH",
    "CREATE TABLE SHOP.SALES.ORDERS (ID NUMBER, EMAIL VARCHAR)",
    "CREATE VIEW SHOP.SALES.RECENT AS SELECT ID FROM SHOP.SALES.ORDERS",
    "CREATE RESOURCE MONITOR BIG_RM WITH CREDIT_QUOTA = 500 FREQUENCY = WEEKLY START_TIMESTAMP = IMMEDIATELY "
    "TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND",
    "CREATE WAREHOUSE ETL WAREHOUSE_SIZE = LARGE AUTO_SUSPEND = 600 RESOURCE_MONITOR = BIG_RM",
    'CREATE WAREHOUSE "adhoc wh" WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 0 MAX_CLUSTER_COUNT = 3 MIN_CLUSTER_COUNT = 1 '
    "SCALING_POLICY = ECONOMY STATEMENT_TIMEOUT_IN_SECONDS = 1200",
    "CREATE ROLE ETL_ROLE COMMENT = 'loads'",
    'CREATE ROLE "analyst role"',
    "CREATE ROLE ORPHAN",
    "CREATE DATABASE ROLE SHOP.READERS",
    "GRANT ROLE ETL_ROLE TO ROLE SYSADMIN",
    'GRANT ROLE "analyst role" TO ROLE ETL_ROLE',
    'GRANT DATABASE ROLE SHOP.READERS TO ROLE "analyst role"',
    "GRANT USAGE ON DATABASE SHOP TO ROLE ETL_ROLE",
    'GRANT USAGE, CREATE SCHEMA, MONITOR ON DATABASE "Marketing Data" TO ROLE "analyst role" WITH GRANT OPTION',
    "GRANT USAGE ON SCHEMA SHOP.SALES TO DATABASE ROLE SHOP.READERS",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA SHOP.SALES TO DATABASE ROLE SHOP.READERS",
    "GRANT SELECT ON ALL TABLES IN SCHEMA SHOP.SALES TO DATABASE ROLE SHOP.READERS",
    "GRANT SELECT ON FUTURE VIEWS IN DATABASE SHOP TO ROLE ETL_ROLE",
    "GRANT USAGE ON FUTURE SCHEMAS IN DATABASE SHOP TO ROLE ETL_ROLE",
    "GRANT INSERT ON TABLE SHOP.SALES.ORDERS TO ROLE ETL_ROLE",
    "GRANT USAGE ON WAREHOUSE ETL TO ROLE ETL_ROLE",
    'GRANT USAGE, OPERATE ON WAREHOUSE "adhoc wh" TO ROLE "analyst role"',
    "GRANT USAGE ON DATABASE SHOP TO ROLE PUBLIC",
    "GRANT MONITOR USAGE ON ACCOUNT TO ROLE ETL_ROLE",
    'GRANT USAGE ON DATABASE "dotted.name" TO ROLE ETL_ROLE',
    f"CREATE USER ANNA PASSWORD = '{PASSWORD}' EMAIL = 'anna@example.org' FIRST_NAME = 'Anna' LAST_NAME = 'O''Neil' "
    "DEFAULT_ROLE = ETL_ROLE DEFAULT_WAREHOUSE = ETL MUST_CHANGE_PASSWORD = TRUE",
    """CREATE USER "bob@example.org" LOGIN_NAME = 'bob' DISPLAY_NAME = 'Bob "the builder"'""",
    "CREATE USER ROBOT LOGIN_NAME = 'another_name' DEFAULT_NAMESPACE = 'SHOP.SALES' COMMENT = 'temp; DROP USER x;'",
    "CREATE USER ETL_BOT TYPE = SERVICE DEFAULT_ROLE = ETL_ROLE STATEMENT_TIMEOUT_IN_SECONDS = 300 "
    "TIMEZONE = 'Europe/Berlin'",
    f"CREATE USER OLD_BOT TYPE = LEGACY_SERVICE PASSWORD = '{PASSWORD}' DISABLED = TRUE",
    "GRANT ROLE ETL_ROLE TO USER ANNA",
    "GRANT ROLE ETL_ROLE TO USER ETL_BOT",
    'GRANT ROLE "analyst role" TO USER "bob@example.org"',
    "GRANT ROLE SYSADMIN TO USER ANNA",
    "GRANT USAGE ON WAREHOUSE ETL TO USER ROBOT",
    "GRANT OWNERSHIP ON TABLE SHOP.SALES.ORDERS TO ROLE ETL_ROLE COPY CURRENT GRANTS",
    'GRANT OWNERSHIP ON DATABASE SCRATCH TO ROLE "analyst role"',
    "CREATE SCHEMA SHOP.SEC",
    "CREATE NETWORK RULE SHOP.SEC.OFFICE TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('127.0.0.0/8') COMMENT = 'office'",
    "CREATE NETWORK POLICY OFFICE_ONLY ALLOWED_NETWORK_RULE_LIST = ('SHOP.SEC.OFFICE') "
    "BLOCKED_IP_LIST = ('203.0.113.7')",
    "CREATE NETWORK POLICY OLD_LIST ALLOWED_IP_LIST = ('127.0.0.1', '198.51.100.0/24') COMMENT = 'by hand'",
    "ALTER USER ETL_BOT SET NETWORK_POLICY = OFFICE_ONLY",
    "CREATE AUTHENTICATION POLICY SHOP.SEC.HUMANS AUTHENTICATION_METHODS = ('PASSWORD', 'SAML') "
    "CLIENT_TYPES = ('SNOWFLAKE_UI') MFA_ENROLLMENT = REQUIRED COMMENT = 'humans'",
    "CREATE PASSWORD POLICY SHOP.SEC.WORDS PASSWORD_MIN_LENGTH = 12 PASSWORD_MAX_AGE_DAYS = 30",
    "ALTER USER ANNA SET AUTHENTICATION POLICY SHOP.SEC.HUMANS",
    "ALTER USER ANNA SET PASSWORD POLICY SHOP.SEC.WORDS",
    "CREATE MASKING POLICY SHOP.SEC.HIDE AS (VAL VARCHAR) RETURNS VARCHAR -> CASE WHEN CURRENT_ROLE() = 'ETL_ROLE' "
    "THEN VAL ELSE '***' END COMMENT = 'mask'",
    "CREATE TAG SHOP.SEC.PII ALLOWED_VALUES 'email', 'phone' COMMENT = 'pii'",
    "ALTER TAG SHOP.SEC.PII SET MASKING POLICY SHOP.SEC.HIDE",
    "CREATE ROW ACCESS POLICY SHOP.SEC.ROWS AS (REGION VARCHAR) RETURNS BOOLEAN -> REGION = 'EU'",
    "ALTER ACCOUNT SET STATEMENT_TIMEOUT_IN_SECONDS = 86400",
]
"""Statements of several people over some years."""
