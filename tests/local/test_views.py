import pytest

from local.model import Kind
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE T (ID INT, NAME VARCHAR(9))",
        "INSERT INTO T VALUES (1, 'a'), (2, 'b')",
        "CREATE ROLE READER",
        "GRANT USAGE ON DATABASE D TO ROLE READER",
        "GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE READER",
        "GRANT USAGE ON WAREHOUSE WH TO ROLE READER",
    ):
        client.run(sql)
    return client


def reader(account: Account) -> Client:
    client = account.as_role("READER")
    client.context.session.warehouse = account.catalogue.child(0, Kind.WAREHOUSE, "WH").id  # type: ignore[union-attr]
    return client


def test_view_shows_its_whole_statement(admin: Client) -> None:
    sql = 'CREATE VIEW "D"."PUBLIC"."V" COMMENT = \'v\' AS SELECT ID, NAME FROM D.PUBLIC.T'
    assert admin.rows(sql) == [{"status": "View V successfully created."}]
    (row,) = admin.rows("SHOW VIEWS LIKE 'V' IN SCHEMA D.PUBLIC")
    assert (row["text"], row["comment"], row["is_secure"]) == (sql, "v", "false")
    assert [(c["name"], c["type"]) for c in admin.rows("DESCRIBE VIEW D.PUBLIC.V")] == [
        ("ID", "NUMBER(38,0)"),
        ("NAME", "VARCHAR(9)"),
    ]


def test_view_reads_with_its_owners_rights(account: Account, admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT NAME FROM T WHERE ID = 1")
    admin.run("GRANT SELECT ON VIEW V TO ROLE READER")
    assert reader(account).rows("SELECT * FROM D.PUBLIC.V") == [{"NAME": "a"}]
    assert reader(account).fails("SELECT * FROM D.PUBLIC.T").code == "002003"


def test_view_without_select_is_hidden(account: Account, admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT NAME FROM T")
    error = reader(account).fails("SELECT * FROM D.PUBLIC.V")
    assert (error.code, error.state) == ("002003", "42S02")
    assert error.message.endswith("Object 'D.PUBLIC.V' does not exist or not authorized.")


def test_view_whose_owner_lost_its_right_fails(account: Account, admin: Client) -> None:
    for sql in (
        "GRANT CREATE VIEW ON SCHEMA D.PUBLIC TO ROLE READER",
        "GRANT SELECT ON TABLE D.PUBLIC.T TO ROLE READER",
    ):
        admin.run(sql)
    reader(account).run("CREATE VIEW D.PUBLIC.V AS SELECT * FROM T")
    admin.run("REVOKE SELECT ON TABLE D.PUBLIC.T FROM ROLE READER")
    error = reader(account).fails("SELECT * FROM D.PUBLIC.V")
    assert error.code == "002037"
    assert "does not exist or not authorized" in error.message


def test_names_in_a_view_belong_to_its_schema(admin: Client) -> None:
    admin.run("CREATE VIEW D.PUBLIC.V AS SELECT COUNT(*) AS N FROM T")
    admin.run("CREATE SCHEMA D.OTHER")
    admin.context.session.schema = admin.context.catalogue.find(Kind.SCHEMA, ("D", "OTHER")).id  # type: ignore[union-attr]
    assert admin.rows("SELECT * FROM D.PUBLIC.V") == [{"N": "2"}]


def test_view_of_a_view_with_column_list(admin: Client) -> None:
    admin.run("CREATE VIEW V (A COMMENT 'first', B) AS SELECT ID, NAME FROM T")
    admin.run("CREATE VIEW W AS SELECT UPPER(B) AS C FROM V WHERE A = 2")
    assert admin.rows("SELECT * FROM W") == [{"C": "B"}]
    assert admin.rows("DESCRIBE VIEW V")[0]["comment"] == "first"
    assert admin.fails("CREATE VIEW X (A) AS SELECT ID, NAME FROM T").code == "002026"


def test_view_does_not_see_columns_added_later(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    admin.run("ALTER TABLE T ADD COLUMN EXTRA INT")
    assert list(admin.rows("SELECT * FROM V")[0]) == ["ID", "NAME"]


def test_view_of_something_missing_is_refused(admin: Client) -> None:
    assert admin.fails("CREATE VIEW V AS SELECT * FROM NOPE").code == "002003"
    assert admin.fails("CREATE VIEW V AS SELECT NOPE FROM T").code == "000904"
    assert admin.rows("SHOW VIEWS") == []


def test_view_that_refers_to_itself_is_refused(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    assert admin.fails("CREATE OR REPLACE VIEW V AS SELECT * FROM V").code == "002034"


def test_secure_view_hides_its_text(account: Account, admin: Client) -> None:
    admin.run("CREATE SECURE VIEW V AS SELECT * FROM T")
    admin.run("GRANT SELECT ON VIEW V TO ROLE READER")
    (row,) = reader(account).rows("SHOW VIEWS IN SCHEMA D.PUBLIC")
    assert (row["is_secure"], row["text"]) == ("true", "")
    admin.run("ALTER VIEW V UNSET SECURE")
    assert admin.rows("SHOW VIEWS")[0]["is_secure"] == "false"


def test_view_is_renamed_and_dropped(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    admin.run("ALTER VIEW V RENAME TO W")
    admin.run("ALTER VIEW W SET COMMENT = 'x'")
    assert [(row["name"], row["comment"]) for row in admin.rows("SHOW VIEWS")] == [("W", "x")]
    admin.run("DROP VIEW W")
    assert admin.fails("SELECT * FROM W").code == "002003"


def test_table_and_view_share_their_names(admin: Client) -> None:
    assert admin.fails("CREATE VIEW T AS SELECT 1 AS A").code == "002002"
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    assert admin.fails("CREATE TABLE V (A INT)").code == "002002"
    assert admin.fails("DROP TABLE V").code == "002003"


def test_recursive_and_materialized_views_are_refused(admin: Client) -> None:
    assert admin.fails("CREATE RECURSIVE VIEW V (A) AS SELECT 1").code == "000002"
    assert admin.fails("CREATE MATERIALIZED VIEW V AS SELECT * FROM T").code == "000002"


def test_view_on_a_masked_table_shows_masked_values(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    admin.run("CREATE MASKING POLICY M AS (X VARCHAR) RETURNS VARCHAR -> '*'")
    admin.run("ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY M")
    assert admin.rows("SELECT DISTINCT NAME FROM V") == [{"NAME": "*"}]
