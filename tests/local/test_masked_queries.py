"""Masking policies on what queries show: by role, by tag, through views, in DML and in whatever is made from them."""

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client

BY_ROLE = "CASE WHEN CURRENT_ROLE() = 'HR' THEN VAL ELSE '***' END"


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.S",
        "CREATE TABLE T (ID INT, NAME VARCHAR(20), EMAIL VARCHAR(20), SALARY NUMBER(10,2))",
        "INSERT INTO T VALUES (1, 'ann', 'ann@x.org', 10.25), (2, 'bob', 'bob@x.org', 20.50), (3, 'cy', NULL, 30)",
        f"CREATE MASKING POLICY M AS (VAL VARCHAR) RETURNS VARCHAR -> {BY_ROLE}",
        "ALTER TABLE T MODIFY COLUMN EMAIL SET MASKING POLICY M",
    ):
        client.run(sql)
    for role in ("HR", "CLERK"):
        client.run(f"CREATE ROLE {role}")
        for grant in (
            "USAGE ON DATABASE D", "ALL ON SCHEMA D.S", "ALL ON TABLE D.S.T", "USAGE ON WAREHOUSE WH",
        ):  # fmt: skip
            client.run(f"GRANT {grant} TO ROLE {role}")
    return client


def session(account: Account, role: str, secondary: str = "NONE") -> Client:
    client = account.client("LOCAL_ADMIN", role, secondary=secondary)
    for kind, path in ((Kind.WAREHOUSE, ("WH",)), (Kind.DATABASE, ("D",)), (Kind.SCHEMA, ("D", "S"))):
        found = account.catalogue.find(kind, path)
        assert found is not None
        setattr(client.context.session, kind.value.lower(), found.id)
    return client


def column(client: Client, sql: str) -> list[str | None]:
    return [row[0] if row[0] is None else str(row[0]) for row in client.run(sql).rows]


def test_values_are_shown_to_the_role_that_the_policy_names_and_masked_for_others(
    account: Account, admin: Client
) -> None:
    assert column(session(account, "HR"), "SELECT EMAIL FROM T ORDER BY ID") == ["ann@x.org", "bob@x.org", None]
    assert column(session(account, "CLERK"), "SELECT EMAIL FROM T") == ["***"] * 3


def test_owner_of_table_and_policy_sees_nothing_special(admin: Client) -> None:
    assert column(admin, "SELECT EMAIL FROM T") == ["***"] * 3


def test_masked_column_keeps_its_type(account: Account, admin: Client) -> None:
    shown = session(account, "CLERK").run("SELECT EMAIL FROM T").columns[0]
    assert (shown.name, shown.length) == ("EMAIL", 20)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT COUNT(*) FROM T WHERE EMAIL = 'ann@x.org'", ["0"]),
        ("SELECT COUNT(*) FROM T WHERE EMAIL LIKE 'a%'", ["0"]),
        ("SELECT MAX(EMAIL) FROM T", ["***"]),
        ("SELECT LISTAGG(EMAIL, ',') FROM T", ["***,***,***"]),
        ("SELECT COUNT(DISTINCT EMAIL) FROM T", ["1"]),
        ("SELECT UPPER(X) FROM (SELECT EMAIL AS X FROM T LIMIT 1)", ["***"]),
        ("WITH C AS (SELECT EMAIL FROM T) SELECT DISTINCT EMAIL FROM C", ["***"]),
        ("SELECT (SELECT MIN(EMAIL) FROM T)", ["***"]),
        ("SELECT COUNT(*) FROM T A JOIN (SELECT 'ann@x.org' AS E) B ON A.EMAIL = B.E", ["0"]),
        ("SELECT COUNT(*) FROM T WHERE EXISTS (SELECT 1 FROM T U WHERE U.EMAIL = 'bob@x.org')", ["0"]),
        ("SELECT ID FROM T QUALIFY ROW_NUMBER() OVER (PARTITION BY EMAIL ORDER BY ID) = 1", ["1"]),
        ("SELECT EMAIL FROM T GROUP BY EMAIL HAVING COUNT(*) = 3", ["***"]),
        ("SELECT EMAIL FROM T UNION SELECT EMAIL FROM T", ["***"]),
        ("SELECT T.EMAIL FROM D.S.T WHERE D.S.T.ID = 1", ["***"]),
        ("SELECT LENGTH(EMAIL) FROM T WHERE ID = 1", ["3"]),
        ("SELECT DECODE(EMAIL, 'ann@x.org', 'found', 'hidden') FROM T WHERE ID = 1", ["hidden"]),
    ],
)
def test_no_way_of_asking_shows_what_is_masked(
    account: Account, admin: Client, query: str, expected: list[str]
) -> None:
    assert column(session(account, "CLERK"), query) == expected


