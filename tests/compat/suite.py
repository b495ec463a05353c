"""Runs cases twice each and judges: every step must succeed and answer the same again, and no state may change."""

import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.compat import state
from tests.compat.account import Account
from tests.compat.case import Case, Run
from tests.compat.trap import trap


@dataclass(frozen=True)
class Result:
    """What came of a case: steps that did what they should, of how many; what failed, with the reason.

    `answers` and `state` are what another account is compared with; they are not published.
    """

    name: str
    program: str
    version: str
    did: str
    note: str
    steps: int
    passed: int
    statements: int
    failures: Mapping[str, str]
    answers: Mapping[str, object] = field(default_factory=dict)
    state: Mapping[str, object] = field(default_factory=dict)

    def published(self) -> dict[str, object]:
        """What goes into the repository."""
        kept = asdict(self)
        del kept["answers"], kept["state"]
        return kept


def perform(case: Case, account: Account) -> Result:
    """One case in a database of its own, twice. Raises NotInstalled where its program cannot be had."""
    begin, _ = account.statements()
    with account.scratch(case.name) as database:
        first, second = (_once(case, account, database, number) for number in (1, 2))
        with account.connect() as connection:
            stands = state.read(connection, database, case.volatile)
    steps = [*first.run.steps, *second.run.steps]
    failures = {step.name: step.error for step in reversed(steps) if step.error}
    if changed := state.differences(first.stood, second.stood):
        failures["the second run changed the database"] = "; ".join(changed)
    if hosts := sorted({*first.refused, *second.refused}):
        failures["it tried to reach others than the account"] = ", ".join(hosts)
    names, broken = {step.name for step in steps}, {step.name for step in steps if step.error}
    return Result(
        case.name,
        case.program,
        case.version(),
        case.did,
        case.note,
        len(names),
        len(names - broken),
        account.statements(begin)[1],
        {name: _masked(text, database) for name, text in failures.items()},
        {f"run {done.run.number}, {step.name}": _answer(step.error or step.answer, database)
         for done in (first, second) for step in done.run.steps},
        {topic: _answer(lines, database) for topic, lines in stands.items()},
    )  # fmt: skip


@dataclass(frozen=True)
class _Done:
    run: Run
    stood: state.State
    refused: list[str]


def _once(case: Case, account: Account, database: str, number: int) -> _Done:
    with tempfile.TemporaryDirectory(prefix=f"compat-{case.name}-") as work, ExitStack() as stack:
        run = Run(account, database, Path(work).resolve(), number, {})
        if account.is_local:
            run.proxies = stack.enter_context(trap(run.refused_file))
        case.run(run)
        refused = run.refused()
    with account.connect() as connection:
        return _Done(run, state.read(connection, database), refused)


def _answer(value: object, database: str) -> object:
    if isinstance(value, Mapping):
        return {_masked(str(name), database): _answer(item, database) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_answer(item, database) for item in value]
    return _masked(value, database) if isinstance(value, str) else value


def _masked(text: str, database: str) -> str:
    text = re.sub(r"/\S*/compat-[a-z0-9]+-[a-z0-9_]{8}", "<work>", text)
    return text.replace(database, "<database>").replace(database.lower(), "<database>")
