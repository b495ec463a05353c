"""The whole platform of one environment on one account: the shared declaration, the environment, the stack's config."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import Field

from stacks.account import AccountSettings
from stacks.adopted import AsIs
from stacks.base import AccountObject, Key, Model, Percent
from stacks.databases import Database
from stacks.edition import Edition
from stacks.governance import AuthenticationPolicy, Governance
from stacks.grants import GrantStyle
from stacks.login import LoginMethod
from stacks.monitors import Monitor
from stacks.names import Identifier
from stacks.network import Audience, NetworkPolicy
from stacks.roles import Role
from stacks.users import Person, ServiceUser
from stacks.warehouses import Warehouse, WarehouseSize

DEPLOYER_ROLE: Final = Identifier("ECOMMERCE_DEPLOYER")
"""The deployment role, made by `bootstrap/account.sql`. It exists once per account, so it has no prefix."""


T = TypeVar("T", bound=AccountObject)


def _by_key(objects: tuple[T, ...], key: str) -> T:
    for candidate in objects:
        if candidate.key == key:
            return candidate
    raise KeyError(key)


class Environment(Model):
    """How one environment differs from the shared platform.

    Attributes:
        name: also the name of its Pulumi stack.
        prefix: in front of every account-level name where environments share an account.
        production: network policies and known deployer addresses are mandatory, stateful resources are protected.
        warehouse_sizes: by warehouse key, over the shared declaration's.
        quotas: credits per month by monitor key.
        suspend_immediately_at: percent of quota at which running statements are cancelled.
    """

    name: Key
    prefix: str
    production: bool = False
    warehouse_sizes: dict[Key, WarehouseSize] = Field(default_factory=dict)
    quotas: dict[Key, int]
    suspend_immediately_at: Percent | None = None


class Connection(Model):
    """Where the account answers and how one logs in to deploy.

    Host, port and protocol are None for a real account at its usual address.
    """

    organization: str
    account: str
    host: str | None = None
    port: int | None = None
    protocol: str | None = None
    login: LoginMethod = LoginMethod.KEY_PAIR


class Platform(Model):
    """Everything that one stack declares, with the names it has in the account.

    Attributes:
        file: the config file, for messages.
        settings: account parameters; None in a stack that does not own the account.
        adopted: what was in the account before, taken over as it is.
    """

    environment: Environment
    file: str
    prefix: str
    connection: Connection
    edition: Edition
    region: str | None
    owns_account: bool
    deployer_cidrs: tuple[str, ...] | None
    deployer_role: Identifier
    saml_integration: Identifier | None
    grant_style: GrantStyle
    databases: tuple[Database, ...]
    warehouses: tuple[Warehouse, ...]
    monitors: tuple[Monitor, ...]
    network: tuple[NetworkPolicy, ...]
    roles: tuple[Role, ...]
    service_users: tuple[ServiceUser, ...]
    people: tuple[Person, ...]
    governance: Governance
    settings: AccountSettings | None
    adopted: AsIs = AsIs()

    @property
    def bare(self) -> bool:
        """Whether nothing is declared after the platform's model, so that there are adopted objects only."""
        return not self.databases

    def in_config(self, name: str) -> str:
        """The name a user has in config: without this environment's prefix."""
        return name.removeprefix(self.prefix)

    def database(self, key: str) -> Database:
        """The database with this key; KeyError if there is none."""
        return _by_key(self.databases, key)

    def warehouse(self, key: str) -> Warehouse:
        """The warehouse with this key; KeyError if there is none."""
        return _by_key(self.warehouses, key)

    def monitor(self, key: str) -> Monitor:
        """The monitor with this key; KeyError if there is none."""
        return _by_key(self.monitors, key)

    def role(self, key: str) -> Role:
        """The functional role with this key; KeyError if there is none."""
        return _by_key(self.roles, key)

    def network_policy(self, audience: Audience) -> NetworkPolicy:
        """The network policy of an audience; KeyError if there is none."""
        return _by_key(self.network, audience.value)

    def authentication(self, audience: Audience) -> AuthenticationPolicy:
        """The authentication policy of an audience; KeyError if there is none."""
        for policy in self.governance.authentication:
            if policy.audience is audience:
                return policy
        raise KeyError(audience)

    @property
    def account_monitor(self) -> Monitor | None:
        """The monitor of the account, in the stack that owns the account."""
        return next((monitor for monitor in self.monitors if monitor.for_account), None)

    @property
    def governance_database(self) -> Database:
        """The database with the GOVERNANCE schema."""
        return self.database(self.governance.database)
