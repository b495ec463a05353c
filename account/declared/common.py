"""What all topics share: names and owners of what is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from account.names import Name
from account.origin import Origin
from account.principals import Principal, database_role, role
from account.values import Maybe, Unknown
from stacks.databases import GOVERNANCE
from stacks.sealed import Sealed

if TYPE_CHECKING:
    from account.builder import Builder
    from stacks import Identifier, Platform, QualifiedName
    from stacks.grants import RoleRef

ADMINISTRATOR: Final = role("ACCOUNTADMIN")
"""Owns what Snowflake lets only ACCOUNTADMIN make or assign: monitors, warehouses, break-glass people."""
ENCRYPTED: Final = Unknown("it is encrypted in the stack file")


@dataclass(frozen=True, slots=True)
class Context:
    """The declaration, and where its facts are collected."""

    platform: Platform
    builder: Builder

    @property
    def deployer(self) -> Principal:
        """The deployment role."""
        return role(str(self.platform.deployer_role))

    @property
    def from_config(self) -> Origin:
        """What the stack's config says."""
        return Origin(file=self.platform.file)

    def governed(self, name: Identifier) -> Name:
        """The name of something in the GOVERNANCE schema."""
        return Name.of(str(self.platform.governance_database.name), str(GOVERNANCE), str(name))


def declared_in(topic: str) -> Origin:
    """A module of the declaration."""
    return Origin(file=f"stacks/{topic}.py")


def one(name: Identifier) -> Name:
    """The name of an object of the account."""
    return Name.of(str(name))


def qualified(name: QualifiedName) -> Name:
    """A name with its containers."""
    return Name(str(part) for part in name.parts)


def principal(reference: RoleRef) -> Principal:
    """An account role or database role."""
    if reference.database is None:
        return role(str(reference.name))
    return database_role(str(reference.database), str(reference.name))


def open_text(text: str | None) -> Maybe[str | None]:
    """A text of the config, unless it is encrypted."""
    return ENCRYPTED if isinstance(text, Sealed) else text
