import pytest

from local.model import Kind
from local.results import Type
from local.session import Binding
from tests.local.conftest import Account, Client, new_account


def prepared(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE T (ID INT, NAME VARCHAR(9), AMOUNT NUMBER(10,2))",
        "INSERT INTO T VALUES (1, 'a', 1.10), (2, 'b', 2.20)",
    ):
        client.run(sql)
    return client


@pytest.fixture
def admin(account: Account) -> Client:
    return prepared(account)


@pytest.fixture(scope="module")
def shared() -> Client:
    """An administrator in an account of the whole module, for queries that change nothing."""
    return prepared(new_account())


def one(client: Client, sql: str) -> str | None:
    (row,) = client.run(sql).rows
    return row[0]


def reader(account: Account, admin: Client, *grants: str) -> Client:
    admin.run("CREATE ROLE IF NOT EXISTS READER")
    for grant in grants:
        admin.run(f"GRANT {grant} TO ROLE READER")
    client = account.as_role("READER")
    warehouse = account.catalogue.find(Kind.WAREHOUSE, ("WH",))
    client.context.session.warehouse = warehouse.id if warehouse else None
    return client


WAY = ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.PUBLIC", "USAGE ON WAREHOUSE WH")


def test_select_is_allowed_by_its_privilege_and_the_way_down(account: Account, admin: Client) -> None:
    client = reader(account, admin, *WAY, "SELECT ON TABLE D.PUBLIC.T")
    assert one(client, "SELECT NAME FROM D.PUBLIC.T WHERE ID = 2") == "b"


def test_table_without_any_right_does_not_exist(account: Account, admin: Client) -> None:
    error = reader(account, admin, *WAY).fails("SELECT * FROM D.PUBLIC.T")
    assert (error.code, error.state) == ("002003", "42S02")
    assert error.message == "SQL compilation error:\nObject 'D.PUBLIC.T' does not exist or not authorized."


def test_table_that_may_be_seen_but_not_read_is_an_access_error(account: Account, admin: Client) -> None:
    client = reader(account, admin, *WAY, "INSERT ON TABLE D.PUBLIC.T")
    error = client.fails("SELECT * FROM D.PUBLIC.T")
    assert (error.code, error.message) == (
        "003001",
        "SQL access control error:\nInsufficient privileges to operate on table 'T'",
    )


def test_table_in_a_schema_without_usage_does_not_exist(account: Account, admin: Client) -> None:
    client = reader(account, admin, "USAGE ON WAREHOUSE WH", "USAGE ON DATABASE D", "SELECT ON TABLE D.PUBLIC.T")
    assert client.fails("SELECT * FROM D.PUBLIC.T").code == "002003"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS A WHERE EXISTS (SELECT * FROM D.PUBLIC.T)",
        "WITH X AS (SELECT * FROM D.PUBLIC.T) SELECT * FROM X",
        "SELECT (SELECT MAX(ID) FROM D.PUBLIC.T) AS A",
        "SELECT 1 AS A UNION ALL SELECT ID FROM D.PUBLIC.T",
        "SELECT * FROM (SELECT * FROM (SELECT * FROM D.PUBLIC.T))",
        "SELECT X.A FROM (SELECT 1 AS A) X JOIN D.PUBLIC.T ON TRUE",
        "SELECT * FROM IDENTIFIER('D.PUBLIC.T')",
        "VALUES ((SELECT COUNT(*) FROM D.PUBLIC.T))",
        "(SELECT ID FROM D.PUBLIC.T)",
    ],
)
def test_no_place_of_a_query_hides_a_table_from_access_control(shared: Client, sql: str) -> None:
    assert shared.run(sql).rows
    assert reader(Account(shared.context.catalogue), shared, *WAY).fails(sql).code == "002003"


def test_cte_is_not_a_table_outside_its_query(admin: Client) -> None:
    assert one(admin, "WITH T AS (SELECT 5 AS ID) SELECT ID FROM T") == "5"
    assert admin.fails("SELECT * FROM (WITH X AS (SELECT 1 AS A) SELECT * FROM X), X").code == "002003"


def test_duckdbs_own_objects_and_files_are_out_of_reach(admin: Client) -> None:
    for name in ("duckdb_tables", "t1", "sqlite_master", '"/etc/passwd"', "pg_class"):
        assert admin.fails(f"SELECT * FROM {name}").code in ("002003", "000002")  # noqa: S608
    for call in ("read_text('/etc/passwd')", "read_csv('/etc/passwd')", "duckdb_settings()", "sniff_csv('x')"):
        assert admin.fails(f"SELECT * FROM {call}").code in ("002140", "002141", "000002")  # noqa: S608
        assert admin.fails(f"SELECT * FROM TABLE({call})").code in ("002140", "002141", "000002")  # noqa: S608
        assert admin.fails(f"SELECT {call}").code in ("002140", "002141")


def test_recursive_cte_counts(admin: Client) -> None:
    sql = "WITH RECURSIVE N AS (SELECT 1 AS A UNION ALL SELECT A + 1 FROM N WHERE A < 4) SELECT MAX(A) FROM N"
    assert one(admin, sql) == "4"


