import pytest

from local.model import Kind
from local.session import Binding
from tests.local.conftest import Account, Client, new_account


def prepared(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE T (ID INT NOT NULL, NAME VARCHAR(5) DEFAULT 'none', V VARIANT)",
        "CREATE TABLE S (ID INT, NAME STRING)",
        "INSERT INTO S VALUES (1, 'one'), (2, 'two')",
    ):
        client.run(sql)
    return client


@pytest.fixture
def admin(account: Account) -> Client:
    return prepared(account)


@pytest.fixture(scope="module")
def filled() -> Client:
    """An administrator with one row in T, for statements that change nothing."""
    client = prepared(new_account())
    client.run("INSERT INTO T (ID) VALUES (9)")
    return client


def table(client: Client) -> list[tuple[str | None, ...]]:
    return list(client.run("SELECT ID, NAME FROM T ORDER BY ID, NAME").rows)


def test_insert_fills_missing_columns_with_their_default(admin: Client) -> None:
    assert admin.rows("INSERT INTO T (ID) VALUES (1), (2)") == [{"number of rows inserted": "2"}]
    admin.run("INSERT INTO T (NAME, ID) VALUES (DEFAULT, 3), (NULL, 4)")
    assert table(admin) == [("1", "none"), ("2", "none"), ("3", "none"), ("4", None)]


def test_insert_from_a_query(admin: Client) -> None:
    admin.run("INSERT INTO T (ID, NAME) WITH X AS (SELECT * FROM S) SELECT ID + 10, NAME FROM X")
    assert table(admin) == [("11", "one"), ("12", "two")]


def test_insert_overwrite_replaces_the_rows(admin: Client) -> None:
    admin.run("INSERT INTO T (ID) VALUES (1)")
    admin.run("INSERT OVERWRITE INTO T (ID, NAME) SELECT * FROM S")
    assert table(admin) == [("1", "one"), ("2", "two")]


def test_text_in_a_variant_stays_text(admin: Client) -> None:
    admin.run("INSERT INTO T (ID, V) SELECT 1, '{\"a\": 1}'::VARIANT")
    admin.run("INSERT INTO T (ID, V) SELECT 2, PARSE_JSON('{\"a\": 1}')")
    assert list(admin.run("SELECT V:a::INT FROM T ORDER BY ID").rows) == [(None,), ("1",)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("INSERT INTO T (ID, NAME) VALUES (1, 'too long')", "100078"),
        ("INSERT INTO T (NAME) VALUES ('x')", "100072"),
        ("INSERT INTO T (ID) VALUES ('x')", "100038"),
        ("INSERT INTO T (ID, NOPE) VALUES (1, 2)", "000904"),
        ("INSERT INTO T (ID, NAME) VALUES (1)", "002020"),
        ("INSERT INTO T (ID, ID) VALUES (1, 2)", "002025"),
        ("INSERT INTO T (ID, NAME) SELECT 1", "002020"),
        ("INSERT INTO NOPE VALUES (1)", "002003"),
        ("INSERT ALL INTO T (ID) VALUES (1) SELECT 1", "000002"),
        ("UPDATE T SET NOPE = 1", "000904"),
        ("DELETE FROM T WHERE NOPE = 1", "000904"),
    ],
)
def test_mistakes_change_nothing(filled: Client, sql: str, code: str) -> None:
    assert filled.fails(sql).code == code
    assert table(filled) == [("9", "none")]


def test_failed_insert_keeps_no_row_of_it(admin: Client) -> None:
    assert admin.fails("INSERT INTO T (ID, NAME) VALUES (1, 'a'), (2, 'too long')").code == "100078"
    assert table(admin) == []


def test_update_from_another_table(admin: Client) -> None:
    admin.run("INSERT INTO T (ID) VALUES (1), (3)")
    answer = admin.rows("UPDATE T X SET X.NAME = S.NAME FROM S WHERE X.ID = S.ID")
    assert answer == [{"number of rows updated": "1", "number of multi-joined rows updated": "0"}]
    admin.run("UPDATE T SET NAME = DEFAULT, ID = ID * 2 WHERE ID = 1")
    assert table(admin) == [("2", "none"), ("3", "none")]


def test_delete_using_another_table(admin: Client) -> None:
    admin.run("INSERT INTO T (ID) VALUES (1), (2), (3)")
    assert admin.rows("DELETE FROM T USING S WHERE T.ID = S.ID AND S.NAME = 'one'") == [{"number of rows deleted": "1"}]
    admin.run("DELETE FROM T WHERE ID IN (SELECT MAX(ID) FROM T)")
    assert table(admin) == [("2", "none")]


MERGE = (
    "MERGE INTO T USING S ON T.ID = S.ID "
    "WHEN MATCHED AND S.NAME = 'two' THEN DELETE WHEN MATCHED THEN UPDATE SET NAME = S.NAME "
    "WHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (S.ID, UPPER(S.NAME))"
)


