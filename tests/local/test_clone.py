"""CREATE … CLONE of tables, schemas and databases."""

from pathlib import Path

import pytest

from local.dump import dump
from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.test_data_store import catalogue_tables, close, open_account, physical_tables, ready
from tests.local.test_time_travel import run


@pytest.fixture
def admin(account: Account) -> Client:
    client = ready(account)
    for sql in (
        "CREATE TABLE T (ID INT AUTOINCREMENT, NAME VARCHAR(9) DEFAULT 'none' COMMENT 'n', PRIMARY KEY (ID)) "
        "COMMENT = 'the table' DATA_RETENTION_TIME_IN_DAYS = 7",
        "INSERT INTO T (NAME) VALUES ('one'), ('two')",
        "CREATE ROLE R",
        "GRANT SELECT ON TABLE T TO ROLE R",
        "CREATE ROLE OTHER",
        "GRANT ROLE OTHER TO ROLE ACCOUNTADMIN",
    ):
        client.run(sql)
    return client


def names(client: Client, table: str) -> list[str]:
    return [str(row[0]) for row in client.run(f"SELECT NAME FROM {table} ORDER BY ID").rows]  # noqa: S608


def granted(client: Client, on: str) -> set[tuple[str | None, str | None]]:
    return {(row["privilege"], row["grantee_name"]) for row in client.rows(f"SHOW GRANTS ON {on}")}


def test_clone_of_a_table_has_its_rows_and_goes_its_own_way(admin: Client) -> None:
    assert admin.rows("CREATE TABLE C CLONE T") == [{"status": "Table C successfully created."}]
    admin.run("INSERT INTO C (NAME) VALUES ('three')")
    admin.run("DELETE FROM T WHERE NAME = 'one'")
    admin.run("ALTER TABLE C ADD COLUMN EXTRA INT")
    assert (names(admin, "T"), names(admin, "C")) == (["two"], ["one", "two", "three"])
    assert len(admin.rows("SELECT DISTINCT ID FROM C")) == 3
    (row,) = admin.rows("SHOW TABLES LIKE 'C'")
    assert (row["comment"], row["retention_time"], row["rows"]) == ("the table", "7", "3")
    assert [row["name"] for row in admin.rows("DESCRIBE TABLE C")] == ["ID", "NAME", "EXTRA"]
    assert admin.rows("DESCRIBE TABLE C")[1]["default"] == "'none'"


def test_grants_of_a_table_come_along_only_with_copy_grants(admin: Client) -> None:
    admin.run("GRANT INSERT ON FUTURE TABLES IN SCHEMA D.PUBLIC TO ROLE OTHER")
    admin.run("CREATE TABLE C CLONE T")
    admin.run("CREATE TABLE G CLONE T COPY GRANTS")
    assert granted(admin, "TABLE C") == {("OWNERSHIP", "ACCOUNTADMIN"), ("INSERT", "OTHER")}
    assert granted(admin, "TABLE G") == {("OWNERSHIP", "ACCOUNTADMIN"), ("SELECT", "R")}


def test_replaced_table_gives_its_own_grants(admin: Client) -> None:
    admin.run("CREATE TABLE C (X INT)")
    admin.run("GRANT DELETE ON TABLE C TO ROLE OTHER")
    admin.run("CREATE OR REPLACE TABLE C CLONE T COPY GRANTS")
    assert granted(admin, "TABLE C") == {("OWNERSHIP", "ACCOUNTADMIN"), ("DELETE", "OTHER")}
    assert names(admin, "C") == ["one", "two"]
    admin.run("CREATE OR REPLACE TABLE T CLONE T")
    assert names(admin, "T") == ["one", "two"]


def test_clone_needs_select_on_the_source_and_create_on_the_schema(account: Account, admin: Client) -> None:
    admin.run("GRANT USAGE ON DATABASE D TO ROLE OTHER")
    admin.run("GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE OTHER")
    other = account.as_role("OTHER")
    assert other.fails("CREATE TABLE D.PUBLIC.C CLONE D.PUBLIC.T").code == "003001"
    admin.run("GRANT CREATE TABLE ON SCHEMA D.PUBLIC TO ROLE OTHER")
    assert other.fails("CREATE TABLE D.PUBLIC.C CLONE D.PUBLIC.T").code == "002003"
    admin.run("GRANT INSERT ON TABLE T TO ROLE OTHER")
    assert other.fails("CREATE TABLE D.PUBLIC.C CLONE D.PUBLIC.T").code == "003001"
    admin.run("GRANT SELECT ON TABLE T TO ROLE OTHER")
    other.run("CREATE TABLE D.PUBLIC.C CLONE D.PUBLIC.T")
    assert ("OWNERSHIP", "OTHER") in granted(admin, "TABLE D.PUBLIC.C")


