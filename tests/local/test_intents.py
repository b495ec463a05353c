"""The server dies between the steps of a statement; then catalogue and rows agree, and nothing answered is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.data.halt import HALT
from local.data.store import data_store
from tests.local.test_data_store import catalogue_tables, close, kept_tables, open_account, physical_tables, ready

pytestmark = pytest.mark.e2e

_CHILD = """
import sys
from pathlib import Path
from tests.local.test_data_store import open_account, ready
client = ready(open_account(Path(sys.argv[1])))
for sql in sys.argv[2:]:
    client.run(sql)
    print("answered", flush=True)
"""


def run_and_die(folder: Path, step: str, *statements: str) -> int:
    """Run statements in a process that kills itself at ``step``; returns how many were answered."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), *statements],
        capture_output=True,
        text=True,
        env={**os.environ, HALT: step, "PYTHONPATH": "."},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.count("answered")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE S (ID INT, NAME STRING)")
    client.run("INSERT INTO S VALUES (1, 'a'), (2, 'b')")
    close(client)
    return tmp_path


def test_create_as_that_dies_after_filling_leaves_nothing(folder: Path) -> None:
    assert run_and_die(folder, "filled", "CREATE TABLE T AS SELECT * FROM S") == 0
    client = ready(open_account(folder))
    assert client.fails("SELECT * FROM T").code == "002003"
    assert client.run("SELECT COUNT(*) FROM S").rows == [("2",)]
    assert physical_tables(client) == catalogue_tables(client)
    client.run("CREATE TABLE T AS SELECT * FROM S")
    assert client.run("SELECT COUNT(*) FROM T").rows == [("2",)]
    close(client)


def test_create_or_replace_as_that_dies_keeps_the_old_table(folder: Path) -> None:
    run_and_die(folder, "filled", "CREATE OR REPLACE TABLE S AS SELECT 9 AS X")
    client = ready(open_account(folder))
    assert client.run("SELECT ID FROM S ORDER BY ID").rows == [("1",), ("2",)]
    assert physical_tables(client) == catalogue_tables(client)
    close(client)


def test_create_as_that_dies_after_the_commit_is_there(folder: Path) -> None:
    run_and_die(folder, "recorded", "CREATE OR REPLACE TABLE S AS SELECT 9 AS X")
    client = ready(open_account(folder))
    assert client.rows("SELECT * FROM S") == [{"X": "9"}]
    assert physical_tables(client) == kept_tables(client)
    close(client)


@pytest.mark.parametrize("step", ["shaped-0", "shaped-1", "shaped-2"])
def test_alter_that_dies_halfway_is_finished(folder: Path, step: str) -> None:
    answered = run_and_die(
        folder,
        step,
        "ALTER TABLE S ADD COLUMN A INT DEFAULT 7 NOT NULL, B STRING",
        "INSERT INTO S (ID, A) VALUES (3, 8)",
    )
    assert answered == 1
    client = ready(open_account(folder))
    rows = client.run("SELECT ID, A, B FROM S ORDER BY ID").rows
    assert rows == [("1", "7", None), ("2", "7", None)]
    assert client.fails("INSERT INTO S (ID, A) VALUES (4, NULL)").code == "100072"
    close(client)


def test_drop_that_dies_before_duckdb_follows_is_finished(folder: Path) -> None:
    run_and_die(
        folder,
        "shaped-0",
        "ALTER TABLE S SET DATA_RETENTION_TIME_IN_DAYS = 0",
        "DROP TABLE S",
        "CREATE TABLE S (NEW INT)",
        "SELECT * FROM S",
    )
    client = ready(open_account(folder))
    assert client.rows("SELECT * FROM S") == []
    assert physical_tables(client) == kept_tables(client)
    close(client)


def test_answered_inserts_survive_a_kill(folder: Path) -> None:
    statements = [f"INSERT INTO S VALUES ({n}, 'n')" for n in range(10, 20)]  # noqa: S608
    run_and_die(folder, "filled", *statements, "BEGIN", "INSERT INTO S VALUES (99, 'no')",
                "CREATE TABLE OTHER AS SELECT 1 AS A")  # fmt: skip
    client = ready(open_account(folder))
    assert client.run("SELECT COUNT(*) FROM S WHERE ID BETWEEN 10 AND 19").rows == [("10",)]
    # DDL commits the open transaction before it begins.
    assert client.run("SELECT COUNT(*) FROM S WHERE ID = 99").rows == [("1",)]
    close(client)


