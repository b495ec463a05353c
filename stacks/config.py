"""What belongs to one stack on one account: the typed Pulumi config.

Every key of `Pulumi.<stack>.yaml` under `snowflake-platform:` is a field of `StackConfig`; others are refused. The same
model reads a plain mapping, so that a file can be checked without Pulumi. `{"secure": "..."}` values are then accepted
unread (`opaque` below), since only Pulumi can decrypt them.
"""

from __future__ import annotations

import json
from contextlib import suppress
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Final, Union, get_args, get_origin

from pydantic import Field, StringConstraints, ValidationError

from stacks.base import Credits, Days, Key, Model
from stacks.edition import Edition
from stacks.errors import ConfigError, Problem
from stacks.explain import explain
from stacks.governance import AuthenticationMethod
from stacks.grants import GrantStyle
from stacks.login import LoginMethod
from stacks.names import Identifier
from stacks.sealed import Sealable, Text, is_opaque
from stacks.users import PublicKeys
from stacks.warehouses import WarehouseSize

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NAMESPACE: Final = "snowflake-platform"

Organization = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*$", max_length=255), Sealable]
AccountName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=255), Sealable]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254), Sealable]
Protocol = Annotated[str, StringConstraints(pattern=r"^https?$")]


class PersonConfig(Model):
    """A person of this stack.

    Attributes:
        roles: keys of functional roles (loader, transformer, analyst, admin); the first is the default role.
    """

    name: Identifier
    email: Email
    roles: Annotated[tuple[Key, ...], Field(min_length=1)]
    first_name: Text | None = None
    last_name: Text | None = None
    rsa_public_key: Text | None = None
    rsa_public_key_2: Text | None = None


class BreakGlassConfig(Model):
    """An emergency administrator of the account.

    Attributes:
        addresses: IPv4 addresses or networks they connect from; must be inside `people_cidrs`.
    """

    name: Identifier
    email: Email
    addresses: Annotated[tuple[str, ...], Field(min_length=1)]
    first_name: Text | None = None
    last_name: Text | None = None
    rsa_public_key: Text | None = None
    rsa_public_key_2: Text | None = None


class StackConfig(Model):
    """The config of a stack.

    Attributes:
        organization, account: the account's identifier, ORGANIZATION-ACCOUNT.
        host, port, protocol: where the account answers, if not at its usual address.
        edition: refuses what the account cannot do.
        region: as in the price list that costs are estimated with (account/rates.json), e.g. AWS US East.
        shared_account: other environments live in the same account, so names carry this environment's prefix.
        owns_account: this stack declares what the account has only once. Exactly one stack per account.
        service_cidrs, people_cidrs: allow-lists per audience; mandatory in prod.
        deployer_cidrs: where deployments connect from; mandatory in prod.
        network_policy_on_account: the people's policy also becomes the account's (owning stack).
        people_methods: how people may log in.
        saml_integration: name of the SAML2 integration, if people log in by single sign-on.
        public_keys: two key slots per service user, by the user's name without prefix.
        bi_user: switches the BI service user on.
        quotas: monthly credits by monitor key (loading, transforming, reporting, account), over the environment's.
        monitor_notify: names of declared people who get the e-mail of the warehouse monitors.
        retention_days, warehouse_sizes, max_clusters: by database or warehouse key, over the declaration's.
        masking: tags and masking policies; needs Enterprise.
        login: how deployments log in; workload_identity (OIDC) with plugin 2.x only.
        session_policy: in the owning stack, with plugin 2.x only.
        grants: all_and_future, or inherited where account and plugin have it.
    """

    organization: Organization
    account: AccountName
    host: Text | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    protocol: Protocol | None = None
    edition: Edition = Edition.ENTERPRISE
    region: Text | None = None
    shared_account: bool = False
    owns_account: bool
    service_cidrs: tuple[str, ...] | None = None
    people_cidrs: tuple[str, ...] | None = None
    deployer_cidrs: tuple[str, ...] | None = None
    network_policy_on_account: bool = True
    people_methods: Annotated[tuple[AuthenticationMethod, ...], Field(min_length=1)] | None = None
    saml_integration: Identifier | None = None
    public_keys: dict[Identifier, PublicKeys] = Field(default_factory=dict)
    bi_user: bool = False
    people: tuple[PersonConfig, ...] = ()
    break_glass: tuple[BreakGlassConfig, ...] = ()
    quotas: dict[Key, Credits] = Field(default_factory=dict)
    monitor_notify: tuple[Identifier, ...] = ()
    retention_days: dict[Key, Days] = Field(default_factory=dict)
    warehouse_sizes: dict[Key, WarehouseSize] = Field(default_factory=dict)
    max_clusters: dict[Key, Annotated[int, Field(ge=1, le=10)]] = Field(default_factory=dict)
    masking: bool = True
    login: LoginMethod = LoginMethod.KEY_PAIR
    session_policy: bool = False
    grants: GrantStyle = GrantStyle.ALL_AND_FUTURE

    @property
    def account_identifier(self) -> str:
        """ORGANIZATION-ACCOUNT in upper case, by which two stacks are known to share an account."""
        return f"{self.organization}-{self.account}".upper()


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """The keys of this project from a stack file's `config:` mapping, without the namespace."""
    start = f"{NAMESPACE}:"
    return {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}


def _without_opaque(value: object, path: tuple[int | str, ...], found: set[tuple[int | str, ...]]) -> object:
    if isinstance(value, dict):
        found.update((*path, key) for key, inner in value.items() if is_opaque(inner))
        return {
            key: _without_opaque(inner, (*path, key), found) for key, inner in value.items() if not is_opaque(inner)
        }
    if isinstance(value, list):
        return [_without_opaque(inner, (*path, index), found) for index, inner in enumerate(value)]
    return value


def readable(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a stack file without those that are encrypted and no text."""
    kept = {}
    for key, value in values.items():
        field = StackConfig.model_fields.get(key)
        if not is_opaque(value) or (field is not None and _takes_text(field.annotation)):
            kept[key] = value
    return kept


def _takes_text(annotation: object) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, str)
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return any(_takes_text(part) for part in get_args(annotation))
    return False


def from_texts(texts: Mapping[str, str]) -> dict[str, object]:
    """Config as a Pulumi program gets it, every value a text, back in the form of the stack file."""
    values: dict[str, object] = {}
    for key, text in texts.items():
        field = StackConfig.model_fields.get(key)
        values[key] = text
        if field is not None and not _takes_text(field.annotation):
            with suppress(ValueError):
                values[key] = json.loads(text)
    return values


def read(values: Mapping[str, object], file: str, secret: Collection[str] = ()) -> StackConfig:
    """Validate the plain config of a stack.

    Args:
        values: keys without namespace, all in clear.
        file: the file to name in messages.
        secret: top-level keys whose values must not be repeated in a message.

    Raises:
        ConfigError: with every problem found.
    """
    try:
        return StackConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, StackConfig, file, hidden=secret)) from None


def check(values: Mapping[str, object], file: str) -> tuple[Problem, ...]:
    """Validate the config of a stack file as far as it can be read: encrypted values pass unread."""
    opaque: set[tuple[int | str, ...]] = set()
    try:
        StackConfig.model_validate(_without_opaque(dict(values), (), opaque))
    except ValidationError as error:
        return explain(error, StackConfig, file, unread=opaque)
    return ()
