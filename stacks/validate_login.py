"""R6: every declared user has a way in, and only a good one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stacks.errors import Problem
from stacks.governance import AuthenticationMethod, ClientType
from stacks.keys import MIN_BITS, fingerprint, normalise
from stacks.network import Audience
from stacks.roles import ADMIN_ROLES
from stacks.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.config import StackConfig
    from stacks.governance import AuthenticationPolicy
    from stacks.platform import Platform
    from stacks.users import PublicKeys

BREAK_GLASS_PEOPLE = 2
_SLOTS = ("rsa_public_key", "rsa_public_key_2")
_RUN = "`ops keys new`"


class _Owner(NamedTuple):
    name: str
    field: str
    audience: Audience
    keys: PublicKeys


def _owners(platform: Platform) -> Iterator[_Owner]:
    for user in platform.service_users:
        field = f"public_keys.{platform.in_config(user.name)}"
        yield _Owner(user.name, field, Audience.SERVICES, user.keys)
    for person in platform.people:
        field = f"{'break_glass' if person.break_glass else 'people'}[{platform.in_config(person.name)}]"
        yield _Owner(person.name, field, Audience.PEOPLE, person.keys)


def _keys(platform: Platform) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for owner in _owners(platform):
        for slot in _SLOTS:
            text = getattr(owner.keys, slot)
            if text is None or isinstance(text, Sealed):
                continue
            field = f"{owner.field}.{slot}"
            try:
                print_of_key = fingerprint(normalise(text))
            except ValueError as error:
                yield Problem(
                    what="Public key is not acceptable",
                    file=platform.file,
                    field=field,
                    value=f"<{len(text)} characters, not shown>",
                    why=str(error),
                    todo=f"use the public half of an RSA key of {MIN_BITS} bits or more; {_RUN} makes a pair",
                )
                continue
            first = seen.setdefault(print_of_key, field)
            if first != field:
                yield Problem(
                    what="The same key is used twice",
                    file=platform.file,
                    field=field,
                    value=print_of_key,
                    why=f"it is already in {first}; whoever holds it is both, and a slot without a key of its own "
                    "cannot rotate",
                    todo=f"make another pair with {_RUN}",
                )


def _way_in(platform: Platform, keys: PublicKeys, policy: AuthenticationPolicy) -> bool:
    person = policy.audience is Audience.PEOPLE
    methods = set(policy.methods)
    return (
        (AuthenticationMethod.KEYPAIR in methods and bool(keys.present))
        or (person and AuthenticationMethod.PASSWORD in methods)
        or (person and AuthenticationMethod.SAML in methods and platform.saml_integration is not None)
    )


def _ways_in(platform: Platform) -> Iterator[Problem]:
    for owner in _owners(platform):
        policy = platform.authentication(owner.audience)
        if not _way_in(platform, owner.keys, policy):
            yield Problem(
                what="User has no way in",
                file=platform.file,
                field=owner.field,
                value="no public key",
                why=f"{owner.name} may log in by {', '.join(policy.methods)} only, and none of these is set up",
                todo=f"add a key ({_RUN})"
                + ("" if owner.audience is Audience.SERVICES else ", name a saml_integration, or allow PASSWORD"),
            )


def _enrolment(platform: Platform) -> Iterator[Problem]:
    for policy in platform.governance.authentication:
        if policy.mfa_required and policy.client_types and ClientType.SNOWFLAKE_UI not in policy.client_types:
            yield Problem(
                what="Nobody could enrol a second factor",
                file="stacks/governance.py",
                field=f"authentication[{policy.key}].client_types",
                value=", ".join(policy.client_types),
                why="a second factor is required, and Snowsight is the only place to enrol one",
                todo="add SNOWFLAKE_UI",
            )
        if policy.audience is Audience.PEOPLE and not policy.mfa_required:
            yield Problem(
                what="People without second factor",
                file="stacks/governance.py",
                field=f"authentication[{policy.key}].mfa_required",
                value="false",
                why="people who hold ACCOUNTADMIN or SYSADMIN must have one, and this policy is theirs",
                todo="set it to true",
            )


def _unknown_keys(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    known = sorted(platform.in_config(user.name) for user in platform.service_users)
    for name in config.public_keys:
        if name not in known:
            yield Problem(
                what="Key for a user that is not declared",
                file=platform.file,
                field=f"public_keys.{name}",
                value=name,
                why="no service user of this stack has that name",
                todo=f"use one of {', '.join(known)}; names are without prefix, and the BI user needs bi_user",
            )


def _break_glass(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    count = len(config.break_glass)
    wanted = BREAK_GLASS_PEOPLE if platform.owns_account else 0
    if count != wanted:
        yield Problem(
            what="Wrong number of break-glass people",
            file=platform.file,
            field="break_glass",
            value=f"{count} people",
            why="an account has exactly two, declared by the stack that owns it",
            todo="name two people" if wanted else "remove them here; they belong to the stack with owns_account: true",
        )


def _sessions(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    if config.session_policy and not platform.owns_account:
        yield Problem(
            what="Session policy in a stack that does not own the account",
            file=platform.file,
            field="session_policy",
            value="true",
            why="an account has one, declared by the stack that owns it",
            todo="remove it here; set it in the stack with owns_account: true",
        )


def _reserved_names(platform: Platform) -> Iterator[Problem]:
    for role in platform.roles:
        if role.name in ADMIN_ROLES or role.name == platform.deployer_role:
            yield Problem(
                what="Functional role has the name of a reserved role",
                file="stacks/roles.py",
                field=f"roles[{role.key}].name",
                value=role.name,
                why="its users would get that role's rights",
                todo=f"any name except {', '.join(sorted(ADMIN_ROLES))} and {platform.deployer_role}",
            )


def problems(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    """Problems with users, keys and authentication policies."""
    yield from _keys(platform)
    yield from _ways_in(platform)
    yield from _enrolment(platform)
    yield from _unknown_keys(platform, config)
    yield from _break_glass(platform, config)
    yield from _sessions(platform, config)
    yield from _reserved_names(platform)
