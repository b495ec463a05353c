"""UNDROP of tables, schemas and databases, and SHOW … HISTORY."""

import time
from pathlib import Path

import pytest

from local import dropped
from local.dump import dump
from tests.local.conftest import Account, Client
from tests.local.test_data_store import catalogue_tables, close, open_account, physical_tables, ready
from tests.local.test_time_travel import run


@pytest.fixture
def admin(account: Account) -> Client:
    client = ready(account)
    for sql in (
        "CREATE SCHEMA D.S",
        "CREATE TABLE T (ID INT, NAME VARCHAR(9))",
        "INSERT INTO T VALUES (1, 'one'), (2, 'two')",
        "CREATE ROLE R",
        "GRANT USAGE ON DATABASE D TO ROLE R",
        "GRANT USAGE ON SCHEMA D.S TO ROLE R",
        "GRANT SELECT ON TABLE T TO ROLE R",
        "CREATE VIEW V AS SELECT * FROM T",
    ):
        client.run(sql)
    return client


def ids(client: Client, table: str = "D.S.T") -> list[str]:
    return [str(row[0]) for row in client.run(f"SELECT ID FROM {table} ORDER BY ID").rows]  # noqa: S608


@pytest.mark.parametrize("what", ["TABLE D.S.T", "SCHEMA D.S", "DATABASE D"])
def test_dropped_object_comes_back_as_it_was(admin: Client, what: str) -> None:
    admin.run("CREATE TAG D.PUBLIC.TG")
    admin.run("ALTER TABLE D.S.T SET TAG D.PUBLIC.TG = 'x'")
    before = dump(admin.context.catalogue)
    admin.run(f"DROP {what}")
    assert admin.fails("SELECT * FROM D.S.T").code == "002003"
    kind, name = what.split()
    (answer,) = admin.rows(f"UNDROP {what}")
    assert answer == {"status": f"{kind.capitalize()} {name.split('.')[-1]} successfully restored."}
    assert dump(admin.context.catalogue) == before
    assert ids(admin) == ["1", "2"]
    admin.run("INSERT INTO D.S.T VALUES (3, 'three')")
    assert ids(admin, "D.S.V") == ["1", "2", "3"]


def test_dynamic_tables_come_back_with_their_rows(admin: Client) -> None:
    admin.run("CREATE DYNAMIC TABLE DT TARGET_LAG = '1 hour' WAREHOUSE = WH AS SELECT ID FROM T")
    for what in ("DYNAMIC TABLE D.S.DT", "SCHEMA D.S"):
        before = dump(admin.context.catalogue)
        admin.run(f"DROP {what}")
        assert admin.fails("SELECT * FROM D.S.DT").code == "002003"
        assert admin.fails("UNDROP TABLE D.S.DT").code == "002003"
        admin.run(f"UNDROP {what}")
        assert dump(admin.context.catalogue) == before
        assert ids(admin, "D.S.DT") == ["1", "2"]


def test_sequence_of_a_schema_that_came_back_repeats_nothing(admin: Client) -> None:
    admin.run("CREATE SEQUENCE D.S.SQ")
    values = [admin.run("SELECT D.S.SQ.NEXTVAL").rows[0][0] for _ in range(2)]
    admin.run("DROP SCHEMA D.S")
    admin.run("CREATE TABLE D.PUBLIC.MEANWHILE (X INT)")
    admin.run("INSERT INTO D.PUBLIC.MEANWHILE VALUES (1)")
    admin.run("UNDROP SCHEMA D.S")
    assert [*values, admin.run("SELECT D.S.SQ.NEXTVAL").rows[0][0]] == ["1", "2", "3"]


def test_its_past_comes_back_too(admin: Client) -> None:
    run(admin, "q", "DELETE FROM T WHERE ID = 1")
    admin.run("DROP TABLE T")
    admin.run("UNDROP TABLE T")
    assert ids(admin, "T BEFORE (STATEMENT => 'q')") == ["1", "2"]


def test_newest_of_several_comes_back_and_by_number_any(admin: Client) -> None:
    first = admin.context.catalogue.find(dropped.KINDS[0], ("D", "S", "T"))
    assert first is not None
    admin.run("DROP TABLE T")
    admin.run("CREATE TABLE T (ID INT)")
    admin.run("INSERT INTO T VALUES (9)")
    admin.run("DROP TABLE T")
    admin.run("UNDROP TABLE T")
    assert ids(admin) == ["9"]
    assert admin.fails("UNDROP TABLE T").code == "002002"
    admin.run("ALTER TABLE T RENAME TO T2")
    admin.run(f"UNDROP TABLE IDENTIFIER({first.id})")
    assert ids(admin) == ["1", "2"]


def test_replaced_table_comes_back_when_the_name_is_free(admin: Client) -> None:
    admin.run("CREATE OR REPLACE TABLE T (ID INT)")
    admin.run("ALTER TABLE T RENAME TO NEW_T")
    admin.run("UNDROP TABLE T")
    assert ids(admin) == ["1", "2"]


@pytest.mark.parametrize(
    "sql",
    ["ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 0", "ALTER SCHEMA D.S SET DATA_RETENTION_TIME_IN_DAYS = 0"],
)
def test_without_retention_nothing_comes_back(admin: Client, sql: str) -> None:
    admin.run(sql)
    admin.run("DROP TABLE T")
    error = admin.fails("UNDROP TABLE T")
    assert (error.code, error.message.split("\n")[1]) == ("002003", "Table 'T' did not exist or was purged.")


