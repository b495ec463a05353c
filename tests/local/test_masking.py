import pytest

from local.data.columns import ColumnDef, encode_columns
from local.data.types import parse_type
from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.reader import Reader
from local.session import Settings
from local.statements.masking import alter_column_policy
from local.statements.policy_references import policy_references
from local.statements.row_access import alter_table_policy
from local.statements.tags import alter_tags
from tests.local.conftest import Account, Client

MASK = "CREATE MASKING POLICY D.S.M AS (VAL VARCHAR) RETURNS VARCHAR ->"


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    catalogue = client.context.catalogue
    schema = catalogue.find(Kind.SCHEMA, ("D", "S"))
    assert schema is not None
    columns = [
        ColumnDef(1, "ID", parse_type("NUMBER(38,0)")),
        ColumnDef(2, "EMAIL", parse_type("VARCHAR(200)")),
    ]
    with catalogue.transaction():
        catalogue.create(
            Kind.TABLE, "T", schema.id, client.context.session.role, props={"columns": encode_columns(columns)}
        )
    return client


def table(client: Client) -> Obj:
    found = client.context.catalogue.find(Kind.TABLE, ("D", "S", "T"))
    assert found is not None
    return found


def on_column(client: Client, clause: str, column: str = "EMAIL") -> None:
    with client.context.catalogue.transaction():
        alter_column_policy(client.context, Reader(clause), table(client), column)


def on_table(client: Client, clause: str) -> None:
    with client.context.catalogue.transaction():
        alter_table_policy(client.context, Reader(clause), table(client))


def test_policy_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(
        """CREATE MASKING POLICY "D"."S"."M" AS ("VAL" VARCHAR(16777216), "N" NUMBER(10,2)) RETURNS VARCHAR -> """
        """CASE WHEN CURRENT_ROLE() IN ('EC_ADMIN') THEN VAL ELSE '***' END COMMENT = 'pii'"""
    )
    (row,) = admin.rows("""SHOW MASKING POLICIES LIKE 'M' IN SCHEMA "D"."S\"""")
    assert (row["kind"], row["comment"], row["options"]) == ("MASKING_POLICY", "pii", "")
    (row,) = admin.rows("DESCRIBE MASKING POLICY D.S.M")
    assert row == {
        "name": "M",
        "signature": "(VAL VARCHAR, N NUMBER)",
        "return_type": "VARCHAR(16777216)",
        "body": "CASE WHEN CURRENT_ROLE() IN ('EC_ADMIN') THEN VAL ELSE '***' END",
    }


def test_comment_inside_the_body_is_not_the_policys_comment(admin: Client) -> None:
    body = "CASE WHEN COMMENT = 'x' THEN VAL END"
    admin.run(f"{MASK} {body}")
    (row,) = admin.rows("DESCRIBE MASKING POLICY D.S.M")
    assert row["body"] == body


def test_body_and_comment_change(admin: Client) -> None:
    admin.run(f"{MASK} VAL EXEMPT_OTHER_POLICIES = TRUE")
    admin.run("ALTER MASKING POLICY D.S.M SET BODY -> '#'")
    admin.run("ALTER MASKING POLICY D.S.M SET COMMENT = 'c'")
    (row,) = admin.rows("DESC MASKING POLICY D.S.M")
    assert row["body"] == "'#'"
    admin.run("ALTER MASKING POLICY D.S.M UNSET COMMENT")
    (row,) = admin.rows("SHOW MASKING POLICIES IN ACCOUNT")
    assert (row["comment"], row["options"]) == ("", '{"EXEMPT_OTHER_POLICIES": true}')


def test_standard_edition_has_no_masking(account: Account) -> None:
    account.settings = Settings("LOCAL", "MAIN", "LM00001", "STANDARD")
    assert account.admin.fails(f"{MASK} VAL").code == "000002"


def test_policy_that_returns_another_type_is_refused(admin: Client) -> None:
    error = admin.fails("CREATE MASKING POLICY D.S.M AS (V VARCHAR) RETURNS NUMBER -> 1")
    assert "return type mismatch" in error.message


