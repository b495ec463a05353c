"""Sessions that race on the same objects end in the state of some order of their statements, answers included."""

# ruff: noqa: S608 (names and numbers are made here)
from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from local.data import copies, create_as
from local.data.store import data_store, existing_store
from local.dump import dump
from local.engine import execute
from local.errors import SnowflakeError
from local.model import Kind
from local.results import Deferred, Result
from tests.local.conftest import Account, Client, new_account

SETUP = (
    "CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE ROLE R", "CREATE ROLE Q", "CREATE TABLE X (A INT)",
    "INSERT INTO X VALUES (1), (2)", "CREATE TABLE Z (A INT)",
)  # fmt: skip
RACES = (
    "CREATE TABLE Y (A INT)", "CREATE TABLE IF NOT EXISTS Y (A INT)", "CREATE OR REPLACE TABLE X (A INT)",
    "CREATE OR REPLACE TABLE Y AS SELECT A FROM X", "CREATE TABLE Y AS SELECT A FROM X", "CREATE TABLE Y CLONE X",
    "DROP TABLE X", "DROP TABLE IF EXISTS Y", "UNDROP TABLE X", "ALTER TABLE X RENAME TO Y",
    "ALTER TABLE Y RENAME TO X",
    "ALTER TABLE X SWAP WITH Z", "ALTER TABLE X ADD COLUMN B INT DEFAULT 5", "ALTER TABLE X DROP COLUMN B",
    "ALTER TABLE X ALTER COLUMN A SET NOT NULL", "INSERT INTO X (A) VALUES (NULL)", "INSERT INTO X (A) VALUES (3), (4)",
    "INSERT INTO Y (A) VALUES (9)", "UPDATE X SET A = A + 10", "UPDATE X SET A = A * 2", "DELETE FROM X WHERE A = 1",
    "TRUNCATE TABLE X", "INSERT OVERWRITE INTO X (A) SELECT 7", "SELECT COUNT(*), SUM(A) FROM X",
    "MERGE INTO X USING (SELECT 1 AS A) S ON X.A = S.A WHEN MATCHED THEN UPDATE SET A = 100 "
    "WHEN NOT MATCHED THEN INSERT (A) VALUES (200)",
    "GRANT SELECT ON TABLE X TO ROLE R", "REVOKE SELECT ON TABLE X FROM ROLE R", "GRANT ROLE R TO ROLE Q",
    "GRANT OWNERSHIP ON TABLE X TO ROLE SYSADMIN COPY CURRENT GRANTS",
    "GRANT ALL ON ALL TABLES IN SCHEMA PUBLIC TO ROLE Q",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA PUBLIC TO ROLE R", "DROP ROLE R", "CREATE ROLE R", "DROP ROLE IF EXISTS Q",
    "CREATE OR REPLACE ROLE R",
)  # fmt: skip
CHANGING = "000625"
"""The statement gave way to another one and changed nothing."""


@dataclass(frozen=True)
class Done:
    """A statement with its answer: rows, or the code of its error."""

    sql: str
    said: str


def prepared() -> Account:
    account = new_account()
    client = account.admin
    for sql in SETUP:
        client.run(sql)
    return account


def session(account: Account) -> Client:
    client = account.admin
    for sql in ("USE WAREHOUSE WH", "USE SCHEMA D.PUBLIC"):
        client.run(sql)
    return client


def closed(account: Account) -> None:
    store = existing_store(account.catalogue)
    if store is not None:
        store.close()


def perform(client: Client, sql: str) -> Done:
    try:
        result = client.run(sql)
    except SnowflakeError as error:
        return Done(sql, error.code)
    return Done(sql, json.dumps([list(row) for row in result.rows]))


def state(account: Account) -> str:
    """All objects, grants and rows by name."""
    client = session(account)
    rows = {
        table.name: sorted(json.dumps(list(row)) for row in client.run(f"SELECT * FROM {table.name}").rows)
        for table in account.catalogue.of_kind(Kind.TABLE)
    }
    return json.dumps([dump(account.catalogue), rows], sort_keys=True)


