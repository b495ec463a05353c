"""One picture of an account, wherever it was read from: immutable, comparable, serialisable (`account.codec`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from account.names import Name
from account.origin import Origin
from account.principals import Grant, Membership
from account.pulumi import Resource
from account.things import AnyThing, Thing
from account.values import Maybe

T = TypeVar("T", bound=Thing)


class Source(StrEnum):
    """What a picture was made from."""

    DECLARATION = "declaration"
    PULUMI = "pulumi"
    LIVE = "live"


class PolicyKind(StrEnum):
    """Kinds of policies that are attached to something."""

    NETWORK = "NETWORK"
    AUTHENTICATION = "AUTHENTICATION"
    PASSWORD = "PASSWORD"  # noqa: S105
    SESSION = "SESSION"
    MASKING = "MASKING"
    ROW_ACCESS = "ROW ACCESS"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy in force on something.

    Attributes:
        on: kind of the target: ACCOUNT, USER, INTEGRATION, TABLE, VIEW, COLUMN, TAG.
        target: its name, the empty name for the account; of a column the name of its table.
        column: of COLUMN, the column's name.
        audience: of an account's authentication policy: "" for all, else PERSON or SERVICE users only.
    """

    policy_kind: PolicyKind
    policy: Maybe[Name]
    on: str
    target: Maybe[Name]
    column: str = ""
    audience: str = ""
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag on an object or column."""

    tag: Name
    on: str
    target: Name
    column: str = ""
    value: str = ""
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something the picture could not see, and why; a report names it, and no rule that needs it passes.

    Attributes:
        what: in words, e.g. "future grants of database X".
        kinds: what is missing, for rules that need it: kinds of things (TASK, USER, …) and of facts: GRANT,
            FUTURE GRANT, INHERITED GRANT, MEMBERSHIP, ATTACHMENT, TAG USE, PARAMETER, COLUMN.
    """

    what: str
    why: str
    statement: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a picture shows.

    Attributes:
        environment: dev, qa or prod; decides the level of the rules.
        prefix: of account-level names in a shared account.
        account: ORGANIZATION-ACCOUNT where known.
        taken: ISO timestamp of reading, live account only; not compared.
        whole: the picture shows the whole account and not one stack's part of it.
        owns_account: the stack declares what the account has only once; None: not told.
        deployer_cidrs: networks that deployments connect from; None: not told. No account knows them.
        rescuers: break-glass people with the addresses they connect from, by user name; None: not told.
    """

    source: Source
    stack: str
    environment: str
    prefix: str = ""
    account: str = ""
    whole: bool = False
    taken: str = field(default="", compare=False)
    owns_account: bool | None = field(default=None, compare=False)
    deployer_cidrs: tuple[str, ...] | None = field(default=None, compare=False)
    rescuers: tuple[tuple[str, tuple[str, ...]], ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An account: its objects, who is member of what, who holds what, policies in force, parameters.

    All tuples are sorted, so that equal accounts give equal pictures.

    Attributes:
        parameters: of the account, by name, set values only. An absent name: left to Snowflake's default.
        resources: the Pulumi resources it was made from (source PULUMI only); never serialised with their inputs.
    """

    about: About
    things: tuple[AnyThing, ...] = ()
    memberships: tuple[Membership, ...] = ()
    grants: tuple[Grant, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tag_uses: tuple[TagUse, ...] = ()
    parameters: Mapping[str, Maybe[str]] = field(default_factory=dict)
    blind_spots: tuple[BlindSpot, ...] = ()
    resources: tuple[Resource, ...] = field(default=(), compare=False)

    @cached_property
    def _by_kind(self) -> dict[str, dict[Name, AnyThing]]:
        found: dict[str, dict[Name, AnyThing]] = {}
        for thing in self.things:
            found.setdefault(thing.kind, {})[thing.name] = thing
        return found

    def all(self, kind: type[T]) -> Iterator[T]:
        """Every thing of one class, in the order of names."""
        for thing in self.things:
            if isinstance(thing, kind):
                yield thing

    def find(self, kind: type[T], name: Name | tuple[str, ...]) -> T | None:
        """The thing of one class with that name."""
        found = self._by_kind.get(str(kind.__dataclass_fields__["kind"].default), {}).get(Name(name))
        return found if isinstance(found, kind) else None
