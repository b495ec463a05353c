"""Examples of the rules on analysts, and on every persona against every zone."""

from __future__ import annotations

from account.names import ACCOUNT, Name
from account.principals import PUBLIC, Grant, Membership, Scope, role, user
from account.things import Table, User, UserType
from policies.rule import Evidence, Verdict
from tests.policies.examples import (
    Example,
    add,
    grant,
    inputs,
    member,
    on_pictures,
    resource,
)
from tests.policies.examples_personas import (
    ANALYST,
    ANALYTICS,
    FACTS,
    LOADER,
    MARTS,
    MONITORING,
    ORDERS,
    POSTGRES,
    RAW,
    RAW_R,
    STAGING,
    TRANSFORMER,
    select,
    stranger,
)

ANALYSTS: tuple[Example, ...] = (
    *on_pictures("SNW-RBAC-011", "a direct grant", lambda case: grant(case, select(ANALYST, ORDERS))),
    *on_pictures(
        "SNW-RBAC-011",
        "over a database role",
        lambda case: member(case, Membership(RAW_R, ANALYST)),
        what="SVC_ECOMMERCE_DASHBOARD -> ECOMMERCE_ANALYST -> ECOMMERCE_RAW.ECOMMERCE_RAW_R (database role)",
    ),
    *on_pictures(
        "SNW-RBAC-011",
        "everybody reads raw data",
        lambda case: grant(case, select(PUBLIC, POSTGRES, Scope.FUTURE)),
        what="PUBLIC",
    ),
    *on_pictures(
        "SNW-RBAC-011",
        "a stage with raw files",
        lambda case: grant(case, select(ANALYST, Name.of(*RAW, "FILES", "DROP"), kind="STAGE", privilege="READ")),
    ),
    *on_pictures(
        "SNW-RBAC-011", "staging is closed too", lambda case: grant(case, select(ANALYST, STAGING, Scope.INHERITED))
    ),
    *on_pictures(
        "SNW-RBAC-011",
        "the loader's own tables are closed too",
        lambda case: grant(case, select(ANALYST, Name.of(*RAW, "_LOADER", "WATERMARKS"))),
        what="loader area",
    ),
    *on_pictures(
        "SNW-RBAC-011",
        "the BI user, once it is switched on, is an analyst",
        lambda case: member(
            add(case, User(name=Name.of("SVC_ECOMMERCE_BI"), type=UserType.SERVICE)),
            Membership(TRANSFORMER, user("SVC_ECOMMERCE_BI")),
        ),
        what="SVC_ECOMMERCE_BI -> ECOMMERCE_TRANSFORMER",
    ),
    Example(
        "SNW-RBAC-011",
        "a declared database role for analysts",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "analyst-analytics-r", "GrantDatabaseRole", databaseRoleName='"ECOMMERCE_RAW"."ECOMMERCE_RAW_R"'
        ),
    ),
    Example(
        "SNW-RBAC-011",
        "raw tables are declared to be read by everybody",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            accountRoleName="PUBLIC",
            privileges=["SELECT"],
            onSchemaObject={"objectType": "TABLE", "objectName": ORDERS.quoted},
        ),
    ),
)

MATRIX: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-012",
        "the transformer writes raw data",
        lambda case: grant(case, select(TRANSFORMER, POSTGRES, Scope.ALL, privilege="INSERT")),
        what="write to zone raw",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "exception: the loader builds in its own schema",
        lambda case: add(case, Table(name=Name.of(*RAW, "_LOADER", "BATCH"), owner=LOADER)),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "next wider than the exception: the loader builds beside its own schema",
        lambda case: grant(case, Grant(LOADER, "CREATE TABLE", "SCHEMA", POSTGRES)),
        what="create objects in zone raw",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "next wider than the exception: the loader owns a raw table",
        lambda case: add(case, Table(name=ORDERS, owner=LOADER)),
        what="drop what it owns in zone raw",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "exception: dbt owns what it built",
        lambda case: add(
            case,
            Table(name=FACTS, owner=TRANSFORMER),
            Table(name=Name.of(*STAGING, "POSTGRES", "ORDERS"), owner=TRANSFORMER),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "next wider than the exception: dbt owns a view of monitoring",
        lambda case: add(case, Table(name=Name.of(*MONITORING, "V"), type="VIEW", owner=TRANSFORMER)),
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "the transformer reads policies' schema",
        lambda case: grant(case, select(TRANSFORMER, Name.of(*ANALYTICS, "GOVERNANCE"), Scope.FUTURE)),
        what="governance",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "a role makes databases",
        lambda case: grant(case, Grant(TRANSFORMER, "CREATE DATABASE", "ACCOUNT", ACCOUNT)),
        what="the account",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "an analyst reads a database of which no zone knows",
        lambda case: grant(stranger(case, "CRM"), select(ANALYST, Name.of("CRM", "S"), Scope.FUTURE)),
        what="outside all zones",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "an analyst manages grants of a schema",
        lambda case: grant(case, Grant(ANALYST, "MANAGE GRANTS", "SCHEMA", MARTS)),
        what="decide about access",
    ),
    *on_pictures(
        "SNW-RBAC-012",
        "next wider than what rolls up: the administrators' role gets the deployment role",
        lambda case: member(case, Membership(role("ECOMMERCE_DEPLOYER"), role("ECOMMERCE_ADMIN"))),
        what="ECOMMERCE_ADMIN -> ECOMMERCE_DEPLOYER",
    ),
    Example(
        "SNW-RBAC-012",
        "what Snowflake shows to everybody",
        Evidence.LIVE,
        lambda case: grant(
            case,
            select(PUBLIC, Name.of("SNOWFLAKE", "CORE", "TAGS"), kind="VIEW"),
            select(PUBLIC, Name.of("ECOMMERCE_RAW", "INFORMATION_SCHEMA", "TABLES"), kind="VIEW"),
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-012",
        "the transformer is declared to write raw data",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "transformer-raw-r", "GrantDatabaseRole", databaseRoleName='"ECOMMERCE_RAW"."ECOMMERCE_RAW_RW"'
        ),
    ),
    *on_pictures(
        "SNW-RBAC-013",
        "an analyst changes figures",
        lambda case: grant(case, select(ANALYST, MARTS, Scope.FUTURE, privilege="UPDATE")),
        what="write to zone marts",
    ),
    *on_pictures(
        "SNW-RBAC-013",
        "an analyst makes views",
        lambda case: grant(case, Grant(ANALYST, "CREATE VIEW", "SCHEMA", MONITORING)),
    ),
    *on_pictures(
        "SNW-RBAC-013",
        "an analyst owns a view",
        lambda case: add(case, Table(name=Name.of(*MARTS, "MINE"), type="VIEW", owner=ANALYST)),
    ),
    Example(
        "SNW-RBAC-013",
        "an analyst is declared to change figures",
        Evidence.PULUMI,
        lambda case: inputs(
            case,
            "analyst-analytics-r",
            "GrantDatabaseRole",
            databaseRoleName='"ECOMMERCE_ANALYTICS"."ECOMMERCE_ANALYTICS_RW"',
        ),
    ),
)

EXAMPLES: tuple[Example, ...] = (*ANALYSTS, *MATRIX)
