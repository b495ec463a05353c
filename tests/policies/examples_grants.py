"""Examples of the rules on privileges and ways of granting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import ACCOUNT, Name
from account.principals import PUBLIC, Grant, Membership, Scope, database_role, role, user
from account.things import Role, Table, User, UserType
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, add, grant, inputs, member, on_pictures, resource

if TYPE_CHECKING:
    from policies.rule import Case

ADMIN, LOADER, ANALYST = role("ECOMMERCE_ADMIN"), role("ECOMMERCE_LOADER"), role("ECOMMERCE_ANALYST")
DEPLOYER, DEPLOYMENT_USER = role("ECOMMERCE_DEPLOYER"), user("SVC_ECOMMERCE_DEPLOYER")
RAW, MARTS = Name.of("ECOMMERCE_RAW"), Name.of("ECOMMERCE_ANALYTICS", "MARTS")
RAW_R = database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R")
QUOTED = {"MARTS": MARTS.quoted, "RAW": RAW.quoted, "POSTGRES": Name.of("ECOMMERCE_RAW", "POSTGRES").quoted}


def on_account(privilege: str, to: object = ADMIN) -> Grant:
    """A privilege on the account."""
    return Grant(to, privilege, "ACCOUNT", ACCOUNT)  # type: ignore[arg-type]


def bootstrapped(case: Case, *privileges: str) -> Case:
    """The case with the deployment role's user and privileges."""
    changed = add(case, User(name=DEPLOYMENT_USER.name, type=UserType.SERVICE), Role(name=DEPLOYER.name))
    changed = member(changed, Membership(DEPLOYER, DEPLOYMENT_USER), Membership(DEPLOYER, role("SYSADMIN")))
    return grant(changed, *(on_account(privilege, DEPLOYER) for privilege in privileges))


def declared(case: Case, to: str = "ECOMMERCE_ADMIN", **values: object) -> Case:
    """The case with one more declared grant to an account role."""
    return resource(case, "GrantPrivilegesToAccountRole", "x", accountRoleName=to, **values)  # type: ignore[arg-type]


MANAGE: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-004",
        "a functional role manages grants",
        lambda case: grant(case, on_account("MANAGE GRANTS")),
        what="ECOMMERCE_ADMIN -> MANAGE GRANTS on the account",
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "a database role manages the grants of its database",
        lambda case: grant(case, Grant(RAW_R, "MANAGE GRANTS", "DATABASE", RAW)),
        what="ECOMMERCE_RAW",
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "a role manages the grants of a schema",
        lambda case: grant(case, Grant(ANALYST, "MANAGE GRANTS", "SCHEMA", MARTS)),
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "bypass 10: everything on the account includes it",
        lambda case: grant(case, on_account("ALL PRIVILEGES")),
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "somebody reaches it over two roles",
        lambda case: grant(
            member(add(case, Role(name=Name.of("GATE"))), Membership(role("GATE"), ANALYST)),
            on_account("MANAGE GRANTS", role("GATE")),
        ),
        what="SVC_ECOMMERCE_DASHBOARD -> ECOMMERCE_ANALYST -> GATE -> MANAGE GRANTS on the account",
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "a user holds it itself",
        lambda case: grant(case, on_account("MANAGE GRANTS", user("ANNA"))),
        what="ANNA -> MANAGE GRANTS",
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "exception: the deployment role and its user",
        lambda case: bootstrapped(case, "MANAGE GRANTS"),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "next wider than the exception: somebody else gets the deployment role",
        lambda case: member(bootstrapped(case, "MANAGE GRANTS"), Membership(DEPLOYER, ADMIN)),
        what="ECOMMERCE_ADMIN -> ECOMMERCE_DEPLOYER -> MANAGE GRANTS",
    ),
    *on_pictures(
        "SNW-RBAC-004",
        "next wider than the exception: a deployment role with dev's prefix",
        lambda case: grant(case, on_account("MANAGE GRANTS", role("DEV_ECOMMERCE_DEPLOYER"))),
        environment="dev",
    ),
    Example(
        "SNW-RBAC-004",
        "a functional role is declared to manage grants",
        Evidence.PULUMI,
        lambda case: declared(case, privileges=["MANAGE GRANTS"], onAccount=True),
    ),
    Example(
        "SNW-RBAC-004",
        "bypass 10: a functional role is declared to have all privileges of the account",
        Evidence.PULUMI,
        lambda case: declared(case, allPrivileges=True, onAccount=True),
    ),
    Example(
        "SNW-RBAC-004",
        "bypass 1: the privileges of a declared grant are not known",
        Evidence.PULUMI,
        lambda case: declared(case, privileges=UNKNOWN, onAccount=True),
        verdict=Verdict.UNKNOWN,
    ),
)

