"""Policies of logins in force: second factor, methods, passwords, idle sessions; single sign-on and provisioning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.graph import graph, in_words
from account.picture import PolicyKind
from account.principals import role
from account.things import AuthenticationPolicy, Integration, PasswordPolicy, SessionPolicy, Thing, User
from account.values import known
from policies.baseline import ours
from policies.identities import (
    ADMIN_ROLES,
    Programs,
    active,
    as_principal,
    in_force,
    in_sight,
    is_admin_role,
    is_program,
    maybe_people,
    of_account,
    upper,
)
from policies.rule import (
    PICTURES,
    WHOLE,
    Address,
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.names import Name
    from account.picture import Picture

_ENFORCED = frozenset({"REQUIRED", "REQUIRED_PASSWORD_ONLY"})
_DEFAULT_LENGTH = 14
"""Of passwords under a policy that does not say (docs, CREATE PASSWORD POLICY)."""
_ADMINS = ("ACCOUNTADMIN", "SECURITYADMIN")
_ON_ACCOUNT = {"dev": {"owns_account": False}, "qa": {"owns_account": False}}
_IN_FORCE = frozenset({"USER", "ATTACHMENT"})


class OnAccount(Settings):
    """Attributes: owns_account: this stack declares what the account has only once, so it must be there."""

    owns_account: bool = True


class Methods(Programs):
    """Attributes: methods: by which programs may log in."""

    methods: tuple[str, ...] = ("KEYPAIR", "WORKLOAD_IDENTITY", "OAUTH")


class Passwords(OnAccount):
    """Attributes: min_length: characters of the shortest password."""

    min_length: int = 14


class Idle(Settings):
    """How long an administrator's session may be idle.

    Attributes:
        max_minutes, max_ui_minutes: of a program's session, and of one in Snowsight.
        required: whether there must be a session policy. Only plugin 2.x can declare one, so it is not by default.
    """

    max_minutes: int = 60
    max_ui_minutes: int = 15
    required: bool = False


class Provisioning(Settings):
    """Attributes: single_sign_on, provisioning: whether there must be one. admin_roles: that must not provision."""

    single_sign_on: bool = False
    provisioning: bool = False
    admin_roles: tuple[str, ...] = ADMIN_ROLES


def _people_and_account(case: Case) -> Iterator[User | Address]:
    yield WHOLE
    yield from maybe_people(case)


def _enforces(picture: Picture, name: Name) -> str:
    """What is wrong with a policy that should enforce the second factor; empty if nothing is."""
    said = known(in_sight(picture, AuthenticationPolicy, name).mfa)
    if said is not None and said.upper() in _ENFORCED:
        return ""
    return f"authentication policy {name} does not require a second factor ({said or 'left to the default'})"


def _second_factor(subject: User | Address, case: Case, settings: OnAccount) -> Iterator[Fault]:
    todo = "attach an authentication policy with mfaEnrollment REQUIRED"
    if isinstance(subject, Address):
        found = of_account(case.picture, PolicyKind.AUTHENTICATION, "", "PERSON")
        if settings.owns_account and not found:
            yield Fault("no authentication policy is in force for the people of the account", todo)
    else:
        found = in_force(case.picture, subject, PolicyKind.AUTHENTICATION, "PERSON")
        if not found:
            yield Fault("no authentication policy is in force for this person", todo)
    for name in found:
        if wrong := _enforces(case.picture, name):
            yield Fault(wrong, todo)


def _methods(user: User, case: Case, settings: Methods) -> Iterator[Fault]:
    if not is_program(user, case, settings):
        return
    found = in_force(case.picture, user, PolicyKind.AUTHENTICATION, "SERVICE")
    todo = f"limit authenticationMethods to {', '.join(settings.methods)}"
    if not found:
        yield Fault("is a program without authentication policy", f"attach one; {todo}")
    for name in found:
        methods = upper(in_sight(case.picture, AuthenticationPolicy, name).methods)
        more = sorted(methods - {method.upper() for method in settings.methods})
        if not methods or more:
            yield Fault(f"may log in by {', '.join(more) or 'every method'} (policy {name})", todo)


def _password(subject: User | Address, case: Case, settings: Passwords) -> Iterator[Fault]:
    todo = f"attach a password policy with at least {settings.min_length} characters"
    if isinstance(subject, Address):
        found = of_account(case.picture, PolicyKind.PASSWORD, "")
        if settings.owns_account and not found:
            yield Fault("no password policy is in force on the account", todo)
    else:
        found = in_force(case.picture, subject, PolicyKind.PASSWORD, "")
        if not found:
            yield Fault("no password policy is in force for this person", todo)
    for name in found:
        length = known(in_sight(case.picture, PasswordPolicy, name).min_length)
        if (_DEFAULT_LENGTH if length is None else length) < settings.min_length:
            yield Fault(f"password policy {name} asks for {length} characters only", todo)


def _idle(user: User, case: Case, settings: Idle) -> Iterator[Fault]:
    reached = graph(case.picture).closure(as_principal(user))
    admin = next((name for name in _ADMINS if role(name) in reached), None)
    if admin is None:
        return
    path = in_words(reached[role(admin)])
    found = in_force(case.picture, user, PolicyKind.SESSION, "")
    todo = f"attach a session policy with at most {settings.max_ui_minutes} minutes"
    if not found and settings.required:
        yield Fault(f"has {admin} and sessions that stay open for 4 hours of idleness", todo, path)
    for name in found:
        policy = in_sight(case.picture, SessionPolicy, name)
        limits = (
            ("sessions", known(policy.idle_minutes), settings.max_minutes),
            ("Snowsight", known(policy.ui_idle_minutes), settings.max_ui_minutes),
        )
        for what, minutes, most in limits:
            if minutes is None or minutes > most:
                said = "4 hours, Snowflake's default" if minutes is None else f"{minutes} minutes"
                yield Fault(
                    f"has {admin}, and session policy {name} ends idle {what} after {said}; at most {most} minutes",
                    todo,
                    path,
                )


def _account_and_integrations(case: Case) -> Iterator[Thing | Address]:
    yield WHOLE
    yield from (entry for entry in ours(case.picture, Integration) if known(entry.category).upper() == "SECURITY")


def _provisioning(subject: Thing | Address, case: Case, settings: Provisioning) -> Iterator[Fault]:
    if isinstance(subject, Address):
        wanted = (
            (settings.single_sign_on, ("SAML2", "OIDC"), "single sign-on"),
            (settings.provisioning, ("SCIM",), "provisioning"),
        )
        for required, kinds, what in wanted:
            if required and not any(_is_on(entry, kinds) for entry in ours(case.picture, Integration)):
                yield Fault(f"there is no {what} that is switched on", f"add a {kinds[0]} integration")
    elif isinstance(subject, Integration) and known(subject.type).upper().startswith("SCIM"):
        yield from _scim(subject, settings)


def _is_on(integration: Integration, kinds: tuple[str, ...]) -> bool:
    return known(integration.type).upper().startswith(kinds) and known(integration.enabled)


def _scim(integration: Integration, settings: Provisioning) -> Iterator[Fault]:
    run_as = known(integration.run_as_role)
    if run_as is None or is_admin_role(run_as, settings.admin_roles):
        yield Fault(
            f"provisions as {run_as or 'nobody in particular'}, an administrator's role",
            "set runAsRole to a role that can create users and roles, and nothing else",
        )
    if known(integration.network_policy) is None:
        yield Fault("takes orders from every address", "set networkPolicy to the identity provider's addresses")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-IAM-009",
        title="Authentication policies require a second factor of people",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=(
            *cis("1.4"),
            *trust_center(
                "CIS_BENCHMARKS_CIS1_4",
                "SECURITY_ESSENTIALS_CIS1_4",
                "SECURITY_ESSENTIALS_MFA_REQUIRED_FOR_USERS_CHECK",
            ),
        ),
        rationale="A stolen password is enough where no second factor is required.",
        remediation="Attach an authentication policy with mfaEnrollment REQUIRED to the account and to people.",
        evidence=PICTURES,
        sees=_IN_FORCE | {"AUTHENTICATION POLICY"},
        settings=OnAccount,
        defaults=_ON_ACCOUNT,
        evaluate=judging(_people_and_account, _second_factor, OnAccount),
    ),
    Rule(
        id="SNW-IAM-011",
        title="Programs log in by key pair, workload identity or OAuth only",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("1.6"),
        rationale="A method that no program needs is one more way in for somebody else.",
        remediation="Attach an authentication policy with these methods to every service user.",
        evidence=PICTURES,
        sees=_IN_FORCE | {"AUTHENTICATION POLICY"},
        settings=Methods,
        evaluate=judging(active, _methods, Methods),
    ),
    Rule(
        id="SNW-IAM-018",
        title="Idle sessions of administrators end",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "M"),
        controls=(*cis("1.9"), *trust_center("CIS_BENCHMARKS_CIS1_9")),
        rationale="An open session on an unattended machine is an administrator for whoever sits down.",
        remediation="Set `session_policy: true` in the owning stack (plugin 2.x) and `required` of this rule.",
        evidence=PICTURES,
        sees=_IN_FORCE | {"MEMBERSHIP", "SESSION POLICY"},
        settings=Idle,
        evaluate=judging(active, _idle, Idle),
    ),
    Rule(
        id="SNW-IAM-019",
        title="Passwords have at least 14 characters",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(*cis("1.5"), *trust_center("CIS_BENCHMARKS_CIS1_5")),
        rationale="Short passwords are guessed.",
        remediation="Attach a password policy to the account and to people.",
        evidence=PICTURES,
        sees=_IN_FORCE | {"PASSWORD POLICY"},
        settings=Passwords,
        defaults=_ON_ACCOUNT,
        evaluate=judging(_people_and_account, _password, Passwords),
    ),
    Rule(
        id="SNW-IAM-020",
        title="Provisioning is bound to a role and to networks; single sign-on is there where it is wanted",
        severity=Severity.MEDIUM,
        levels=levels("-", "-", "A"),
        controls=(*cis("1.1", "1.2"), *trust_center("CIS_BENCHMARKS_CIS1_1", "CIS_BENCHMARKS_CIS1_2")),
        rationale="Who holds the token of a SCIM integration makes users and gives them roles.",
        remediation="Set runAsRole and networkPolicy of the integration.",
        evidence=PICTURES,
        sees=frozenset({"INTEGRATION"}),
        settings=Provisioning,
        evaluate=judging(_account_and_integrations, _provisioning, Provisioning),
    ),
)