def test_policy_on_a_column_protects_the_table_and_is_not_dropped(admin: Client) -> None:
    admin.run(f"{MASK} VAL")
    on_column(admin, "SET MASKING POLICY D.S.M")
    assert "cannot be dropped/replaced" in admin.fails("DROP MASKING POLICY D.S.M").message
    result = policy_references(admin.context, "D.S.T", "TABLE")
    assert result.rows == [
        ("D", "S", "M", "MASKING_POLICY", "D", "S", "T", "TABLE", "EMAIL", None, None, None, None, "ACTIVE")
    ]
    on_column(admin, "UNSET MASKING POLICY")
    admin.run("DROP MASKING POLICY D.S.M")


def test_second_policy_on_a_column_needs_force(admin: Client) -> None:
    admin.run(f"{MASK} VAL")
    on_column(admin, "SET MASKING POLICY D.S.M USING (EMAIL)")
    with pytest.raises(SnowflakeError, match="already attached"):
        on_column(admin, "SET MASKING POLICY D.S.M")
    on_column(admin, "SET MASKING POLICY D.S.M FORCE")


def test_policy_for_another_type_does_not_fit_a_column(admin: Client) -> None:
    admin.run(f"{MASK} VAL")
    with pytest.raises(SnowflakeError, match="does not fit"):
        on_column(admin, "SET MASKING POLICY D.S.M", "ID")
    with pytest.raises(SnowflakeError, match="invalid identifier"):
        on_column(admin, "SET MASKING POLICY D.S.M", "NONE")


def test_tag_with_a_policy_protects_what_carries_it(admin: Client) -> None:
    admin.run(f"{MASK} VAL")
    admin.run("CREATE TAG D.S.PII")
    admin.run("ALTER TAG D.S.PII SET MASKING POLICY D.S.M")
    with admin.context.catalogue.transaction():
        alter_tags(admin.context, Reader("SET TAG D.S.PII = 'email'"), table(admin), "EMAIL")
    (row,) = policy_references(admin.context, "D.S.PII", "TAG").rows
    assert row[2:8] == ("M", "MASKING_POLICY", "D", "S", "PII", "TAG")
    assert "PII cannot be dropped" in admin.fails("DROP TAG D.S.PII").message
    admin.run("ALTER TAG D.S.PII UNSET MASKING POLICY D.S.M")
    admin.run("DROP TAG D.S.PII")


def test_row_access_policy_is_added_once_and_dropped(admin: Client) -> None:
    admin.run("CREATE ROW ACCESS POLICY D.S.R AS (E VARCHAR) RETURNS BOOLEAN -> E = CURRENT_USER() COMMENT = 'r'")
    (row,) = admin.rows("DESC ROW ACCESS POLICY D.S.R")
    assert (row["signature"], row["return_type"], row["body"]) == ("(E VARCHAR)", "BOOLEAN", "E = CURRENT_USER()")
    on_table(admin, "ADD ROW ACCESS POLICY D.S.R ON (EMAIL)")
    (reference,) = policy_references(admin.context, "D.S.T", "TABLE").rows
    assert reference[9] == '["EMAIL"]'
    with pytest.raises(SnowflakeError, match="already has a ROW_ACCESS_POLICY"):
        on_table(admin, "ADD ROW ACCESS POLICY D.S.R ON (EMAIL)")
    on_table(admin, "DROP ROW ACCESS POLICY D.S.R, ADD ROW ACCESS POLICY D.S.R ON (EMAIL)")
    on_table(admin, "DROP ALL ROW ACCESS POLICIES")
    admin.run("DROP ROW ACCESS POLICY D.S.R")


def test_role_without_apply_cannot_put_a_policy_on_a_column(account: Account, admin: Client) -> None:
    admin.run(f"{MASK} VAL")
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "SELECT ON TABLE D.S.T"):
        admin.run(f"GRANT {grant} TO ROLE R")
    with pytest.raises(SnowflakeError) as caught:
        on_column(account.as_role("R"), "SET MASKING POLICY D.S.M")
    assert caught.value.code == "003001"
    admin.run("GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE R")
    on_column(account.as_role("R"), "SET MASKING POLICY D.S.M")
