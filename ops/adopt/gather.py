"""Reads the account that is to be adopted, and what its stack knows about itself already."""

from dataclasses import dataclass, field
from pathlib import Path

import stacks
from account.names import Name
from account.picture import About, Picture, Source
from account.principals import role
from ops import declaration, layout, local, overlay, reader, server
from ops.adopt import details
from ops.adopt.details import Details
from ops.adopt.model import Estate, Reason
from ops.drift.bootstrap import bootstrap
from ops.layout import Account
from stacks import StackConfig
from stacks import config as stack_config
from stacks.adoption import Adoption
from stacks.platform import DEPLOYER_ROLE, Environment


@dataclass(frozen=True)
class Place:
    """A stack and the account that it is to take over.

    Attributes:
        path: the stack file in use; the adopted declaration lies beside it.
        values: its keys without namespace, as written.
        before: what was adopted earlier.
    """

    stack: str
    account: Account | None
    path: Path
    values: dict[str, object] = field(repr=False)
    config: StackConfig
    environment: Environment
    before: Adoption

    @property
    def prefix(self) -> str:
        """Prefix of the stack's account-level names."""
        return self.environment.prefix if self.config.shared_account else ""

    @property
    def name(self) -> str:
        """ORGANIZATION-ACCOUNT."""
        return self.config.account_identifier


@dataclass(frozen=True)
class Read:
    """The account as it is, and what reading it took."""

    picture: Picture
    details: Details
    estate: Estate
    statements: int
    seconds: float


def place(stack: str, account: Account | None) -> Place:
    """The stack and its config.

    Raises:
        Mistakes: its config or what was adopted before is not acceptable. OpsError: the local account is of another.
    """
    if account is None:
        path = overlay.stack_file(stack)
    else:
        path = account.overlay(stack)
        here = local.place(account, server.edition(account, server.Settings()), stack)
        overlay.write(account, here, declaration.service_users(stack))
    values = stack_config.plain(overlay.load(path))
    try:
        before = stacks.adoption.read(path.parent, stack)
        config = stack_config.read(stack_config.readable(values), path.name)
    except stacks.PlatformError as error:
        raise declaration.Mistakes(stack, error.problems) from error
    return Place(stack, account, path, values, config, stacks.ENVIRONMENTS[stack](), before)


def read(where: Place) -> Read:
    """Reads the account with sources without delay, then asks about single objects.

    Raises:
        OpsError: the account cannot be reached.
    """
    about = About(
        source=Source.LIVE,
        stack=where.stack,
        environment=where.stack,
        prefix=where.prefix,
        account=where.name,
        whole=True,
        owns_account=where.config.owns_account,
    )
    login = reader.auditor(where.account)
    with reader.ReadOnly(login) as session:
        reading = reader.read(session, about, fresh=True)
        asked = details.asks(reading.picture)
        for answer in session.ask(asked):
            reading.answers.add(answer)
    estate = _estate(where, login.user)
    return Read(reading.picture, Details(reading.answers), estate, reading.statements + len(asked), reading.seconds)


def _estate(where: Place, user: str) -> Estate:
    made_before = bootstrap()
    apart = dict.fromkeys(made_before.things, Reason.BOOTSTRAP)
    mine = Name.of(user.upper()) if where.account is not None else None
    if mine is not None:
        apart["USER", mine] = Reason.BOOTSTRAP
    prefixes = (make().prefix for make in stacks.ENVIRONMENTS.values()) if where.config.shared_account else ()
    return Estate(
        deployer=role(str(DEPLOYER_ROLE)),
        prefix=where.prefix,
        others=tuple(prefix for prefix in prefixes if prefix and prefix != where.prefix),
        owns_account=where.config.owns_account,
        apart=apart,
        grants=made_before.grants,
        memberships=made_before.memberships,
        reader=mine,
    )


def folder(where: Place) -> Path:
    """Where the files of an import go: beside the stack file in use."""
    return where.path.parent if where.account is not None else layout.repository()