DANGEROUS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-006",
        "a functional role makes users",
        lambda case: grant(case, on_account("CREATE USER")),
        what="CREATE USER on the account",
    ),
    *on_pictures(
        "SNW-RBAC-006",
        "bypass 10: a functional role has everything on the account",
        lambda case: grant(case, on_account("ALL")),
    ),
    *on_pictures(
        "SNW-RBAC-006",
        "a privilege that opens nothing",
        lambda case: grant(case, on_account("MONITOR USAGE"), on_account("EXECUTE TASK")),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-006",
        "exception: the deployment role has what the bootstrap gives it",
        lambda case: bootstrapped(
            case,
            "CREATE DATABASE",
            "CREATE ROLE",
            "CREATE USER",
            "CREATE NETWORK POLICY",
            "ATTACH POLICY",
            "APPLY AUTHENTICATION POLICY",
            "APPLY PASSWORD POLICY",
            "APPLY MASKING POLICY",
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-006",
        "next wider than the exception: the deployment role makes integrations",
        lambda case: bootstrapped(case, "CREATE INTEGRATION"),
        what="CREATE INTEGRATION",
    ),
    *on_pictures(
        "SNW-RBAC-006",
        "next wider than the exception: a functional role gets the deployment role",
        lambda case: member(bootstrapped(case, "CREATE USER"), Membership(DEPLOYER, ADMIN)),
        what="ECOMMERCE_ADMIN -> ECOMMERCE_DEPLOYER",
    ),
    Example(
        "SNW-RBAC-006",
        "next wider than the exception: a functional role is declared to get the deployment role",
        Evidence.PULUMI,
        lambda case: inputs(case, "admin-loader", "GrantAccountRole", roleName="ECOMMERCE_DEPLOYER"),
    ),
    Example(
        "SNW-RBAC-006",
        "a functional role is declared to make integrations",
        Evidence.PULUMI,
        lambda case: declared(case, privileges=["CREATE INTEGRATION"], onAccount=True),
    ),
)

PASSED_ON: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-007",
        "bypass 11: a role may pass a privilege on",
        lambda case: grant(case, Grant(ANALYST, "SELECT", "TABLE", MARTS, Scope.FUTURE, grant_option=True)),
        what="pass SELECT on TABLE",
    ),
    *on_pictures(
        "SNW-RBAC-007",
        "a built-in role may, as in every account",
        lambda case: grant(
            case, Grant(role("ACCOUNTADMIN"), "CREATE WAREHOUSE", "ACCOUNT", ACCOUNT, grant_option=True)
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-007",
        "bypass 11: a role is declared to pass a privilege on",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading-loader", "GrantPrivilegesToAccountRole", withGrantOption=True),
    ),
)