def test_error_of_a_conversion_tells_the_mask_only(account: Account, admin: Client) -> None:
    error = session(account, "CLERK").fails("SELECT EMAIL::INT FROM T")
    assert "ann" not in error.message


def test_copies_hold_what_their_maker_saw(account: Account, admin: Client) -> None:
    clerk = session(account, "CLERK")
    clerk.run("CREATE TABLE COPIED AS SELECT * FROM T")
    clerk.run("CREATE TABLE FILLED (E VARCHAR)")
    clerk.run("INSERT INTO FILLED SELECT EMAIL FROM T")
    for table, name in (("COPIED", "EMAIL"), ("FILLED", "E")):
        assert column(clerk, f"SELECT DISTINCT {name} FROM {table}") == ["***"]  # noqa: S608


def test_policy_of_the_table_counts_through_a_view_by_the_role_that_asks(account: Account, admin: Client) -> None:
    session(account, "HR").run("CREATE VIEW V AS SELECT ID, EMAIL AS E FROM T")
    admin.run("GRANT SELECT ON VIEW D.S.V TO ROLE CLERK")
    assert column(session(account, "HR"), "SELECT E FROM V WHERE ID = 1") == ["ann@x.org"]
    assert column(session(account, "CLERK"), "SELECT E FROM V WHERE ID = 1") == ["***"]


def test_invoker_role_is_the_views_owner_through_a_view(account: Account, admin: Client) -> None:
    admin.run("ALTER MASKING POLICY M SET BODY -> CASE WHEN INVOKER_ROLE() = 'HR' THEN VAL ELSE '***' END")
    session(account, "HR").run("CREATE VIEW V AS SELECT ID, EMAIL, INVOKER_ROLE() AS R FROM T")
    admin.run("GRANT SELECT ON VIEW D.S.V TO ROLE CLERK")
    clerk = session(account, "CLERK")
    assert clerk.run("SELECT EMAIL, R, CURRENT_ROLE() FROM V WHERE ID = 1").rows == [("ann@x.org", "HR", "CLERK")]
    assert column(clerk, "SELECT EMAIL FROM T WHERE ID = 1") == ["***"]


def test_policy_of_a_view_comes_on_top_of_the_tables(account: Account, admin: Client) -> None:
    hr = session(account, "HR")
    hr.run("CREATE VIEW V AS SELECT ID, EMAIL FROM T")
    admin.run("CREATE MASKING POLICY SHORT AS (V VARCHAR) RETURNS VARCHAR -> LEFT(V, 2)")
    admin.run("ALTER VIEW V MODIFY COLUMN EMAIL SET MASKING POLICY SHORT")
    assert column(hr, "SELECT EMAIL FROM V WHERE ID = 1") == ["an"]
    admin.run("GRANT SELECT ON VIEW D.S.V TO ROLE CLERK")
    assert column(session(account, "CLERK"), "SELECT EMAIL FROM V WHERE ID = 1") == ["**"]


@pytest.mark.parametrize(
    ("body", "hr", "clerk"),
    [
        ("IFF(IS_ROLE_IN_SESSION('HR'), VAL, '***')", "ann@x.org", "***"),
        ("CASE WHEN CURRENT_USER() = 'LOCAL_ADMIN' THEN VAL END", "ann@x.org", "ann@x.org"),
        ("IFF(ARRAY_CONTAINS('HR'::VARIANT, PARSE_JSON(CURRENT_AVAILABLE_ROLES())), VAL, '***')", "ann@x.org",
         "ann@x.org"),
        ("IFF(INVOKER_SHARE() IS NULL, VAL, 'shared')", "ann@x.org", "ann@x.org"),
        ("IFF(IS_GRANTED_TO_INVOKER_ROLE('HR'), VAL, '***')", "ann@x.org", "***"),
        ("REGEXP_REPLACE(VAL, '.+@', '*@') -- keeps the domain", "*@x.org", "*@x.org"),
        ("CURRENT_DATABASE() || '.' || CURRENT_SCHEMA()", "D.S", "D.S"),
    ],
)  # fmt: skip
def test_bodies_ask_for_the_session(account: Account, admin: Client, body: str, hr: str, clerk: str) -> None:
    admin.run(f"ALTER MASKING POLICY M SET BODY -> {body}")
    admin.run("GRANT ROLE HR TO USER LOCAL_ADMIN")
    for role, expected in (("HR", hr), ("CLERK", clerk)):
        client = session(account, role)
        assert column(client, "SELECT EMAIL FROM D.S.T WHERE ID = 1") == [expected]


