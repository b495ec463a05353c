"""Puts a stack right after a killed `up` or `destroy`: the state file, the lock, the creates whose end is not known.

Such creates are those that the state has as open, those that failed (the answer may have got lost), and those that
a preview plans although the account has the object already. The account is asked about each.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ops import engine, leftovers, locks, logins, pending, query
from ops.engine import Listener, Outcome, Target
from ops.errors import OpsError
from ops.settle import (
    DEPLOYER,
    Asker,
    Recovery,
    left_open,
    profiles_of,
    resources_of,
    settle,
    with_failed,
    without_lost,
)

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

MISSING = frozenset({2003, 2043, 2140, 3001})
"""Snowflake's error numbers for objects that are not there or not to be seen, and for containers that are not."""

ATTEMPTS = 3
PAUSE_SECONDS = 0.3


class Damaged(OpsError):
    """The state file could not be read; its backup, if there is one, was put in place."""


def recover(
    target: Target,
    lock_folder: Path | None,
    asker: Asker,
    failed: Sequence[Mapping[str, object]] = (),
    listen: Listener | None = None,
) -> Recovery:
    """Removes dead locks, settles open creates, refreshes. Safe to repeat; does nothing to a healthy stack but refresh.

    `failed` are the resources whose create failed in the last run: the account may have made them all the same, if
    the answer got lost. Raises OpsError where a living pulumi holds the stack, a type is unknown or the refresh fails.
    """
    done = Recovery()
    if lock_folder is not None:
        done.locks = [f"{lock.pid}, {lock.since}" for lock in locks.clear_stale(lock_folder)]
        done.orphans = len(leftovers.end_orphans(Path(target.environment.get("PULUMI_HOME", "~/.pulumi")).expanduser()))
    state = with_failed(engine.export(target), failed)
    settled = settle(state, asker, done)
    settled = without_lost(settled or state, asker, done) or settled
    if settled is not None:
        engine.replace_state(target, settled)
    if resources_of(settled or state):
        _refresh(target, done, listen)
        _leave_open(target, done)
    return done


def adopt(
    target: Target, plan: Outcome, asker: Asker, done: Recovery, *, careful: bool, listen: Listener | None = None
) -> bool:
    """Takes objects into the state that a preview plans to create although the account has them; True if it did.

    They are what no record tells of: the create was answered to a process that was killed before it wrote that down,
    or the state is an old one. `careful` leaves what the administrator's provider makes: other people may have made it.
    """
    before = len(done.imported)
    state = engine.export(target)
    profiles = profiles_of(resources_of(state))
    planned = [
        step.resource
        for step in plan.steps
        if step.operation == "create" and (not careful or profiles.get(str(step.resource.get("provider"))) == DEPLOYER)
    ]
    opened = with_failed(state, planned)
    settled = settle(opened, asker, done, finish=False) if opened is not state else None
    done.cleared.clear()
    if settled is None or len(done.imported) == before:
        return False
    engine.replace_state(target, settled)
    _refresh(target, done, listen)
    _leave_open(target, done)
    return True


def restore(target: Target, checkpoint: Path | None) -> None:
    """Raises Damaged where the state cannot be read, after its backup took its place; returns where it can.

    The damaged file is kept beside it. Without a backup the stack begins empty: what stands is found in the account.
    """
    try:
        engine.export(target)
    except OpsError as error:
        if checkpoint is None:
            return
        damaged = checkpoint.replace(checkpoint.with_name(f"{checkpoint.name}.damaged"))
        backup = checkpoint.with_name(f"{checkpoint.name}.bak")
        found = backup.exists() and backup.stat().st_size > 0
        if found:
            shutil.move(backup, checkpoint)
        raise Damaged(
            "the state file was damaged; " + ("its backup is in place now" if found else "there is no backup"),
            where=str(damaged),
            why=error.why,
            do="try again: what the state does not know is looked up in the account",
        ) from error


def _refresh(target: Target, done: Recovery, listen: Listener | None) -> None:
    done.refresh = engine.operate(target, "refresh", listen=listen)
    if not done.refresh.ok:
        raise OpsError(
            "the state could not be refreshed",
            why=done.refresh.errors[-1] if len(done.refresh.errors) == 1 else "the messages are above",
            do="put that right, then try again",
        )


def _leave_open(target: Target, done: Recovery) -> None:
    if done.taken:
        changed = left_open(engine.export(target), done.taken)
        if changed is not None:
            engine.replace_state(target, changed)


def _patiently(connection: "SnowflakeConnection", question: str) -> list[dict[str, object]]:
    """Asks again where an answer is an error that passes: one of dozens of questions must not end a recovery."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

    again = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_fixed(PAUSE_SECONDS),
        retry=retry_if_exception_type(OpsError),
        reraise=True,
    )
    return again(query.rows, connection, question, missing=MISSING)


@contextmanager
def asking(profiles: Path) -> Iterator[Asker]:
    """Connections to the account, one per profile of this TOML file, opened when the first question is asked."""
    connections: dict[str, SnowflakeConnection] = {}

    def asker(profile: str) -> pending.Ask:
        if profile not in connections:
            connections[profile] = logins.connect(logins.read_profile(profiles, profile))
        return lambda statement: _patiently(connections[profile], statement)

    try:
        yield asker
    finally:
        for connection in connections.values():
            connection.close()
