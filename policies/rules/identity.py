"""Users: what they are, what they begin a session with, and what they must not have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from account.graph import graph, in_words
from account.names import Name
from account.principals import role
from account.things import User, UserType, Warehouse
from account.values import Undecided, known
from policies.identities import (
    ADMIN_ROLES,
    MONITOR_ADMINISTRATOR,
    Programs,
    active,
    as_principal,
    is_admin_role,
    is_person,
    is_program,
    matches,
    plain,
    users,
)
from policies.rule import (
    PICTURES,
    Case,
    Evidence,
    Fault,
    Rule,
    Settings,
    Severity,
    cis,
    judging,
    levels,
    trust_center,
)
from policies.rules.passwords import BreakGlass

if TYPE_CHECKING:
    from collections.abc import Iterator

_USERS = frozenset({"USER"})
_NO_HISTORY = "a declaration has no history of logins"


class Administrators(Settings):
    """Attributes: admin_roles: roles of the account's administrators."""

    admin_roles: tuple[str, ...] = ADMIN_ROLES


class Defaults(Programs):
    """Attributes: administrators: exact names of programs that begin with no role, on purpose."""

    administrators: tuple[str, ...] = (MONITOR_ADMINISTRATOR,)


class Inactive(BreakGlass):
    """Attributes: max_days: days since the last login."""

    max_days: int = 90


def _type(user: User, case: Case, settings: Programs) -> Iterator[Fault]:
    allowed = (UserType.SERVICE, UserType.SERVICE_AGENT)
    if is_program(user, case, settings) and known(user.type) not in (*allowed, UserType.LEGACY_SERVICE):
        yield Fault(
            f"is named like a program and is of type {known(user.type).value}",
            "declare it as a service user; correct `service_names` if it is a person",
        )


def _legacy(user: User, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if known(user.type) is UserType.LEGACY_SERVICE:
        yield Fault("is of type LEGACY_SERVICE, which may have a password", "make it a SERVICE user with a key pair")


def _default_role(user: User, case: Case, settings: Administrators) -> Iterator[Fault]:
    del case
    default = known(user.default_role)
    if default is not None and is_admin_role(default, settings.admin_roles):
        yield Fault(
            f"begins every session as {default.upper()}",
            "give it a functional role as default; an administrator takes the role on when it is needed",
        )


def _email(user: User, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    reached = graph(case.picture).closure(as_principal(user))
    admin = next((name for name in ("ACCOUNTADMIN", "SECURITYADMIN") if role(name) in reached), None)
    if admin is not None and not known(user.email) and is_person(user):
        yield Fault(
            f"has {admin} and no e-mail address, so Snowflake cannot warn them",
            "set an e-mail address",
            in_words(reached[role(admin)]),
        )


def _secondary(user: User, case: Case, settings: Programs) -> Iterator[Fault]:
    if not is_program(user, case, settings):
        return
    secondary = known(user.default_secondary_roles)
    if secondary is None or secondary:
        said = ", ".join(secondary) if secondary else "ALL, Snowflake's default"
        yield Fault(
            f"is a program that works with secondary roles ({said})",
            "set defaultSecondaryRolesOption to NONE",
        )


def _defaults(user: User, case: Case, settings: Defaults) -> Iterator[Fault]:
    if user.name.last in settings.administrators or not is_program(user, case, settings):
        return
    default = known(user.default_role)
    if default is None:
        yield Fault("is a program without default role", "set its functional role as default")
    elif role(Name.loose(default).last) not in graph(case.picture).closure(as_principal(user)):
        yield Fault(f"has {default} as default role, which is not granted to it", f"grant {default} to the user")
    warehouse = known(user.default_warehouse)
    if warehouse is None:
        yield Fault("is a program without default warehouse", "set the warehouse that it works with")
    elif case.picture.find(Warehouse, (Name.loose(warehouse).last,)) is None:
        yield Fault(f"has {warehouse} as default warehouse, which does not exist", "name a warehouse that exists")


def _inactive(user: User, case: Case, settings: Inactive) -> Iterator[Fault]:
    last = known(user.last_login)
    if last is None or matches(plain(user.name.last, case, settings), settings.break_glass):
        return
    days = (_moment(case.picture.about.taken) - _moment(last)).days
    if days > settings.max_days:
        yield Fault(f"has not logged in for {days} days", "disable the user, or remove it from the declaration")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Undecided("a time of the account cannot be read") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-IAM-001",
        title="Programs are users of type SERVICE",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.6"), *trust_center("CIS_BENCHMARKS_CIS1_6")),
        rationale="A user of type PERSON may log in with a password; a SERVICE user cannot have one.",
        remediation="Declare programs as service users.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        settings=Programs,
        evaluate=judging(users, _type, Programs),
    ),
    Rule(
        id="SNW-IAM-002",
        title="No user is of type LEGACY_SERVICE",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.6"), *trust_center("CIS_BENCHMARKS_CIS1_6", "THREAT_INTELLIGENCE_PASSWORD_SERVICE_USERS")),
        rationale="The type keeps passwords of programs alive, and Snowflake is taking it away.",
        remediation="Make it a SERVICE user with a key pair or a workload identity.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        evaluate=judging(users, _legacy, Settings),
    ),
    Rule(
        id="SNW-IAM-014",
        title="No administrator's role is a default role",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.12"), *trust_center("CIS_BENCHMARKS_CIS1_12")),
        rationale="Every session would begin with all power, and create objects that administrators own.",
        remediation="Choose a functional role as default.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        settings=Administrators,
        evaluate=judging(users, _default_role, Administrators),
    ),
    Rule(
        id="SNW-IAM-015",
        title="Administrators have an e-mail address",
        severity=Severity.LOW,
        levels=levels("A", "M", "M"),
        controls=(*cis("1.11"), *trust_center("CIS_BENCHMARKS_CIS1_11")),
        rationale="Snowflake sends warnings about the account and its monitors by e-mail.",
        remediation="Set an e-mail address on people who have ACCOUNTADMIN or SECURITYADMIN.",
        evidence=PICTURES,
        sees=_USERS | {"MEMBERSHIP"},
        evaluate=judging(active, _email, Settings),
    ),
    Rule(
        id="SNW-IAM-016",
        title="Programs work without secondary roles",
        severity=Severity.MEDIUM,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="With secondary roles a session has everything that was ever granted to the user, unseen.",
        remediation="Set defaultSecondaryRolesOption to NONE on every service user.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        settings=Programs,
        evaluate=judging(users, _secondary, Programs),
    ),
    Rule(
        id="SNW-IAM-017",
        title="What programs begin with is declared and granted to them",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="A default that does not exist or is not granted fails at the first login, or leaves PUBLIC.",
        remediation="Set default role and warehouse, and grant the role.",
        evidence=PICTURES,
        sees=_USERS | {"MEMBERSHIP", "WAREHOUSE"},
        settings=Defaults,
        evaluate=judging(active, _defaults, Defaults),
    ),
    Rule(
        id="SNW-IAM-021",
        title="Users who no longer log in are disabled",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=(*cis("1.8"), *trust_center("CIS_BENCHMARKS_CIS1_8")),
        rationale="Nobody notices when a forgotten user is used by somebody else.",
        remediation="Disable or remove users without a login for 90 days. Who never logged in is not judged.",
        evidence=frozenset({Evidence.LIVE}),
        sees=_USERS,
        settings=Inactive,
        impossible={Evidence.DECLARATION: _NO_HISTORY, Evidence.PULUMI: _NO_HISTORY},
        evaluate=judging(active, _inactive, Inactive),
    ),
)
