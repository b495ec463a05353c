"""Examples of the rules on policies of logins, single sign-on and provisioning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import ACCOUNT, Name
from account.picture import Attachment, PolicyKind
from account.things import AuthenticationPolicy, Integration, PasswordPolicy, SessionPolicy, User, UserType
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import (
    Example,
    add,
    attach,
    detach,
    inputs,
    on_pictures,
    options,
    resource,
    set_fields,
    without,
)

if TYPE_CHECKING:
    from policies.rule import Case

GOVERNANCE = ("ECOMMERCE_ANALYTICS", "GOVERNANCE")
SERVICES, PEOPLE = (Name.of(*GOVERNANCE, f"{who}_AUTHENTICATION") for who in ("SERVICES", "PEOPLE"))
PASSWORDS, SESSIONS = Name.of(*GOVERNANCE, "PEOPLE_PASSWORDS"), Name.of(*GOVERNANCE, "SESSIONS")
AUTHENTICATION = PolicyKind.AUTHENTICATION


def loose(case: Case, policy_kind: PolicyKind, on: str, name: str = "") -> Case:
    """The case without the policies of a kind on the account or one user."""
    target = Name.of(name) if name else ACCOUNT
    return detach(case, lambda entry: (entry.policy_kind, entry.on, entry.target) == (policy_kind, on, target))


def weaker(case: Case, policy: AuthenticationPolicy, name: str) -> Case:
    """The case in which one user has another policy instead of its own."""
    changed = add(loose(case, AUTHENTICATION, "USER", name), policy)
    return attach(changed, Attachment(AUTHENTICATION, policy.name, "USER", Name.of(name)))


def policy(name: str, **values: object) -> AuthenticationPolicy:
    """Another authentication policy."""
    return AuthenticationPolicy(name=Name.of(*GOVERNANCE, name), **values)  # type: ignore[arg-type]


SECOND_FACTOR: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-009",
        "the people's policy leaves the second factor to them",
        lambda case: set_fields(case, AuthenticationPolicy, PEOPLE, mfa="OPTIONAL"),
        what="OPTIONAL",
    ),
    *on_pictures(
        "SNW-IAM-009",
        "the people's policy says nothing about a second factor",
        lambda case: set_fields(case, AuthenticationPolicy, PEOPLE, mfa=None),
    ),
    *on_pictures(
        "SNW-IAM-009",
        "the account shows a value that holds in Snowsight only",
        lambda case: set_fields(case, AuthenticationPolicy, PEOPLE, mfa="REQUIRED_SNOWFLAKE_UI_PASSWORD_ONLY"),
    ),
    *on_pictures(
        "SNW-IAM-009",
        "the second factor is required after passwords",
        lambda case: set_fields(case, AuthenticationPolicy, PEOPLE, mfa="REQUIRED_PASSWORD_ONLY"),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-009",
        "nothing is in force on the account",
        lambda case: loose(case, AUTHENTICATION, "ACCOUNT"),
        what="no authentication policy",
    ),
    *on_pictures(
        "SNW-IAM-009",
        "a stack that does not own the account need not attach anything to it",
        lambda case: case,
        environment="dev",
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-009",
        "a person of dev has no policy of their own",
        lambda case: loose(case, AUTHENTICATION, "USER", "DEV_ANNA"),
        environment="dev",
        what="this person",
    ),
    *on_pictures(
        "SNW-IAM-009",
        "bypass 8: a person's own policy is weaker than the account's",
        lambda case: weaker(case, policy("LAX", mfa="OPTIONAL"), "ANNA"),
        what="LAX",
    ),
    *on_pictures(
        "SNW-IAM-009",
        "nobody knows whom a policy is attached to",
        lambda case: attach(
            loose(case, AUTHENTICATION, "USER", "ANNA"), Attachment(AUTHENTICATION, PEOPLE, "USER", UNKNOWN)
        ),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-IAM-009",
        "a policy is attached that nobody can see",
        lambda case: attach(
            loose(case, AUTHENTICATION, "USER", "ANNA"),
            Attachment(AUTHENTICATION, Name.of("DB", "S", "HIDDEN"), "USER", Name.of("ANNA")),
        ),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-IAM-009",
        "the people's policy is declared without second factor",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "AuthenticationPolicy", mfaEnrollment="OPTIONAL"),
    ),
    Example(
        "SNW-IAM-009",
        "the people's policy is declared for nobody on the account",
        Evidence.PULUMI,
        lambda case: without(case, "account", "AccountAuthenticationPolicyAttachment"),
    ),
)

METHODS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-011",
        "programs may use a password",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=("KEYPAIR", "PASSWORD")),
        what="PASSWORD",
    ),
    *on_pictures(
        "SNW-IAM-011",
        "programs may use every method, by saying nothing",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=()),
        what="every method",
    ),
    *on_pictures(
        "SNW-IAM-011",
        "programs may use every method, by word",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=("ALL",)),
    ),
    *on_pictures(
        "SNW-IAM-011",
        "programs may use access tokens",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=("KEYPAIR", "PROGRAMMATIC_ACCESS_TOKEN")),
    ),
    *on_pictures(
        "SNW-IAM-011",
        "programs may use a workload identity",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=("keypair", "workload_identity")),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-011",
        "a program without policy of its own has the people's",
        lambda case: loose(case, AUTHENTICATION, "USER", "SVC_ECOMMERCE_LOADER"),
        what="PASSWORD, SAML",
    ),
    *on_pictures(
        "SNW-IAM-011",
        "the account has a policy for programs",
        lambda case: attach(
            loose(case, AUTHENTICATION, "USER", "SVC_ECOMMERCE_LOADER"),
            Attachment(AUTHENTICATION, SERVICES, "ACCOUNT", ACCOUNT, audience="SERVICE"),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-011",
        "a program of dev has no policy",
        lambda case: add(case, User(name=Name.of("DEV_SVC_CI"), type=UserType.SERVICE)),
        environment="dev",
        what="without authentication policy",
    ),
    Example(
        "SNW-IAM-011",
        "the services' policy is declared with passwords",
        Evidence.PULUMI,
        lambda case: inputs(case, "services", "AuthenticationPolicy", authenticationMethods=["KEYPAIR", "PASSWORD"]),
    ),
    Example(
        "SNW-IAM-011",
        "bypass 4: the services' policy may change its methods unseen",
        Evidence.PULUMI,
        lambda case: options(
            inputs(case, "services", "AuthenticationPolicy", authenticationMethods=UNKNOWN),
            "services",
            "AuthenticationPolicy",
            ignore_changes=("authenticationMethods",),
        ),
        verdict=Verdict.UNKNOWN,
    ),
)


def sessions(case: Case, **values: object) -> Case:
    """The case with a session policy on the account."""
    found = SessionPolicy(name=SESSIONS, **values)  # type: ignore[arg-type]
    return attach(add(case, found), Attachment(PolicyKind.SESSION, SESSIONS, "ACCOUNT", ACCOUNT))


SESSION_POLICIES: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-018",
        "a good session policy",
        lambda case: sessions(case, idle_minutes=60, ui_idle_minutes=15),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-018",
        "Snowsight stays open for an hour",
        lambda case: sessions(case, idle_minutes=60, ui_idle_minutes=60),
        what="60 minutes",
    ),
    *on_pictures(
        "SNW-IAM-018",
        "programs' sessions are left to the default",
        lambda case: sessions(case, ui_idle_minutes=15),
        what="4 hours",
    ),
    *on_pictures(
        "SNW-IAM-018",
        "nobody knows how long sessions stay open",
        lambda case: sessions(case, idle_minutes=UNKNOWN, ui_idle_minutes=15),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-IAM-018",
        "a session policy is declared that leaves Snowsight open",
        Evidence.PULUMI,
        lambda case: resource(
            resource(
                case,
                "SessionPolicy",
                "account",
                name="SESSIONS",
                database=GOVERNANCE[0],
                schema=GOVERNANCE[1],
                sessionIdleTimeoutMins=60.0,
                sessionUiIdleTimeoutMins=240.0,
            ),
            "AccountSessionPolicyAttachment",
            "account",
            sessionPolicyName=SESSIONS.quoted,
        ),
        beside=("name", "database", "schema", "sessionIdleTimeoutMins"),
    ),
)

PASSWORD_POLICIES: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-019",
        "passwords may be short",
        lambda case: set_fields(case, PasswordPolicy, PASSWORDS, min_length=8),
        what="8 characters",
    ),
    *on_pictures(
        "SNW-IAM-019",
        "Snowflake's default length is enough",
        lambda case: set_fields(case, PasswordPolicy, PASSWORDS, min_length=None),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-019", "the account has no password policy", lambda case: loose(case, PolicyKind.PASSWORD, "ACCOUNT")
    ),
    *on_pictures(
        "SNW-IAM-019",
        "a person of qa has no password policy",
        lambda case: loose(case, PolicyKind.PASSWORD, "USER", "QA_ANNA"),
        environment="qa",
    ),
    Example(
        "SNW-IAM-019",
        "passwords are declared to be short",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "PasswordPolicy", minLength=8.0),
    ),
)


def scim(case: Case, **values: object) -> Case:
    """The case with a SCIM integration."""
    good: dict[str, object] = {
        "name": Name.of("OKTA"),
        "category": "SECURITY",
        "type": "SCIM - OKTA",
        "run_as_role": "OKTA_PROVISIONER",
        "network_policy": Name.of("ECOMMERCE_SERVICES_NETWORK"),
    }
    return add(case, Integration(**{**good, **values}))  # type: ignore[arg-type]


PROVISIONING: tuple[Example, ...] = (
    *on_pictures("SNW-IAM-020", "good provisioning", scim, verdict=Verdict.PASS),
    *on_pictures(
        "SNW-IAM-020", "provisioning as an administrator", lambda case: scim(case, run_as_role="accountadmin")
    ),
    *on_pictures("SNW-IAM-020", "provisioning from everywhere", lambda case: scim(case, network_policy=None)),
    *on_pictures(
        "SNW-IAM-020",
        "nobody knows as whom an integration provisions",
        lambda case: scim(case, run_as_role=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-IAM-020",
        "provisioning is declared as an administrator",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "ScimIntegration",
            "okta",
            name="OKTA",
            enabled=True,
            scimClient="OKTA",
            runAsRole="ACCOUNTADMIN",
            networkPolicy="ECOMMERCE_SERVICES_NETWORK",
        ),
        beside=("name", "enabled", "scimClient", "networkPolicy"),
    ),
)

EXAMPLES: tuple[Example, ...] = (*SECOND_FACTOR, *METHODS, *SESSION_POLICIES, *PASSWORD_POLICIES, *PROVISIONING)
