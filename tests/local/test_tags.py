import pytest

from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.reader import Reader
from local.registry import FUNCTION
from local.statements.tags import alter_tags
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE TAG D.S.COST ALLOWED_VALUES 'red', 'blue' COMMENT = 't'")
    return client


def found(client: Client, kind: Kind, *path: str) -> Obj:
    obj = client.context.catalogue.find(kind, path)
    assert obj is not None
    return obj


def tag(client: Client, obj: Obj, clause: str) -> None:
    with client.context.catalogue.transaction():
        alter_tags(client.context, Reader(clause), obj)


def test_tag_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    (row,) = admin.rows("""SHOW TAGS LIKE 'COST' IN SCHEMA "D"."S\"""")
    assert row.pop("created_on") is not None
    assert row == {
        "name": "COST",
        "database_name": "D",
        "schema_name": "S",
        "owner": "ACCOUNTADMIN",
        "comment": "t",
        "allowed_values": '["red","blue"]',
        "owner_role_type": "ROLE",
        "propagate": None,
        "on_conflict": None,
    }


def test_allowed_values_are_added_dropped_and_unset(admin: Client) -> None:
    admin.run("ALTER TAG D.S.COST ADD ALLOWED_VALUES 'green'")
    admin.run("ALTER TAG D.S.COST DROP ALLOWED_VALUES 'red', 'blue'")
    assert admin.rows("SHOW TAGS IN ACCOUNT")[0]["allowed_values"] == '["green"]'
    admin.run("ALTER TAG D.S.COST UNSET ALLOWED_VALUES")
    assert admin.rows("SHOW TAGS IN ACCOUNT")[0]["allowed_values"] is None
    admin.run("ALTER TAG D.S.COST SET COMMENT = 'c'")
    admin.run("ALTER TAG D.S.COST UNSET COMMENT")
    assert admin.rows("SHOW TAGS IN ACCOUNT")[0]["comment"] == ""


def test_value_that_is_not_allowed_is_refused(admin: Client) -> None:
    with pytest.raises(SnowflakeError, match="Tag value 'black' is not allowed"):
        tag(admin, found(admin, Kind.SCHEMA, "D", "S"), "SET TAG D.S.COST = 'black'")


def test_tag_is_inherited_until_a_nearer_value_hides_it(admin: Client) -> None:
    tag(admin, found(admin, Kind.DATABASE, "D"), "SET TAG D.S.COST = 'red'")
    get_tag = FUNCTION["SYSTEM$GET_TAG"]
    assert get_tag(admin.context, ("D.S.COST", "D.S", "SCHEMA")) == "red"
    tag(admin, found(admin, Kind.SCHEMA, "D", "S"), "SET TAG D.S.COST = 'blue'")
    assert get_tag(admin.context, ("D.S.COST", "D.S", "SCHEMA")) == "blue"
    tag(admin, found(admin, Kind.SCHEMA, "D", "S"), "UNSET TAG D.S.COST")
    tag(admin, found(admin, Kind.DATABASE, "D"), "UNSET TAG D.S.COST")
    assert get_tag(admin.context, ("D.S.COST", "D.S", "SCHEMA")) is None


def test_tag_references_tell_where_a_value_comes_from(admin: Client) -> None:
    tag(admin, found(admin, Kind.DATABASE, "D"), "SET TAG D.S.COST = 'red'")
    sql = "SELECT * FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S', 'SCHEMA'))"
    assert admin.computing().run(sql).rows == [
        ("D", "S", "COST", "red", "DATABASE", "D", None, "S", "SCHEMA", None, "INHERITED"),
    ]


def test_references_need_a_warehouse(admin: Client) -> None:
    error = admin.fails("SELECT * FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S', 'SCHEMA'))")
    assert error.code == "000606"


def test_owner_of_a_tag_sets_no_masking_policy_on_it_without_the_global_privilege(account: Account) -> None:
    for sql in (
        "CREATE ROLE R",
        "CREATE DATABASE E",
        "CREATE MASKING POLICY E.PUBLIC.M AS (V VARCHAR) RETURNS VARCHAR -> '*'",
        "CREATE TAG E.PUBLIC.T",
        "GRANT USAGE ON DATABASE E TO ROLE R",
        "GRANT USAGE ON SCHEMA E.PUBLIC TO ROLE R",
        "GRANT APPLY ON MASKING POLICY E.PUBLIC.M TO ROLE R",
        "GRANT OWNERSHIP ON TAG E.PUBLIC.T TO ROLE R",
    ):
        account.admin.run(sql)
    statement = "ALTER TAG E.PUBLIC.T SET MASKING POLICY E.PUBLIC.M"
    assert account.as_role("R").fails(statement).code == "003001"
    account.admin.run("GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE R")
    account.as_role("R").run(statement)


def test_dropped_tag_is_gone_from_what_carried_it(admin: Client) -> None:
    tag(admin, found(admin, Kind.DATABASE, "D"), "SET TAG D.S.COST = 'red'")
    admin.run("DROP TAG D.S.COST")
    assert not list(admin.context.catalogue.references)


def test_renamed_tag_keeps_its_uses(admin: Client) -> None:
    tag(admin, found(admin, Kind.DATABASE, "D"), "SET TAG D.S.COST = 'red'")
    admin.run("ALTER TAG D.S.COST RENAME TO D.S.CENTRE")
    assert FUNCTION["SYSTEM$GET_TAG"](admin.context, ("D.S.CENTRE", "D", "DATABASE")) == "red"


def test_role_needs_apply_and_the_object_to_tag_it(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    schema = found(admin, Kind.SCHEMA, "D", "S")
    with pytest.raises(SnowflakeError) as caught:
        tag(account.as_role("R"), schema, "SET TAG D.S.COST = 'red'")
    assert caught.value.code == "002003"
    admin.run("GRANT APPLY TAG ON ACCOUNT TO ROLE R")
    tag(account.as_role("R"), schema, "SET TAG D.S.COST = 'red'")


def test_propagation_is_refused(admin: Client) -> None:
    assert admin.fails("CREATE TAG D.S.X PROPAGATE = ON_DEPENDENCY").code == "000002"