def race(threads: Sequence[Sequence[str]]) -> tuple[list[list[Done]], str]:
    """Run the statements of each thread in turn, the threads at once: what each was told, and the end state."""
    account = prepared()
    clients = [session(account) for _ in threads]
    told: list[list[Done]] = [[] for _ in threads]
    failures: list[BaseException] = []
    gate = threading.Barrier(len(threads))

    def run(number: int) -> None:
        try:
            gate.wait(10)
            for sql in threads[number]:
                told[number].append(perform(clients[number], sql))
        except BaseException as error:  # noqa: BLE001 (raised again below)
            failures.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(len(threads))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    assert not failures, failures
    assert not any(thread.is_alive() for thread in running), "a statement hangs"
    try:
        return told, state(account)
    finally:
        closed(account)


def orders(threads: Sequence[Sequence[Done]]) -> Iterator[tuple[Done, ...]]:
    """Every way to put the threads' statements in one order that keeps each thread's own."""
    if not any(threads):
        yield ()
    for number, thread in enumerate(threads):
        if thread:
            rest = [other[1:] if index == number else other for index, other in enumerate(threads)]
            for following in orders(rest):
                yield (thread[0], *following)


def explains(order: Sequence[Done], end: str) -> bool:
    """Whether running the statements one after the other gives the same answers and the same end."""
    account = prepared()
    try:
        client = session(account)
        return all(perform(client, done.sql) == done for done in order) and state(account) == end
    finally:
        closed(account)


def drawn(dice: random.Random) -> list[list[str]]:
    """Two or three sessions with one or two statements each.

    What makes a table from another one reads its rows when it begins, and the table is there when it ends (READ
    COMMITTED). Beside a session of two statements that may look like no order at all: there each has only one.
    """
    threads = [[dice.choice(RACES) for _ in range(dice.choice((1, 2)))] for _ in range(dice.choice((2, 2, 3)))]
    if any(" AS SELECT" in sql or "CLONE" in sql for thread in threads for sql in thread):
        return [[sql] for sql, *_ in threads]
    return threads


def check_races(seed: int, count: int) -> None:
    dice = random.Random(seed)
    for number in range(count):
        threads = drawn(dice)
        told, end = race(threads)
        effective = [[done for done in thread if done.said != CHANGING] for thread in told]
        assert any(explains(order, end) for order in orders(effective)), f"seed {seed}, race {number}: {told}\n{end}"


def test_races_end_as_some_order_would() -> None:
    check_races(1, 12)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3001, 3009))
def test_many_races_end_as_some_order_would(seed: int) -> None:
    check_races(seed, 150)


# Races that were lost once


def started(client: Client, sql: str) -> Deferred:
    """A statement that is planned and not run yet."""
    answer = execute(client.context, sql)
    assert isinstance(answer, Deferred)
    return answer


def finished(deferred: Deferred) -> Result:
    return deferred.run()


def test_rows_of_a_new_table_stay_when_an_older_statement_brings_tables_into_shape() -> None:
    account = prepared()
    maker, reader, other = (session(account) for _ in range(3))
    making = started(maker, "CREATE TABLE Y AS SELECT A FROM X")
    other.run("CREATE TABLE MEANWHILE (A INT)")
    reading = started(reader, "SELECT COUNT(*) FROM X")
    finished(making)
    finished(reading)
    assert maker.run("SELECT COUNT(*) FROM Y").rows == [("2",)]
    closed(account)


