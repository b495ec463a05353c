import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE WAREHOUSE WH")
    client.run("CREATE DATABASE D")
    return client


def columns(client: Client, table: str) -> list[tuple[str | None, ...]]:
    return [(row["name"], row["type"], row["null?"], row["default"]) for row in client.rows(f"DESCRIBE TABLE {table}")]


PROVIDER_TABLE = (
    'CREATE TABLE "D"."PUBLIC"."ORDERS" ("ID" NUMBER(38,0) NOT NULL COMMENT \'\', '
    "\"EMAIL\" VARCHAR(200) COLLATE '' COMMENT '', \"TS\" TIMESTAMP_NTZ(9) COMMENT '') CHANGE_TRACKING = true"
)


def test_table_of_the_provider_is_shown_and_described(admin: Client) -> None:
    assert admin.rows(PROVIDER_TABLE) == [{"status": "Table ORDERS successfully created."}]
    (row,) = admin.rows('SHOW TABLES LIKE \'ORDERS\' IN SCHEMA "D"."PUBLIC"')
    assert (row["kind"], row["change_tracking"], row["owner"], row["rows"]) == ("TABLE", "ON", "ACCOUNTADMIN", "0")
    described = admin.rows('DESCRIBE TABLE "D"."PUBLIC"."ORDERS" TYPE = COLUMNS')
    assert [(c["name"], c["type"], c["null?"]) for c in described] == [
        ("ID", "NUMBER(38,0)", "N"),
        ("EMAIL", "VARCHAR(200)", "Y"),
        ("TS", "TIMESTAMP_NTZ(9)", "Y"),
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("INT", "NUMBER(38,0)"),
        ("DECIMAL(10)", "NUMBER(10,0)"),
        ("STRING", "VARCHAR(16777216)"),
        ("CHAR", "VARCHAR(1)"),
        ("DOUBLE PRECISION", "FLOAT"),
        ("DATETIME", "TIMESTAMP_NTZ(9)"),
        ("TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(3)"),
        ("BINARY", "BINARY(8388608)"),
        ("VARIANT", "VARIANT"),
    ],
)
def test_type_is_shown_as_snowflake_names_it(admin: Client, written: str, shown: str) -> None:
    admin.run(f"CREATE TABLE T (C {written})")
    assert columns(admin, "T")[0][1] == shown


def test_unknown_type_is_refused(admin: Client) -> None:
    assert admin.fails("CREATE TABLE T (C NONSENSE)").code == "002040"
    assert admin.fails("CREATE TABLE T (C GEOGRAPHY)").code == "000002"


def test_keys_are_declared_not_enforced(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID INT PRIMARY KEY, K INT UNIQUE, CONSTRAINT F FOREIGN KEY (K) REFERENCES T (ID))")
    admin.run("INSERT INTO T VALUES (1, 1), (1, 1)")
    first, second = admin.rows("DESCRIBE TABLE T")
    assert (first["primary key"], first["null?"], second["unique key"]) == ("Y", "N", "Y")
    assert admin.fails("CREATE TABLE U (ID INT PRIMARY KEY ENFORCED)").code == "000002"


def test_unknown_clause_is_a_syntax_error(admin: Client) -> None:
    assert admin.fails("CREATE TABLE T (C INT) NONSENSE = 1").code == "001420"
    assert admin.fails("CREATE TABLE T (C INT) FOO").code == "001003"


