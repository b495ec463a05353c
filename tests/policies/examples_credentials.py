"""Examples of the rules on key pairs, access tokens and workload identities."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from account.keys import public_key
from account.names import Name
from account.things import (
    AuthenticationPolicy,
    PublicKey,
    Token,
    TokenRules,
    User,
    UserType,
    WorkloadIdentity,
    WorkloadRules,
)
from account.values import UNKNOWN, known
from policies.keyregister import REGISTER
from policies.rule import Evidence, Verdict
from tests import samples
from tests.policies.examples import Example, add, file, inputs, on_pictures, options, resource, set_fields

if TYPE_CHECKING:
    from policies.rule import Case

LOADER, DBT = "SVC_ECOMMERCE_LOADER", "SVC_ECOMMERCE_DBT"
SERVICES = Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "SERVICES_AUTHENTICATION")
PEOPLE = Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "PEOPLE_AUTHENTICATION")
GITHUB = "https://token.actions.githubusercontent.com"
OURS = "repo:example/platform:environment:prod"
KEY = samples.public_key("an example's own", 3072)
PRIVATE = "-----BEGIN PRIVATE KEY-----\nbm90IG9uZQ==\n-----END PRIVATE KEY-----"


def keys(case: Case, name: str) -> tuple[PublicKey, ...]:
    """The keys of a user."""
    found = case.picture.find(User, (name,))
    assert found is not None
    return known(found.public_keys)


def twice(key: PublicKey) -> tuple[PublicKey, ...]:
    """A key in both slots."""
    return key, replace(key, slot="2")


def day(ago: int) -> str:
    """The ISO date of some days ago."""
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()


def stack_file(case: Case, key: str, register: str | None, user: str = LOADER) -> Case:
    """The case with a key in the stack's file, and a register of keys."""
    text = f"config:\n  snowflake-platform:public_keys:\n    {user}: {{rsa_public_key: {key}}}\n"
    return file(file(case, "Pulumi.prod.yaml", text), REGISTER, register)


def entry(ago: int, *, slot: int = 1, text: str | None = None) -> str:
    """The register with the example's key."""
    digest = text or str(known(public_key("1", KEY).fingerprint))
    return f'keys:\n  - {{stack: prod, user: {LOADER}, slot: {slot}, issued: {day(ago)}, fingerprint: "{digest}"}}\n'


def aged(case: Case, days: int) -> Case:
    """The case with a key of the loader that was set some days ago."""
    old = tuple(replace(key, issued=day(days)) for key in keys(case, LOADER))
    return set_fields(case, User, LOADER, public_keys=old)


