"""Whose is what in an account that several stacks may share: the stacks that stand in it, and what each declares.

An object belongs, in this order, to the stack that declares it; to the bootstrap files; to the stack that declares the
database in which it lies; to the stack whose prefix its name has; else to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from account.declaration import from_platform
from account.names import Name
from account.picture import Picture
from account.principals import Principal, PrincipalKind
from account.privileges import ACCOUNT_KINDS
from ops import declaration, local, overlay
from ops.drift.bootstrap import Bootstrap, bootstrap
from ops.errors import BadInput, OpsError
from ops.layout import STACKS, Account
from stacks import Platform

NOBODY = ""
BOOTSTRAP = "bootstrap"
STAND_IN = "local Snowflake"
"""The administrator whom the local Snowflake is born with; a real account has no such user."""
_OWN = frozenset({("USER", Name.of(local.ADMINISTRATOR))})
_KIND_OF = {
    PrincipalKind.USER: "USER",
    PrincipalKind.ROLE: "ROLE",
    PrincipalKind.DATABASE_ROLE: "ROLE",
    PrincipalKind.APPLICATION_ROLE: "APPLICATION ROLE",
    PrincipalKind.SHARE: "SHARE",
}


@dataclass(frozen=True)
class Estate:
    """The stacks of one account as one of them sees it.

    Attributes:
        platforms, declared: every stack that stands in the account, this one among them.
        unread: stacks that may stand in it and whose declaration cannot be read, with the reason.
        is_local: it is a local account.
    """

    stack: str
    platforms: Mapping[str, Platform]
    declared: Mapping[str, Picture]
    unread: Mapping[str, str] = field(default_factory=dict)
    is_local: bool = False
    made_before: Bootstrap = field(default_factory=bootstrap)

    @property
    def platform(self) -> Platform:
        """What this stack declares."""
        return self.platforms[self.stack]

    @property
    def own(self) -> Picture:
        """The picture of what this stack declares."""
        return self.declared[self.stack]

    @property
    def others(self) -> tuple[Picture, ...]:
        """The pictures of what the other stacks of the account declare."""
        return tuple(picture for stack, picture in self.declared.items() if stack != self.stack)

    @property
    def answers_for_account(self) -> bool:
        """Whether this stack looks after what the account has only once, and after the bootstrap."""
        owners = [stack for stack, platform in self.platforms.items() if platform.owns_account]
        return self.stack in owners or not owners

    @cached_property
    def _declared_by(self) -> Mapping[tuple[str, Name], str]:
        found: dict[tuple[str, Name], str] = {}
        for stack, picture in self.declared.items():
            for thing in picture.things:
                found.setdefault((thing.kind, thing.name), stack)
        return found

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of objects that some stack declares by name."""
        return frozenset(kind for kind, _ in self._declared_by)

    @cached_property
    def _prefixes(self) -> tuple[tuple[str, str], ...]:
        """Prefixes with their stacks, longest first; a stack without one has none."""
        pairs = [(platform.prefix, stack) for stack, platform in self.platforms.items() if platform.prefix]
        return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))

    def is_declared(self, kind: str, name: Name) -> bool:
        """Whether a stack of this account declares it."""
        return (kind, name) in self._declared_by

    def whose(self, kind: str, name: Name) -> str:
        """The stack it belongs to, BOOTSTRAP, STAND_IN or NOBODY."""
        if (kind, name) in self._declared_by:
            return self._declared_by[kind, name]
        if (kind, name) in self.made_before.things:
            return BOOTSTRAP
        if self.is_local and (kind, name) in _OWN:
            return STAND_IN
        if kind == "TOKEN":
            return self.whose("USER", name.container)
        if len(name) > 1 and (kind not in ACCOUNT_KINDS or kind == "ROLE"):
            return self.whose("DATABASE", name.database)
        return next((stack for prefix, stack in self._prefixes if name.last.startswith(prefix)), NOBODY)

    def whose_principal(self, principal: Principal) -> str:
        """The same of a user, role or share."""
        return self.whose(_KIND_OF[principal.kind], principal.name)

    def answers_for(self, owner: str) -> bool:
        """Whether this stack looks after what belongs to that owner: its own, and the bootstrap with the account."""
        return owner == self.stack or (owner == BOOTSTRAP and self.answers_for_account)


def of(stack: str, platforms: Mapping[str, Platform], *, is_local: bool = False, **unread: str) -> Estate:
    """The estate of a stack from the declarations of all stacks in the account."""
    declared = {name: from_platform(platform) for name, platform in platforms.items()}
    return Estate(stack, platforms, declared, unread, is_local)


def load(stack: str, account: Account | None) -> Estate:
    """The stacks of a local account, or (None) of the real account in which a stack stands.

    Raises:
        OpsError: the stack's own declaration cannot be read.
    """
    return _local(stack, account) if account is not None else _real(stack)


def _local(stack: str, account: Account) -> Estate:
    if account.checkpoint(stack) is None or not account.overlay(stack).exists():
        raise BadInput(
            f"stack {stack} does not stand in local account {account.name}",
            where="--stack",
            do=f"bring it up: ops up --stack {stack} --account {account.name}",
        )
    here = [name for name in STACKS if account.checkpoint(name) is not None and account.overlay(name).exists()]
    return _read(stack, {name: declaration.load(name, account.overlay(name)) for name in here}, {}, is_local=True)


def _real(stack: str) -> Estate:
    mine = declaration.load(stack, overlay.stack_file(stack))
    platforms, unread = {stack: mine}, {}
    for name in STACKS:
        if name == stack:
            continue
        try:
            other = declaration.outline(name)
        except OpsError as error:
            unread[name] = error.what
            continue
        if _account(other) == _account(mine):
            platforms[name] = other
    return _read(stack, platforms, unread, is_local=False)


def _account(platform: Platform) -> tuple[str, str]:
    connection = platform.connection
    return connection.organization.upper(), connection.account.upper()


def _read(stack: str, platforms: Mapping[str, Platform], unread: Mapping[str, str], *, is_local: bool) -> Estate:
    ordered = {name: platforms[name] for name in STACKS if name in platforms}
    return of(stack, ordered, is_local=is_local, **unread)
