"""Passwords, and ways round the second factor."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from account.pulumi import Resource
from account.things import AuthenticationPolicy, User
from account.values import known
from policies.identities import (
    Prefixed,
    Programs,
    is_person,
    is_program,
    matches,
    plain,
    users,
)
from policies.rule import (
    PICTURES,
    Case,
    Fault,
    Rule,
    Settings,
    Severity,
    cis,
    judging,
    levels,
    trust_center,
)
from policies.sql import Kind, Token, Unreadable, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

_USERS = frozenset({"USER"})


class BreakGlass(Prefixed):
    """Attributes: break_glass: patterns of the emergency administrators' names, who may keep a password."""

    break_glass: tuple[str, ...] = ("BREAK_GLASS_.*",)


def _users_and_sql(case: Case) -> Iterator[User | Resource]:
    yield from users(case)
    yield from (resource for resource in case.picture.resources if resource.kind in ("Execute", "UnsafeExecute"))


def _program_password(subject: User | Resource, case: Case, settings: Programs) -> Iterator[Fault]:
    if isinstance(subject, Resource):
        yield from _password_in_sql(subject)
    elif is_program(subject, case, settings) and known(subject.has_password):
        yield Fault("is a program with a password", "remove the password; use a key pair")


def _password_in_sql(resource: Resource) -> Iterator[Fault]:
    setting = (Token(Kind.WORD, "PASSWORD"), Token(Kind.SYMBOL, "="))
    for field in ("execute", "revert", "query"):
        text = known(resource.inputs.get(field))
        try:
            found = statements(str(text or ""))
        except Unreadable as error:
            yield Fault(f"`{field}` cannot be read: {error}", "write plain SQL")
            continue
        if any(setting == pair for words in found for pair in pairwise(words)):
            yield Fault(f"`{field}` sets a password", "remove the statement; programs use key pairs")


def _person_password(user: User, case: Case, settings: BreakGlass) -> Iterator[Fault]:
    if not known(user.has_password) or matches(plain(user.name.last, case, settings), settings.break_glass):
        return
    if is_person(user):
        yield Fault(
            "is a person with a password and no emergency administrator",
            "remove the password (ALTER USER … UNSET PASSWORD); single sign-on or a key pair lets them in",
        )


def _users_and_policies(case: Case) -> Iterator[User | Resource]:
    yield from users(case)
    yield from (resource for resource in case.picture.resources if resource.kind == AuthenticationPolicy.__name__)


def _bypass(subject: User | Resource, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if isinstance(subject, Resource):
        if known(subject.inputs.get("mfaAuthenticationMethods")):
            yield Fault(
                "limits the second factor to some methods of login (deprecated MFA_AUTHENTICATION_METHODS)",
                "remove mfaAuthenticationMethods; set mfaEnrollment to REQUIRED",
            )
        return
    if known(subject.mfa_disabled):
        yield Fault("has its second factor switched off", "remove disableMfa")
    minutes = known(subject.bypass_mfa_minutes)
    if minutes is not None and minutes > 0:
        yield Fault(f"may log in without second factor for {minutes} minutes", "remove minsToBypassMfa")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-IAM-003",
        title="No program has a password",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.6"), *trust_center("THREAT_INTELLIGENCE_PASSWORD_SERVICE_USERS")),
        rationale="A program cannot answer a second factor, so its password alone lets anybody in.",
        remediation="Remove the password; use a key pair.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        settings=Programs,
        evaluate=judging(_users_and_sql, _program_password, Programs),
    ),
    Rule(
        id="SNW-IAM-008",
        title="People have no password, except emergency administrators",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(*cis("1.3"), *trust_center("CIS_BENCHMARKS_CIS1_3")),
        rationale="Who leaves the company loses single sign-on, but keeps a password in Snowflake.",
        remediation="Remove the password; single sign-on or a key pair lets people in.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        settings=BreakGlass,
        evaluate=judging(users, _person_password, BreakGlass),
    ),
    Rule(
        id="SNW-IAM-010",
        title="Nobody gets round the second factor",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=cis("1.4"),
        rationale="A way round the second factor outlives the emergency it was made for.",
        remediation="Remove disableMfa, minsToBypassMfa and mfaAuthenticationMethods.",
        evidence=PICTURES,
        per_resource=True,
        sees=_USERS,
        evaluate=judging(_users_and_policies, _bypass, Settings),
    ),
)