KEY_PAIRS: tuple[Example, ...] = (
    *on_pictures("SNW-IAM-004", "a program has no key", lambda case: set_fields(case, User, LOADER, public_keys=())),
    *on_pictures(
        "SNW-IAM-004",
        "a program has a workload identity instead",
        lambda case: set_fields(
            case, User, LOADER, public_keys=(), workload_identity=WorkloadIdentity(type="AWS", subject="arn:aws:iam::1")
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-004",
        "a program's key is no key",
        lambda case: set_fields(case, User, LOADER, public_keys=(public_key("1", "not one"),)),
    ),
    Example(
        "SNW-IAM-004",
        "a program is declared without key",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader", "ServiceUser", rsaPublicKey=None),
    ),
    Example(
        "SNW-IAM-004",
        "bypass 1: a key that another resource makes is there, though it is not known yet",
        Evidence.PULUMI,
        lambda case: options(
            inputs(case, "loader", "ServiceUser", rsaPublicKey=UNKNOWN),
            "loader",
            "ServiceUser",
            dependencies={"rsaPublicKey": ("urn:pulumi:prod::p::tls:index/privateKey:PrivateKey::loader",)},
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-004",
        "bypass 1: a key that is not known and comes from nowhere may be nothing",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader", "ServiceUser", rsaPublicKey=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-IAM-005",
        "two users have the same key",
        lambda case: set_fields(case, User, LOADER, public_keys=keys(case, DBT)),
        what=f"also {DBT}'s",
    ),
    *on_pictures(
        "SNW-IAM-005",
        "both slots hold the same key",
        lambda case: set_fields(
            case,
            User,
            LOADER,
            public_keys=(*keys(case, LOADER), *(replace(key, slot="2") for key in keys(case, LOADER))),
        ),
        what="slots 1 and 2",
    ),
    *on_pictures(
        "SNW-IAM-005",
        "a key is too short for prod",
        lambda case: set_fields(
            case, User, LOADER, public_keys=(public_key("1", samples.public_key("a short one", 2048)),)
        ),
        what="2048 bits",
    ),
    Example(
        "SNW-IAM-005",
        "a shorter key is enough for dev",
        Evidence.DECLARATION,
        lambda case: set_fields(
            case, User, f"DEV_{LOADER}", public_keys=(public_key("1", samples.public_key("a short one", 2048)),)
        ),
        environment="dev",
        verdict=Verdict.PASS,
    ),
    *(
        Example(
            "SNW-IAM-005",
            f"a key {said}",
            Evidence.PULUMI,
            lambda case, text=text: inputs(case, "loader", "ServiceUser", rsaPublicKey=text),  # type: ignore[misc]
            what=f"the key in slot 1: {said}",
        )
        for said, text in (
            ("is a private key", PRIVATE),
            ("no key", "bm90IG9uZQ=="),
            ("has a PEM header", f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----"),
        )
    ),
    Example(
        "SNW-IAM-005",
        "bypass 1: a key that is not known yet may be anybody's",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader", "ServiceUser", rsaPublicKey=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example("SNW-IAM-006", "a key is older than allowed", Evidence.LIVE, lambda case: aged(case, 91), what="91 days"),
    Example(
        "SNW-IAM-006", "a key is as old as allowed", Evidence.LIVE, lambda case: aged(case, 90), verdict=Verdict.PASS
    ),
    Example(
        "SNW-IAM-006",
        "the account does not tell how old a key is",
        Evidence.LIVE,
        lambda case: set_fields(
            case, User, LOADER, public_keys=tuple(replace(key, issued=None) for key in keys(case, LOADER))
        ),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-IAM-006",
        "a declared key is not registered",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, None),
        what="not registered",
    ),
    Example(
        "SNW-IAM-006",
        "a declared key is registered",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, entry(1)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-006",
        "a registered key is older than allowed",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, entry(91)),
        what="91 days",
    ),
    Example(
        "SNW-IAM-006",
        "a key was made in the future",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, entry(-30)),
        what="future",
    ),
    Example(
        "SNW-IAM-006",
        "another key is registered for the slot",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, entry(1, text=f"SHA256:{'A' * 43}=")),
        what="not registered",
    ),
    Example(
        "SNW-IAM-006",
        "a key is registered for the other slot",
        Evidence.FILES,
        lambda case: stack_file(case, KEY, entry(1, slot=2)),
    ),
    Example(
        "SNW-IAM-006",
        "the register names a key that is gone",
        Evidence.FILES,
        lambda case: file(case, REGISTER, entry(1)),
        what="does not declare",
    ),
    Example(
        "SNW-IAM-006",
        "the register is broken",
        Evidence.FILES,
        lambda case: file(case, REGISTER, "keys:\n  - {stack: prod, issued: soon}\n"),
        what="not as a register must be",
    ),
    Example(
        "SNW-IAM-006",
        "a declared key is encrypted",
        Evidence.FILES,
        lambda case: stack_file(case, "{secure: AAA=}", None),
        verdict=Verdict.UNKNOWN,
    ),
)


def token(**values: object) -> Token:
    """A good token with something changed."""
    good = Token(name=Name.of(LOADER, "CI"), role="ECOMMERCE_LOADER", days_to_expiry=30)
    return replace(good, **values)  # type: ignore[arg-type]


def rules(case: Case, **values: object) -> Case:
    """The services' policy with tokens allowed, for 90 days at most, and something changed."""
    return set_fields(
        case,
        AuthenticationPolicy,
        SERVICES,
        methods=("KEYPAIR", "PROGRAMMATIC_ACCESS_TOKEN"),
        tokens=TokenRules(**{"max_expiry_days": 90, **values}),  # type: ignore[arg-type]
    )


