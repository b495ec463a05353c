"""The checker finds what is made wrong by hand, and nothing in a folder that is whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from local.catalogue import Catalogue
from local.check import main, problems
from local.data.store import FILE, existing_store
from local.engine import execute
from local.genesis import create_account
from local.model import Kind
from local.results import Deferred
from local.session import Context, Session
from local.store import Store
from tests.local.conftest import SETTINGS

STATEMENTS = (
    "CREATE WAREHOUSE W",
    "CREATE DATABASE D",
    "CREATE TABLE T (A INT NOT NULL, B VARCHAR)",
    "CREATE TABLE EMPTY (A INT)",
    "CREATE VIEW V AS SELECT * FROM T",
    "CREATE SEQUENCE SQ",
    "CREATE STAGE ST",
    "INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    "UPDATE T SET B = 'c' WHERE A = 1",
    "COPY INTO @ST FROM T",
    "CREATE TABLE GONE AS SELECT * FROM T",
    "DROP TABLE GONE",
    "CREATE ROLE R",
    "GRANT SELECT ON TABLE T TO ROLE R",
    "GRANT SELECT ON FUTURE TABLES IN DATABASE D TO ROLE R",
    "CREATE TAG G",
    "ALTER TABLE T SET TAG G = 'x'",
)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an account that was used and closed."""
    folder = tmp_path_factory.mktemp("account")
    catalogue = Catalogue(Store(folder / "catalogue.sqlite"))
    create_account(
        catalogue,
        account="MAIN",
        account_id="LM00001",
        edition="ENTERPRISE",
        administrator="LOCAL_ADMIN",
        public_key="key",
    )
    user, role = catalogue.find(Kind.USER, ("LOCAL_ADMIN",)), catalogue.find(Kind.ROLE, ("ACCOUNTADMIN",))
    assert user is not None and role is not None
    context = Context(catalogue, Session(1, user.id, role.id, "t", "m"), replace(SETTINGS, data_dir=folder))
    for sql in STATEMENTS:
        answer = execute(context, sql)
        if isinstance(answer, Deferred):
            answer.run()
    store = existing_store(catalogue)
    assert store is not None
    store.close()
    catalogue.close()
    return folder


@pytest.fixture
def folder(account: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(account, tmp_path / "account"))


def found(folder: Path) -> list[str]:
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    try:
        return problems(catalogue, folder)
    finally:
        catalogue.close()


def number_of(folder: Path, name: str) -> int:
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    table = catalogue.find(Kind.TABLE, ("D", "PUBLIC", name))
    catalogue.close()
    assert table is not None
    return table.id


def test_account_that_was_closed_is_whole(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found(folder) == []
    assert {path: path.read_bytes() for path in before} == before


def test_rows_that_were_never_recorded_are_no_problem_because_a_server_drops_them(folder: Path) -> None:
    with duckdb.connect(folder / FILE) as data:
        data.execute("CREATE TABLE stored.t999 (c1 INT, _v BIGINT)")
    assert found(folder) == []


def delete_sql(folder: Path, condition: str) -> None:
    with sqlite3.connect(folder / "catalogue.sqlite") as records:
        assert records.execute(f"DELETE FROM records WHERE {condition}").rowcount > 0  # noqa: S608


def change_object(folder: Path, number: int, **fields: object) -> None:
    key = f"{number:012d}"
    with sqlite3.connect(folder / "catalogue.sqlite") as records:
        ((body,),) = records.execute("SELECT body FROM records WHERE relation = 'objects' AND key = ?", (key,))
        changed = json.dumps({**json.loads(body), **fields})
        records.execute("UPDATE records SET body = ? WHERE relation = 'objects' AND key = ?", (changed, key))


def lose_role(folder: Path) -> None:
    delete_sql(folder, "relation = 'objects' AND body LIKE '%\"R\"%'")


def lose_schema(folder: Path) -> None:
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    schema = catalogue.find(Kind.SCHEMA, ("D", "PUBLIC"))
    catalogue.close()
    assert schema is not None
    delete_sql(folder, f"relation = 'objects' AND key = '{schema.id:012d}'")


def make_twin(folder: Path) -> None:
    change_object(folder, number_of(folder, "EMPTY"), name="V")


def give_to_nobody(folder: Path) -> None:
    change_object(folder, number_of(folder, "T"), owner=99_999)


def move_into_a_database(folder: Path) -> None:
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    database = catalogue.find(Kind.DATABASE, ("D",))
    catalogue.close()
    assert database is not None
    change_object(folder, number_of(folder, "EMPTY"), parent=database.id)


def contradict_rows(folder: Path) -> None:
    with duckdb.connect(folder / FILE) as data:
        table = f"stored.t{number_of(folder, 'T')}"
        for letter in "ud":
            data.execute(f"DROP TRIGGER IF EXISTS {letter}{number_of(folder, 'T')} ON {table}")
        ((column,),) = data.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT is_nullable",
            [table.partition(".")[2]],
        ).fetchall()
        data.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        data.execute(f"INSERT INTO {table} (_v) VALUES (1)")  # noqa: S608


def leave_old_rows(folder: Path) -> None:
    with duckdb.connect(folder / FILE) as data:
        data.execute("CREATE TABLE past.h999_1 (c1 INT, _v BIGINT, _g BIGINT)")


def leave_file(folder: Path) -> None:
    (folder / "stages" / "stray").mkdir()


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (lose_role, "which is gone"),
        (lose_schema, "which is gone"),
        (make_twin, "has the name of"),
        (give_to_nobody, "which is no role"),
        (move_into_a_database, "stands in a DATABASE"),
        (contradict_rows, "cannot be brought into shape"),
        (leave_old_rows, "the table is gone"),
        (leave_file, "is no folder of an object's files"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_broken_is_found(folder: Path, breaks: Callable[[Path], None], says: str) -> None:
    breaks(folder)
    assert any(says in line for line in found(folder))


def test_command_tells_by_its_exit_code(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folder) == 0
    assert "0 problems" in capsys.readouterr().err
    give_to_nobody(folder)
    assert main(folder) == 1
    assert "which is no role" in capsys.readouterr().out
    assert main(tmp_path / "nothing") == 2
    (folder / "catalogue.sqlite").write_bytes(b"no database" * 1000)
    assert main(folder) == 1


def test_folder_in_use_is_not_checked(folder: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
         "print('held', flush=True); time.sleep(60)", folder / "server.lock"], stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert main(folder) == 2
    holder.kill()
    holder.wait()
    holder.stdout.close()
