"""R24: what an account had before the platform came, taken over as it is.

Plain data, one entry per object or grant, in a file beside the stack file (`Adopted.<stack>.yaml`); `ops import` writes
it, people own it. `infra/adopted.py` registers the entries one to one. Whoever wants an object under the rules of the
platform declares it in the modules of `stacks/` and takes it out of here.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from stacks.base import Key, Model
from stacks.names import Identifier, QualifiedName

_PART: Final = re.compile(r'"[^"]*"|[^".]+')
_WORDS: Final = r"^[A-Z][A-Z ]*$"


def _path(value: object) -> object:
    """A name as SQL writes it, one to three parts."""
    if not isinstance(value, str):
        return value
    parts = _PART.findall(value)
    if ".".join(parts) != value or not 1 <= len(parts) <= 3:
        raise ValueError(f"{value!r} is no name of one to three identifiers")
    return QualifiedName.of(*parts)


Path = Annotated[QualifiedName, BeforeValidator(_path)]
"""A name with its containers, as SQL writes it: `DB.SCHEMA."my policy"`."""
Words = Annotated[str, Field(pattern=_WORDS)]
"""A privilege or kind of object, as Snowflake writes it."""
Parameters = dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")], bool | int | str]
"""Parameters that are set on the object itself, by Snowflake's name."""


class Manager(StrEnum):
    """Who changes an object: the deployment role, or ACCOUNTADMIN where that role does not own it."""

    DEPLOYER = "deployer"
    ADMINISTRATOR = "administrator"


class Entry(Model):
    """What every entry has. `key` is the name in Pulumi, unique among entries of a kind, and must stay as it is."""

    key: Key
    by: Manager = Manager.DEPLOYER


class AdoptedDatabase(Entry):
    """A database."""

    name: Identifier
    comment: str | None = None
    transient: bool = False
    parameters: Parameters = Field(default_factory=dict)


class AdoptedSchema(Entry):
    """A schema; `name` with its database."""

    name: Path
    comment: str | None = None
    managed_access: bool = False
    transient: bool = False
    parameters: Parameters = Field(default_factory=dict)


class AdoptedMonitor(Entry):
    """A resource monitor. Timestamps as Snowflake shows them; percent of the quota for thresholds."""

    name: Identifier
    quota: int | None = None
    frequency: Words | None = None
    start: str | None = None
    end: str | None = None
    notify_at: tuple[int, ...] = ()
    suspend_at: int | None = None
    suspend_immediately_at: int | None = None
    notify_users: tuple[Identifier, ...] = ()
    on_account: bool = False


class AdoptedWarehouse(Entry):
    """A warehouse; seconds for `auto_suspend`, None: never."""

    name: Identifier
    comment: str | None = None
    type: str = "STANDARD"
    size: str
    min_clusters: int = 1
    max_clusters: int = 1
    scaling_policy: str = "STANDARD"
    auto_suspend: int | None = None
    auto_resume: bool = True
    monitor: Identifier | None = None
    query_acceleration: bool = False
    query_acceleration_factor: int | None = None
    parameters: Parameters = Field(default_factory=dict)


class AdoptedRole(Entry):
    """An account role, or a database role (`name` with its database)."""

    name: Path
    comment: str | None = None