def test_secondary_roles_count_for_is_role_in_session_only(account: Account, admin: Client) -> None:
    admin.run("GRANT ROLE HR TO USER LOCAL_ADMIN")
    clerk = session(account, "CLERK", secondary="ALL")
    assert column(clerk, "SELECT EMAIL FROM T WHERE ID = 1") == ["***"]
    admin.run("ALTER MASKING POLICY M SET BODY -> IFF(IS_ROLE_IN_SESSION('HR'), VAL, '***')")
    assert column(clerk, "SELECT EMAIL FROM T WHERE ID = 1") == ["ann@x.org"]


def test_policy_reads_a_mapping_table_with_its_owners_rights(account: Account, admin: Client) -> None:
    admin.run("CREATE TABLE SEEN_BY (ROLE_NAME VARCHAR, VAL VARCHAR)")
    admin.run("INSERT INTO SEEN_BY VALUES ('CLERK', 'x')")
    admin.run(
        "ALTER MASKING POLICY M SET BODY -> "
        "CASE WHEN EXISTS (SELECT 1 FROM SEEN_BY WHERE IS_ROLE_IN_SESSION(ROLE_NAME)) THEN VAL ELSE '***' END"
    )
    clerk = session(account, "CLERK")
    assert column(clerk, "SELECT EMAIL FROM T ORDER BY ID") == ["ann@x.org", "bob@x.org", None]
    assert clerk.fails("SELECT * FROM SEEN_BY").code == "002003"
    assert column(session(account, "HR"), "SELECT DISTINCT EMAIL FROM T") == ["***"]


def test_column_of_a_mapping_table_hides_an_argument_of_its_name(account: Account, admin: Client) -> None:
    admin.run("CREATE TABLE KNOWN (VAL VARCHAR)")
    admin.run("INSERT INTO KNOWN VALUES ('ann@x.org')")
    admin.run("ALTER MASKING POLICY M SET BODY -> (SELECT MAX(VAL) FROM KNOWN)")
    assert column(session(account, "HR"), "SELECT DISTINCT EMAIL FROM T") == ["ann@x.org"]
    admin.run("ALTER MASKING POLICY M SET BODY -> IFF(VAL IN (SELECT K.VAL FROM KNOWN K), 'known', 'other')")
    assert column(session(account, "HR"), "SELECT EMAIL FROM T ORDER BY ID") == ["known", "other", "other"]


def test_condition_may_look_at_another_column(account: Account, admin: Client) -> None:
    admin.run(
        "CREATE MASKING POLICY COND AS (VAL VARCHAR, N NUMBER) RETURNS VARCHAR -> CASE WHEN N = 1 THEN VAL ELSE '#' END"
    )
    admin.run("ALTER TABLE T MODIFY COLUMN EMAIL SET MASKING POLICY COND USING (EMAIL, ID) FORCE")
    clerk = session(account, "CLERK")
    assert column(clerk, "SELECT EMAIL FROM T ORDER BY ID") == ["ann@x.org", "#", "#"]
    admin.run("ALTER TABLE T RENAME COLUMN ID TO NUMBER_")
    assert column(clerk, "SELECT EMAIL FROM T ORDER BY NUMBER_") == ["ann@x.org", "#", "#"]
    assert "associated with one or more policies" in admin.fails("ALTER TABLE T DROP COLUMN NUMBER_").message


@pytest.mark.parametrize(
    ("kind", "values", "body", "expected"),
    [
        ("NUMBER", "10.25", "-1", "-1.00"),
        ("NUMBER", "10.25", "VAL", "10.25"),
        ("DATE", "'2024-05-06'", "DATE_TRUNC('YEAR', VAL)", "19723"),
        ("TIMESTAMP_NTZ", "'2024-05-06 07:08:09'", "NULL", None),
        ("BOOLEAN", "TRUE", "FALSE", "0"),
        ("FLOAT", "1.5", "VAL * 2", "3.0"),
        ("BINARY", "X'FF'", "X'00'", "00"),
    ],
)
def test_every_type_is_masked(
    account: Account, admin: Client, kind: str, values: str, body: str, expected: str | None
) -> None:
    column_type = "NUMBER(10,2)" if kind == "NUMBER" else kind
    admin.run(f"CREATE MASKING POLICY P AS (VAL {kind}) RETURNS {kind} -> {body}")
    admin.run(f"CREATE TABLE U (A {column_type} MASKING POLICY P)")
    admin.run(f"INSERT INTO U SELECT {values}")
    assert column(admin, "SELECT A FROM U") == [expected]


