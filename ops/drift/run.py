"""One comparison from beginning to end: the stacks of the account, the state, and one reading of the account."""

from dataclasses import replace

from account.about import about
from account.picture import Picture, Source
from account.resources import from_state
from ops import engine, layout, reader, target, tools
from ops.drift import estate
from ops.drift.compare import compare
from ops.drift.estate import Estate
from ops.drift.model import Drift
from ops.errors import OpsError
from ops.layout import Account
from ops.reader import Reading
from ops.review.locate import places


def drift(stack: str, account: Account | None, *, fresh: bool = False) -> Drift:
    """Compares a stack with a local account, or (None) with its real one.

    Raises:
        OpsError: the account or the stack's declaration cannot be read.
    """
    stacks = estate.load(stack, account)
    applied, why = state(stacks, account)
    reading = read(stacks, account, fresh=fresh)
    found = compare(stacks, applied, reading.picture, places(layout.repository()), why)
    return replace(found, oldest=reading.oldest, statements=reading.statements, seconds=round(reading.seconds, 1))


def read(stacks: Estate, account: Account | None, *, fresh: bool = False) -> Reading:
    """The account as it is now, with what the stack's declaration tells about it."""
    shown = about(stacks.platform, Source.LIVE, whole=True)
    with reader.ReadOnly(reader.auditor(account)) as session:
        return reader.read(session, shown, fresh=fresh)


def state(stacks: Estate, account: Account | None) -> tuple[Picture | None, str]:
    """The account as the stack's state has it, or why that cannot be told; neither where nothing was applied yet."""
    try:
        if account is None:
            on = target.real_target(stacks.stack)
        else:
            on = target.local_target(account, stacks.stack, tools.ensure())
        return from_state(engine.export(on), about(stacks.platform, Source.PULUMI)), ""
    except (OpsError, ValueError) as error:
        return None, str(error)