class AdoptedUserType(StrEnum):
    """Types of users that have a resource of their own."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"
    LEGACY_SERVICE = "LEGACY_SERVICE"


class AdoptedUser(Entry):
    """A user. A password is never here; Pulumi leaves the one that there is alone."""

    name: Identifier
    type: AdoptedUserType = AdoptedUserType.PERSON
    login_name: str | None = None
    display_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    comment: str | None = None
    disabled: bool = False
    must_change_password: bool = False
    default_role: Identifier | None = None
    default_warehouse: Identifier | None = None
    default_namespace: str | None = None
    secondary_roles: Literal["ALL", "NONE", "DEFAULT"] = "DEFAULT"
    rsa_public_key: str | None = None
    rsa_public_key_2: str | None = None
    authentication_policy: Path | None = None
    password_policy: Path | None = None
    parameters: Parameters = Field(default_factory=dict)


class AdoptedNetworkRule(Entry):
    """A network rule."""

    name: Path
    type: str
    mode: str
    values: tuple[str, ...] = ()
    comment: str | None = None


class AdoptedNetworkPolicy(Entry):
    """A network policy."""

    name: Identifier
    comment: str | None = None
    allowed_rules: tuple[Path, ...] = ()
    blocked_rules: tuple[Path, ...] = ()
    allowed_ips: tuple[str, ...] = ()
    blocked_ips: tuple[str, ...] = ()


class AdoptedAuthenticationPolicy(Entry):
    """An authentication policy; an empty list means all."""

    name: Path
    comment: str | None = None
    methods: tuple[str, ...] = ()
    mfa_methods: tuple[str, ...] = ()
    mfa_enrollment: str | None = None
    client_types: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()


class AdoptedPasswordPolicy(Entry):
    """A password policy; ages in days, lock-out in minutes."""

    name: Path
    comment: str | None = None
    min_length: int
    max_length: int
    min_upper_case_chars: int
    min_lower_case_chars: int
    min_numeric_chars: int
    min_special_chars: int
    min_age_days: int
    max_age_days: int
    max_retries: int
    lockout_minutes: int
    history: int


class Argument(Model):
    """An argument of a policy."""

    name: str
    type: str


class AdoptedBodyPolicy(Entry):
    """A masking policy, or (without `returns`) a row access policy, with its SQL."""

    name: Path
    comment: str | None = None
    arguments: tuple[Argument, ...]
    returns: str | None = None
    body: str


class AdoptedTag(Entry):
    """A tag."""

    name: Path
    comment: str | None = None
    allowed_values: tuple[str, ...] = ()
    masking_policies: tuple[Path, ...] = ()


class AdoptedGrant(Entry):
    """Privileges of one role.

    Attributes:
        to: an account role, or a database role with its database.
        kind: the kind of the objects; ACCOUNT for global privileges.
        target: the object; with `future` the database or schema of objects that are to come. None: the account.
    """

    to: Path
    privileges: Annotated[tuple[Words, ...], Field(min_length=1)]
    kind: Words
    target: Path | None = None
    future: bool = False
    grant_option: bool = False


class AdoptedRoleGrant(Entry):
    """A role granted to another role or to a user."""

    role: Path
    to_role: Path | None = None
    to_user: Identifier | None = None


class AdoptedAccount(Model):
    """What an account has only once; in the stack that owns the account. `parameters`: those set on the account."""

    network_policy: Identifier | None = None
    authentication_policy: Path | None = None
    password_policy: Path | None = None
    parameters: dict[str, str] = Field(default_factory=dict)


class AsIs(Model):
    """Everything that was taken over as it is."""

    databases: tuple[AdoptedDatabase, ...] = ()
    schemas: tuple[AdoptedSchema, ...] = ()
    monitors: tuple[AdoptedMonitor, ...] = ()
    warehouses: tuple[AdoptedWarehouse, ...] = ()
    roles: tuple[AdoptedRole, ...] = ()
    network_rules: tuple[AdoptedNetworkRule, ...] = ()
    network_policies: tuple[AdoptedNetworkPolicy, ...] = ()
    authentication_policies: tuple[AdoptedAuthenticationPolicy, ...] = ()
    password_policies: tuple[AdoptedPasswordPolicy, ...] = ()
    masking_policies: tuple[AdoptedBodyPolicy, ...] = ()
    row_access_policies: tuple[AdoptedBodyPolicy, ...] = ()
    tags: tuple[AdoptedTag, ...] = ()
    users: tuple[AdoptedUser, ...] = ()
    role_grants: tuple[AdoptedRoleGrant, ...] = ()
    grants: tuple[AdoptedGrant, ...] = ()
    account: AdoptedAccount = AdoptedAccount()

    @property
    def empty(self) -> bool:
        """Whether nothing was taken over."""
        return self == AsIs()
