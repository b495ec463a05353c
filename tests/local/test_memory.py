"""What the server holds on to does not grow with the statements that it has answered."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import duckdb
import pytest

from local.data.past import Past
from local.data.store import FILE, existing_store
from tests.local.test_data_store import open_account, ready


class _Heap(ctypes.Structure):
    """glibc's ``struct mallinfo2``."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def heap() -> int:
    """Bytes that are taken from malloc."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = _Heap
    return int(ask().uordblks)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="asks glibc"
)
def test_nothing_stays_of_queries_with_a_limit(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT, NAME VARCHAR)")
    client.run("INSERT INTO T SELECT SEQ4(), 'x' FROM TABLE(GENERATOR(ROWCOUNT => 1000))")
    for _ in range(50):
        client.run("SELECT * FROM T LIMIT 200")
    before = heap()
    for _ in range(250):
        client.run("SELECT * FROM T LIMIT 200")
    assert heap() - before < 250 * 1500


def test_small_table_takes_little_room(tmp_path: Path) -> None:
    account = open_account(tmp_path)
    client = ready(account)
    for number in range(50):
        client.run(f"CREATE TABLE T{number} AS SELECT 1 AS A, 'x' AS B")
    store = existing_store(account.catalogue)
    assert store is not None
    with store.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    assert (tmp_path / FILE).stat().st_size < 50 * 50_000


@pytest.fixture
def past() -> Past:
    return Past()


def test_moments_of_the_last_statements_are_known(past: Past) -> None:
    cursor = duckdb.connect()
    past.open(cursor)
    for number in range(20_000):
        past.ended(f"q{number}")
    assert past.statement(cursor, "q0") is None
    assert past.statement(cursor, "q17000") is not None
    assert sum(map(len, past._read)) <= 8000


@pytest.mark.parametrize("written_down", [False, True])
def test_statement_of_a_transaction_counts_from_its_commit(past: Past, *, written_down: bool) -> None:
    cursor = duckdb.connect()
    past.open(cursor)
    past.ended("q1")
    found = past.statement(cursor, "q1")
    assert found is not None
    past.wrote(["q1"], found[1] + 5)
    if written_down:
        past.flush(cursor)
        past.ended("q1")
    later = past.statement(cursor, "q1")
    assert later is not None and later[0] == found[1] + 5


def test_all_that_waits_to_be_written_down_is_written(past: Past) -> None:
    cursor = duckdb.connect()
    past.open(cursor)
    past.wrote([f"q{number}" for number in range(700)], 1)
    waiting = past.full
    past.flush(cursor)
    past.flush(cursor)
    assert (waiting, past.full) == (True, False)
    assert cursor.execute("SELECT count(DISTINCT query), count(*) FROM past.statements").fetchall() == [(700, 700)]