def test_variant_is_masked(admin: Client) -> None:
    admin.run("CREATE MASKING POLICY P AS (V VARIANT) RETURNS VARIANT -> OBJECT_CONSTRUCT('kind', V:kind)")
    admin.run("CREATE TABLE U (A VARIANT WITH MASKING POLICY P)")
    admin.run("""INSERT INTO U SELECT PARSE_JSON('{"kind": "k", "secret": 1}')""")
    assert column(admin, "SELECT A:kind::VARCHAR FROM U") == ["k"]
    assert column(admin, "SELECT A:secret FROM U") == [None]


def test_mask_that_is_longer_than_the_column_is_an_error(admin: Client) -> None:
    admin.run("CREATE TABLE U (A VARCHAR(2))")
    admin.run("INSERT INTO U VALUES ('ab')")
    admin.run("ALTER TABLE U MODIFY COLUMN A SET MASKING POLICY M")
    assert admin.fails("SELECT A FROM U").code == "100078"


# Tags


@pytest.mark.parametrize("where", ["TABLE T MODIFY COLUMN NAME", "TABLE T", "SCHEMA S", "DATABASE D"])
def test_tag_masks_columns_of_the_policys_type_where_it_is_set(account: Account, admin: Client, where: str) -> None:
    admin.run("CREATE TAG PII")
    admin.run("CREATE MASKING POLICY BYTAG AS (V VARCHAR) RETURNS VARCHAR -> 'tagged'")
    admin.run("ALTER TAG PII SET MASKING POLICY BYTAG")
    admin.run(f"ALTER {where} SET TAG PII = 'yes'")
    clerk = session(account, "CLERK")
    assert clerk.run("SELECT ID, NAME, EMAIL, SALARY FROM T WHERE ID = 1").rows == [("1", "tagged", "***", "10.25")]


def test_policy_of_a_tag_asks_for_the_tags_value(account: Account, admin: Client) -> None:
    admin.run("CREATE TAG PII")
    admin.run(
        "CREATE MASKING POLICY BYTAG AS (V VARCHAR) RETURNS VARCHAR -> CASE "
        "WHEN SYSTEM$GET_TAG_ON_CURRENT_COLUMN('PII') = 'open' THEN V "
        "ELSE SYSTEM$GET_TAG_ON_CURRENT_TABLE('D.S.PII') END"
    )
    admin.run("ALTER TAG PII SET MASKING POLICY BYTAG")
    admin.run("ALTER TABLE T SET TAG PII = 'closed'")
    clerk = session(account, "CLERK")
    assert column(clerk, "SELECT NAME FROM T WHERE ID = 1") == ["closed"]
    admin.run("ALTER TABLE T MODIFY COLUMN NAME SET TAG PII = 'open'")
    assert column(clerk, "SELECT NAME FROM T WHERE ID = 1") == ["ann"]


def test_new_columns_and_tables_are_masked_by_the_tag_of_their_schema(account: Account, admin: Client) -> None:
    admin.run("CREATE TAG PII")
    admin.run("CREATE MASKING POLICY BYTAG AS (V NUMBER) RETURNS NUMBER -> 0")
    admin.run("ALTER TAG PII SET MASKING POLICY BYTAG")
    admin.run("ALTER SCHEMA S SET TAG PII = 'x'")
    admin.run("CREATE TABLE U (A INT)")
    admin.run("INSERT INTO U VALUES (7)")
    assert column(admin, "SELECT A FROM U") == ["0"]


# DML


def test_dml_sees_masked_values_of_its_target(account: Account, admin: Client) -> None:
    clerk = session(account, "CLERK")
    clerk.run("UPDATE T SET NAME = 'hit' WHERE EMAIL = 'ann@x.org'")
    clerk.run("DELETE FROM T WHERE EMAIL = 'bob@x.org'")
    assert column(clerk, "SELECT NAME FROM T ORDER BY ID") == ["ann", "bob", "cy"]
    clerk.run("UPDATE T SET NAME = EMAIL WHERE ID = 1")
    assert column(session(account, "HR"), "SELECT NAME FROM T WHERE ID = 1") == ["***"]
    assert column(session(account, "HR"), "SELECT EMAIL FROM T WHERE ID = 1") == ["ann@x.org"]