def test_cte_of_a_physical_name_reaches_no_table(account: Account, admin: Client) -> None:
    client = reader(account, admin, *WAY)
    (table,) = account.catalogue.of_kind(Kind.TABLE)
    for name in (f"T{table.id}", f'"stored"."t{table.id}"', f"STORED.T{table.id}", "DUCKDB_TABLES"):
        for body in (f"SELECT * FROM {name}", f"SELECT * FROM {name} UNION ALL SELECT 1, 'a', 2"):  # noqa: S608
            cte = name.split(".")[-1]
            sql = f"WITH RECURSIVE {cte} AS ({body}) SELECT * FROM {cte}"  # noqa: S608
            client.context.session.database = admin.context.session.database
            client.context.session.schema = admin.context.session.schema
            assert client.fails(sql).code == "002003", sql


def test_query_needs_a_warehouse_a_constant_does_not(account: Account, admin: Client) -> None:
    admin.context.session.warehouse = None
    assert admin.fails("SELECT * FROM T").code == "000606"
    assert one(admin, "SELECT 1") == "1"


@pytest.mark.parametrize(
    ("expression", "kind", "cell"),
    [
        ("SUM(AMOUNT)", Type.FIXED, "3.30"),
        ("COUNT(*)", Type.FIXED, "2"),
        ("MAX(ID) * 1.5", Type.FIXED, "3.0"),
        ("'2024-02-29'::DATE", Type.DATE, "19782"),
        ("'2024-02-29 12:00:00.5'::TIMESTAMP_NTZ", Type.TIMESTAMP_NTZ, "1709208000.500000000"),
        ("'2024-02-29 12:00:00 +02:00'::TIMESTAMP_TZ", Type.TIMESTAMP_TZ, "1709200800.000000000 960"),
        ("'10:00:01'::TIME", Type.TIME, "36001.000000000"),
        ("ID = 1", Type.BOOLEAN, None),
        ("1.5::FLOAT", Type.REAL, "1.5"),
        ("TO_BINARY('ab', 'HEX')", Type.BINARY, "AB"),
        ("PARSE_JSON('{\"a\": [1]}'):a[0]::INT", Type.FIXED, "1"),
        ("ARRAY_CONSTRUCT(1, 2)::ARRAY", Type.ARRAY, "[\n  1,\n  2\n]"),
        ("NULL", Type.TEXT, None),
    ],
)
def test_values_have_their_type_and_form(shared: Client, expression: str, kind: Type, cell: str | None) -> None:
    result = shared.run(f"SELECT {expression} AS X FROM T GROUP BY ALL LIMIT 1")  # noqa: S608
    assert result.columns[0].type is kind
    assert cell is None or result.rows[0][0] == cell


def test_columns_keep_precision_and_length(admin: Client) -> None:
    columns = admin.run("SELECT T.AMOUNT, T.NAME, X.NAME AS N FROM T JOIN (SELECT * FROM T) X USING (ID)").columns
    assert [(c.name, c.precision, c.scale, c.length) for c in columns] == [
        ("AMOUNT", 10, 2, None),
        ("NAME", None, None, 9),
        ("N", None, None, 9),
    ]


def test_columns_without_a_name_are_named_by_their_text(admin: Client) -> None:
    names = [c.name for c in admin.run("select count(*), max(name), 1 + 1, upper('x') from t").columns]
    assert names == ["COUNT(*)", "MAX(NAME)", "1 + 1", "UPPER('X')"]


def test_quoted_names_keep_their_case(admin: Client) -> None:
    assert list(admin.rows('SELECT ID AS "lower", NAME AS upper FROM T LIMIT 1')[0]) == ["lower", "UPPER"]


def test_qualified_columns_are_understood(admin: Client) -> None:
    assert one(admin, "SELECT D.PUBLIC.T.NAME FROM D.PUBLIC.T WHERE PUBLIC.T.ID = 1") == "a"
    assert one(admin, "SELECT X.NAME FROM T AS X WHERE X.ID = 1") == "a"


def test_context_functions_answer_inside_queries(admin: Client) -> None:
    assert one(admin, "SELECT CURRENT_ROLE() FROM T LIMIT 1") == "ACCOUNTADMIN"
    assert one(admin, "SELECT COUNT(*) FROM T WHERE CURRENT_USER() = 'LOCAL_ADMIN'") == "2"


def test_bound_values_are_used_by_position_and_number(admin: Client) -> None:
    admin.context.bindings = (Binding("FIXED", "2"), Binding("TEXT", "b'--"))
    assert admin.rows("SELECT ID, ? AS X, :2 AS Y FROM T WHERE ID = :1") == [{"ID": "2", "X": "2", "Y": "b'--"}]
    admin.context.bindings = ()
    assert admin.fails("SELECT * FROM T WHERE ID = ?").code == "002049"


def test_flatten_gives_a_row_per_element(admin: Client) -> None:
    rows = admin.rows("SELECT F.VALUE::INT AS V FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[3,4]'))) F ORDER BY V")
    assert rows == [{"V": "3"}, {"V": "4"}]


