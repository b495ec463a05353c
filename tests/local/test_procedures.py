import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    return client


def described(client: Client, name: str) -> dict[str | None, str | None]:
    return {row["property"]: row["value"] for row in client.rows(f"DESCRIBE PROCEDURE {name}")}


def test_sql_procedure_is_shown_and_described(admin: Client) -> None:
    admin.run(
        'CREATE PROCEDURE "D"."S"."P" ("A" VARCHAR(100), "N" NUMBER(38, 0) DEFAULT 1) RETURNS VARCHAR(100) '
        "LANGUAGE SQL EXECUTE AS CALLER AS $$ BEGIN RETURN a; END $$"
    )
    (row,) = admin.rows("SHOW PROCEDURES LIKE 'P' IN SCHEMA D.S")
    wanted = ("arguments", "min_num_arguments", "max_num_arguments", "description", "catalog_name", "is_secure")
    expected = ["P(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR", "1", "2", "user-defined procedure", "D", "N"]
    assert [row[name] for name in wanted] == expected
    assert described(admin, "D.S.P(VARCHAR, NUMBER)") == {
        "signature": "(A VARCHAR, N NUMBER)",
        "returns": "VARCHAR(100)",
        "language": "SQL",
        "body": " BEGIN RETURN a; END ",
        "execute as": "CALLER",
    }


def test_inline_body_is_taken_to_its_end(admin: Client) -> None:
    admin.run("CREATE PROCEDURE D.S.P() RETURNS TABLE (ID NUMBER) AS BEGIN LET x := 1; RETURN TABLE(x); END;")
    assert described(admin, "D.S.P()")["body"] == "BEGIN LET x := 1; RETURN TABLE(x); END"
    assert described(admin, "D.S.P()")["returns"] == "TABLE (ID NUMBER)"


def test_python_procedure_shows_what_it_runs_with(admin: Client) -> None:
    admin.run(
        "CREATE PROCEDURE D.S.P() RETURNS VARIANT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' "
        "PACKAGES = ('snowflake-snowpark-python==1.14.0', 'pandas') HANDLER = 'run' STRICT AS 'def run(s): pass'"
    )
    rows = described(admin, "D.S.P()")
    assert rows["packages"] == "['snowflake-snowpark-python==1.14.0','pandas']"
    wanted = (rows["handler"], rows["runtime_version"], rows["imports"], rows["null handling"])
    assert wanted == ("run", "3.11", "[]", "RETURNS NULL ON NULL INPUT")


def test_overloads_live_side_by_side(admin: Client) -> None:
    admin.run("CREATE PROCEDURE D.S.P(A VARCHAR) RETURNS VARCHAR AS 'x'")
    admin.run("CREATE PROCEDURE D.S.P(A NUMBER) RETURNS VARCHAR AS 'y'")
    assert admin.fails("CREATE PROCEDURE D.S.P(B STRING) RETURNS VARCHAR AS 'z'").code == "002002"
    admin.run("DROP PROCEDURE D.S.P(VARCHAR)")
    assert described(admin, "D.S.P(NUMBER)")["body"] == "y"
    assert admin.fails("DESCRIBE PROCEDURE D.S.P(VARCHAR)").code == "002003"
    admin.run("DROP PROCEDURE IF EXISTS D.S.P(VARCHAR)")


def test_procedure_is_altered(admin: Client) -> None:
    admin.run("CREATE PROCEDURE D.S.P(A VARCHAR) RETURNS VARCHAR AS 'x'")
    admin.run("ALTER PROCEDURE D.S.P(VARCHAR) SET COMMENT = 'c', LOG_LEVEL = 'INFO'")
    admin.run("ALTER PROCEDURE D.S.P(VARCHAR) EXECUTE AS CALLER")
    admin.run("ALTER PROCEDURE D.S.P(VARCHAR) RENAME TO D.S.Q")
    assert admin.rows("SHOW PROCEDURES IN ACCOUNT")[0]["description"] == "c"
    assert described(admin, "D.S.Q(VARCHAR)")["execute as"] == "CALLER"
    admin.run("ALTER PROCEDURE D.S.Q(VARCHAR) UNSET COMMENT, LOG_LEVEL")
    assert admin.rows("SHOW PROCEDURES IN ACCOUNT")[0]["description"] == "user-defined procedure"


def test_secure_procedure_hides_its_body_from_others(account: Account, admin: Client) -> None:
    admin.run("CREATE SECURE PROCEDURE D.S.P() RETURNS VARCHAR AS 'x'")
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "USAGE ON PROCEDURE D.S.P()"):
        admin.run(f"GRANT {grant} TO ROLE R")
    assert "body" not in described(account.as_role("R"), "D.S.P()")
    assert described(admin, "D.S.P()")["body"] == "x"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE PROCEDURE D.S.P() RETURNS VARCHAR LANGUAGE PYTHON AS 'x'", "002029"),
        ("CREATE PROCEDURE D.S.P() RETURNS VARCHAR LANGUAGE JAVA AS 'x'", "000002"),
        ("CREATE PROCEDURE D.S.P() RETURNS VARCHAR LANGUAGE COBOL AS 'x'", "001008"),
        ("CREATE PROCEDURE D.S.P() RETURNS VARCHAR LANGUAGE SQL HANDLER = 'h' AS 'x'", "001008"),
        ("CREATE PROCEDURE D.S.P() RETURNS VARCHAR SECRETS = ('a' = b) AS 'x'", "000002"),
        ("CREATE PROCEDURE D.S.P() AS 'x'", "001003"),
        ("CALL D.S.P()", "002003"),
    ],
)
def test_procedure_that_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code
