"""Examples of the rules on ownership: what programs own, whom they can take over, what administrators' roles run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import Name
from account.principals import Grant, Membership, Scope, role, user
from account.things import Database, Procedure, Role, Schema, Table, Task, User, UserType
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, add, grant, member, on_pictures, options, resource, set_fields

if TYPE_CHECKING:
    from account.principals import Principal
    from policies.rule import Case

LOADER, TRANSFORMER, ADMIN = (role(f"ECOMMERCE_{name}") for name in ("LOADER", "TRANSFORMER", "ADMIN"))
DEPLOYER, SYSADMIN = role("ECOMMERCE_DEPLOYER"), role("SYSADMIN")
RAW, LOADER_AREA = Name.of("ECOMMERCE_RAW"), Name.of("ECOMMERCE_RAW", "_LOADER")
MARTS, MONITORING = Name.of("ECOMMERCE_ANALYTICS", "MARTS"), Name.of("ECOMMERCE_ANALYTICS", "MONITORING")


def table(schema: Name, owner: Principal) -> Table:
    """A table with an owner."""
    return Table(name=Name.of(*schema, "T"), owner=owner)


def owns(on: Name, kind: str = "TABLE", scope: Scope = Scope.FUTURE, to: Principal = LOADER) -> Grant:
    """Ownership of objects that are not there yet, or of one."""
    return Grant(to, "OWNERSHIP", kind, on, scope)


def deployment_user(case: Case) -> Case:
    """The case with the user that deploys."""
    changed = add(case, User(name=Name.of("SVC_ECOMMERCE_DEPLOYER"), type=UserType.SERVICE))
    return member(changed, Membership(DEPLOYER, user("SVC_ECOMMERCE_DEPLOYER")))


OWNED: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-005",
        "the loader owns a raw table",
        lambda case: add(case, table(Name.of(*RAW, "POSTGRES"), LOADER)),
        what="SVC_ECOMMERCE_LOADER -> ECOMMERCE_LOADER -> OWNERSHIP of table ECOMMERCE_RAW.POSTGRES.T",
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "exception: the loader owns what it builds in its own schema",
        lambda case: add(case, table(LOADER_AREA, LOADER)),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "the same in dev, with dev's prefix",
        lambda case: add(case, table(Name.of("DEV_ECOMMERCE_RAW", "_LOADER"), role("DEV_ECOMMERCE_LOADER"))),
        environment="dev",
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: the loader owns its schema itself",
        lambda case: set_fields(case, Schema, LOADER_AREA, owner=LOADER),
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: the loader owns the database",
        lambda case: set_fields(case, Database, RAW, owner=LOADER),
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: the loader owns future schemas",
        lambda case: grant(case, owns(RAW, "SCHEMA")),
        what="future SCHEMAS in ECOMMERCE_RAW",
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: another role owns the loader's tables",
        lambda case: add(case, table(LOADER_AREA, TRANSFORMER)),
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "exception: dbt owns what it builds",
        lambda case: grant(
            add(case, table(MARTS, TRANSFORMER), table(Name.of("ECOMMERCE_STAGING", "FILES"), TRANSFORMER)),
            owns(MARTS, to=TRANSFORMER),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: dbt owns a view that a migration made",
        lambda case: add(case, table(MONITORING, TRANSFORMER)),
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "a program owns something over two roles",
        lambda case: member(
            add(case, Role(name=Name.of("TEAM_A")), table(Name.of(*RAW, "POSTGRES"), role("TEAM_A"))),
            Membership(role("TEAM_A"), LOADER),
        ),
        what="ECOMMERCE_LOADER -> TEAM_A -> OWNERSHIP",
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "exception: the deployment role owns what is declared",
        deployment_user,
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "next wider than the exception: another program has the deployment role",
        lambda case: member(case, Membership(DEPLOYER, user("SVC_ECOMMERCE_DBT"))),
        what="SVC_ECOMMERCE_DBT -> ECOMMERCE_DEPLOYER -> OWNERSHIP",
    ),
    *on_pictures(
        "SNW-RBAC-005",
        "nobody knows who owns a table",
        lambda case: add(case, Table(name=Name.of(*MARTS, "T"), owner=UNKNOWN)),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-005",
        "bypass 5: future ownership is declared for the loader",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantOwnership",
            "x",
            accountRoleName="ECOMMERCE_LOADER",
            on={"future": {"objectTypePlural": "TABLES", "inSchema": MARTS.quoted}},
        ),
    ),
    Example(
        "SNW-RBAC-005",
        "ownership of the loader's schema is declared for the loader",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantOwnership",
            "x",
            accountRoleName="ECOMMERCE_LOADER",
            on={"objectType": "SCHEMA", "objectName": LOADER_AREA.quoted},
        ),
    ),
    Example(
        "SNW-RBAC-005",
        "bypass 7: what a provider declares belongs to its role",
        Evidence.PULUMI,
        lambda case: options(case, "raw-postgres", "Schema", provider_role="ECOMMERCE_LOADER"),
        what="OWNERSHIP of schema ECOMMERCE_RAW.POSTGRES",
    ),
)

TAKEN_OVER: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-015",
        "the loader sets an administrator's keys",
        lambda case: grant(
            case,
            Grant(LOADER, "MODIFY PROGRAMMATIC AUTHENTICATION METHODS", "USER", Name.of("BREAK_GLASS_ONE")),
        ),
        what="log in as BREAK_GLASS_ONE",
    ),
    *on_pictures(
        "SNW-RBAC-015",
        "the loader acts as another user",
        lambda case: grant(case, Grant(LOADER, "IMPERSONATE", "USER", Name.of("ANNA"))),
    ),
    *on_pictures(
        "SNW-RBAC-015",
        "everybody sets everybody's keys",
        lambda case: grant(case, Grant(role("PUBLIC"), "ALL", "USER", Name.of("ANNA"))),
        what="PUBLIC",
    ),
    *on_pictures(
        "SNW-RBAC-015",
        "the loader owns a user",
        lambda case: set_fields(case, User, "ANNA", owner=LOADER),
        what="OWNERSHIP of ANNA",
    ),
    *on_pictures(
        "SNW-RBAC-015",
        "the loader owns a role",
        lambda case: set_fields(case, Role, "ECOMMERCE_ADMIN", owner=LOADER),
        what="grant it to anybody",
    ),
    *on_pictures(
        "SNW-RBAC-015",
        "bypass 11: a role of a role of the loader owns a user",
        lambda case: member(
            set_fields(add(case, Role(name=Name.of("TEAM_A"))), User, "ANNA", owner=role("TEAM_A")),
            Membership(role("TEAM_A"), LOADER),
        ),
    ),
    *on_pictures("SNW-RBAC-015", "exception: the deployment user owns users", deployment_user, verdict=Verdict.PASS),
    *on_pictures(
        "SNW-RBAC-015",
        "next wider than the exception: the loader has the deployment role",
        lambda case: member(case, Membership(DEPLOYER, LOADER)),
        what="ECOMMERCE_LOADER -> ECOMMERCE_DEPLOYER",
    ),
    Example(
        "SNW-RBAC-015",
        "the loader is declared to set somebody's keys",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            accountRoleName="ECOMMERCE_LOADER",
            privileges=["MODIFY PROGRAMMATIC AUTHENTICATION METHODS"],
            onAccountObject={"objectType": "USER", "objectName": "ANNA"},
        ),
    ),
    Example(
        "SNW-RBAC-015",
        "a role owned by the role of its provider",
        Evidence.PULUMI,
        lambda case: resource(case, "AccountRole", "x", provider_role="ECOMMERCE_LOADER", name="TEAM_A"),
        what="owns role TEAM_A",
    ),
)


def task(**values: object) -> Task:
    """A task of the deployment role with something changed."""
    return Task(**{"name": Name.of(*MONITORING, "REFRESH"), "owner": DEPLOYER, **values})  # type: ignore[arg-type]


def impersonate(name: str) -> Grant:
    """The deployment role may let tasks run as a user."""
    return Grant(DEPLOYER, "IMPERSONATE", "USER", Name.of(name))


RUN: tuple[Example, ...] = (
    *on_pictures("SNW-RBAC-018", "a task of the deployment role", lambda case: add(case, task()), verdict=Verdict.PASS),
    *on_pictures("SNW-RBAC-018", "a task of an administrator", lambda case: add(case, task(owner=SYSADMIN))),
    *on_pictures(
        "SNW-RBAC-018",
        "a task that runs as an emergency administrator",
        lambda case: grant(add(case, task(runs_as="BREAK_GLASS_ONE")), impersonate("BREAK_GLASS_ONE")),
        what="BREAK_GLASS_ONE -> ACCOUNTADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-018",
        "a task that runs as a program",
        lambda case: add(case, task(runs_as="SVC_ECOMMERCE_DBT")),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-018",
        "a procedure with an administrator's rights",
        lambda case: add(case, Procedure(name=Name.of(*MONITORING, "P()"), owner=role("ACCOUNTADMIN"))),
        what="runs with the rights of ACCOUNTADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-018",
        "nobody knows as whom a task runs, and it may be an administrator",
        lambda case: grant(add(case, task(runs_as=UNKNOWN)), impersonate("BREAK_GLASS_ONE")),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-018",
        "nobody knows as whom a task runs, and its owner may act as nobody who administers",
        Evidence.LIVE,
        lambda case: grant(add(case, task(runs_as=UNKNOWN)), impersonate("SVC_ECOMMERCE_DBT")),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-018",
        "bypass 7: a task is declared through a provider that is SYSADMIN",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "Task",
            "refresh",
            provider_role="SYSADMIN",
            database="ECOMMERCE_ANALYTICS",
            schema="MONITORING",
            name="REFRESH",
            sqlStatement="SELECT 1",
        ),
        beside=("sqlStatement",),
    ),
)


def transfer(case: Case, **values: object) -> Case:
    """The case with a declared transfer of ownership."""
    target = {"objectType": "TABLE", "objectName": Name.of(*MARTS, "T").quoted}
    return resource(case, "GrantOwnership", "x", accountRoleName="ECOMMERCE_DEPLOYER", on=target, **values)  # type: ignore[arg-type]


TRANSFERS: tuple[Example, ...] = (
    Example(
        "SNW-RBAC-023",
        "a transfer that says nothing of grants",
        Evidence.PULUMI,
        transfer,
        beside=("accountRoleName", "on"),
    ),
    *(
        Example(
            "SNW-RBAC-023",
            f"a transfer with {said}",
            Evidence.PULUMI,
            lambda case, said=said: transfer(case, outboundPrivileges=said),  # type: ignore[misc]
            verdict=Verdict.PASS,
        )
        for said in ("COPY", "REVOKE")
    ),
    Example(
        "SNW-RBAC-023",
        "a transfer of which that is not known",
        Evidence.PULUMI,
        lambda case: transfer(case, outboundPrivileges=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
)

EXAMPLES: tuple[Example, ...] = (*OWNED, *TAKEN_OVER, *RUN, *TRANSFERS)