def test_transient_and_temporary_tables_have_no_permanent_clones(admin: Client) -> None:
    admin.run("CREATE TRANSIENT TABLE TR CLONE T DATA_RETENTION_TIME_IN_DAYS = 1")
    admin.run("CREATE TEMPORARY TABLE TE CLONE T DATA_RETENTION_TIME_IN_DAYS = 0")
    assert admin.fails("CREATE TABLE C CLONE TR").code == "002119"
    assert admin.fails("CREATE TABLE C CLONE TE").code == "002119"
    admin.run("CREATE TRANSIENT TABLE C CLONE TE")
    assert names(admin, "C") == ["one", "two"]


def test_existing_name_is_refused_or_skipped(admin: Client) -> None:
    admin.run("CREATE TABLE C (X INT)")
    assert admin.fails("CREATE TABLE C CLONE T").code == "002002"
    assert "already exists" in str(admin.rows("CREATE TABLE IF NOT EXISTS C CLONE T")[0]["status"])
    assert admin.fails("CREATE TABLE E CLONE NOPE").code == "002003"


def test_policies_and_tags_come_along(account: Account, admin: Client) -> None:
    for sql in (
        "CREATE TAG TG",
        "CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> '*'",
        "CREATE ROW ACCESS POLICY RA AS (N NUMBER) RETURNS BOOLEAN -> N = 1",
        "ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY M",
        "ALTER TABLE T ADD ROW ACCESS POLICY RA ON (ID)",
        "ALTER TABLE T SET TAG TG = 'x'",
        "CREATE TABLE C CLONE T",
    ):
        admin.run(sql)
    assert names(admin, "C") == ["*"]
    assert list(admin.run("SELECT SYSTEM$GET_TAG('TG', 'C', 'TABLE')").rows) == [("x",)]
    admin.run("ALTER TABLE T MODIFY COLUMN NAME UNSET MASKING POLICY")
    assert names(admin, "C") == ["*"]


def test_clone_as_of_a_statement(admin: Client) -> None:
    run(admin, "q", "DELETE FROM T WHERE NAME = 'one'")
    admin.run("CREATE TABLE C CLONE T BEFORE (STATEMENT => 'q')")
    assert names(admin, "C") == ["one", "two"]
    assert admin.fails("CREATE TABLE E CLONE T AT (OFFSET => -86400*2)").code == "000707"
    assert admin.fails("SELECT * FROM C BEFORE (STATEMENT => 'q')").code == "000707"


# Schemas and databases


@pytest.fixture
def filled(admin: Client) -> Client:
    for sql in (
        "CREATE SCHEMA D.S COMMENT = 's' DATA_RETENTION_TIME_IN_DAYS = 3",
        "CREATE SEQUENCE SQ",
        "CREATE TABLE A (ID INT DEFAULT SQ.NEXTVAL, NAME VARCHAR)",
        "INSERT INTO A (NAME) VALUES ('a')",
        "CREATE VIEW V AS SELECT ID, NAME FROM A",
        "CREATE VIEW W AS SELECT ID, NAME FROM D.S.A",
        "CREATE TAG TG",
        "CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> 'masked'",
        "CREATE STREAM ST ON TABLE A",
        "CREATE TASK TK SCHEDULE = '5 MINUTE' AS SELECT 1",
        "ALTER TASK TK RESUME",
        "CREATE STAGE INSIDE",
        "CREATE FILE FORMAT FF TYPE = CSV",
        "CREATE TEMPORARY TABLE TEMPORARY_ONE (X INT)",
        "ALTER TABLE A MODIFY COLUMN NAME SET MASKING POLICY M",
        "ALTER TABLE A SET TAG D.S.TG = 'x'",
        "GRANT USAGE ON SCHEMA S TO ROLE R",
        "GRANT SELECT ON TABLE A TO ROLE R WITH GRANT OPTION",
        "GRANT SELECT ON FUTURE VIEWS IN SCHEMA S TO ROLE R",
        "GRANT OWNERSHIP ON VIEW V TO ROLE OTHER",
        "CREATE DATABASE ROLE D.DR",
        "GRANT SELECT ON TABLE A TO DATABASE ROLE D.DR",
    ):
        admin.run(sql)
    return admin