def test_merge_updates_deletes_and_inserts(admin: Client) -> None:
    admin.run("INSERT INTO S VALUES (3, 'three')")
    admin.run("INSERT INTO T (ID) VALUES (1), (2), (7)")
    answer = admin.rows(MERGE)
    assert answer == [{"number of rows inserted": "1", "number of rows updated": "1", "number of rows deleted": "1"}]
    assert table(admin) == [("1", "one"), ("3", "THREE"), ("7", "none")]


def test_merge_refuses_two_updates_of_one_row(admin: Client) -> None:
    admin.run("INSERT INTO T (ID) VALUES (1)")
    admin.run("INSERT INTO S VALUES (1, 'uno')")
    assert admin.fails(MERGE).code == "100090"
    assert table(admin) == [("1", "none")]


def test_merge_in_a_transaction_rolls_back(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run(MERGE)
    admin.run("ROLLBACK")
    assert table(admin) == []


def test_truncate_empties_the_table(admin: Client) -> None:
    admin.run("TRUNCATE TABLE S")
    admin.run("TRUNCATE TABLE IF EXISTS NOPE")
    assert admin.run("SELECT * FROM S").rows == []
    assert admin.fails("TRUNCATE TABLE NOPE").code == "002003"


def test_array_bind_inserts_a_row_per_element(admin: Client) -> None:
    admin.context.bindings = (Binding("FIXED", ("1", "2")), Binding("TEXT", ("a", None)))
    admin.run("INSERT INTO T (ID, NAME) VALUES (?, ?)")
    admin.context.bindings = ()
    assert table(admin) == [("1", "a"), ("2", None)]


@pytest.mark.parametrize(
    ("privilege", "sql"),
    [
        ("INSERT", "INSERT INTO D.PUBLIC.T (ID) VALUES (1)"),
        ("UPDATE", "UPDATE D.PUBLIC.T SET NAME = 'x'"),
        ("DELETE", "DELETE FROM D.PUBLIC.T"),
        ("TRUNCATE", "TRUNCATE TABLE D.PUBLIC.T"),
    ],
)
def test_each_change_needs_its_own_privilege(account: Account, admin: Client, privilege: str, sql: str) -> None:
    others = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "SELECT"} - {privilege}
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.PUBLIC", "USAGE ON WAREHOUSE WH"):
        admin.run(f"GRANT {grant} TO ROLE R")
    client = account.as_role("R")
    warehouse = account.catalogue.find(Kind.WAREHOUSE, ("WH",))
    client.context.session.warehouse = warehouse.id if warehouse else None
    assert client.fails(sql).code == "002003"
    admin.run(f"GRANT {', '.join(sorted(others))} ON TABLE D.PUBLIC.T TO ROLE R")
    assert client.fails(sql).code == "003001"
    admin.run(f"GRANT {privilege} ON TABLE D.PUBLIC.T TO ROLE R")
    client.run(sql)


def test_merge_needs_the_privilege_of_every_clause(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.PUBLIC", "USAGE ON WAREHOUSE WH", "SELECT ON TABLE S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    admin.run("GRANT INSERT, UPDATE ON TABLE T TO ROLE R")
    client = account.as_role("R")
    session, mine = client.context.session, admin.context.session
    session.warehouse, session.database, session.schema = mine.warehouse, mine.database, mine.schema
    assert client.fails(MERGE).code == "003001"
    admin.run("GRANT DELETE ON TABLE T TO ROLE R")
    client.run(MERGE)


def test_dml_on_a_view_is_refused(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    assert admin.fails("INSERT INTO V (ID) VALUES (1)").code == "002203"


def test_text_with_an_offset_becomes_a_moment(admin: Client) -> None:
    admin.run("CREATE TABLE M (AT TIMESTAMP_TZ)")
    admin.run(
        "INSERT INTO M VALUES ('2024-02-29 10:00:00 +02:00'), ('2024-02-29 10:00:00 +0200'), ('2024-02-29 08:00Z')"
    )
    admin.context.session.parameters["TIMEZONE"] = "UTC"
    assert set(admin.run("SELECT AT FROM M").rows) == {("1709193600.000000000 1440",)}


def test_default_is_computed_for_each_insert(admin: Client) -> None:
    admin.run(
        "CREATE TABLE M (ID INT, AT TIMESTAMP_LTZ DEFAULT CURRENT_TIMESTAMP(), BY_ROLE STRING DEFAULT CURRENT_ROLE())"
    )
    admin.run("INSERT INTO M (ID) VALUES (1)")
    (row,) = admin.rows("SELECT BY_ROLE, AT IS NOT NULL AS T FROM M")
    assert row == {"BY_ROLE": "ACCOUNTADMIN", "T": "1"}


def test_name_of_a_table_to_empty_may_be_bound(admin: Client) -> None:
    admin.run("CREATE TABLE EMPTIED AS SELECT 1 AS A")
    admin.context.bindings = (Binding("TEXT", '"EMPTIED"'),)
    admin.run("TRUNCATE TABLE identifier(?)")
    admin.context.bindings = ()
    assert admin.run("SELECT COUNT(*) FROM EMPTIED").rows[0] == ("0",)
