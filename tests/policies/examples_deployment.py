"""Examples of the rules on who deploys, and on SQL beside the declaration."""

from __future__ import annotations

from account.names import Name
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, inputs, options, resource

PULUMI = Evidence.PULUMI
MONITOR = 'ALTER ACCOUNT SET RESOURCE_MONITOR = "ECOMMERCE_ACCOUNT_RM"'


def statement(text: object, name: str, what: str = "", *, field: str = "execute", fails: bool = True) -> Example:
    """An example with another statement of the platform's only Execute."""
    return Example(
        "SNW-RBAC-020",
        name,
        PULUMI,
        lambda case: inputs(case, "account-monitor", "Execute", **{field: text}),
        verdict=Verdict.FAIL if fails else Verdict.PASS,
        what=what,
    )


PROVIDERS: tuple[Example, ...] = (
    *(
        Example(
            "SNW-RBAC-019",
            f"bypass 7: a database is declared through a provider that is {acting}",
            PULUMI,
            lambda case, acting=acting: options(case, "raw", "Database", provider_role=acting),  # type: ignore[misc]
            what=f"registered as {acting}",
        )
        for acting in ("SYSADMIN", "ACCOUNTADMIN", "accountadmin", '"ORGADMIN"')
    ),
    Example(
        "SNW-RBAC-019",
        "a resource without explicit provider",
        PULUMI,
        lambda case: options(case, "raw", "Database", provider="", provider_role=""),
        what="default provider",
    ),
    Example(
        "SNW-RBAC-019",
        "nobody knows as whom a provider acts",
        PULUMI,
        lambda case: options(case, "raw", "Database", provider="urn:pulumi:x::y::z::away::id", provider_role=""),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-019",
        "exception: the monitor administrator makes a warehouse",
        PULUMI,
        lambda case: resource(case, "Warehouse", "x", provider_role="ACCOUNTADMIN", name="X_WH"),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-019",
        "exception: the monitor administrator grants on a warehouse",
        PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            provider_role="ACCOUNTADMIN",
            accountRoleName="ECOMMERCE_LOADER",
            privileges=["USAGE"],
            onAccountObject={"objectType": "WAREHOUSE", "objectName": "LOADING_WH"},
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the monitor administrator grants on a database",
        PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            provider_role="ACCOUNTADMIN",
            accountRoleName="ECOMMERCE_LOADER",
            privileges=["USAGE"],
            onAccountObject={"objectType": "DATABASE", "objectName": "ECOMMERCE_RAW"},
        ),
        beside=("accountRoleName", "privileges"),
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the monitor administrator grants on the account",
        PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            provider_role="ACCOUNTADMIN",
            accountRoleName="ECOMMERCE_LOADER",
            privileges=["CREATE DATABASE"],
            onAccount=True,
        ),
    ),
    Example(
        "SNW-RBAC-019",
        "exception: the monitor administrator makes an emergency administrator",
        PULUMI,
        lambda case: resource(case, "User", "x", provider_role="ACCOUNTADMIN", name="BREAK_GLASS_THREE"),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the monitor administrator makes another person",
        PULUMI,
        lambda case: resource(case, "User", "x", provider_role="ACCOUNTADMIN", name="BERT"),
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the monitor administrator gives somebody else a role",
        PULUMI,
        lambda case: options(case, "user-anna-admin", "GrantAccountRole", provider_role="ACCOUNTADMIN"),
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the monitor administrator is SECURITYADMIN",
        PULUMI,
        lambda case: inputs(case, "monitor-admin", "snowflake", role="SECURITYADMIN"),
    ),
    Example(
        "SNW-RBAC-019",
        "next wider than the exception: the deployment's provider is ACCOUNTADMIN",
        PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", role="ACCOUNTADMIN"),
        what="acts as ACCOUNTADMIN",
    ),
    Example(
        "SNW-RBAC-019",
        "a provider that names no role",
        PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", role=None),
        what="names no role",
    ),
)