def test_new_column_stays_when_an_older_statement_brings_tables_into_shape() -> None:
    account = prepared()
    writer, reader, holder = (session(account) for _ in range(3))
    for sql in ("BEGIN", "INSERT INTO Z VALUES (1)"):
        holder.run(sql)
    writer.run("CREATE TABLE MEANWHILE (A INT)")
    reading = started(reader, "SELECT COUNT(*) FROM X")
    for sql in ("ALTER TABLE Z ADD COLUMN B INT", "ALTER TABLE X ADD COLUMN B INT", "UPDATE X SET B = A"):
        writer.run(sql)
    finished(reading)
    assert writer.run("SELECT SUM(B) FROM X").rows == [("3",)]
    assert data_store(writer.context).opened
    closed(account)


def test_writer_that_was_planned_before_a_column_became_not_null_is_refused() -> None:
    account = prepared()
    owner, writer = session(account), session(account)
    writer.run("INSERT INTO X VALUES (3)")
    writing = started(writer, "INSERT INTO X VALUES (NULL)")
    owner.run("ALTER TABLE X ALTER COLUMN A SET NOT NULL")
    with pytest.raises(SnowflakeError) as caught:
        finished(writing)
    assert caught.value.code == "100072"
    assert owner.run("SELECT COUNT(*) FROM X").rows == [("3",)]
    closed(account)


@pytest.mark.parametrize("sql", ["CREATE TABLE Y AS SELECT A FROM X", "CREATE TABLE Y CLONE X"])
@pytest.mark.parametrize(
    ("meanwhile", "rows"),
    [
        (("ALTER TABLE X SWAP WITH Z",), "0"),
        (("ALTER TABLE X RENAME TO OLD", "ALTER TABLE Z RENAME TO X"), "0"),
        (("DROP TABLE X",), None),
        (("COMMENT ON TABLE X IS 'x'",), "2"),
    ],
)
def test_table_is_made_from_what_the_name_means_when_it_is_there(
    monkeypatch: pytest.MonkeyPatch, sql: str, meanwhile: tuple[str, ...], rows: str | None
) -> None:
    account = prepared()
    maker, other = session(account), session(account)
    left = list(meanwhile)

    def step(_: str) -> None:
        while left:
            other.run(left.pop(0))

    for module in (create_as, copies):
        monkeypatch.setattr(module, "halt", step)
    if rows is None:
        assert maker.fails(sql).code == "002003"
        assert [table.name for table in account.catalogue.of_kind(Kind.TABLE)] == ["Z"]
    else:
        maker.run(sql)
        assert maker.run("SELECT COUNT(*) FROM Y").rows == [(rows,)]
    closed(account)


@pytest.mark.parametrize("sql", ["CREATE TABLE {}Y AS SELECT A FROM X", "CREATE TABLE {}Y CLONE X"])
def test_name_that_is_taken_in_the_meantime_is_what_is_told(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    for clause in ("", "IF NOT EXISTS "):
        account = prepared()
        maker, other = session(account), session(account)
        left = ["ALTER TABLE X RENAME TO Y"]
        for module in (create_as, copies):
            monkeypatch.setattr(module, "halt", lambda _, left=left, other=other: left and other.run(left.pop()))
        if clause:
            assert "already exists" in str(maker.run(sql.format(clause)).rows[0][0])
        else:
            assert maker.fails(sql.format(clause)).code == "002002"
        closed(account)


def test_writer_that_waited_sees_the_policy_that_came_meanwhile() -> None:
    account = prepared()
    holder, writer, owner = (session(account) for _ in range(3))
    owner.run("CREATE MASKING POLICY HIDE AS (V INT) RETURNS INT -> -1")
    for sql in ("BEGIN", "DELETE FROM Z"):
        holder.run(sql)
    writing = started(writer, "INSERT OVERWRITE INTO Z SELECT A FROM X")
    waiter = threading.Thread(target=writing.run)
    waiter.start()
    owner.run("ALTER TABLE X MODIFY COLUMN A SET MASKING POLICY HIDE")
    holder.run("COMMIT")
    waiter.join(30)
    assert owner.run("SELECT A FROM Z").rows == [("-1",), ("-1",)]
    closed(account)
