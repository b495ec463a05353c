"""Ways round access control that were tried, each with what stops it."""

import pytest

from local.data.guard import require_checked
from local.errors import SnowflakeError
from local.model import Kind
from tests.local.conftest import Account, Client, new_account


def break_in(account: Account) -> Client:
    """A role with a database of its own beside SEC.PUBLIC.T, on which it holds nothing."""
    admin = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE SEC",
        "CREATE TABLE SEC.PUBLIC.T (ID INT, S VARCHAR)",
        "INSERT INTO SEC.PUBLIC.T VALUES (1, 'secret')",
        "CREATE ROLE INTRUDER",
        "GRANT USAGE ON WAREHOUSE WH TO ROLE INTRUDER",
        "CREATE DATABASE OWN",
        "CREATE TABLE OWN.PUBLIC.MINE (X INT, Y VARCHAR)",
        "GRANT OWNERSHIP ON TABLE OWN.PUBLIC.MINE TO ROLE INTRUDER",
        "GRANT OWNERSHIP ON SCHEMA OWN.PUBLIC TO ROLE INTRUDER",
        "GRANT OWNERSHIP ON DATABASE OWN TO ROLE INTRUDER",
    ):
        admin.run(sql)
    client = account.as_role("INTRUDER")
    client.run("USE WAREHOUSE WH")
    client.run("USE DATABASE OWN")
    return client


@pytest.fixture
def intruder(account: Account) -> Client:
    return break_in(account)


@pytest.fixture(scope="module")
def harmless() -> Client:
    """The same in an account of the whole module, for statements that are all refused."""
    return break_in(new_account())


def physical(account: Account) -> str:
    table = account.catalogue.find(Kind.TABLE, ("SEC", "PUBLIC", "T"))
    assert table is not None
    return f"stored.t{table.id}"


@pytest.mark.parametrize("text", ["(SELECT c2 FROM stored.t11)", "1 + (SELECT 1)", "(WITH a AS (SELECT 1) TABLE a)"])
def test_default_of_a_column_asks_no_table(harmless: Client, text: str) -> None:
    error = harmless.fails(f"CREATE TABLE A (X INT, Y VARCHAR DEFAULT {text})")
    assert error.message.startswith("SQL compilation error:\nInvalid column default expression")


@pytest.mark.parametrize("default", ["(FROM {t})", "1 FROM {t}"])
def test_default_that_names_a_physical_table_is_refused_when_it_is_used(
    account: Account, intruder: Client, default: str
) -> None:
    intruder.run(f"CREATE TABLE A (X INT, Y VARCHAR DEFAULT {default.format(t=physical(account))})")
    assert intruder.fails("INSERT INTO A (X) VALUES (1)").code == "002003"


def test_tree_with_an_unchecked_table_never_reaches_duckdb() -> None:
    import sqlglot

    with pytest.raises(SnowflakeError) as caught:
        require_checked(sqlglot.parse_one("SELECT (SELECT 1 FROM stored.t7)"))
    assert caught.value.code == "002003"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH X AS (SHOW TABLES) SELECT * FROM X",
        "WITH X AS (INSERT INTO MINE VALUES (1, 'a')) SELECT 1",
        "SELECT * FROM (DESCRIBE MINE)",
        "SELECT SESSION_USER()",
        "SELECT CURRENT_CATALOG",
        "SELECT CURRENT_SCHEMA FROM MINE",
        "SELECT USER FROM MINE",
        "SELECT COLUMNS('.*') FROM MINE",
        "SELECT ANONYMOUS_AGG_FUNC(READ_TEXT, '/etc/passwd')",
        "SELECT ANONYMOUS(READ_TEXT, '/etc/passwd')",
        "SELECT SAFE_FUNC(GETENV('HOME'))",
        "SELECT GLOB('*', '*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM TABLE(READ_CSV('/etc/passwd'))",
        "SELECT CURRENT_SETTING('search_path')",
    ],
)
def test_duckdb_answers_nothing_that_snowflake_does_not(harmless: Client, sql: str) -> None:
    assert harmless.fails(sql).code in ("000002", "000904", "002140", "002141", "002003")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM MINE FOR UPDATE",
        "SELECT * FROM MINE CHANGES (INFORMATION => DEFAULT) AT (OFFSET => 0)",
        "INSERT INTO MINE VALUES (1, 'a') RETURNING X",
        "DELETE FROM MINE WHERE X = 1 RETURNING X",
        "UPDATE MINE SET X = 1 LIMIT 1",
    ],
)
def test_clause_that_would_be_ignored_is_refused(harmless: Client, sql: str) -> None:
    assert harmless.fails(sql).code in ("000002", "001003")


