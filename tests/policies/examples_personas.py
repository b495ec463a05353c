"""Examples of the rule on loaders: every plane of effective rights, one change each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from account.names import ACCOUNT, Name
from account.principals import PUBLIC, Grant, Membership, Scope, database_role, role, user
from account.things import Database, Role, Schema, Table, User, UserType
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import (
    Example,
    add,
    grant,
    inputs,
    leave,
    member,
    on_pictures,
    options,
    remove,
    resource,
)

if TYPE_CHECKING:
    from account.principals import Principal
    from policies.rule import Case

LOADER, ANALYST, TRANSFORMER = (role(f"ECOMMERCE_{name}") for name in ("LOADER", "ANALYST", "TRANSFORMER"))
LOAD_USER, DASHBOARD = user("SVC_ECOMMERCE_LOADER"), user("SVC_ECOMMERCE_DASHBOARD")
RAW, STAGING, ANALYTICS = (Name.of(f"ECOMMERCE_{layer}") for layer in ("RAW", "STAGING", "ANALYTICS"))
MARTS, POSTGRES, MONITORING = Name.of(*ANALYTICS, "MARTS"), Name.of(*RAW, "POSTGRES"), Name.of(*ANALYTICS, "MONITORING")
ORDERS, FACTS = Name.of(*POSTGRES, "ORDERS"), Name.of(*MARTS, "FACTS")
ANALYTICS_R = database_role("ECOMMERCE_ANALYTICS", "ECOMMERCE_ANALYTICS_R")
RAW_R = database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R")
MARTS_R = '"ECOMMERCE_ANALYTICS"."ECOMMERCE_ANALYTICS_R"'


def select(
    to: Principal, on: Name, scope: Scope = Scope.OBJECT, kind: str = "TABLE", privilege: str = "SELECT"
) -> Grant:
    """A privilege to read, by default."""
    return Grant(to, privilege, kind, on, scope)


def nested(case: Case, start: Principal, end: Principal, depth: int) -> Case:
    """The case with new database roles of ANALYTICS between a role and a database role."""
    chain = [database_role("ECOMMERCE_ANALYTICS", f"STEP_{number}") for number in range(depth)]
    changed = add(case, *(Role(name=step.name) for step in chain))
    ends = [start, *chain, end]
    return member(changed, *(Membership(held, holder) for holder, held in pairwise(ends)))


def stranger(case: Case, name: str, schema: str = "S") -> Case:
    """The case with a database that is in no zone."""
    return add(case, Database(name=Name.of(name)), Schema(name=Name.of(name, schema)))


def remove_persona(case: Case, name: str) -> Case:
    """The case without a role and without everything that it has."""
    gone = role(name)
    return remove(leave(case, lambda entry: gone in (entry.role, entry.member)), Role, name)


def urn_of(case: Case, name: str, kind: str) -> str:
    """The URN of a resource."""
    return next(entry.urn for entry in case.picture.resources if (entry.name, entry.kind) == (name, kind))


LOADERS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-010",
        "a direct grant",
        lambda case: grant(case, select(LOADER, FACTS)),
        what="ECOMMERCE_LOADER -> SELECT on TABLE ECOMMERCE_ANALYTICS.MARTS.FACTS",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 6: over a database role",
        lambda case: member(case, Membership(ANALYTICS_R, LOADER)),
        what="SVC_ECOMMERCE_LOADER -> ECOMMERCE_LOADER -> "
        "ECOMMERCE_ANALYTICS.ECOMMERCE_ANALYTICS_R (database role) -> SELECT on",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 6: over database roles nested two deep",
        lambda case: nested(case, LOADER, ANALYTICS_R, 2),
        what="STEP_0 (database role) -> ECOMMERCE_ANALYTICS.STEP_1 (database role) -> "
        "ECOMMERCE_ANALYTICS.ECOMMERCE_ANALYTICS_R (database role)",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "over two account roles",
        lambda case: member(
            add(case, Role(name=Name.of("HELPERS"))),
            Membership(role("HELPERS"), LOADER),
            Membership(ANALYST, role("HELPERS")),
        ),
        what="ECOMMERCE_LOADER -> HELPERS -> ECOMMERCE_ANALYST",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a circle on the way",
        lambda case: member(
            nested(case, LOADER, ANALYTICS_R, 2),
            Membership(database_role("ECOMMERCE_ANALYTICS", "STEP_0"), database_role("ECOMMERCE_ANALYTICS", "STEP_1")),
        ),
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 5: future tables of the database",
        lambda case: grant(case, select(LOADER, ANALYTICS, Scope.FUTURE)),
        what="could (a potential right) read",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 5: future tables of the database, shadowed by those of every schema, are named as potential",
        lambda case: grant(case, select(LOADER, ANALYTICS, Scope.FUTURE)),
        what="without effect in",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 5: future views of a schema",
        lambda case: grant(case, select(LOADER, MARTS, Scope.FUTURE, "VIEW")),
        what="SELECT on future VIEWS in ECOMMERCE_ANALYTICS.MARTS",
    ),
    *(
        entry
        for kind in ("TABLE", "DYNAMIC TABLE", "MATERIALIZED VIEW", "EXTERNAL TABLE", "STREAM", "SEMANTIC VIEW")
        for entry in on_pictures(
            "SNW-RBAC-010",
            f"bypass 5: all present {kind.lower()}s of the database",
            lambda case, kind=kind: grant(case, select(LOADER, ANALYTICS, Scope.ALL, kind)),  # type: ignore[misc]
        )
    ),
    *(
        entry
        for where, on in (("a schema", MARTS), ("the database", ANALYTICS), ("the account", ACCOUNT))
        for entry in on_pictures(
            "SNW-RBAC-010",
            f"bypass 5: inherited in {where}",
            lambda case, on=on: grant(case, select(LOADER, on, Scope.INHERITED)),  # type: ignore[misc]
        )
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the loader owns a table",
        lambda case: add(case, Table(name=FACTS, owner=LOADER)),
        what="OWNERSHIP",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "bypass 10: all privileges of a table",
        lambda case: grant(case, select(LOADER, FACTS, privilege="ALL PRIVILEGES")),
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "everybody reads it through PUBLIC",
        lambda case: grant(case, select(PUBLIC, FACTS)),
        what="SVC_ECOMMERCE_LOADER -> PUBLIC -> SELECT",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a database is imported with all that is in it",
        lambda case: grant(case, select(LOADER, ANALYTICS, kind="DATABASE", privilege="IMPORTED PRIVILEGES")),
        what="IMPORTED PRIVILEGES",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a stage with exports",
        lambda case: grant(case, select(LOADER, Name.of(*MARTS, "EXPORTS"), kind="STAGE", privilege="READ")),
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a search service that answers with rows",
        lambda case: grant(
            case, select(LOADER, Name.of(*MARTS, "SEARCH"), kind="CORTEX SEARCH SERVICE", privilege="USAGE")
        ),
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the user holds a privilege itself",
        lambda case: grant(case, select(LOAD_USER, FACTS)),
        what="SVC_ECOMMERCE_LOADER -> SELECT",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the user takes up a second role as a secondary one",
        lambda case: member(case, Membership(ANALYST, LOAD_USER)),
        what="SVC_ECOMMERCE_LOADER -> ECOMMERCE_ANALYST",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "another program with the loader's role",
        lambda case: member(
            add(case, User(name=Name.of("SVC_FILES"), type=UserType.SERVICE)),
            Membership(LOADER, user("SVC_FILES")),
            Membership(ANALYST, user("SVC_FILES")),
        ),
        what="SVC_FILES -> ECOMMERCE_ANALYST",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the loader reads staging",
        lambda case: grant(case, select(LOADER, STAGING, Scope.ALL)),
        what="read staging",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the loader of dev",
        lambda case: grant(
            case, select(role("DEV_ECOMMERCE_LOADER"), Name.of("DEV_ECOMMERCE_ANALYTICS", "MARTS"), Scope.FUTURE)
        ),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "names in lower case are other objects",
        lambda case: grant(
            stranger(case, "ecommerce_analytics"),
            select(role("ecommerce_loader2"), Name.of("ecommerce_analytics", "S")),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a loader named in lower case is a loader",
        lambda case: grant(
            add(case, Role(name=Name.of("ecommerce_loader"))), select(role("ecommerce_loader"), MARTS, Scope.FUTURE)
        ),
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "a database role of the same name in another database",
        lambda case: member(
            add(case, Role(name=Name.of("ECOMMERCE_RAW", "ECOMMERCE_ANALYTICS_R"))),
            Membership(database_role("ECOMMERCE_RAW", "ECOMMERCE_ANALYTICS_R"), LOADER),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "the loader's role rolls up to SYSADMIN",
        lambda case: member(case, Membership(LOADER, role("SYSADMIN"))),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "SYSADMIN is granted to the loader, who then has the analysts' rights",
        lambda case: member(case, Membership(role("SYSADMIN"), LOADER)),
        what="ECOMMERCE_LOADER -> SYSADMIN -> ECOMMERCE_ADMIN -> ",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "there is no loader to judge",
        lambda case: remove_persona(case, "ECOMMERCE_LOADER"),
        what="nobody would be judged",
    ),
    *on_pictures(
        "SNW-RBAC-010",
        "nobody knows who owns a table of analytics",
        lambda case: add(case, Table(name=FACTS, owner=UNKNOWN)),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-010",
        "a declared grant to the loader",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            accountRoleName='"ECOMMERCE_LOADER"',
            privileges=["SELECT"],
            onSchemaObject={"future": {"objectTypePlural": "TABLES", "inSchema": MARTS.quoted}},
        ),
    ),
    Example(
        "SNW-RBAC-010",
        "bypass 10: all privileges are declared for the loader",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            accountRoleName="ECOMMERCE_LOADER",
            allPrivileges=True,
            onSchemaObject={"all": {"objectTypePlural": "TABLES", "inDatabase": ANALYTICS.quoted}},
        ),
    ),
    Example(
        "SNW-RBAC-010",
        "a declared database role for the loader",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader-raw-rw", "GrantDatabaseRole", databaseRoleName=MARTS_R),
    ),
    Example(
        "SNW-RBAC-010",
        "bypass 1: which database role the loader gets is not known, and comes from nowhere",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader-raw-rw", "GrantDatabaseRole", databaseRoleName=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-010",
        "bypass 1: which database role the loader gets is known from the resource that makes it",
        Evidence.PULUMI,
        lambda case: options(
            inputs(case, "loader-raw-rw", "GrantDatabaseRole", databaseRoleName=UNKNOWN),
            "loader-raw-rw",
            "GrantDatabaseRole",
            dependencies={"databaseRoleName": (urn_of(case, "analytics-r", "DatabaseRole"),)},
        ),
        what="ECOMMERCE_ANALYTICS_R (database role)",
    ),
    Example(
        "SNW-RBAC-010",
        "bypass 7: a provider whose role is the loader's owns what it declares",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "Table",
            "facts",
            provider_role="ECOMMERCE_LOADER",
            database="ECOMMERCE_ANALYTICS",
            schema="MARTS",
            name="FACTS",
        ),
        beside=("name",),
    ),
)


EXAMPLES: tuple[Example, ...] = LOADERS
