"""Policies that come and go while others read: no read after the answer sees what it must not, none sees a mixture."""

# ruff: noqa: S608 (names are made here)
from __future__ import annotations

import itertools
import random
import threading
import time
from dataclasses import dataclass, field

import pytest

from local.data.store import existing_store
from local.errors import SnowflakeError
from tests.local.conftest import Account, Client, new_account

ROWS = 50
CLEAR = frozenset({"secret"})
SETUP = (
    "CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE TABLE X (A INT, B VARCHAR)",
    f"INSERT INTO X SELECT SEQ4(), 'secret' FROM TABLE(GENERATOR(ROWCOUNT => {ROWS}))",
    "CREATE VIEW V AS SELECT * FROM X", "CREATE SECURE VIEW W AS SELECT * FROM V WHERE A >= 0", "CREATE TAG G",
    "CREATE TABLE OTHER (A INT)", "INSERT INTO OTHER SELECT A FROM X", "CREATE TABLE COPY0 (B VARCHAR)",
    "CREATE MASKING POLICY HIDE AS (V VARCHAR) RETURNS VARCHAR -> 'masked'",
    "CREATE MASKING POLICY TAGGED AS (V VARCHAR) RETURNS VARCHAR -> 'masked'",
    "ALTER TAG G SET MASKING POLICY TAGGED",
    "CREATE ROW ACCESS POLICY NONE AS (N INT) RETURNS BOOLEAN -> FALSE",
)  # fmt: skip
CHANGES = (
    ("ALTER TABLE X MODIFY COLUMN B SET MASKING POLICY HIDE", "ALTER TABLE X MODIFY COLUMN B UNSET MASKING POLICY"),
    ("ALTER TABLE X MODIFY COLUMN B SET TAG G = 'x'", "ALTER TABLE X MODIFY COLUMN B UNSET TAG G"),
    ("ALTER TABLE X ADD ROW ACCESS POLICY NONE ON (A)", "ALTER TABLE X DROP ROW ACCESS POLICY NONE"),
)
READS = (
    ("SELECT B FROM X",),
    ("SELECT B FROM V",),
    ("SELECT B FROM W",),
    ("SELECT X.B FROM X JOIN OTHER O ON O.A = X.A",),
    ("WITH Q AS (SELECT * FROM X) SELECT B FROM Q UNION ALL SELECT B FROM V WHERE A < 0",),
    ("SELECT DISTINCT (SELECT MAX(B) FROM X) FROM OTHER",),
    ("CREATE OR REPLACE TABLE MADE{n} AS SELECT B FROM X", "SELECT B FROM MADE{n}"),
    ("BEGIN", "DELETE FROM COPY{n}", "INSERT INTO COPY{n} SELECT B FROM X", "SELECT B FROM COPY{n}", "ROLLBACK"),
    ("BEGIN", "DELETE FROM COPY{n}", "SELECT B FROM X", "ROLLBACK"),
    ("INSERT OVERWRITE INTO COPY{n} SELECT B FROM W", "SELECT B FROM COPY{n}"),
)  # fmt: skip
"""The statements of a read; its rows are those of the only SELECT that has some."""


@dataclass
class Seen:
    """What a read saw, and between which ticks it ran."""

    began: int
    ended: int
    values: frozenset[str]
    sql: str


@dataclass
class History:
    """Ticks that put statements in order."""

    ticks: itertools.count[int] = field(default_factory=itertools.count)
    protected: list[tuple[int, int]] = field(default_factory=list)
    """From the answer to the statement that sets a policy until the one that unsets it is sent."""
    clear: list[tuple[int, int]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """Reads that no order of the statements explains."""
        found = [f"a mixture: {read}" for read in self.seen if len(read.values) > 1]
        for read in self.seen:
            inside = any(start <= read.began and read.ended <= end for start, end in self.protected)
            outside = any(start <= read.began and read.ended <= end for start, end in self.clear)
            if (inside and read.values & CLEAR) or (outside and read.values != CLEAR):
                found.append(f"{'clear' if inside else 'masked'}: {read}")
        return found


def client(account: Account) -> Client:
    made = account.admin
    for sql in ("USE WAREHOUSE WH", "USE SCHEMA D.PUBLIC"):
        made.run(sql)
    return made


def read(reader: Client, number: int, dice: random.Random, history: History) -> None:
    """One read of any sort; a statement that gives way to another is no read."""
    statements = [sql.format(n=number) for sql in dice.choice(READS)]
    began = next(history.ticks)
    values: frozenset[str] = frozenset()
    try:
        for sql in statements:
            result = reader.run(sql)
            if "SELECT" in sql and not sql.startswith(("CREATE", "INSERT")):
                values = frozenset(str(row[0]) for row in result.rows)
    except SnowflakeError as error:
        assert error.code == "000625", f"{statements}: {error}"
        reader.run("ROLLBACK")
        return
    history.seen.append(Seen(began, next(history.ticks), values, "; ".join(statements)))


def race(seed: int, rounds: int, readers: int = 3) -> History:
    """Set and unset policies while readers read."""
    account, history, dice = new_account(), History(), random.Random(seed)
    owner = account.admin
    for sql in SETUP:
        owner.run(sql)
    for number in range(1, readers):
        owner.run(f"CREATE TABLE COPY{number} (B VARCHAR)")
    done = threading.Event()
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            own, reader = random.Random(seed * 100 + number), client(account)
            while not done.is_set():
                read(reader, number, own, history)
        except BaseException as error:  # noqa: BLE001 (raised again below)
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    since = next(history.ticks)
    for _ in range(rounds):
        on, off = dice.choice(CHANGES)
        for sql, spans in ((on, history.clear), (off, history.protected)):
            time.sleep(dice.random() * 0.15)
            spans.append((since, next(history.ticks)))
            owner.run(sql)
            since = next(history.ticks)
    done.set()
    for thread in threads:
        thread.join(60)
    store = existing_store(account.catalogue)
    if store is not None:
        store.close()
    assert not failures, failures
    return history


def check(seed: int, rounds: int) -> None:
    history = race(seed, rounds)
    assert not history.wrong(), f"seed {seed}: " + "\n".join(history.wrong()[:5])
    kinds = {read.values for read in history.seen}
    assert CLEAR in kinds
    assert frozenset({"masked"}) in kinds or frozenset() in kinds


def test_policies_that_come_and_go_protect_from_their_answer_on() -> None:
    check(1, 12)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [5001, 5002])
def test_policies_that_come_and_go_often_protect_from_their_answer_on(seed: int) -> None:
    check(seed, 400)
