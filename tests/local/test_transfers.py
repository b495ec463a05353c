"""Transactions over several tables at once: nothing is lost, nothing is there twice, no reader sees half of one.

The model is a sum for each table: transfers commute, so every order of the committed ones ends in the same state.
"""

# ruff: noqa: S608 (names and numbers are made here)
from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

from local.data.store import existing_store
from local.errors import SnowflakeError
from tests.local.conftest import Account, Client, new_account

TABLES = 3
EACH = 1000
GIVES_WAY = "000625"
ALL = " + ".join(f"(SELECT SUM(N) FROM A{number})" for number in range(TABLES))


def client(account: Account) -> Client:
    made = account.admin
    for sql in ("USE WAREHOUSE WH", "USE SCHEMA D.PUBLIC", "ALTER SESSION SET LOCK_TIMEOUT = 20"):
        made.run(sql)
    return made


def prepared() -> Account:
    account = new_account()
    owner = account.admin
    for sql in ("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE TABLE LOG (W INT, N INT)"):
        owner.run(sql)
    for number in range(TABLES):
        owner.run(f"CREATE TABLE A{number} (K INT, N INT) AS SELECT 0, {EACH}")
    return account


def transfer(session: Client, dice: random.Random, worker: int, model: Counter[int]) -> bool:
    """Move something from one table to another; False where it was taken back or gave way."""
    source, target = dice.sample(range(TABLES), 2)
    amount = dice.randint(1, 50)
    take = dice.choice(
        (
            f"UPDATE A{source} SET N = N - {amount} WHERE K = 0",
            f"MERGE INTO A{source} T USING (SELECT 0 AS K, {amount} AS D) S ON T.K = S.K "
            "WHEN MATCHED THEN UPDATE SET N = T.N - S.D",
        )
    )
    give = dice.choice(
        (f"UPDATE A{target} SET N = N + {amount} WHERE K = 0", f"INSERT INTO A{target} VALUES (1, {amount})")
    )
    steps = [take, give, f"INSERT INTO LOG VALUES ({worker}, {amount})"]
    dice.shuffle(steps)
    try:
        for sql in ("BEGIN", *steps):
            session.run(sql)
        if dice.random() < 0.2:
            session.run("ROLLBACK")
            return False
        session.run("COMMIT")
    except SnowflakeError as error:
        assert error.code == GIVES_WAY, error
        session.run("ROLLBACK")
        return False
    model[source] -= amount
    model[target] += amount
    return True


def race(seed: int, count: int, workers: int = 4) -> None:
    account = prepared()
    models = [Counter[int]() for _ in range(workers)]
    done = [0] * workers
    stop = threading.Event()
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            session, dice = client(account), random.Random(seed * 100 + number)
            for _ in range(count):
                done[number] += transfer(session, dice, number, models[number])
        except BaseException as error:  # noqa: BLE001 (raised again below)
            failures.append(error)

    def watch() -> None:
        try:
            session = client(account)
            while not stop.is_set():
                ((total,),) = session.run(f"SELECT {ALL}").rows
                assert total == str(TABLES * EACH), f"a reader saw half a transaction: {total}"
        except BaseException as error:  # noqa: BLE001 (raised again below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    watcher = threading.Thread(target=watch)
    for thread in (*threads, watcher):
        thread.start()
    for thread in threads:
        thread.join(240)
    stop.set()
    watcher.join(60)
    try:
        assert not failures, f"seed {seed}: {failures}"
        reader = client(account)
        for table in range(TABLES):
            ((found,),) = reader.run(f"SELECT SUM(N) FROM A{table}").rows
            assert found == str(EACH + sum(model[table] for model in models)), f"seed {seed}, A{table}"
        assert reader.run("SELECT COUNT(*) FROM LOG").rows == [(str(sum(done)),)]
        assert sum(done) > workers * count // 4
    finally:
        store = existing_store(account.catalogue)
        if store is not None:
            store.close()


def test_transfers_between_tables_neither_lose_nor_make_anything() -> None:
    race(1, 6)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [6001, 6002])
def test_many_transfers_between_tables_neither_lose_nor_make_anything(seed: int) -> None:
    race(seed, 150)