def test_temporary_table_does_not_come_back(admin: Client) -> None:
    admin.run("CREATE TEMPORARY TABLE TT (X INT)")
    admin.run("DROP TABLE TT")
    assert admin.fails("UNDROP TABLE TT").code == "002003"


def test_after_the_retention_all_is_gone(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    admin.run("DROP TABLE T")
    later = time.time() + 86_400 + 1
    monkeypatch.setattr("local.dropped.time.time", lambda: later)
    assert admin.fails("UNDROP TABLE T").code == "002003"
    admin.run("CREATE TABLE U (X INT)")
    admin.run("DROP TABLE U")
    admin.run("CREATE TABLE W (X INT)")
    admin.run("SELECT * FROM W")
    kept = set(dropped.tables(admin.context.catalogue))
    assert physical_tables(admin) <= catalogue_tables(admin) | kept
    assert len(kept) == 1


def test_only_the_owner_brings_it_back(account: Account, admin: Client) -> None:
    admin.run("GRANT CREATE TABLE ON SCHEMA D.S TO ROLE R")
    admin.run("DROP TABLE T")
    assert account.as_role("R").fails("UNDROP TABLE D.S.T").code == "002003"
    admin.run("UNDROP TABLE T")
    admin.run("GRANT OWNERSHIP ON TABLE T TO ROLE R REVOKE CURRENT GRANTS")
    owner = account.as_role("R")
    owner.run("DROP TABLE D.S.T")
    owner.run("UNDROP TABLE D.S.T")
    owner.run("DROP TABLE D.S.T")
    admin.run("REVOKE CREATE TABLE ON SCHEMA D.S FROM ROLE R")
    assert owner.fails("UNDROP TABLE D.S.T").code == "003001"


def test_owner_that_is_gone_leaves_it_to_who_restores(admin: Client) -> None:
    admin.run("DROP SCHEMA D.S")
    admin.run("DROP ROLE R")
    admin.run("UNDROP SCHEMA D.S")
    assert [row["grantee_name"] for row in admin.rows("SHOW GRANTS ON TABLE D.S.T")] == ["ACCOUNTADMIN"]


def test_table_whose_policy_is_gone_does_not_come_back_bare(admin: Client) -> None:
    admin.run("CREATE MASKING POLICY D.PUBLIC.M AS (V VARCHAR) RETURNS VARCHAR -> '*'")
    admin.run("ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY D.PUBLIC.M")
    admin.run("DROP TABLE T")
    admin.run("DROP MASKING POLICY D.PUBLIC.M")
    assert "policy that protected it" in admin.fails("UNDROP TABLE T").message


def test_table_in_a_dropped_schema_comes_back_after_the_schema(admin: Client) -> None:
    admin.run("DROP TABLE T")
    admin.run("DROP SCHEMA D.S")
    assert admin.fails("UNDROP TABLE D.S.T").code == "002003"
    admin.run("UNDROP SCHEMA D.S")
    admin.run("UNDROP TABLE D.S.T")
    assert ids(admin) == ["1", "2"]


def test_dropped_objects_are_bounded(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped, "MOST", 3)
    admin.run("DROP TABLE T")
    for number in range(3):
        admin.run(f"CREATE TABLE U{number} (X INT)")
        admin.run(f"DROP TABLE U{number}")
    assert admin.fails("UNDROP TABLE T").code == "002003"
    admin.run("UNDROP TABLE U0")


def test_dropped_table_survives_a_restart(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT)")
    client.run("INSERT INTO T VALUES (1)")
    client.run("DROP TABLE T")
    client.run("CREATE TABLE U AS SELECT 1 AS X")
    close(client)
    client = ready(open_account(tmp_path))
    client.run("SELECT * FROM U")
    client.run("UNDROP TABLE T")
    assert ids(client, "T") == ["1"]
    close(client)


def test_history_lists_what_was_dropped(admin: Client) -> None:
    admin.run("DROP TABLE T")
    admin.run("CREATE TABLE U (X INT)")
    shown = {row["name"]: row["dropped_on"] is None for row in admin.rows("SHOW TABLES HISTORY IN SCHEMA D.S")}
    assert shown == {"T": False, "U": True}
    assert [row["name"] for row in admin.rows("SHOW TABLES IN SCHEMA D.S")] == ["U"]
    assert "dropped_on" not in admin.rows("SHOW TABLES IN SCHEMA D.S")[0]
    admin.run("DROP SCHEMA D.S")
    assert ("S", False) in {
        (row["name"], row["dropped_on"] is None) for row in admin.rows("SHOW SCHEMAS HISTORY IN DATABASE D")
    }
    admin.run("DROP DATABASE D")
    assert ("D", False) in {(row["name"], row["dropped_on"] is None) for row in admin.rows("SHOW DATABASES HISTORY")}


def test_history_shows_only_what_the_role_may_see(account: Account, admin: Client) -> None:
    admin.run("DROP TABLE T")
    admin.run("CREATE ROLE OTHER")
    admin.run("GRANT USAGE ON DATABASE D TO ROLE OTHER")
    admin.run("GRANT USAGE ON SCHEMA D.S TO ROLE OTHER")
    assert account.as_role("OTHER").rows("SHOW TABLES HISTORY IN SCHEMA D.S") == []