def test_column_may_be_called_user(intruder: Client) -> None:
    intruder.run('CREATE TABLE N ("USER" VARCHAR)')
    intruder.run("INSERT INTO N VALUES ('x')")
    assert intruder.run("SELECT USER FROM N").rows == [("x",)]


@pytest.mark.parametrize("sql", ["SELECT OBJECT_CONSTRUCT('a')", "SELECT DATE_TRUNC()", "SELECT J_S_O_N_OBJECT('a')"])
def test_function_with_odd_arguments_is_a_clean_error(harmless: Client, sql: str) -> None:
    assert harmless.fails(sql).code in ("000002", "001003", "002140", "002141")


# Views, temporary tables, moves


@pytest.fixture
def shop(account: Account) -> dict[str, Client]:
    """OWNER with tables in D.S, a secure view of GUARD over them that READER may query; D.M has managed access."""
    admin = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.M WITH MANAGED ACCESS",
        "CREATE SCHEMA D.S",
        *(f"CREATE ROLE {name}" for name in ("OWNER", "GUARD", "READER")),
        *(f"GRANT USAGE ON {on} TO ROLE {name}" for name in ("OWNER", "GUARD", "READER")
          for on in ("WAREHOUSE WH", "DATABASE D", "SCHEMA D.S", "SCHEMA D.M")),
        "GRANT CREATE TABLE ON SCHEMA D.S TO ROLE OWNER",
        "GRANT CREATE TABLE ON SCHEMA D.M TO ROLE OWNER",
        "GRANT CREATE VIEW ON SCHEMA D.S TO ROLE GUARD",
        "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.S TO ROLE GUARD",
    ):  # fmt: skip
        admin.run(sql)
    clients = {name: account.as_role(name) for name in ("OWNER", "GUARD", "READER")}
    for client in clients.values():
        client.run("USE WAREHOUSE WH")
        client.run("USE SCHEMA D.S")
    clients["OWNER"].run("CREATE TABLE T (WHO VARCHAR, V VARCHAR)")
    clients["OWNER"].run("INSERT INTO T VALUES ('BOB', 'secret')")
    clients["OWNER"].run("CREATE TABLE ALLOWED (WHO VARCHAR)")
    clients["GUARD"].run("CREATE SECURE VIEW V AS SELECT * FROM T WHERE WHO IN (SELECT WHO FROM ALLOWED)")
    clients["GUARD"].run("GRANT SELECT ON VIEW V TO ROLE READER")
    return clients


def test_temporary_table_does_not_take_the_place_of_a_real_one_in_a_view(shop: dict[str, Client]) -> None:
    reader = shop["READER"]
    assert reader.run("SELECT * FROM V").rows == []
    reader.run("CREATE TEMPORARY TABLE ALLOWED (WHO VARCHAR)")
    reader.run("INSERT INTO ALLOWED VALUES ('BOB')")
    assert reader.run("SELECT * FROM V").rows == []


def test_temporary_table_is_there_for_its_session_only(account: Account, shop: dict[str, Client]) -> None:
    shop["READER"].run("CREATE TEMPORARY TABLE MINE (X INT)")
    assert len(shop["READER"].rows("SHOW COLUMNS IN TABLE MINE")) == 1
    for other in (account.as_role("READER"), account.admin):
        assert "MINE" not in {row["name"] for row in other.rows("DESCRIBE SCHEMA D.S")}
        assert "D.S.MINE" not in {row["name"] for row in other.rows("SHOW GRANTS TO ROLE READER")}


def test_view_over_a_table_made_again_by_others_stays_closed(account: Account, shop: dict[str, Client]) -> None:
    account.admin.run("REVOKE SELECT ON FUTURE TABLES IN SCHEMA D.S FROM ROLE GUARD")
    shop["OWNER"].run("DROP TABLE T")
    account.admin.run("CREATE TABLE D.S.T (WHO VARCHAR, V VARCHAR)")
    assert shop["READER"].fails("SELECT * FROM V").code == "002037"


def test_table_moves_into_managed_access_only_with_its_schema(account: Account, shop: dict[str, Client]) -> None:
    owner = shop["OWNER"]
    owner.run("CREATE TABLE D.M.OTHER (X INT)")
    assert owner.fails("ALTER TABLE T RENAME TO D.M.T").code == "003001"
    assert owner.fails("ALTER TABLE T SWAP WITH D.M.OTHER").code == "003001"
    account.admin.run("GRANT OWNERSHIP ON SCHEMA D.M TO ROLE OWNER REVOKE CURRENT GRANTS")
    owner.run("ALTER TABLE T RENAME TO D.M.T")


