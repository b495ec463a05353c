"""Policies and tags of the GOVERNANCE schema: how one logs in, and who sees personal data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.base import Key, Model
from stacks.names import Identifier
from stacks.network import Audience


class AuthenticationMethod(StrEnum):
    """How a user may prove who they are."""

    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a method
    SAML = "SAML"
    KEYPAIR = "KEYPAIR"
    OAUTH = "OAUTH"


class ClientType(StrEnum):
    """What a user may connect with."""

    SNOWFLAKE_UI = "SNOWFLAKE_UI"
    DRIVERS = "DRIVERS"
    SNOWSQL = "SNOWSQL"
    SNOWFLAKE_CLI = "SNOWFLAKE_CLI"


CLIENT_TYPES_OF_2X = frozenset({ClientType.SNOWFLAKE_CLI})
"""Client types that provider 1.2.1 does not know; left out where the plugin is 1.x."""


class AuthenticationPolicy(Model):
    """Login methods of one audience.

    Attributes:
        client_types: empty means all. REQUIRED enrolment needs SNOWFLAKE_UI, the only place to enrol.
        mfa_required: a second factor is required of those who use a password or single sign-on.
        on_account: also the account's policy, in the stack that owns the account.
    """

    key: Key
    name: Identifier
    audience: Audience
    comment: str
    methods: Annotated[tuple[AuthenticationMethod, ...], Field(min_length=1)]
    client_types: tuple[ClientType, ...] = ()
    mfa_required: bool = False
    on_account: bool = False


class PasswordPolicy(Model):
    """What a person's password must be like. Ages in days, lock-out in minutes."""

    key: Key = "people"
    name: Identifier = Identifier("PEOPLE_PASSWORDS")
    comment: str = "Passwords of people"
    min_length: Annotated[int, Field(ge=14, le=256)] = 14
    max_age_days: Annotated[int, Field(ge=1, le=999)] = 90
    max_retries: Annotated[int, Field(ge=1, le=10)] = 5
    lockout_minutes: Annotated[int, Field(ge=1, le=999)] = 30
    history: Annotated[int, Field(ge=0, le=24)] = 5
    on_account: bool = False


class SessionPolicy(Model):
    """How long a session may be idle, in minutes. Needs plugin 2.x, so it is off unless a stack asks for it."""

    key: Key = "account"
    name: Identifier = Identifier("SESSIONS")
    comment: str = "Idle time of sessions"
    idle_minutes: Annotated[int, Field(ge=5, le=240)] = 60
    ui_idle_minutes: Annotated[int, Field(ge=5, le=240)] = 15


class MaskedKind(StrEnum):
    """Kinds of personal data; each has a tag, and a masking policy that follows the tag."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


class PersonalData(Model):
    """A tag for columns with personal data and the masking policy that comes with it.

    Attributes:
        clear_for: keys of functional roles that see the value; everybody else sees the masked form.
    """

    kind: MaskedKind
    tag: Identifier
    policy: Identifier
    comment: str
    clear_for: tuple[Key, ...] = ("admin",)


class Governance(Model):
    """Everything in the GOVERNANCE schema except network rules."""

    database: Key = "analytics"
    authentication: tuple[AuthenticationPolicy, ...]
    passwords: PasswordPolicy = PasswordPolicy()
    sessions: SessionPolicy | None = None
    personal_data: tuple[PersonalData, ...] = ()


def declared() -> Governance:
    """The policies and tags of the platform."""
    method, client = AuthenticationMethod, ClientType
    return Governance(
        authentication=(
            AuthenticationPolicy(
                key="services",
                name=Identifier("SERVICES_AUTHENTICATION"),
                audience=Audience.SERVICES,
                comment="Programs log in by key pair",
                methods=(method.KEYPAIR,),
            ),
            AuthenticationPolicy(
                key="people",
                name=Identifier("PEOPLE_AUTHENTICATION"),
                audience=Audience.PEOPLE,
                comment="People log in with a second factor",
                methods=(method.PASSWORD, method.SAML, method.KEYPAIR),
                client_types=(client.SNOWFLAKE_UI, client.DRIVERS, client.SNOWSQL, client.SNOWFLAKE_CLI),
                mfa_required=True,
            ),
        ),
        personal_data=tuple(
            PersonalData(
                kind=kind,
                tag=Identifier(f"PII_{kind.name}"),
                policy=Identifier(f"MASK_{kind.name}"),
                comment=f"Columns with {article} {kind.value}",
            )
            for kind, article in ((MaskedKind.EMAIL, "an"), (MaskedKind.PHONE, "a"), (MaskedKind.ADDRESS, "an"))
        ),
    )