def test_merge_sees_masked_values(account: Account, admin: Client) -> None:
    clerk = session(account, "CLERK")
    clerk.run(
        "MERGE INTO T USING (SELECT 'ann@x.org' AS E) S ON T.EMAIL = S.E WHEN MATCHED THEN DELETE "
        "WHEN NOT MATCHED THEN INSERT (ID, EMAIL) VALUES (9, S.E)"
    )
    assert column(session(account, "HR"), "SELECT ID FROM T WHERE EMAIL = 'ann@x.org' ORDER BY ID") == ["1", "9"]


def test_masked_rows_of_an_open_transaction_stay_masked(account: Account, admin: Client) -> None:
    clerk = session(account, "CLERK")
    clerk.run("BEGIN")
    clerk.run("INSERT INTO T (ID, EMAIL) VALUES (4, 'dan@x.org')")
    assert column(clerk, "SELECT DISTINCT EMAIL FROM T") == ["***"]
    clerk.run("ROLLBACK")


# What may not be


def test_column_has_a_masking_policy_or_is_an_argument_of_a_row_access_policy(admin: Client) -> None:
    admin.run("CREATE ROW ACCESS POLICY R AS (V VARCHAR) RETURNS BOOLEAN -> TRUE")
    assert "already attached" in admin.fails("ALTER TABLE T ADD ROW ACCESS POLICY R ON (EMAIL)").message
    admin.run("ALTER TABLE T ADD ROW ACCESS POLICY R ON (NAME)")
    assert "already attached" in admin.fails("ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY M").message


def test_body_that_is_no_single_expression_protects_all_the_same(account: Account, admin: Client) -> None:
    for body in ("VAL, VAL", "VAL FROM T", "VAL) FROM (SELECT 1 AS VAL", "NOPE", "(SELECT X FROM NOWHERE)"):
        admin.run(f"ALTER MASKING POLICY M SET BODY -> {body}")
        assert "ann" not in session(account, "HR").fails("SELECT EMAIL FROM T").message


def test_policy_that_reads_its_own_table_ends(account: Account, admin: Client) -> None:
    admin.run("ALTER MASKING POLICY M SET BODY -> (SELECT MAX(EMAIL) FROM T)")
    assert session(account, "HR").fails("SELECT EMAIL FROM T").code == "002037"


def test_unloaded_files_hold_masked_values_and_visible_rows(account: Account, admin: Client) -> None:
    admin.run("CREATE ROW ACCESS POLICY R AS (N NUMBER) RETURNS BOOLEAN -> N < 3")
    admin.run("ALTER TABLE T ADD ROW ACCESS POLICY R ON (ID)")
    clerk = session(account, "CLERK")
    clerk.run("CREATE STAGE OUT_STAGE")
    clerk.run("COPY INTO @OUT_STAGE/a FROM T FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) SINGLE = TRUE")
    clerk.run(
        "COPY INTO @OUT_STAGE/b FROM (SELECT * FROM T) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) SINGLE = TRUE"
    )
    for name in ("a", "b"):
        rows = clerk.run(f"SELECT $1, $3 FROM @OUT_STAGE/{name} ORDER BY 1").rows  # noqa: S608
        assert list(rows) == [("1", "***"), ("2", "***")]


def test_unloading_in_partitions_and_checking_it_first_show_no_more_than_a_query(
    account: Account, admin: Client
) -> None:
    clerk = session(account, "CLERK")
    clerk.run("CREATE STAGE OUT_STAGE DIRECTORY = (ENABLE = TRUE)")
    seen = {row[0] for row in clerk.run("SELECT EMAIL FROM T").rows}
    assert seen == {"***"}
    shown = clerk.run("COPY INTO @OUT_STAGE FROM (SELECT EMAIL FROM T) VALIDATION_MODE = RETURN_ROWS").rows
    assert {row[0] for row in shown} == seen
    clerk.run("COPY INTO @OUT_STAGE/p FROM T PARTITION BY ('mail=' || EMAIL) FILE_FORMAT = (TYPE = PARQUET)")
    files = [str(row[0]) for row in clerk.run("LIST @OUT_STAGE").rows]
    assert files and all("/mail=***/" in name for name in files)