def test_owner_of_a_table_does_not_take_off_the_policies_of_others(account: Account, shop: dict[str, Client]) -> None:
    for sql in (
        "CREATE MASKING POLICY D.PUBLIC.MASK AS (V VARCHAR) RETURNS VARCHAR -> '*'",
        "CREATE ROW ACCESS POLICY D.PUBLIC.ROWS AS (V VARCHAR) RETURNS BOOLEAN -> FALSE",
        "ALTER TABLE D.S.T MODIFY COLUMN V SET MASKING POLICY D.PUBLIC.MASK",
        "ALTER TABLE D.S.T ADD ROW ACCESS POLICY D.PUBLIC.ROWS ON (WHO)",
        "CREATE MASKING POLICY D.S.NOTHING AS (V VARCHAR) RETURNS VARCHAR -> V",
        "GRANT APPLY ON MASKING POLICY D.S.NOTHING TO ROLE OWNER",
    ):
        account.admin.run(sql)
    owner = shop["OWNER"]
    for sql in (
        "ALTER TABLE T MODIFY COLUMN V UNSET MASKING POLICY",
        "ALTER TABLE T MODIFY COLUMN V SET MASKING POLICY D.S.NOTHING FORCE",
        "ALTER TABLE T DROP ALL ROW ACCESS POLICIES",
    ):
        assert owner.fails(sql).code == "003001", sql
    assert owner.fails("ALTER TABLE T DROP ROW ACCESS POLICY D.PUBLIC.ROWS").code in ("002003", "003001")
    assert owner.rows("SELECT * FROM T") == []


def test_owner_of_a_user_does_not_take_off_the_policy_of_others(account: Account) -> None:
    for sql in (
        "CREATE DATABASE D",
        "CREATE PASSWORD POLICY D.PUBLIC.P",
        "CREATE ROLE KEEPER",
        "CREATE USER ANNA",
        "ALTER USER ANNA SET PASSWORD POLICY D.PUBLIC.P",
        "GRANT OWNERSHIP ON USER ANNA TO ROLE KEEPER",
    ):
        account.admin.run(sql)
    assert account.as_role("KEEPER").fails("ALTER USER ANNA UNSET PASSWORD POLICY").code == "003001"


def test_columns_that_differ_in_case_only_are_refused(harmless: Client) -> None:
    assert harmless.fails('CREATE TABLE C (A INT, "a" INT)').code == "000002"


# Hidden objects

HIDDEN = {
    "TABLE": "D.S.XTABLE",
    "VIEW": "D.S.XVIEW",
    "STAGE": "D.S.XSTAGE",
    "STREAM": "D.S.XSTREAM",
    "TASK": "D.S.XTASK",
    "NETWORK RULE": "D.S.XRULE",
    "NETWORK POLICY": "XNP",
    "PASSWORD POLICY": "D.S.XPP",
    "AUTHENTICATION POLICY": "D.S.XAP",
    "SESSION POLICY": "D.S.XSP",
    "MASKING POLICY": "D.S.XMP",
    "ROW ACCESS POLICY": "D.S.XRP",
    "TAG": "D.S.XTAG",
    "WAREHOUSE": "XWH",
    "RESOURCE MONITOR": "XRM",
    "USER": "XUSER",
    "DATABASE": "XDB",
    "SCHEMA": "D.XSCH",
    "DATABASE ROLE": "D.XDR",
}