SQL: tuple[Example, ...] = (
    statement("GRANT ROLE SYSADMIN TO ROLE ECOMMERCE_LOADER", "bypass 2: a grant", "runs GRANT"),
    statement("ALTER USER SVC_ECOMMERCE_LOADER SET DISABLED = FALSE", "bypass 2: a change of a user", "ALTER USER"),
    statement("/* SELECT */ gRaNt\n--x\nROLE A TO ROLE B", "a grant behind comments, in mixed case", "runs GRANT"),
    statement("// SELECT 1\nREVOKE ROLE A FROM ROLE B", "a revoke behind the other kind of comment", "runs REVOKE"),
    statement(
        "SELECT 1 -- \rGRANT ROLE A TO ROLE B", "a grant behind a carriage return", "not understood", fails=False
    ),
    statement("SELECT 1; GRANT ROLE A TO ROLE B", "a grant as second statement", "runs GRANT"),
    statement("SELECT ';', $$;$$ /* ; */; DROP TABLE T", "semicolons in texts and comments", "runs DROP"),
    statement("EXECUTE IMMEDIATE $$GRANT ROLE A TO ROLE B$$", "a grant inside a text that is run", "runs EXECUTE"),
    statement("BEGIN GRANT ROLE A TO ROLE B; END", "a grant inside a block", "runs BEGIN"),
    statement("CALL ADMIN.GIVE_ALL()", "a procedure that may do anything", "runs CALL"),
    statement("USE ROLE ACCOUNTADMIN", "another role", "changes the role"),
    statement("USE SECONDARY ROLES ALL", "more roles", "changes the role"),
    statement("CREATE OR REPLACE NETWORK POLICY P ALLOWED_IP_LIST = ('0.0.0.0/0')", "a policy", "CREATE NETWORK"),
    statement("CREATE ROLE IF NOT EXISTS R", "a role", "CREATE ROLE"),
    statement("ALTER TABLE T MODIFY COLUMN C UNSET MASKING POLICY", "a mask is taken off", "ALTER TABLE … POLICY"),
    statement("ALTER TABLE T DROP ALL ROW ACCESS POLICIES", "a row policy is taken off", "ALTER TABLE … ACCESS"),
    statement("ALTER SCHEMA S DISABLE MANAGED ACCESS", "owners decide again", "ALTER SCHEMA … ACCESS"),
    statement("CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL AS 'GRANT …'", "a procedure", "CREATE PROCEDURE"),
    statement("CREATE SCHEMA S COPY GRANTS", "grants come along with a copy", "GRANTS"),
    statement("SELECT SYSTEM$CANCEL_ALL_QUERIES(1)", "a system function", "system function"),
    statement("FROBNICATE", "a statement that nobody knows", "not understood"),
    statement('"GRANT" ROLE A TO ROLE B', "a statement that begins with a name", "not understood"),
    statement("SELECT 'GRANT ROLE A", "a text that is never closed", "cannot be read"),
    statement("GRANT ROLE A TO ROLE B", "a grant when it is undone", "`revert` runs GRANT", field="revert"),
    statement("GRANT ROLE A TO ROLE B", "a grant where one should only look", "`query`", field="query"),
    statement("INSERT INTO T VALUES (1)", "a change where one should only look", "`query`", field="query"),
    statement("SELECT 'GRANT ROLE A TO ROLE B' -- GRANT\n", "the word in a text and a comment", fails=False),
    statement(
        "CREATE TABLE IF NOT EXISTS T (GRANTED_ON DATE)", "a table with a column of nearly that name", fails=False
    ),
    statement("SHOW GRANTS TO ROLE A", "looking at grants", fails=False),
    statement(MONITOR, "exception: the account's monitor", fails=False),
    statement(
        "alter account\n set resource_monitor = ECOMMERCE_ACCOUNT_RM /* the same */",
        "exception: the same in another spelling",
        fails=False,
    ),
    statement(
        MONITOR.replace("ECOMMERCE", "DEV_ECOMMERCE"), "exception: the same with an environment's prefix", fails=False
    ),
    statement(
        f"{MONITOR}, NETWORK_POLICY = X",
        "next wider than the exception: one parameter more",
        "ALTER ACCOUNT",
    ),
    statement(
        "ALTER ACCOUNT SET RESOURCE_MONITOR = OTHER_RM",
        "next wider than the exception: another monitor",
        "ALTER ACCOUNT",
    ),
    statement(
        "ALTER ACCOUNT UNSET NETWORK_POLICY", "next wider than the exception: another parameter", "ALTER ACCOUNT"
    ),
    statement(f"{MONITOR}; ALTER ACCOUNT UNSET NETWORK_POLICY", "next wider than the exception: one statement more"),
    Example(
        "SNW-RBAC-020",
        "a statement that is not known before the change",
        PULUMI,
        lambda case: inputs(case, "account-monitor", "Execute", execute=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-020",
        "a grant that is hidden in another Execute",
        PULUMI,
        lambda case: resource(
            case,
            "Execute",
            "x",
            execute=f"GRANT SELECT ON ALL TABLES IN SCHEMA {Name.of('A', 'B').quoted} TO ROLE ECOMMERCE_LOADER",
            revert="SELECT 1",
        ),
        beside=("revert",),
    ),
)

EXAMPLES: tuple[Example, ...] = (*PROVIDERS, *SQL)