TO_PUBLIC: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-008",
        "everybody reads",
        lambda case: grant(case, Grant(PUBLIC, "SELECT", "TABLE", MARTS, Scope.FUTURE)),
        what="PUBLIC -> SELECT on future TABLES",
    ),
    *on_pictures(
        "SNW-RBAC-008",
        "everybody has a functional role",
        lambda case: member(case, Membership(ANALYST, PUBLIC)),
    ),
    *on_pictures(
        "SNW-RBAC-008",
        "everybody has a database role",
        lambda case: member(case, Membership(RAW_R, PUBLIC)),
    ),
    *on_pictures(
        "SNW-RBAC-008",
        "everybody owns a table",
        lambda case: add(case, Table(name=Name.of(*MARTS, "T"), owner=PUBLIC)),
    ),
    Example(
        "SNW-RBAC-008",
        "what Snowflake itself grants to everybody",
        Evidence.LIVE,
        lambda case: grant(
            member(case, Membership(database_role("SNOWFLAKE", "CORTEX_USER"), PUBLIC)),
            on_account("BIND SERVICE ENDPOINT", PUBLIC),
            Grant(PUBLIC, "USAGE", "DATABASE", Name.of("SNOWFLAKE")),
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-008",
        "a new privilege of everybody on the account is seen once",
        Evidence.LIVE,
        lambda case: grant(case, on_account("CREATE DATABASE", PUBLIC)),
    ),
    Example(
        "SNW-RBAC-008",
        "nobody declares what only Snowflake grants",
        Evidence.DECLARATION,
        lambda case: grant(case, on_account("BIND SERVICE ENDPOINT", PUBLIC)),
    ),
    *(
        Example(
            "SNW-RBAC-008",
            f"bypass 12: a grant is declared to {said}",
            Evidence.PULUMI,
            lambda case, said=said: inputs(  # type: ignore[misc]
                case, "loading-loader", "GrantPrivilegesToAccountRole", accountRoleName=said
            ),
        )
        for said in ("public", '"PUBLIC"')
    ),
    Example(
        "SNW-RBAC-008",
        "a database role is declared for everybody",
        Evidence.PULUMI,
        lambda case: inputs(case, "analyst-analytics-r", "GrantDatabaseRole", parentRoleName="Public"),
    ),
    Example(
        "SNW-RBAC-008",
        "bypass 1: nobody knows to whom a role is granted",
        Evidence.PULUMI,
        lambda case: inputs(case, "analyst-analytics-r", "GrantDatabaseRole", parentRoleName=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-009",
        "a user holds a privilege itself",
        Evidence.LIVE,
        lambda case: grant(case, Grant(user("ANNA"), "SELECT", "TABLE", Name.of(*MARTS, "T"))),
        what="ANNA -> SELECT on TABLE ECOMMERCE_ANALYTICS.MARTS.T",
    ),
)

INHERITED: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-016",
        "bypass 5: an inherited grant over the account",
        lambda case: grant(case, Grant(ANALYST, "USAGE", "DATABASE", ACCOUNT, Scope.INHERITED)),
        what="every DATABASE of the account",
    ),
    *on_pictures(
        "SNW-RBAC-016",
        "bypass 5: an inherited grant over the raw database",
        lambda case: grant(case, Grant(ADMIN, "SELECT", "TABLE", RAW, Scope.INHERITED)),
        what="raw database",
    ),
    *on_pictures(
        "SNW-RBAC-016",
        "an inherited grant over the raw database of dev",
        lambda case: grant(
            case, Grant(role("DEV_ECOMMERCE_ADMIN"), "SELECT", "TABLE", Name.of("DEV_ECOMMERCE_RAW"), Scope.INHERITED)
        ),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-016",
        "an inherited grant over a schema",
        lambda case: grant(case, Grant(ANALYST, "SELECT", "TABLE", MARTS, Scope.INHERITED)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-016",
        "bypass 5: an inherited grant over the account is declared",
        Evidence.PULUMI,
        lambda case: declared(
            case,
            privileges=["SELECT"],
            onSchemaObject={"inherited": {"objectTypePlural": "TABLES", "inAccount": True}},
        ),
    ),
)


def two(case: Case, *scopes: Scope) -> Case:
    """The case with a privilege on objects of a database in some scopes."""
    return grant(case, *(Grant(ANALYST, "SELECT", "VIEW", RAW, scope) for scope in scopes))


HALVES: tuple[Example, ...] = (
    Example(
        "SNW-RBAC-017",
        "all and not future",
        Evidence.DECLARATION,
        lambda case: two(case, Scope.ALL),
        what="not on future",
    ),
    Example(
        "SNW-RBAC-017",
        "future and not all",
        Evidence.DECLARATION,
        lambda case: two(case, Scope.FUTURE),
        what="not on present",
    ),
    Example(
        "SNW-RBAC-017",
        "both",
        Evidence.DECLARATION,
        lambda case: two(case, Scope.ALL, Scope.FUTURE),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-017",
        "inherited alone is both",
        Evidence.DECLARATION,
        lambda case: two(case, Scope.INHERITED),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-017",
        "all is declared and not future",
        Evidence.PULUMI,
        lambda case: declared(
            case,
            privileges=["SELECT"],
            onSchemaObject={"all": {"objectTypePlural": "VIEWS", "inDatabase": RAW.quoted}},
        ),
    ),
)

SHARED: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-021",
        "a role reads everything that Snowflake records",
        lambda case: grant(case, Grant(ANALYST, "IMPORTED PRIVILEGES", "DATABASE", Name.of("SNOWFLAKE"))),
    ),
    *on_pictures(
        "SNW-RBAC-021",
        "an analyst sees who did what",
        lambda case: member(case, Membership(database_role("SNOWFLAKE", "SECURITY_VIEWER"), ANALYST)),
        what="SNOWFLAKE.SECURITY_VIEWER",
    ),
    *on_pictures(
        "SNW-RBAC-021",
        "an auditor sees who did what",
        lambda case: member(case, Membership(database_role("SNOWFLAKE", "SECURITY_VIEWER"), role("ECOMMERCE_AUDITOR"))),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-021",
        "a role is declared to read everything that Snowflake records",
        Evidence.PULUMI,
        lambda case: declared(
            case,
            privileges=["IMPORTED PRIVILEGES"],
            onAccountObject={"objectType": "DATABASE", "objectName": "SNOWFLAKE"},
        ),
    ),
)

EXAMPLES: tuple[Example, ...] = (*MANAGE, *DANGEROUS, *PASSED_ON, *TO_PUBLIC, *INHERITED, *HALVES, *SHARED)