@pytest.fixture(scope="module")
def stranger() -> Client:
    """A user who may do everything in schema D.S, but holds nothing on the objects in HIDDEN."""
    account = new_account()
    admin = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.XSCH",
        "CREATE SCHEMA D.S",
        "CREATE TABLE D.S.XTABLE (A INT, V VARCHAR)",
        "CREATE VIEW D.S.XVIEW AS SELECT 1 AS A",
        "CREATE STAGE D.S.XSTAGE",
        "CREATE STREAM D.S.XSTREAM ON TABLE D.S.XTABLE",
        "CREATE TASK D.S.XTASK WAREHOUSE = WH AS SELECT 1",
        "CREATE NETWORK RULE D.S.XRULE TYPE = IPV4 VALUE_LIST = ('1.1.1.1')",
        "CREATE NETWORK POLICY XNP",
        "CREATE PASSWORD POLICY D.S.XPP",
        "CREATE AUTHENTICATION POLICY D.S.XAP",
        "CREATE SESSION POLICY D.S.XSP",
        "CREATE MASKING POLICY D.S.XMP AS (V VARCHAR) RETURNS VARCHAR -> V",
        "CREATE ROW ACCESS POLICY D.S.XRP AS (V VARCHAR) RETURNS BOOLEAN -> TRUE",
        "CREATE TAG D.S.XTAG",
        "CREATE WAREHOUSE XWH",
        "CREATE RESOURCE MONITOR XRM",
        "CREATE USER XUSER",
        "CREATE DATABASE XDB",
        "CREATE DATABASE ROLE D.XDR",
        "CREATE TABLE D.S.OWN (A INT, V VARCHAR)",
        "CREATE ROLE STRANGER",
        "CREATE USER STRANGER",
        "GRANT ROLE STRANGER TO USER STRANGER",
        "GRANT USAGE, CREATE SCHEMA ON DATABASE D TO ROLE STRANGER",
        "GRANT ALL ON SCHEMA D.S TO ROLE STRANGER",
        "GRANT USAGE ON WAREHOUSE WH TO ROLE STRANGER",
        "GRANT OWNERSHIP ON TABLE D.S.OWN TO ROLE STRANGER",
    ):
        admin.run(sql)
    client = account.client("STRANGER", "STRANGER")
    client.run("USE WAREHOUSE WH")
    client.run("USE SCHEMA D.S")
    return client


def said(client: Client, sql: str, name: str) -> str:
    """The answer or refusal, with the object's name taken out."""
    try:
        text = str(client.run(sql).rows)
    except SnowflakeError as error:
        text = f"{error.code} {error.message}"
    return text.replace(name, "?").replace(name.split(".")[-1], "?")


@pytest.mark.parametrize("kind", HIDDEN)
def test_hidden_object_is_refused_like_a_missing_one(stranger: Client, kind: str) -> None:
    hidden = HIDDEN[kind]
    missing = hidden.replace("X", "Q", 1)
    for form in (
        "DROP {} {}",
        "DROP {} IF EXISTS {}",
        "DESCRIBE {} {}",
        "ALTER {} {} SET COMMENT = 'x'",
        "ALTER {} IF EXISTS {} SET COMMENT = 'x'",
        "ALTER {} {} RENAME TO ZZ",
        "SHOW GRANTS ON {} {}",
        "SHOW PARAMETERS IN {} {}",
        "GRANT OWNERSHIP ON {} {} TO ROLE STRANGER",
        "GRANT ALL ON {} {} TO ROLE STRANGER",
        "REVOKE ALL ON {} {} FROM ROLE STRANGER",
        "ALTER {} {} SET TAG D.S.XTAG = 'a'",
    ):
        answers = [said(stranger, form.format(kind, name), name) for name in (hidden, missing)]
        assert answers[0] == answers[1], form


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("SELECT * FROM {}", "D.S.XTABLE"),
        ("CREATE STREAM D.S.N ON TABLE {}", "D.S.XTABLE"),
        ("CREATE TABLE D.S.N LIKE {}", "D.S.XTABLE"),
        ("ALTER TABLE D.S.OWN SWAP WITH {}", "D.S.XTABLE"),
        ("SELECT * FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('{}', 'TABLE'))", "D.S.XTABLE"),
        ("ALTER TABLE D.S.OWN MODIFY COLUMN V SET MASKING POLICY {}", "D.S.XMP"),
        ("ALTER TABLE D.S.OWN ADD ROW ACCESS POLICY {} ON (V)", "D.S.XRP"),
        ("CREATE TASK D.S.N WAREHOUSE = {} AS SELECT 1", "XWH"),
        ("CREATE TASK D.S.N WAREHOUSE = WH AFTER {} AS SELECT 1", "D.S.XTASK"),
        ("SHOW TABLES IN SCHEMA {}", "D.XSCH"),
        ("SHOW SCHEMAS IN DATABASE {}", "XDB"),
        ("SHOW FUTURE GRANTS IN SCHEMA {}", "D.XSCH"),
        ("SHOW GRANTS TO DATABASE ROLE {}", "D.XDR"),
        ("USE WAREHOUSE {}", "XWH"),
        ("USE DATABASE {}", "XDB"),
    ],
)
def test_statement_about_something_else_tells_nothing_of_it(stranger: Client, form: str, name: str) -> None:
    other = name.replace("X", "Q", 1)
    assert said(stranger, form.format(name), name) == said(stranger, form.format(other), other)