def test_table_without_create_table_is_refused(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE D TO ROLE R")
    admin.run("GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE R")
    assert account.as_role("R").fails("CREATE TABLE D.PUBLIC.T (C INT)").code == "003001"


def test_temporary_table_belongs_to_its_session(account: Account, admin: Client) -> None:
    admin.run("CREATE TABLE T (KIND INT)")
    admin.run("CREATE TEMPORARY TABLE T (TEMP INT)")
    assert columns(admin, "T")[0][0] == "TEMP"
    other = account.admin
    assert [row["kind"] for row in other.rows("SHOW TABLES IN SCHEMA D.PUBLIC")] == ["TABLE"]
    assert other.rows("DESCRIBE TABLE D.PUBLIC.T")[0]["name"] == "KIND"
    admin.run("DROP TABLE T")
    assert columns(admin, "T")[0][0] == "KIND"


def test_create_as_takes_columns_from_the_query(admin: Client) -> None:
    admin.run("CREATE TABLE S (ID INT, NAME VARCHAR(7))")
    admin.run("INSERT INTO S VALUES (1, 'a')")
    admin.run("CREATE TABLE T AS SELECT ID, NAME, 1.5 AS F FROM S")
    assert [c[:2] for c in columns(admin, "T")] == [
        ("ID", "NUMBER(38,0)"), ("NAME", "VARCHAR(7)"), ("F", "NUMBER(2,1)")
    ]  # fmt: skip
    assert admin.rows("SELECT * FROM T") == [{"ID": "1", "NAME": "a", "F": "1.5"}]


def test_failed_create_as_leaves_nothing(admin: Client) -> None:
    assert admin.fails("CREATE TABLE T AS SELECT 'x'::INT AS N").code == "100038"
    assert admin.fails("CREATE TABLE T AS SELECT NOPE AS N").code == "000904"
    assert admin.fails("CREATE TABLE T (A, B) AS SELECT 1 AS N").code == "002026"
    assert admin.rows("SHOW TABLES") == []
    assert admin.fails("SELECT * FROM T").code == "002003"


def test_create_or_replace_forgets_the_rows(admin: Client) -> None:
    admin.run("CREATE TABLE T (A INT)")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("CREATE OR REPLACE TABLE T (B INT)")
    assert admin.rows("SELECT * FROM T") == []
    assert admin.fails("CREATE TABLE T (B INT)").code == "002002"


def test_like_copies_columns_without_rows(admin: Client) -> None:
    admin.run("CREATE TABLE S (ID INT NOT NULL DEFAULT 4)")
    admin.run("INSERT INTO S VALUES (1)")
    admin.run("CREATE TABLE T LIKE S")
    assert columns(admin, "T") == [("ID", "NUMBER(38,0)", "N", "4")]
    assert admin.rows("SELECT COUNT(*) AS N FROM T") == [{"N": "0"}]


def test_added_column_fills_older_rows_with_its_default(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID INT)")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("ALTER TABLE T ADD COLUMN A INT DEFAULT 7 NOT NULL, B STRING")
    assert admin.rows("SELECT * FROM T") == [{"ID": "1", "A": "7", "B": None}]
    assert "non-empty table" in admin.fails("ALTER TABLE T ADD COLUMN C INT NOT NULL").message
    assert admin.fails("ALTER TABLE T ADD COLUMN A INT").code == "001430"


def test_renamed_column_keeps_its_values(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID INT, A INT)")
    admin.run("INSERT INTO T VALUES (1, 2)")
    admin.run("ALTER TABLE T RENAME COLUMN A TO B")
    assert admin.rows("SELECT * FROM T") == [{"ID": "1", "B": "2"}]


def test_dropped_column_added_again_is_empty(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID INT, A INT)")
    admin.run("INSERT INTO T VALUES (1, 2)")
    admin.run("ALTER TABLE T DROP COLUMN A")
    admin.run("ALTER TABLE T ADD COLUMN A INT")
    assert admin.rows("SELECT * FROM T") == [{"ID": "1", "A": None}]


def test_not_null_is_refused_while_a_row_has_null(admin: Client) -> None:
    admin.run("CREATE TABLE T (A INT)")
    admin.run("INSERT INTO T VALUES (NULL)")
    assert admin.fails("ALTER TABLE T ALTER COLUMN A SET NOT NULL").code == "100072"
    admin.run("DELETE FROM T")
    admin.run("ALTER TABLE T ALTER COLUMN A SET NOT NULL")
    assert admin.fails("INSERT INTO T VALUES (NULL)").code == "100072"


def test_type_changes_only_where_values_stay_what_they_are(admin: Client) -> None:
    admin.run("CREATE TABLE T (N NUMBER(5,2), S VARCHAR(5))")
    admin.run("INSERT INTO T VALUES (123.45, 'abcde')")
    admin.run("ALTER TABLE T MODIFY COLUMN N SET DATA TYPE NUMBER(12,2), COLUMN S TYPE VARCHAR(9)")
    assert admin.rows("SELECT * FROM T") == [{"N": "123.45", "S": "abcde"}]
    assert admin.fails("ALTER TABLE T MODIFY COLUMN N SET DATA TYPE NUMBER(4,2)").code == "002108"
    assert admin.fails("ALTER TABLE T MODIFY COLUMN S SET DATA TYPE VARCHAR(4)").code == "002108"
    assert admin.fails("ALTER TABLE T MODIFY COLUMN S SET DATA TYPE INT").code == "002108"


def test_rename_moves_the_table_with_its_rows(admin: Client) -> None:
    admin.run("CREATE TABLE T (A INT)")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("CREATE SCHEMA OTHER")
    admin.run("ALTER TABLE D.PUBLIC.T RENAME TO D.OTHER.U")
    assert admin.rows("SELECT * FROM D.OTHER.U") == [{"A": "1"}]


def test_swap_exchanges_names(admin: Client) -> None:
    admin.run("CREATE TABLE T (A INT)")
    admin.run("CREATE TABLE U (B INT)")
    admin.run("ALTER TABLE T SWAP WITH U")
    assert (columns(admin, "T")[0][0], columns(admin, "U")[0][0]) == ("B", "A")


def test_properties_are_set_and_unset(admin: Client) -> None:
    admin.run("CREATE TABLE T (A INT) DATA_RETENTION_TIME_IN_DAYS = 30 COMMENT = 'c' CLUSTER BY (A)")
    (row,) = admin.rows("SHOW TABLES")
    assert (row["retention_time"], row["comment"], row["cluster_by"]) == ("30", "c", "LINEAR(A)")
    admin.run("ALTER TABLE T UNSET DATA_RETENTION_TIME_IN_DAYS, COMMENT")
    admin.run("ALTER TABLE T DROP CLUSTERING KEY")
    (row,) = admin.rows("SHOW TABLES")
    assert (row["retention_time"], row["comment"], row["cluster_by"]) == ("1", "", "")


def test_transient_table_keeps_no_more_than_a_day(admin: Client) -> None:
    assert admin.fails("CREATE TRANSIENT TABLE T (A INT) DATA_RETENTION_TIME_IN_DAYS = 2").code == "001008"


def test_identity_counts_by_its_step(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID INT IDENTITY (10, 5), S STRING)")
    admin.run("INSERT INTO T (S) VALUES ('a'), ('b')")
    assert [row["ID"] for row in admin.rows("SELECT ID FROM T ORDER BY ID")] == ["10", "15"]


def test_drop_if_exists_of_a_missing_table_says_so(admin: Client) -> None:
    assert admin.rows("DROP TABLE IF EXISTS D.PUBLIC.NOPE") == [
        {"status": "Drop statement executed successfully (NOPE already dropped)."}
    ]
    assert admin.fails("DROP TABLE D.PUBLIC.NOPE").code == "002003"


def test_replaced_table_keeps_grants_when_asked(admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("CREATE TABLE T (A INT)")
    admin.run("GRANT SELECT ON TABLE T TO ROLE R")
    admin.run("CREATE OR REPLACE TABLE T (A INT) COPY GRANTS")
    assert "SELECT" in [row["privilege"] for row in admin.rows("SHOW GRANTS ON TABLE T")]
    admin.run("CREATE OR REPLACE TABLE T (A INT)")
    assert "SELECT" not in [row["privilege"] for row in admin.rows("SHOW GRANTS ON TABLE T")]


def test_show_columns_gives_types_as_json(admin: Client) -> None:
    admin.run("CREATE TABLE T (A NUMBER(5,2) NOT NULL, B VARCHAR(3))")
    first, second = admin.rows("SHOW COLUMNS IN TABLE T")
    assert first["data_type"] == '{"type":"FIXED","precision":5,"scale":2,"nullable":false}'
    assert second["column_name"] == "B"
