from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local import dropped
from local.catalogue import Catalogue
from local.data.store import data_store
from local.data.work import Plan, defer, worker_of
from local.genesis import create_account
from local.model import Kind
from local.results import Result, status
from local.store import Store
from tests.local.conftest import SETTINGS, Account, Client

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def open_account(folder: Path) -> Account:
    """The account in a folder, made if it is not there; ``setup`` leaves a session in D.PUBLIC."""
    catalogue = Catalogue(Store(folder / "catalogue.sqlite"))
    if catalogue.empty:
        create_account(
            catalogue,
            account="MAIN",
            account_id="LM00001",
            edition="ENTERPRISE",
            administrator="LOCAL_ADMIN",
            public_key="key",
        )
    return Account(catalogue, replace(SETTINGS, data_dir=folder))


def ready(account: Account) -> Client:
    client = account.admin
    session, catalogue = client.context.session, account.catalogue
    if catalogue.find(Kind.DATABASE, ("D",)) is None:
        client.run("CREATE WAREHOUSE WH")
        client.run("CREATE DATABASE D")
    for kind, path in ((Kind.WAREHOUSE, ("WH",)), (Kind.DATABASE, ("D",)), (Kind.SCHEMA, ("D", "PUBLIC"))):
        found = catalogue.find(kind, path)
        assert found is not None
        setattr(session, kind.value.lower(), found.id)
    return client


def close(client: Client) -> None:
    data_store(client.context).close()
    client.context.catalogue.close()


def physical_tables(client: Client) -> set[int]:
    with data_store(client.context).cursor() as cursor:
        rows = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'stored'").fetchall()
    return {int(name[1:]) for (name,) in rows}


def kept_tables(client: Client) -> set[int]:
    """Tables of the catalogue and those that UNDROP can bring back."""
    return catalogue_tables(client) | set(dropped.tables(client.context.catalogue))


def catalogue_tables(client: Client) -> set[int]:
    return {table.id for table in client.context.catalogue.of_kind(Kind.TABLE)}


def test_rows_are_there_after_a_restart(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT, NAME VARCHAR(3) DEFAULT 'abc')")
    client.run("INSERT INTO T (ID) VALUES (1)")
    close(client)
    client = ready(open_account(tmp_path))
    assert client.rows("SELECT * FROM T") == [{"ID": "1", "NAME": "abc"}]
    close(client)


def test_uncommitted_rows_go_with_the_session(account: Account) -> None:
    client = ready(account)
    client.run("CREATE TABLE T (ID INT)")
    client.run("BEGIN")
    client.run("INSERT INTO T VALUES (1)")
    data_store(client.context).end_session(client.context.session.id)
    assert ready(account).run("SELECT COUNT(*) FROM T").rows == [("0",)]


def test_dropped_tables_leave_duckdb_with_the_next_statement(account: Account) -> None:
    client = ready(account)
    client.run("CREATE TABLE T (ID INT)")
    client.run("INSERT INTO T VALUES (1)")
    client.run("CREATE TABLE U AS SELECT * FROM T")
    client.run("ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 0")
    client.run("DROP TABLE T")
    client.run("SELECT * FROM U")
    assert physical_tables(client) == catalogue_tables(client)


def test_dropped_database_takes_its_rows_along(account: Account) -> None:
    client = ready(account)
    client.run("CREATE TABLE T (ID INT)")
    client.run("INSERT INTO T VALUES (1)")
    client.run("ALTER DATABASE D SET DATA_RETENTION_TIME_IN_DAYS = 0")
    client.run("DROP DATABASE D")
    client.run("CREATE DATABASE D")
    client = ready(account)
    client.run("CREATE TABLE T (ID INT)")
    assert client.rows("SELECT * FROM T") == []
    assert physical_tables(client) == catalogue_tables(client)


def test_alter_statements_that_nobody_looked_at_are_made_up_for(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT, A INT, N NUMBER(5,2))")
    client.run("INSERT INTO T VALUES (1, 2, 3.25)")
    close(client)
    client = ready(open_account(tmp_path))
    for sql in (
        "ALTER TABLE T DROP COLUMN A",
        "ALTER TABLE T ADD COLUMN B STRING DEFAULT 'b'",
        "ALTER TABLE T RENAME COLUMN N TO M",
        "ALTER TABLE T MODIFY COLUMN M SET DATA TYPE NUMBER(20,2)",
        "CREATE TABLE FRESH (X INT)",
    ):
        client.run(sql)
    assert client.rows("SELECT * FROM T") == [{"ID": "1", "M": "3.25", "B": "b"}]
    close(client)


def test_control_statements_load_no_database_engine(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from tests.local.test_data_store import open_account, ready\n"
        f"client = ready(open_account(Path({str(tmp_path)!r})))\n"
        "client.run('CREATE TABLE T (ID INT PRIMARY KEY)')\n"
        "client.run('ALTER TABLE T ADD COLUMN B INT')\n"
        "client.run('SHOW TABLES'); client.run('DESCRIBE TABLE T'); client.run('SELECT CURRENT_ROLE()')\n"
        "print(sorted({'duckdb', 'sqlglot', 'fakesnow', 'pyarrow'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("table", ["T", "U"])
def test_show_tables_counts_rows(account: Account, table: str) -> None:
    client = ready(account)
    client.run(f"CREATE TABLE {table} (ID INT)")
    client.run(f"INSERT INTO {table} VALUES (1), (2)")  # noqa: S608
    assert client.rows("SHOW TABLES")[0]["rows"] == "2"


def test_table_of_the_server_commits_and_rolls_back_with_the_rows(account: Account) -> None:
    admin = account.admin
    for sql in ("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE TABLE T (ID INT)"):
        admin.run(sql)
    table = account.catalogue.find(Kind.TABLE, ("D", "PUBLIC", "T"))
    assert table is not None
    worker = worker_of(admin.context)
    columns = {"file": "VARCHAR"}

    def note(file: str) -> list[tuple[str]]:
        def plan() -> Plan:
            def run(cursor: DuckDBPyConnection) -> Result:
                worker.writing(wanted, table.id).insert("SELECT 1")
                worker.side("loads", ("file",)).insert(f"SELECT '{file}'")
                found.extend(cursor.execute(f"SELECT file FROM {worker.side_name('loads')} ORDER BY 1").fetchall())  # noqa: S608
                return status("")

            wanted = data_store(admin.context).wanted(account.catalogue)
            return Plan(wanted, frozenset(), run, {table.id: False}, sides={"loads": columns})

        found: list[tuple[str]] = []
        defer(admin.context, plan).run()
        return found

    assert note("a") == [("a",)]
    admin.run("BEGIN")
    assert note("b") == [("a",), ("b",)]
    admin.run("ROLLBACK")
    assert note("c") == [("a",), ("c",)]
    assert list(admin.run("SELECT COUNT(*) FROM T").rows) == [("2",)]


def test_duckdb_leaves_half_of_the_memory_to_others(account: Account) -> None:
    client = account.admin
    with data_store(client.context).cursor() as cursor:
        ((limit,),) = cursor.execute("SELECT current_setting('memory_limit')").fetchall()
    number, unit = str(limit).split()
    units = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
    assert float(number) * units[unit] < 0.6 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
