"""SQL functions: their bodies in queries, overloads, rights."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("USE SCHEMA D.S")
    client.run("CREATE TABLE T (ID NUMBER, N VARCHAR)")
    client.run("INSERT INTO T VALUES (1, 'a'), (2, 'b'), (3, 'b')")
    client.run("CREATE FUNCTION NEXT_OF(A NUMBER) RETURNS NUMBER AS 'A + 1'")
    client.run("CREATE FUNCTION COUNT_OF(X VARCHAR) RETURNS NUMBER AS $$ SELECT COUNT(*) FROM T WHERE N = X $$")
    client.run(
        "CREATE FUNCTION ABOVE(X NUMBER) RETURNS TABLE (I NUMBER, W VARCHAR) AS 'SELECT ID, N FROM T WHERE ID > X'"
    )
    return client


def values(client: Client, sql: str) -> list[str | None]:
    return [value for row in client.run(sql).rows for value in row]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT NEXT_OF(1), D.S.NEXT_OF(2), s.next_of(NEXT_OF(2))", ["2", "3", "4"]),
        ("SELECT SUM(NEXT_OF(ID)), NEXT_OF(SUM(ID)) FROM T", ["9", "7"]),
        ("SELECT N FROM T WHERE NEXT_OF(ID) > 2 GROUP BY N HAVING NEXT_OF(COUNT(*)) > 2", ["b"]),
        ("SELECT COUNT_OF(N) FROM T ORDER BY ID", ["1", "2", "2"]),
        ("SELECT COUNT_OF('b') + COUNT_OF('none')", ["2"]),
        ("SELECT I FROM TABLE(ABOVE(1)) ORDER BY I", ["2", "3"]),
        ("SELECT Q.Y FROM TABLE(D.S.ABOVE(2)) AS Q(X, Y)", ["b"]),
        ("SELECT T.ID, F.I FROM T, TABLE(ABOVE(T.ID)) F ORDER BY 1, 2", ["1", "2", "1", "3", "2", "3"]),
        ("WITH C AS (SELECT * FROM TABLE(ABOVE(0))) SELECT NEXT_OF(I) FROM C ORDER BY 1", ["2", "3", "4"]),
        ("SELECT NEXT_OF('41')", ["42"]),
    ],
)
def test_functions_work_wherever_an_expression_or_table_does(admin: Client, sql: str, expected: list[str]) -> None:
    assert values(admin, sql) == expected


def test_functions_work_in_views_and_dml_and_other_functions(admin: Client) -> None:
    admin.run("CREATE FUNCTION TWICE_NEXT(A NUMBER) RETURNS NUMBER AS 'NEXT_OF(NEXT_OF(A))'")
    admin.run("CREATE VIEW V AS SELECT TWICE_NEXT(ID) AS X FROM T")
    assert values(admin, "SELECT X FROM V ORDER BY X") == ["3", "4", "5"]
    admin.run("UPDATE T SET ID = TWICE_NEXT(ID) WHERE COUNT_OF(N) = 1")
    admin.run("INSERT INTO T VALUES (NEXT_OF(99), 'new')")
    assert values(admin, "SELECT ID FROM T ORDER BY ID") == ["2", "3", "3", "100"]


def test_the_result_has_the_declared_type(admin: Client) -> None:
    admin.run("CREATE FUNCTION HALF(A NUMBER) RETURNS NUMBER(10, 1) AS 'A / 2'")
    result = admin.run("SELECT HALF(3) AS H")
    assert (result.rows[0][0], result.columns[0].precision, result.columns[0].scale) == ("1.5", 10, 1)


def test_overloads_are_told_apart_by_the_types_of_the_arguments(admin: Client) -> None:
    admin.run("CREATE FUNCTION KIND_OF(A NUMBER) RETURNS VARCHAR AS $$ 'number' $$")
    admin.run("CREATE FUNCTION KIND_OF(A VARCHAR) RETURNS VARCHAR AS $$ 'text' $$")
    admin.run("CREATE FUNCTION KIND_OF(A NUMBER, B NUMBER) RETURNS VARCHAR AS $$ 'two' $$")
    sql = "SELECT KIND_OF(1), KIND_OF('x'), KIND_OF(N), KIND_OF(ID), KIND_OF(N::NUMBER), KIND_OF(1, 2) FROM T LIMIT 0"
    admin.run(sql)
    assert values(admin, sql.replace("N::NUMBER", "'1'::NUMBER").replace("LIMIT 0", "WHERE ID = 1")) == [
        "number", "text", "text", "number", "number", "two",
    ]  # fmt: skip
    assert admin.fails("SELECT KIND_OF(CURRENT_DATE())").code == "000002"
    admin.run("DROP FUNCTION KIND_OF(VARCHAR)")
    assert values(admin, "SELECT KIND_OF('7')") == ["number"]


def test_arguments_have_defaults_and_names(admin: Client) -> None:
    admin.run("CREATE FUNCTION TIMES(A NUMBER, B NUMBER DEFAULT 3) RETURNS NUMBER AS 'A * B'")
    assert values(admin, "SELECT TIMES(2), TIMES(B => 5, A => 2)") == ["6", "10"]
    assert admin.fails("CREATE FUNCTION TIMES(A NUMBER) RETURNS NUMBER AS 'A'").code == "001008"


def test_a_column_of_the_body_hides_an_argument_of_its_name(admin: Client) -> None:
    admin.run("CREATE FUNCTION HIDDEN(N VARCHAR) RETURNS NUMBER AS 'SELECT COUNT(*) FROM T WHERE N = T.N'")
    admin.run("CREATE FUNCTION SHOWN(N VARCHAR) RETURNS NUMBER AS 'SELECT COUNT(*) FROM T WHERE SHOWN.N = T.N'")
    assert values(admin, "SELECT HIDDEN('a'), SHOWN('a')") == ["3", "1"]


def test_an_argument_never_catches_a_name_of_the_body(admin: Client) -> None:
    admin.run("CREATE FUNCTION FIRST_OF(X NUMBER) RETURNS NUMBER AS 'SELECT MIN(ID) FROM T WHERE ID > X'")
    assert values(admin, "SELECT FIRST_OF(ID) FROM (SELECT 2 AS ID) AS T") == ["3"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT NONE_SUCH(1)", "002140"),
        ("SELECT D.S.NONE_SUCH(1)", "002141"),
        ("SELECT NEXT_OF(1, 2)", "001044"),
        ("SELECT * FROM TABLE(NEXT_OF(1))", "002142"),
        ("SELECT ABOVE(1)", "002142"),
        ("SELECT S.LEFT('abc', 1)", "002141"),
        ("CREATE FUNCTION F(A NUMBER) RETURNS NUMBER AS 'A + NOPE'", "000904"),
        ("CREATE FUNCTION F() RETURNS NUMBER AS 'SELECT 1 FROM NONE_SUCH'", "002003"),
        ("CREATE FUNCTION F() RETURNS NUMBER AS 'F()'", "002140"),
        ("CREATE FUNCTION F() RETURNS TABLE (A NUMBER) AS '1'", "002137"),
        ("CREATE FUNCTION F() RETURNS TABLE (A NUMBER) AS 'SELECT 1, 2'", "002138"),
        ("CREATE FUNCTION F(A NUMBER, A NUMBER) RETURNS NUMBER AS 'A'", "002025"),
        ("CREATE FUNCTION F() RETURNS NUMBER LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'f' AS 'x'", "000002"),
        ("CREATE FUNCTION F() RETURNS NUMBER AS ''", "001008"),
        ("CREATE TEMPORARY FUNCTION F() RETURNS NUMBER AS '1'", "000002"),
        ("CREATE FUNCTION NEXT_OF(B NUMBER) RETURNS NUMBER AS 'B'", "002002"),
    ],
)
def test_what_functions_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_functions_that_call_each_other_end_in_an_error(admin: Client) -> None:
    admin.run("CREATE FUNCTION PING(A NUMBER) RETURNS NUMBER AS 'NEXT_OF(A)'")
    admin.run("CREATE OR REPLACE FUNCTION NEXT_OF(A NUMBER) RETURNS NUMBER AS 'PING(A)'")
    assert admin.fails("SELECT PING(1)").code in ("001003", "002037")


def test_functions_are_shown_and_described_as_the_provider_reads_them(admin: Client) -> None:
    admin.run("CREATE SECURE FUNCTION F(A VARCHAR(10), B NUMBER DEFAULT 1) RETURNS VARCHAR(5) COMMENT = 'c' AS 'A'")
    (row,) = admin.rows("SHOW USER FUNCTIONS LIKE 'F' IN SCHEMA D.S")
    wanted = ("arguments", "description", "min_num_arguments", "max_num_arguments", "is_secure", "language")
    assert [row[name] for name in wanted] == ["F(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR", "c", "1", "2", "Y", "SQL"]
    described = {row["property"]: row["value"] for row in admin.rows("DESC FUNCTION F(VARCHAR, NUMBER)")}
    assert described == {"signature": "(A VARCHAR, B NUMBER)", "returns": "VARCHAR(5)", "language": "SQL", "body": "A"}
    admin.run("ALTER FUNCTION F(VARCHAR, NUMBER) SET COMMENT = 'd'")
    admin.run("ALTER FUNCTION F(VARCHAR, NUMBER) UNSET SECURE")
    admin.run("ALTER FUNCTION F(VARCHAR, NUMBER) RENAME TO G")
    (row,) = admin.rows("SHOW USER FUNCTIONS LIKE 'G'")
    assert (row["description"], row["is_secure"]) == ("d", "N")
    admin.run("ALTER FUNCTION G(VARCHAR, NUMBER) SET LOG_LEVEL = 'INFO'")
    (parameter,) = admin.rows("SHOW PARAMETERS LIKE 'LOG_LEVEL' IN FUNCTION D.S.G(VARCHAR, NUMBER)")
    assert (parameter["value"], parameter["level"]) == ("INFO", "FUNCTION")


def test_body_runs_with_the_rights_of_its_owner_and_needs_usage(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "USAGE ON WAREHOUSE COMPUTE_WH"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    role.run("USE WAREHOUSE COMPUTE_WH")
    role.run("USE SCHEMA D.S")
    assert role.fails("SELECT COUNT_OF('b')").code == "002140"
    admin.run("GRANT USAGE ON FUNCTION D.S.COUNT_OF(VARCHAR) TO ROLE R")
    assert values(role, "SELECT COUNT_OF('b')") == ["2"]
    assert role.fails("SELECT * FROM T").code == "002003"
    assert role.fails("SELECT COUNT_OF((SELECT N FROM T LIMIT 1))").code == "002003"
    assert role.fails("DROP FUNCTION COUNT_OF(VARCHAR)").code == "003001"
    assert role.fails("CREATE FUNCTION F() RETURNS NUMBER AS '1'").code == "003001"
    admin.run("GRANT CREATE FUNCTION ON SCHEMA D.S TO ROLE R")
    assert role.fails("CREATE FUNCTION F() RETURNS NUMBER AS 'SELECT COUNT(*) FROM T'").code == "002003"


def test_body_of_a_secure_function_is_for_its_owner(account: Account, admin: Client) -> None:
    admin.run("ALTER FUNCTION COUNT_OF(VARCHAR) SET SECURE")
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "USAGE ON FUNCTION D.S.COUNT_OF(VARCHAR)"):
        admin.run(f"GRANT {grant} TO ROLE R")
    shown = [row["property"] for row in account.as_role("R").rows("DESC FUNCTION D.S.COUNT_OF(VARCHAR)")]
    assert "body" not in shown
