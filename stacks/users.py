"""R6: service users and people."""

from __future__ import annotations

from stacks.base import AccountObject, Key, Model, Seconds
from stacks.names import Identifier
from stacks.roles import SystemRole
from stacks.sealed import Text


class PublicKeys(Model):
    """The two RSA key slots of a user: base64 of the key's DER form on one line, as Snowflake takes it."""

    rsa_public_key: Text | None = None
    rsa_public_key_2: Text | None = None

    @property
    def present(self) -> tuple[str, ...]:
        """The keys that are set, first slot first."""
        return tuple(key for key in (self.rsa_public_key, self.rsa_public_key_2) if key)


class ServiceUser(AccountObject):
    """A program: TYPE=SERVICE, key pair only, no secondary roles.

    Attributes:
        role: key of its only and default role.
        warehouse: key of its default warehouse.
        statement_timeout: seconds after which a statement of this user is cancelled, on whatever warehouse.
        optional: exists only in stacks that switch it on.
    """

    comment: str
    role: Key
    warehouse: Key
    statement_timeout: Seconds = 3600
    keys: PublicKeys = PublicKeys()
    optional: bool = False


class Person(AccountObject):
    """A human being: TYPE=PERSON, second factor enforced by the people's authentication policy.

    Attributes:
        roles: keys of functional roles; the first is the default.
        system_roles: system roles of a break-glass person.
        break_glass: one of the account's two emergency administrators.
        addresses: where a break-glass person connects from.
    """

    email: Text
    first_name: Text | None = None
    last_name: Text | None = None
    roles: tuple[Key, ...] = ()
    system_roles: tuple[SystemRole, ...] = ()
    warehouse: Key | None = None
    keys: PublicKeys = PublicKeys()
    break_glass: bool = False
    addresses: tuple[str, ...] = ()


def declared() -> tuple[ServiceUser, ...]:
    """The service users of the platform. A new one is a new entry here; people are named in config."""
    return (
        ServiceUser(
            key="loader",
            name=Identifier("SVC_ECOMMERCE_LOADER"),
            comment="Extracts and loads",
            role="loader",
            warehouse="loading",
        ),
        ServiceUser(
            key="dbt",
            name=Identifier("SVC_ECOMMERCE_DBT"),
            comment="Runs dbt",
            role="transformer",
            warehouse="transforming",
        ),
        ServiceUser(
            key="dashboard",
            name=Identifier("SVC_ECOMMERCE_DASHBOARD"),
            comment="Reads for the dashboard",
            role="analyst",
            warehouse="reporting",
            statement_timeout=900,
        ),
        ServiceUser(
            key="bi",
            name=Identifier("SVC_ECOMMERCE_BI"),
            comment="Reads for Tableau or Looker",
            role="analyst",
            warehouse="reporting",
            statement_timeout=900,
            optional=True,
        ),
    )
