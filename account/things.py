"""The objects of an account. In every field None means: not set, or switched off; Unknown: not known.

Numbers have the units of Snowflake: days for retention, seconds for timeouts and auto-suspend, credits for quotas,
percent of the quota for thresholds. Owners are roles or database roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from account.names import Name
from account.origin import Origin
from account.principals import Principal
from account.values import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What every object has. A thing of a kind without fields of its own is an `Other`."""

    name: Name
    owner: Maybe[Principal | None] = None
    comment: Maybe[str | None] = None
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Thing):
    """A database. `type` is STANDARD, IMPORTED DATABASE, APPLICATION, …"""

    kind: Literal["DATABASE"] = "DATABASE"
    type: str = "STANDARD"
    retention_days: Maybe[int | None] = None
    transient: Maybe[bool] = False
    drops_public_schema: Maybe[bool | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema(Thing):
    """A schema. `managed_access` None: left to the default, which is off."""

    kind: Literal["SCHEMA"] = "SCHEMA"
    managed_access: Maybe[bool | None] = None
    retention_days: Maybe[int | None] = None
    transient: Maybe[bool | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table or view, with the masking policy set on it (not those that come by a tag)."""

    name: str
    type: Maybe[str] = ""
    masking_policy: Maybe[Name | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Thing):
    """A table or view; `type` says which: TABLE, VIEW, MATERIALIZED VIEW, DYNAMIC TABLE, EXTERNAL TABLE, …

    `columns` is None where they were not read.
    """

    kind: Literal["TABLE"] = "TABLE"
    type: str = "TABLE"
    retention_days: Maybe[int | None] = None
    transient: Maybe[bool] = False
    columns: tuple[Column, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse(Thing):
    """A warehouse. `size` in the declaration's spelling (XSMALL … X6LARGE); `type` STANDARD, SNOWPARK-OPTIMIZED, …"""

    kind: Literal["WAREHOUSE"] = "WAREHOUSE"
    type: Maybe[str] = "STANDARD"
    size: Maybe[str | None] = None
    generation: Maybe[str | None] = None
    min_clusters: Maybe[int] = 1
    max_clusters: Maybe[int] = 1
    auto_suspend: Maybe[int | None] = None
    auto_resume: Maybe[bool | None] = None
    monitor: Maybe[Name | None] = None
    statement_timeout: Maybe[int | None] = None
    queued_timeout: Maybe[int | None] = None
    query_acceleration: Maybe[bool | None] = None
    query_acceleration_factor: Maybe[int | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor(Thing):
    """A resource monitor. `start` is its start timestamp as text, None where it never starts by itself."""

    kind: Literal["RESOURCE MONITOR"] = "RESOURCE MONITOR"
    quota: Maybe[int | None] = None
    frequency: Maybe[str | None] = None
    start: Maybe[str | None] = None
    notify_at: Maybe[tuple[int, ...]] = ()
    suspend_at: Maybe[int | None] = None
    suspend_immediately_at: Maybe[int | None] = None
    notify_users: Maybe[tuple[str, ...]] = ()
    on_account: Maybe[bool] = False


class UserType(StrEnum):
    """Types of users; a user without type counts as PERSON."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"
    SERVICE_AGENT = "SERVICE_AGENT"
    LEGACY_SERVICE = "LEGACY_SERVICE"
    SNOWFLAKE_SERVICE = "SNOWFLAKE_SERVICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key of a user.

    Attributes:
        slot: 1 or 2 for the classic slots, else the name of a named key pair.
        fingerprint: SHA256:… as DESCRIBE USER shows it; Unknown where only its presence is known.
        bits: size of an RSA key, in bits; None where not known (the account does not tell).
        problem: why the text is no acceptable public key; empty if it is.
        issued: ISO date of when it was set, where known.
    """

    slot: str
    fingerprint: Maybe[str]
    bits: Maybe[int | None] = None
    problem: str = ""
    issued: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadIdentity:
    """Workload identity of a service user: AWS, AZURE, GCP or OIDC, and who is let in."""

    type: str
    issuer: Maybe[str | None] = None
    subject: Maybe[str | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Thing):
    """A user.

    Attributes:
        type: Unknown only where the source cannot tell.
        has_password: None counts as no (Snowflake answers NULL for service users).
        default_secondary_roles: ("ALL",), () for none, None where not set (Snowflake's default is then ALL).
        network_policy: the user's own network policy, by whatever means it was set.
        bypass_mfa_minutes, mfa_disabled: ways round the second factor; has_mfa: enrolled, live account only.
        statement_timeout: seconds, None where not set on the user.
        last_login: ISO timestamp, live account only.
    """

    kind: Literal["USER"] = "USER"
    type: Maybe[UserType] = UserType.PERSON
    email: Maybe[str | None] = None
    disabled: Maybe[bool] = False
    default_role: Maybe[str | None] = None
    default_warehouse: Maybe[str | None] = None
    default_secondary_roles: Maybe[tuple[str, ...] | None] = None
    has_password: Maybe[bool | None] = None
    public_keys: Maybe[tuple[PublicKey, ...]] = ()
    workload_identity: Maybe[WorkloadIdentity | None] = None
    network_policy: Maybe[Name | None] = None
    bypass_mfa_minutes: Maybe[int | None] = None
    mfa_disabled: Maybe[bool] = False
    mfa_methods: Maybe[tuple[str, ...]] = ()
    has_mfa: Maybe[bool | None] = None
    statement_timeout: Maybe[int | None] = None
    days_to_expiry: Maybe[int | None] = None
    last_login: Maybe[str | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Thing):
    """A programmatic access token; named (user, token)."""

    kind: Literal["TOKEN"] = "TOKEN"
    role: Maybe[str | None] = None
    days_to_expiry: Maybe[int | None] = None
    bypass_network_minutes: Maybe[int | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Thing):
    """An account role, or a database role (name with its database)."""

    kind: Literal["ROLE"] = "ROLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRule(Thing):
    """A network rule. `type` IPV4, IPV6, AWSVPCEID, AZURELINKID, GCPPSCID, HOST_PORT, …; `mode` INGRESS, EGRESS, …"""

    kind: Literal["NETWORK RULE"] = "NETWORK RULE"
    type: Maybe[str] = "IPV4"
    mode: Maybe[str] = "INGRESS"
    values: Maybe[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy(Thing):
    """A network policy: rules by qualified name, or lists of IPv4 addresses and networks."""

    kind: Literal["NETWORK POLICY"] = "NETWORK POLICY"
    allowed_rules: Maybe[tuple[Name, ...]] = ()
    blocked_rules: Maybe[tuple[Name, ...]] = ()
    allowed_ips: Maybe[tuple[str, ...]] = ()
    blocked_ips: Maybe[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """PAT_POLICY of an authentication policy; None where left to the default."""

    network_policy_evaluation: Maybe[str | None] = None
    max_expiry_days: Maybe[int | None] = None
    role_restriction_for_services: Maybe[bool | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadRules:
    """WORKLOAD_IDENTITY_POLICY of an authentication policy. Empty providers: all are allowed."""

    providers: Maybe[tuple[str, ...]] = ()
    aws_accounts: Maybe[tuple[str, ...]] = ()
    azure_issuers: Maybe[tuple[str, ...]] = ()
    oidc_issuers: Maybe[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationPolicy(Thing):
    """An authentication policy. Empty methods or client types: all. `mfa` REQUIRED, REQUIRED_PASSWORD_ONLY, …

    Attributes:
        mfa_methods: kinds of second factors that are allowed; empty: all.
        mfa_asked_of: login methods that ask for the second factor at all; None where not set, which is all of them.
    """

    kind: Literal["AUTHENTICATION POLICY"] = "AUTHENTICATION POLICY"
    methods: Maybe[tuple[str, ...]] = ()
    client_types: Maybe[tuple[str, ...]] = ()
    integrations: Maybe[tuple[str, ...]] = ()
    mfa: Maybe[str | None] = None
    mfa_methods: Maybe[tuple[str, ...]] = ()
    mfa_asked_of: Maybe[tuple[str, ...] | None] = None
    tokens: Maybe[TokenRules | None] = None
    workloads: Maybe[WorkloadRules | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy(Thing):
    """A password policy."""

    kind: Literal["PASSWORD POLICY"] = "PASSWORD POLICY"
    min_length: Maybe[int | None] = None
    max_age_days: Maybe[int | None] = None
    max_retries: Maybe[int | None] = None
    lockout_minutes: Maybe[int | None] = None
    history: Maybe[int | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy(Thing):
    """A session policy; minutes. `secondary_roles` None: all are allowed."""

    kind: Literal["SESSION POLICY"] = "SESSION POLICY"
    idle_minutes: Maybe[int | None] = None
    ui_idle_minutes: Maybe[int | None] = None
    secondary_roles: Maybe[tuple[str, ...] | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingPolicy(Thing):
    """A masking policy with its SQL body."""

    kind: Literal["MASKING POLICY"] = "MASKING POLICY"
    body: Maybe[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAccessPolicy(Thing):
    """A row access policy with its SQL body."""

    kind: Literal["ROW ACCESS POLICY"] = "ROW ACCESS POLICY"
    body: Maybe[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Thing):
    """A tag, with the masking policies that come with it."""

    kind: Literal["TAG"] = "TAG"
    masking_policies: Maybe[tuple[Name, ...]] = ()
    allowed_values: Maybe[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Thing):
    """A stage. `url` None: internal. `has_credentials`: secrets stand in the stage itself."""

    kind: Literal["STAGE"] = "STAGE"
    url: Maybe[str | None] = None
    integration: Maybe[str | None] = None
    has_credentials: Maybe[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration(Thing):
    """An integration. `category` SECURITY, STORAGE, NOTIFICATION, …; `type` SAML2, SCIM, EXTERNAL_STAGE, …"""

    kind: Literal["INTEGRATION"] = "INTEGRATION"
    category: Maybe[str] = ""
    type: Maybe[str] = ""
    enabled: Maybe[bool] = True
    allowed_locations: Maybe[tuple[str, ...]] = ()
    network_policy: Maybe[Name | None] = None
    run_as_role: Maybe[str | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Thing):
    """An outbound share and the accounts it is open to."""

    kind: Literal["SHARE"] = "SHARE"
    accounts: Maybe[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Thing):
    """A task. `runs_as` is the user of EXECUTE AS USER, None where it runs as its owner."""

    kind: Literal["TASK"] = "TASK"
    runs_as: Maybe[str | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Thing):
    """A stored procedure; the last part of its name carries the argument types. `execute_as` OWNER or CALLER."""

    kind: Literal["PROCEDURE"] = "PROCEDURE"
    execute_as: Maybe[str] = "OWNER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Thing):
    """An object of a kind without a class of its own."""

    kind: str


Known = (
    Database | Schema | Table | Warehouse | Monitor | User | Token | Role | NetworkRule | NetworkPolicy
    | AuthenticationPolicy | PasswordPolicy | SessionPolicy | MaskingPolicy | RowAccessPolicy | Tag | Stage
    | Integration | Share | Task | Procedure
)  # fmt: skip
"""Every kind of object that has a class of its own."""
AnyThing = Known | Other