def test_clone_of_a_schema_holds_what_was_in_it(filled: Client) -> None:
    assert filled.rows("CREATE SCHEMA D.C CLONE D.S") == [{"status": "Schema C successfully created."}]
    shown = {row["name"]: row["kind"] for row in filled.rows("DESCRIBE SCHEMA D.C")}
    assert shown == {
        "A": "TABLE", "V": "VIEW", "W": "VIEW", "TG": "TAG", "M": "MASKING_POLICY", "ST": "STREAM", "TK": "TASK",
        "FF": "FILE_FORMAT", "SQ": "SEQUENCE",
    }  # fmt: skip
    (schema,) = filled.rows("SHOW SCHEMAS LIKE 'C' IN DATABASE D")
    assert (schema["comment"], schema["retention_time"]) == ("s", "3")
    assert filled.rows("SHOW TASKS IN SCHEMA D.C")[0]["state"] == "suspended"
    assert filled.rows("SHOW STREAMS IN SCHEMA D.C")[0]["table_name"] == "D.C.A"
    assert list(filled.run("SELECT CURRENT_SCHEMA()").rows) == [("C",)]


def test_objects_in_the_clone_keep_owners_and_grants_and_the_container_does_not(filled: Client) -> None:
    filled.run("CREATE SCHEMA D.C CLONE D.S")
    assert granted(filled, "SCHEMA D.C") == {("OWNERSHIP", "ACCOUNTADMIN")}
    assert granted(filled, "TABLE D.C.A") == {("OWNERSHIP", "ACCOUNTADMIN"), ("SELECT", "R"), ("SELECT", "DR")}
    assert granted(filled, "VIEW D.C.V") == {("OWNERSHIP", "OTHER")}
    futures = filled.rows("SHOW FUTURE GRANTS IN SCHEMA D.C")
    assert [(row["privilege"], row["grantee_name"]) for row in futures] == [("SELECT", "R")]


def test_rows_of_the_clone_are_its_own_and_its_policies_too(filled: Client) -> None:
    filled.run("CREATE SCHEMA D.C CLONE D.S")
    filled.run("ALTER MASKING POLICY D.S.M SET BODY -> V")
    filled.run("INSERT INTO D.C.A (NAME) VALUES ('b')")
    assert names(filled, "D.C.A") == ["masked", "masked"]
    assert names(filled, "D.S.A") == ["a"]
    assert [row[0] for row in filled.run("SELECT ID FROM D.C.A ORDER BY ID").rows] == ["1", "2"]
    filled.run("DROP SCHEMA D.S")
    assert names(filled, "D.C.A") == ["masked", "masked"]
    assert filled.fails("SELECT * FROM D.C.W").code == "002037"


def test_clone_of_a_database_holds_schemas_and_database_roles(filled: Client) -> None:
    filled.run("GRANT USAGE ON SCHEMA D.S TO DATABASE ROLE D.DR")
    filled.run("GRANT DATABASE ROLE D.DR TO ROLE OTHER")
    filled.run("CREATE DATABASE E CLONE D")
    assert {row["name"] for row in filled.rows("SHOW SCHEMAS IN DATABASE E")} == {"PUBLIC", "S", "INFORMATION_SCHEMA"}
    assert names(filled, "E.PUBLIC.T") == ["one", "two"]
    assert names(filled, "E.S.A") == ["masked"]
    assert granted(filled, "DATABASE E") == {("OWNERSHIP", "ACCOUNTADMIN")}
    (role,) = filled.rows("SHOW DATABASE ROLES IN DATABASE E")
    assert (role["name"], role["granted_to_roles"]) == ("DR", "0")
    grants = {(row["privilege"], row["name"]) for row in filled.rows("SHOW GRANTS TO DATABASE ROLE E.DR")}
    assert {("SELECT", "E.S.A"), ("USAGE", "E.S")} <= grants
    filled.run("DROP DATABASE D")
    assert names(filled, "E.S.A") == ["masked"]


