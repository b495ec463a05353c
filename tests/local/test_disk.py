"""A disk that is full, a folder that may not be written, files that are damaged: clear errors, and nothing is lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from local.data.store import existing_store
from local.data.work import Worker
from local.server.querylog import QueryLog
from tests.local.conftest import Account, Client
from tests.local.test_data_store import open_account
from tests.local.test_kills import whole
from tests.local.test_server_process import Process
from tests.local.wire import new_wire
from tests.local.writers import Refused, Session

DISK = "000603"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An account on disk."""
    made = open_account(tmp_path)
    yield made
    store = existing_store(made.catalogue)
    if store is not None:
        store.close()
    made.catalogue.close()


def client(account: Account) -> Client:
    made = account.admin.computing()
    for sql in ("CREATE DATABASE IF NOT EXISTS D", "USE SCHEMA D.PUBLIC", "CREATE TABLE IF NOT EXISTS T (A INT)"):
        made.run(sql)
    return made


# DuckDB does nothing more after some errors


def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next statement on rows meets an error that DuckDB does not survive."""
    perform = Worker._ready
    left = [duckdb.FatalException("FATAL Error: Failed to create checkpoint because of error: No space left on device")]

    def fail(*arguments: object) -> object:
        if left:
            raise left.pop()
        return perform(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Worker, "_ready", fail)


def test_data_are_opened_anew_after_an_error_that_duckdb_does_not_survive(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = client(account)
    admin.run("INSERT INTO T VALUES (1)")
    broken(monkeypatch)
    error = admin.fails("INSERT INTO T VALUES (2)")
    assert error.code == DISK
    assert "No space left on device" in error.message
    admin.run("INSERT INTO T VALUES (3)")
    assert admin.run("SELECT A FROM T ORDER BY A").rows == [("1",), ("3",)]


def test_open_transaction_is_lost_and_its_commit_says_so(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, other = client(account), client(account)
    for sql in ("BEGIN", "INSERT INTO T VALUES (1)"):
        admin.run(sql)
    broken(monkeypatch)
    assert other.fails("SELECT * FROM T").code == DISK
    assert admin.fails("INSERT INTO T VALUES (2)").code == "090232"
    assert admin.fails("COMMIT").code == DISK
    admin.run("INSERT INTO T VALUES (3)")
    assert other.run("SELECT A FROM T").rows == [("3",)]


def test_line_that_the_query_log_cannot_take_is_lost_and_its_statement_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = new_wire(log=QueryLog(tmp_path / "log"))
    token = wire.token()

    class Full:
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(wire.server.log, "_file", Full())
    assert wire.run("CREATE ROLE R", token).code is None
    wire.server.log.close()
    assert wire.run("SHOW ROLES LIKE 'R'", token).data["returned"] == 1


# The process


def attempts(session: Session, *statements: str) -> list[str]:
    """``ok`` or the error of each."""
    told = []
    for sql in statements:
        try:
            session.ask(sql)
            told.append("ok")
        except Refused as error:
            told.append(str(error))
    return told


WRITING = (
    "CREATE TABLE NEW1 (A INT)", "CREATE ROLE R1", "ALTER TABLE KEPT ADD COLUMN B INT", "DROP TABLE KEPT",
    "CREATE TABLE NEW2 AS SELECT * FROM T", "CREATE TABLE NEW3 CLONE T", "INSERT INTO T VALUES (2)",
    "INSERT INTO T SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 100000))", "UPDATE T SET A = A + 1",
    "DELETE FROM T", "TRUNCATE TABLE T", "MERGE INTO T USING (SELECT 1 AS A) S ON T.A = S.A WHEN MATCHED THEN DELETE",
    "COPY INTO L FROM @ST/a/",
)  # fmt: skip


@pytest.mark.e2e
def test_full_disk_lets_statements_fail_and_nothing_else(tmp_path: Path) -> None:
    server = Process(tmp_path)
    server.start()
    try:
        admin, other = Session(server.port), Session(server.port)
        for sql in ("CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T (A INT)", "INSERT INTO T VALUES (1)",
                    "CREATE TABLE KEPT AS SELECT * FROM T", "CREATE TABLE L (A INT)", "CREATE STAGE ST"):  # fmt: skip
            admin.ask(sql)
        admin.upload("a", "1.csv", b"1\n" * 100)
        for sql in ("USE WAREHOUSE W", "USE SCHEMA D.PUBLIC", "BEGIN", "INSERT INTO L VALUES (9)"):
            other.ask(sql)
        # No file may grow beyond a few bytes: what a full disk is, without one.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        for told in attempts(admin, *WRITING):
            assert f": {DISK} " in told, told
            assert "incident" not in told, told
        with pytest.raises(Refused, match="503"):
            admin.upload("a", "2.csv", b"1\n" * 100_000)
        (told,) = attempts(other, "COMMIT")
        assert f": {DISK} " in told, told
        assert attempts(admin, "SELECT * FROM T", "SHOW ROLES") == ["ok", "ok"]

        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert attempts(admin, "CREATE TABLE NEW4 (A INT)", "INSERT INTO T VALUES (5)") == ["ok", "ok"]
        for restarted in (False, True):
            if restarted:
                server.stop(signal.SIGKILL)
                assert whole(server.data) == []
                server.start()
                admin = Session(server.port)
                for sql in ("USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
                    admin.ask(sql)
            assert admin.shown("SHOW TABLES", "name") == ["KEPT", "L", "NEW4", "T"]
            assert admin.rows("SELECT A FROM T ORDER BY A") == [["1"], ["5"]]
            assert admin.rows("SELECT * FROM KEPT") == [["1"]]
            assert admin.rows("SELECT COUNT(*) FROM L") == [["0"]]
            assert [row[0] for row in admin.rows("LIST @ST")] == ["st/a/1.csv"]
        assert admin.rows("COPY INTO L FROM @ST/a/")[0][1] == "LOADED"
    finally:
        server.stop(signal.SIGKILL)


def change(sql: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        with sqlite3.connect(folder / "catalogue.sqlite") as records:
            records.execute(sql)
        records.close()

    return run


def overwrite(name: str, content: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        path = folder / name
        path.write_bytes(content(path.read_bytes()))

    return run


DAMAGES = {
    "garbage": overwrite("catalogue.sqlite", lambda _: b"garbage" * 1000),
    "half": overwrite("catalogue.sqlite", lambda data: data[: len(data) // 2]),
    "middle": overwrite("catalogue.sqlite", lambda data: data[:5000] + b"\xff" * (len(data) - 5000)),
    "empty": overwrite("catalogue.sqlite", lambda _: b""),
    "no JSON": change("UPDATE records SET body = '{' WHERE relation = 'grants'"),
    "no fields": change("UPDATE records SET body = '{}' WHERE relation = 'objects'"),
    "unknown kind": change("UPDATE records SET body = replace(body, 'WAREHOUSE', 'NOTHING')"),
    "no next id": change("DELETE FROM records WHERE relation = 'meta'"),
    "no account": change("DELETE FROM records WHERE relation = 'objects' AND key = '000000000000'"),
    "rows are garbage": overwrite("data.duckdb", lambda _: b"garbage" * 1000),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "server.lock"}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an account with an object, rows and no server."""
    folder = tmp_path_factory.mktemp("stopped")
    server = Process(folder)
    server.start()
    admin = Session(server.port)
    for sql in ("CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T AS SELECT 1 AS A"):
        admin.ask(sql)
    server.stop()
    return server.data


@pytest.mark.e2e
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_account_is_not_served_and_not_touched(stopped: Path, tmp_path: Path, damage: str) -> None:
    server = Process(tmp_path)
    shutil.copytree(stopped, server.data)
    DAMAGES[damage](server.data)
    before = contents(server.data)
    with pytest.raises(AssertionError) as caught:
        server.start()
    assert server.process.returncode == 2
    said = str(caught.value)
    assert "is damaged" in said
    assert "Traceback" not in said
    assert contents(server.data) == before


@pytest.mark.e2e
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_folder_that_may_not_be_written_is_not_served(stopped: Path, tmp_path: Path) -> None:
    server = Process(tmp_path)
    shutil.copytree(stopped, server.data)
    for path in (*server.data.iterdir(), server.data):
        path.chmod(0o500)
    try:
        with pytest.raises(AssertionError, match="cannot use"):
            server.start()
    finally:
        server.data.chmod(0o700)
    assert server.process.returncode == 1
