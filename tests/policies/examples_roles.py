"""Examples of the rules on the role graph: administrators' roles, environments, hierarchy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import Name
from account.principals import PUBLIC, Grant, Membership, Scope, database_role, role, user
from account.things import Role, Schema, User, UserType
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
    remove,
    resource,
    set_fields,
)

if TYPE_CHECKING:
    from account.principals import Principal
    from policies.rule import Case

DBT = '"SVC_ECOMMERCE_DBT"'
LOADER = user("SVC_ECOMMERCE_LOADER")
MONITOR_ADMIN = user("SVC_ECOMMERCE_MONITOR_ADMIN")
ADMIN, SYSADMIN, ACCOUNTADMIN = role("ECOMMERCE_ADMIN"), role("SYSADMIN"), role("ACCOUNTADMIN")
A, B = role("TEAM_A"), role("TEAM_B")


def made(case: Case, *roles: Principal) -> Case:
    """The case with more roles, which roll up to SYSADMIN."""
    return member(add(case, *(Role(name=name.name) for name in roles)), *(Membership(name, SYSADMIN) for name in roles))


def program(case: Case, name: str) -> Case:
    """The case with one more program."""
    return add(case, User(name=Name.of(name), type=UserType.SERVICE))


REACH: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-001",
        "a program has an administrator's role directly",
        lambda case: member(case, Membership(role("SECURITYADMIN"), LOADER)),
        what="path: SVC_ECOMMERCE_LOADER -> SECURITYADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "a program reaches an administrator's role over two roles",
        lambda case: member(made(case, A, B), Membership(A, LOADER), Membership(B, A), Membership(ACCOUNTADMIN, B)),
        what="path: SVC_ECOMMERCE_LOADER -> TEAM_A -> TEAM_B -> ACCOUNTADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "the shortest of two ways is shown",
        lambda case: member(
            made(case, A, B),
            Membership(A, LOADER),
            Membership(B, A),
            Membership(SYSADMIN, B),
            Membership(SYSADMIN, role("ECOMMERCE_LOADER")),
        ),
        what="path: SVC_ECOMMERCE_LOADER -> ECOMMERCE_LOADER -> SYSADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "a circle of roles ends at an administrator's",
        lambda case: member(
            made(case, A, B), Membership(A, LOADER), Membership(B, A), Membership(A, B), Membership(SYSADMIN, B)
        ),
        what="TEAM_B -> SYSADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "a custom role granted to SYSADMIN is good practice",
        lambda case: member(made(case, A), Membership(A, LOADER)),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "everybody is an administrator through PUBLIC",
        lambda case: member(case, Membership(SYSADMIN, PUBLIC)),
        what="PUBLIC -> SYSADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "a program is called so and nothing is known of its type",
        lambda case: member(
            add(case, User(name=Name.of("SVC_CI"), type=UNKNOWN)), Membership(ACCOUNTADMIN, user("SVC_CI"))
        ),
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "an administrator of whom nobody knows whether it is a program",
        lambda case: member(case, Membership(ACCOUNTADMIN, user("SOMEBODY"))),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "exception: the monitor administrator has ACCOUNTADMIN",
        lambda case: member(program(case, "SVC_ECOMMERCE_MONITOR_ADMIN"), Membership(ACCOUNTADMIN, MONITOR_ADMIN)),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "next wider than the exception: the monitor administrator has ORGADMIN",
        lambda case: member(program(case, "SVC_ECOMMERCE_MONITOR_ADMIN"), Membership(role("ORGADMIN"), MONITOR_ADMIN)),
        what="ORGADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "next wider than the exception: a monitor administrator with dev's prefix",
        lambda case: member(
            program(case, "DEV_SVC_ECOMMERCE_MONITOR_ADMIN"),
            Membership(ACCOUNTADMIN, user("DEV_SVC_ECOMMERCE_MONITOR_ADMIN")),
        ),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "next wider than the exception: the deployment user has ACCOUNTADMIN",
        lambda case: member(
            program(case, "SVC_ECOMMERCE_DEPLOYER"), Membership(ACCOUNTADMIN, user("SVC_ECOMMERCE_DEPLOYER"))
        ),
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "exception: an emergency administrator is a person",
        lambda case: member(case, Membership(ACCOUNTADMIN, user("BREAK_GLASS_ONE"))),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-001",
        "next wider than the exception: an emergency administrator becomes a program",
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", type=UserType.SERVICE),
        what="BREAK_GLASS_ONE -> ACCOUNTADMIN",
    ),
    *(
        Example(
            "SNW-RBAC-001",
            f"bypass 12: the role of a declared grant is written {said}",
            Evidence.PULUMI,
            lambda case, said=said: resource(
                case, "GrantAccountRole", "x", roleName=said, userName='"SVC_ECOMMERCE_DBT"'
            ),  # type: ignore[misc]
            what="SVC_ECOMMERCE_DBT -> ACCOUNTADMIN",
        )
        for said in ("accountadmin", '"ACCOUNTADMIN"', " AccountAdmin ")
    ),
    Example(
        "SNW-RBAC-001",
        "bypass 12: a quoted lower-case name is another role",
        Evidence.PULUMI,
        lambda case: resource(case, "GrantAccountRole", "x", roleName='"accountadmin"', userName=DBT),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-001",
        "bypass 1: the role of a declared grant is not known",
        Evidence.PULUMI,
        lambda case: resource(case, "GrantAccountRole", "x", roleName=UNKNOWN, userName=DBT),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-001",
        "bypass 1: who gets an administrator's role is not known",
        Evidence.PULUMI,
        lambda case: resource(case, "GrantAccountRole", "x", roleName="SYSADMIN", userName=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
)

CUSTOM: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-002",
        "SYSADMIN is granted to a custom role",
        lambda case: member(case, Membership(SYSADMIN, ADMIN)),
        what="ECOMMERCE_ADMIN -> SYSADMIN",
    ),
    *on_pictures(
        "SNW-RBAC-002",
        "a system role gets more than Snowflake gave it",
        lambda case: member(case, Membership(ACCOUNTADMIN, SYSADMIN)),
    ),
    *on_pictures(
        "SNW-RBAC-002",
        "everybody gets an administrator's role",
        lambda case: member(case, Membership(SYSADMIN, PUBLIC)),
    ),
    *on_pictures(
        "SNW-RBAC-002",
        "what Snowflake itself grants",
        lambda case: member(
            case, Membership(SYSADMIN, ACCOUNTADMIN), Membership(role("USERADMIN"), role("SECURITYADMIN"))
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-002",
        "the custom role is granted to SYSADMIN",
        lambda case: member(case, Membership(ADMIN, SYSADMIN)),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-002",
        "bypass 12: a lower-case role is another one",
        lambda case: member(case, Membership(role("sysadmin"), ADMIN)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-002",
        "bypass 12: SYSADMIN is declared in lower case for a custom role",
        Evidence.PULUMI,
        lambda case: resource(case, "GrantAccountRole", "x", roleName="sysadmin", parentRoleName='"ECOMMERCE_ADMIN"'),
    ),
    *on_pictures(
        "SNW-RBAC-003",
        "one administrator is left",
        lambda case: leave(case, lambda entry: entry.member == user("BREAK_GLASS_ONE")),
        what="1 people",
    ),
    *on_pictures(
        "SNW-RBAC-003",
        "a disabled administrator does not count",
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", disabled=True),
        beside=("disabled",),
    ),
    *on_pictures(
        "SNW-RBAC-003",
        "ten administrators",
        lambda case: member(
            add(case, *(User(name=Name.of(f"P{number}")) for number in range(8))),
            *(Membership(ACCOUNTADMIN, user(f"P{number}")) for number in range(8)),
        ),
        what="10 people",
    ),
    *on_pictures(
        "SNW-RBAC-003", "dev has no administrators", lambda case: case, environment="dev", verdict=Verdict.PASS
    ),
    Example(
        "SNW-RBAC-003",
        "an emergency administrator is declared without role",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "user-break-glass-one-accountadmin", "GrantAccountRole", roleName="ECOMMERCE_ANALYST"
        ),
    ),
)

DEV_RAW = Name.of("DEV_ECOMMERCE_RAW", "POSTGRES")

ENVIRONMENTS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-014",
        "a role of dev reads prod",
        lambda case: grant(
            case, Grant(role("DEV_ECOMMERCE_ANALYST"), "USAGE", "DATABASE", Name.of("ECOMMERCE_ANALYTICS"))
        ),
        environment="dev",
        what="environment without prefix",
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "a role of prod gets future tables of dev",
        lambda case: grant(case, Grant(role("ECOMMERCE_ANALYST"), "SELECT", "TABLE", DEV_RAW, Scope.FUTURE)),
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "a role of dev has a database role of prod",
        lambda case: member(
            case, Membership(database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R"), role("DEV_ECOMMERCE_ANALYST"))
        ),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "a user of dev has a role of prod",
        lambda case: member(case, Membership(role("ECOMMERCE_LOADER"), user("DEV_SVC_ECOMMERCE_LOADER"))),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "a role of dev owns something of prod",
        lambda case: add(case, Schema(name=Name.of("ECOMMERCE_RAW", "X"), owner=role("DEV_ECOMMERCE_LOADER"))),
        environment="dev",
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "exception: the deployment role owns things of every environment",
        lambda case: add(case, Schema(name=Name.of("QA_ECOMMERCE_RAW", "X"), owner=role("ECOMMERCE_DEPLOYER"))),
        environment="dev",
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "next wider than the exception: a user of dev gets the deployment role",
        lambda case: member(case, Membership(role("ECOMMERCE_DEPLOYER"), user("DEV_ANNA"))),
        environment="dev",
        what="every environment",
    ),
    *on_pictures(
        "SNW-RBAC-014",
        "nobody knows who owns something",
        lambda case: add(case, Schema(name=Name.of("ECOMMERCE_RAW", "X"), owner=UNKNOWN)),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-RBAC-014",
        "a role of dev is declared to read prod",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "GrantPrivilegesToAccountRole",
            "x",
            accountRoleName="DEV_ECOMMERCE_ANALYST",
            privileges=["USAGE"],
            onAccountObject={"objectType": "DATABASE", "objectName": "ECOMMERCE_ANALYTICS"},
        ),
        environment="dev",
        beside=("privileges",),
    ),
)

HIERARCHY: tuple[Example, ...] = (
    *on_pictures(
        "SNW-RBAC-022", "a role outside the hierarchy", lambda case: add(case, Role(name=A.name)), what="roll up"
    ),
    *on_pictures(
        "SNW-RBAC-022",
        "a database role that nobody has",
        lambda case: add(case, Role(name=Name.of("ECOMMERCE_RAW", "ALONE"))),
        what="granted to nobody",
    ),
    *on_pictures(
        "SNW-RBAC-022",
        "two roles have each other",
        lambda case: member(made(case, A, B), Membership(A, B), Membership(B, A)),
        what="circle",
    ),
    *on_pictures(
        "SNW-RBAC-022",
        "a granted role does not exist",
        lambda case: remove(case, Role, "ECOMMERCE_ANALYST"),
        what="does not exist",
    ),
    *on_pictures(
        "SNW-RBAC-022",
        "roles seven steps deep",
        lambda case: member(
            made(case, *(role(f"R{number}") for number in range(8))),
            *(Membership(role(f"R{number + 1}"), role(f"R{number}")) for number in range(7)),
        ),
        what="7 grants",
    ),
    *on_pictures(
        "SNW-RBAC-022",
        "exception: the deployment role is made elsewhere",
        lambda case: member(case, Membership(role("ECOMMERCE_DEPLOYER"), SYSADMIN)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-RBAC-022",
        "a role is declared outside the hierarchy",
        Evidence.PULUMI,
        lambda case: resource(case, "AccountRole", "x", name="TEAM_A"),
    ),
)

EXAMPLES: tuple[Example, ...] = (*REACH, *CUSTOM, *ENVIRONMENTS, *HIERARCHY)