def test_managed_access_is_for_the_clone_to_say(filled: Client) -> None:
    filled.run("ALTER SCHEMA D.S ENABLE MANAGED ACCESS")
    filled.run("CREATE SCHEMA D.C CLONE D.S")
    filled.run("CREATE SCHEMA D.M CLONE D.S WITH MANAGED ACCESS")
    filled.run("CREATE DATABASE E CLONE D")
    shown = {(row["database_name"], row["name"]): row["options"] for row in filled.rows("SHOW SCHEMAS IN ACCOUNT")}
    assert (shown["D", "C"], shown["D", "M"], shown["E", "S"]) == ("", "MANAGED ACCESS", "MANAGED ACCESS")


def test_objects_without_a_right_to_them_are_left_out(account: Account, filled: Client) -> None:
    for sql in (
        "GRANT USAGE, CREATE SCHEMA ON DATABASE D TO ROLE OTHER",
        "GRANT USAGE ON SCHEMA D.S TO ROLE OTHER",
    ):
        filled.run(sql)
    other = account.as_role("OTHER")
    other.run("CREATE SCHEMA D.C CLONE D.S")
    (schema,) = [s for s in account.catalogue.of_kind(Kind.SCHEMA) if s.name == "C"]
    assert {o.name for o in account.catalogue.objects.by("parent", schema.id)} == {"V", "TG", "M"}
    assert account.as_role("R").fails("CREATE SCHEMA D.X CLONE D.S").code == "002003"


def test_schema_is_cloned_as_of_a_moment(filled: Client) -> None:
    run(filled, "q", "DELETE FROM D.S.A")
    filled.run("CREATE TABLE D.S.LATER (X INT)")
    filled.run("CREATE SCHEMA D.C CLONE D.S BEFORE (STATEMENT => 'q')")
    assert names(filled, "D.C.A") == ["masked"]
    assert {row["name"] for row in filled.rows("SHOW TABLES IN SCHEMA D.C")} == {"A"}
    filled.run("ALTER TABLE D.S.A SET DATA_RETENTION_TIME_IN_DAYS = 0")
    assert filled.fails("CREATE SCHEMA D.X CLONE D.S BEFORE (STATEMENT => 'q')").code == "000707"
    filled.run("CREATE SCHEMA D.X CLONE D.S BEFORE (STATEMENT => 'q') IGNORE TABLES WITH INSUFFICIENT DATA RETENTION")
    assert filled.rows("SHOW TABLES IN SCHEMA D.X") == []


def test_internal_stages_come_along_when_asked_for(filled: Client) -> None:
    filled.run("CREATE SCHEMA D.C CLONE D.S INCLUDE INTERNAL STAGES")
    assert [row["name"] for row in filled.rows("SHOW STAGES IN SCHEMA D.C")] == ["INSIDE"]


def test_schema_replaces_itself_or_another(filled: Client) -> None:
    filled.run("CREATE SCHEMA D.C")
    filled.run("CREATE OR REPLACE SCHEMA D.C CLONE D.S")
    assert names(filled, "D.C.A") == ["masked"]
    assert filled.fails("CREATE SCHEMA D.C CLONE D.S").code == "002002"
    filled.run("CREATE SCHEMA IF NOT EXISTS D.C CLONE D.S")


def test_clone_without_rows_anywhere_loads_no_database_engine(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT)")
    client.run("CREATE DATABASE E CLONE D")
    assert not (tmp_path / "data.duckdb").exists()
    assert "TABLE E.PUBLIC.T" in str(dump(client.context.catalogue))
    close(client)


def test_clones_have_their_tables_after_a_restart(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT, NAME VARCHAR)")
    client.run("INSERT INTO T VALUES (1, 'one')")
    client.run("CREATE DATABASE E CLONE D")
    close(client)
    client = ready(open_account(tmp_path))
    assert names(client, "E.PUBLIC.T") == ["one"]
    assert physical_tables(client) == catalogue_tables(client)
    close(client)