def test_open_transaction_is_gone_after_a_kill(folder: Path) -> None:
    script = [
        "CREATE TABLE PENDING (A INT)",
        "BEGIN",
        "INSERT INTO S VALUES (99, 'no')",
        "INSERT INTO S SELECT 1/0, 'x'",
    ]
    child = _CHILD.replace(
        "client.run(sql)",
        "client.run(sql) if '1/0' not in sql else __import__('os').kill(__import__('os').getpid(), 9)",
    )
    done = subprocess.run(
        [sys.executable, "-c", child, str(folder), *script], env={**os.environ, "PYTHONPATH": "."}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    client = ready(open_account(folder))
    assert client.run("SELECT COUNT(*) FROM S WHERE ID = 99").rows == [("0",)]
    close(client)


@pytest.mark.parametrize(("step", "there"), [("copied", False), ("cloned", True)])
def test_clone_that_dies_is_there_as_a_whole_or_not_at_all(folder: Path, step: str, there: bool) -> None:
    run_and_die(folder, step, "CREATE DATABASE E CLONE D")
    client = ready(open_account(folder))
    if there:
        assert client.run("SELECT COUNT(*) FROM E.PUBLIC.S").rows == [("2",)]
    else:
        assert client.fails("SELECT * FROM E.PUBLIC.S").code == "002003"
    assert client.run("SELECT COUNT(*) FROM S").rows == [("2",)]
    assert physical_tables(client) == catalogue_tables(client)
    close(client)


def test_past_and_dropped_tables_survive_a_kill(folder: Path) -> None:
    run_and_die(
        folder,
        "filled",
        "CREATE TABLE U (A INT)",
        "INSERT INTO U VALUES (1)",
        "DROP TABLE U",
        "UPDATE S SET NAME = 'x'",
        "DELETE FROM S WHERE ID = 2",
        "CREATE TABLE OTHER AS SELECT 1 AS A",
    )
    client = ready(open_account(folder))
    with data_store(client.context).cursor() as cursor:
        tables = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'past'").fetchall()
        (name,) = [name for (name,) in tables if name.startswith("h")]
        rows = cursor.execute(f"SELECT DISTINCT _g FROM past.{name} ORDER BY _g DESC").fetchall()  # noqa: S608
    for (moment,), expected in zip(rows, (["x"], ["x", "x"]), strict=True):
        sql = f"SELECT NAME FROM S AT (TIMESTAMP => TO_TIMESTAMP({moment}, 6)) ORDER BY ID"  # noqa: S608
        assert [row[0] for row in client.run(sql).rows] == expected
    client.run("UNDROP TABLE U")
    assert client.rows("SELECT * FROM U") == [{"A": "1"}]
    close(client)


_TAKER = """
import os, signal, sys
from pathlib import Path
from tests.local.test_data_store import open_account, ready
client = ready(open_account(Path(sys.argv[1])))
for sql in sys.argv[2:]:
    for row in client.run(sql).rows:
        print("taken", row[0], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    "statements",
    [
        ("SELECT Q.NEXTVAL",),
        ("SELECT Q.NEXTVAL FROM S",),
        ("INSERT INTO N (ID) SELECT Q.NEXTVAL FROM S", "SELECT ID FROM N"),
        ("INSERT INTO N (X) VALUES (1), (2), (3)", "SELECT ID FROM N"),
        ("BEGIN", "SELECT Q.NEXTVAL"),
        ("BEGIN", "INSERT INTO N (X) VALUES (1), (2)", "SELECT ID FROM N"),
        ("BEGIN", "INSERT INTO N (X) VALUES (1), (2)", "SELECT ID FROM N", "ROLLBACK"),
    ],
    ids=lambda statements: "; ".join(statements),
)
def test_killed_server_gives_no_value_of_a_sequence_twice(folder: Path, statements: tuple[str, ...]) -> None:
    client = ready(open_account(folder))
    client.run("CREATE SEQUENCE Q")
    client.run("CREATE TABLE N (ID INT DEFAULT Q.NEXTVAL, X INT)")
    close(client)
    taken: list[int] = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _TAKER, str(folder), *statements],
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."}, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
        lines = [line.split() for line in done.stdout.splitlines() if line.startswith("taken ")]
        found = {int(line[1]) for line in lines if line[1].isdigit()}
        taken += sorted(found - set(taken))
        assert len(taken) == len(set(taken))
    client = ready(open_account(folder))
    following = int(str(client.run("SELECT Q.NEXTVAL").rows[0][0]))
    assert following > max(taken)
    close(client)