TOKENS: tuple[Example, ...] = (
    *on_pictures("SNW-IAM-012", "a good token", lambda case: add(case, token()), verdict=Verdict.PASS),
    *on_pictures("SNW-IAM-012", "a token with every role", lambda case: add(case, token(role=None)), what="every role"),
    *on_pictures("SNW-IAM-012", "a token of an administrator", lambda case: add(case, token(role="SecurityAdmin"))),
    *on_pictures("SNW-IAM-012", "a token for a year", lambda case: add(case, token(days_to_expiry=365))),
    *on_pictures("SNW-IAM-012", "a token from anywhere", lambda case: add(case, token(bypass_network_minutes=5))),
    *on_pictures(
        "SNW-IAM-012",
        "a token of which the role is not known",
        lambda case: add(case, token(role=UNKNOWN)),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures("SNW-IAM-012", "a policy with good limits", rules, verdict=Verdict.PASS),
    *on_pictures("SNW-IAM-012", "a policy with Snowflake's year", lambda case: rules(case, max_expiry_days=None)),
    *on_pictures(
        "SNW-IAM-012",
        "a policy that lets tokens in from everywhere",
        lambda case: rules(case, network_policy_evaluation="NOT_ENFORCED"),
    ),
    *on_pictures(
        "SNW-IAM-012",
        "a policy that lets programs have tokens with every role",
        lambda case: rules(case, role_restriction_for_services=False),
    ),
    *on_pictures(
        "SNW-IAM-012",
        "a policy with every method allows tokens without saying so",
        lambda case: set_fields(case, AuthenticationPolicy, SERVICES, methods=()),
    ),
    Example(
        "SNW-IAM-012",
        "a token is declared with every role",
        Evidence.PULUMI,
        lambda case: resource(case, "UserProgrammaticAccessToken", "ci", name="CI", user=LOADER, daysToExpiry=30.0),
        beside=("name", "user", "daysToExpiry"),
    ),
    Example(
        "SNW-IAM-012",
        "a policy is declared that lets tokens in from everywhere",
        Evidence.PULUMI,
        lambda case: inputs(
            case,
            "services",
            "AuthenticationPolicy",
            authenticationMethods=["PROGRAMMATIC_ACCESS_TOKEN"],
            patPolicy={"networkPolicyEvaluation": "NOT_ENFORCED", "maxExpiryInDays": 90.0},
        ),
    ),
)


def workload(case: Case, *, subject: str = OURS, type: str = "OIDC", **limits: object) -> Case:
    """The loader with a workload identity, under a policy with these limits."""
    changed = set_fields(
        case,
        User,
        LOADER,
        workload_identity=WorkloadIdentity(type=type, issuer=GITHUB if type == "OIDC" else None, subject=subject),
    )
    good: dict[str, object] = {"providers": (type,), "oidc_issuers": (GITHUB,), "aws_accounts": ("123456789012",)}
    return set_fields(changed, AuthenticationPolicy, SERVICES, workloads=WorkloadRules(**{**good, **limits}))  # type: ignore[arg-type]


WORKLOADS: tuple[Example, ...] = (
    *on_pictures("SNW-IAM-013", "a good workload identity", workload, verdict=Verdict.PASS),
    *on_pictures(
        "SNW-IAM-013",
        "a good identity of AWS",
        lambda case: workload(case, type="AWS", subject="arn:aws:iam::123456789012:role/loader"),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-013",
        "a repository without environment",
        lambda case: workload(case, subject="repo:example/platform:ref:refs/heads/main"),
        what="environment",
    ),
    *on_pictures("SNW-IAM-013", "any repository", lambda case: workload(case, subject="repo:example/*")),
    *on_pictures("SNW-IAM-013", "any provider", lambda case: workload(case, providers=())),
    *on_pictures("SNW-IAM-013", "all providers by word", lambda case: workload(case, providers=("ALL",))),
    *on_pictures("SNW-IAM-013", "another provider", lambda case: workload(case, providers=("AWS",))),
    *on_pictures("SNW-IAM-013", "any issuer", lambda case: workload(case, oidc_issuers=())),
    *on_pictures("SNW-IAM-013", "another issuer", lambda case: workload(case, oidc_issuers=("https://example.org",))),
    *on_pictures(
        "SNW-IAM-013",
        "any account of AWS",
        lambda case: workload(case, type="AWS", subject="arn:aws:iam::1:role/x", aws_accounts=()),
    ),
    *on_pictures(
        "SNW-IAM-013",
        "a workload identity under a policy without limits",
        lambda case: set_fields(
            case, User, LOADER, workload_identity=WorkloadIdentity(type="OIDC", issuer=GITHUB, subject=OURS)
        ),
        what="does not limit",
    ),
    *on_pictures(
        "SNW-IAM-013",
        "a program outside all policies has a workload identity",
        lambda case: add(
            case,
            User(
                name=Name.of("SVC_CI"),
                type=UserType.SERVICE,
                workload_identity=WorkloadIdentity(type="OIDC", issuer=GITHUB, subject=OURS),
            ),
        ),
    ),
    Example(
        "SNW-IAM-013",
        "a workload identity is declared under a policy without limits",
        Evidence.PULUMI,
        lambda case: inputs(
            case,
            "loader",
            "ServiceUser",
            defaultWorkloadIdentity={"oidc": {"issuer": GITHUB, "subject": OURS}},
        ),
    ),
)

EXAMPLES: tuple[Example, ...] = (*KEY_PAIRS, *TOKENS, *WORKLOADS)