def test_values_clause_names_its_columns(admin: Client) -> None:
    assert admin.rows("VALUES (1, 'a')") == [{"COLUMN1": "1", "COLUMN2": "a"}]
    assert admin.rows("SELECT * FROM VALUES (1, 'a') AS V (X, Y)") == [{"X": "1", "Y": "a"}]


@pytest.mark.parametrize(
    ("sql", "code", "text"),
    [
        ("SELECT NOPE FROM T", "000904", "invalid identifier 'NOPE'"),
        ("SELECT T.NOPE FROM T", "000904", "invalid identifier 'T.NOPE'"),
        ("SELECT NOSUCH(1) FROM T", "002140", "Unknown function NOSUCH"),
        ("SELECT 'x'::INT FROM T", "100038", "Numeric value 'x' is not recognized"),
        ("SELECT 'x'::DATE FROM T", "100040", "Date 'x' is not recognized"),
        ("SELECT 'x'::TIMESTAMP FROM T", "100035", "Timestamp 'x' is not recognized"),
        ("SELECT 'x'::BOOLEAN FROM T", "100037", "Boolean value 'x' is not recognized"),
        ("SELECT ID / 0 FROM T", "100051", "Division by zero"),
        ("SELECT 12345::NUMBER(3,0) FROM T", "100046", "type FIXED[SB2](3,0){nullable}, value 12345"),
        ("SELECT FROM WHERE", "001003", "syntax error"),
        ("SELECT (1 FROM T", "001003", "syntax error"),
        ("SELECT ID, COUNT(*) FROM T", "000979", "not a valid group by expression"),
        ("SELECT NAME FROM T A, T B", "002028", "ambiguous column name 'NAME'"),
        ("SELECT * FROM T AT (OFFSET => -86400)", "000707", "Time travel data is not available"),
        ("SELECT * FROM @STAGE", "001080", ""),
        ("EXPLAIN SELECT 1", "000002", "EXPLAIN"),
        ("SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY", "000002", "SNOWFLAKE"),
    ],
)
def test_mistakes_have_snowflakes_code(shared: Client, sql: str, code: str, text: str) -> None:
    error = shared.fails(sql)
    assert (error.code, text in error.message) == (code, True), error.message


def test_describe_only_gives_columns_without_rows(admin: Client) -> None:
    admin.context.describe_only = True
    result = admin.run("SELECT ID, NAME FROM T")
    assert ([c.name for c in result.columns], list(result.rows)) == (["ID", "NAME"], [])


def test_unqualified_name_needs_a_current_schema(account: Account, admin: Client) -> None:
    client = account.admin
    client.context.session.warehouse = admin.context.session.warehouse
    assert client.fails("SELECT * FROM T").code == "090105"


def test_information_schema_lists_what_may_be_seen(account: Account, admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT ID FROM T")
    tables = "SELECT TABLE_NAME, TABLE_TYPE FROM D.INFORMATION_SCHEMA.TABLES ORDER BY TABLE_NAME"
    assert admin.run(tables).rows == [("T", "BASE TABLE"), ("V", "VIEW")]
    client = reader(account, admin, *WAY, "SELECT ON VIEW D.PUBLIC.V")
    assert client.run(tables).rows == [("V", "VIEW")]
    assert one(client, "SELECT DATA_TYPE FROM D.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'V'") == "NUMBER"
    assert admin.fails("SELECT * FROM D.INFORMATION_SCHEMA.OBJECT_PRIVILEGES").code == "000002"


def test_information_schema_of_a_hidden_database_does_not_exist(account: Account, admin: Client) -> None:
    client = reader(account, admin, "USAGE ON WAREHOUSE WH")
    assert client.fails("SELECT * FROM D.INFORMATION_SCHEMA.TABLES").code == "002003"


def test_created_is_a_moment_in_every_time_zone(admin: Client) -> None:
    (created,) = (float(row["created_on"] or 0) for row in admin.rows("SHOW TABLES"))
    for zone in ("UTC", "Asia/Tokyo"):
        admin.context.session.parameters["TIMEZONE"] = zone
        assert float(one(admin, "SELECT CREATED FROM INFORMATION_SCHEMA.TABLES") or 0) == pytest.approx(created, abs=1)


def test_session_time_zone_decides_what_local_time_is(admin: Client) -> None:
    sql = "SELECT '2024-01-01 00:00:00'::TIMESTAMP_LTZ AS L, TO_TIMESTAMP(0) AS N, L::TIMESTAMP_TZ AS Z FROM T LIMIT 1"
    admin.context.session.parameters["TIMEZONE"] = "UTC"
    assert admin.run(sql).rows == [("1704067200.000000000", "0.000000000", "1704067200.000000000 1440")]
    admin.context.session.parameters["TIMEZONE"] = "Asia/Tokyo"
    assert admin.run(sql).rows == [("1704034800.000000000", "0.000000000", "1704034800.000000000 1980")]
