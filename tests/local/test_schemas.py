import pytest

from tests.local.conftest import Account


@pytest.fixture
def with_database(account: Account) -> Account:
    account.admin.run("CREATE DATABASE RAW DATA_RETENTION_TIME_IN_DAYS = 7")
    return account


def test_schema_shows_its_options_and_inherits_the_retention(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE TRANSIENT SCHEMA RAW.TMP WITH MANAGED ACCESS COMMENT = 'c'")
    admin.run("CREATE SCHEMA RAW.ORDERS")
    (row,) = admin.rows("SHOW SCHEMAS LIKE 'TMP' IN DATABASE RAW")
    assert (row["options"], row["comment"], row["retention_time"]) == ("TRANSIENT, MANAGED ACCESS", "c", "1")
    (row,) = admin.rows("SHOW SCHEMAS LIKE 'ORDERS' IN DATABASE RAW")
    assert (row["options"], row["retention_time"], row["database_name"]) == ("", "7", "RAW")


def test_parameters_tell_where_they_are_set(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE SCHEMA RAW.ORDERS")
    like = "SHOW PARAMETERS LIKE 'DATA_RETENTION_TIME_IN_DAYS' IN SCHEMA RAW.ORDERS"
    assert [(row["value"], row["level"]) for row in admin.rows(like)] == [("7", "DATABASE")]
    admin.run("ALTER SCHEMA RAW.ORDERS SET DATA_RETENTION_TIME_IN_DAYS = 7, COMMENT = 'x'")
    assert [(row["value"], row["level"]) for row in admin.rows(like)] == [("7", "SCHEMA")]
    admin.run("ALTER SCHEMA RAW.ORDERS UNSET DATA_RETENTION_TIME_IN_DAYS, COMMENT")
    assert [(row["value"], row["level"]) for row in admin.rows(like)] == [("7", "DATABASE")]


def test_managed_access_is_switched_by_the_owner_only(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE SCHEMA RAW.ORDERS")
    admin.run("ALTER SCHEMA RAW.ORDERS ENABLE MANAGED ACCESS")
    (row,) = admin.rows("SHOW SCHEMAS LIKE 'ORDERS' IN DATABASE RAW")
    assert row["options"] == "MANAGED ACCESS"
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE RAW TO ROLE R")
    admin.run("GRANT MODIFY ON SCHEMA RAW.ORDERS TO ROLE R")
    assert with_database.as_role("R").fails("ALTER SCHEMA RAW.ORDERS DISABLE MANAGED ACCESS").code == "003001"
    admin.run("ALTER SCHEMA RAW.ORDERS DISABLE MANAGED ACCESS")
    (row,) = admin.rows("SHOW SCHEMAS LIKE 'ORDERS' IN DATABASE RAW")
    assert row["options"] == ""


def test_rename_may_move_the_schema_to_another_database(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE DATABASE OTHER")
    admin.run("CREATE SCHEMA RAW.ORDERS")
    admin.run("ALTER SCHEMA RAW.ORDERS RENAME TO SALES")
    admin.run("ALTER SCHEMA RAW.SALES RENAME TO OTHER.SALES")
    assert admin.rows("SHOW SCHEMAS LIKE 'SALES' IN DATABASE RAW") == []
    assert len(admin.rows("SHOW SCHEMAS LIKE 'SALES' IN DATABASE OTHER")) == 1


def test_create_needs_create_schema_on_the_database(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE RAW TO ROLE R")
    client = with_database.as_role("R")
    assert client.fails("CREATE SCHEMA RAW.ORDERS").code == "003001"
    admin.run("GRANT CREATE SCHEMA ON DATABASE RAW TO ROLE R")
    client.run("CREATE SCHEMA RAW.ORDERS")
    (row,) = client.rows("SHOW SCHEMAS LIKE 'ORDERS' IN DATABASE RAW")
    assert (row["owner"], row["owner_role_type"]) == ("R", "ROLE")


def test_only_schemas_with_a_right_are_listed_next_to_information_schema(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE SCHEMA RAW.ORDERS")
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE RAW TO ROLE R")
    admin.run("GRANT USAGE ON SCHEMA RAW.ORDERS TO ROLE R")
    names = [row["name"] for row in with_database.as_role("R").rows("SHOW SCHEMAS IN DATABASE RAW")]
    assert names == ["INFORMATION_SCHEMA", "ORDERS"]


def test_describe_lists_the_objects_in_the_schema(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE PASSWORD POLICY RAW.PUBLIC.P")
    assert [(row["name"], row["kind"]) for row in admin.rows("DESCRIBE SCHEMA RAW.PUBLIC")] == [
        ("P", "PASSWORD_POLICY")
    ]


def test_schema_in_a_missing_database_does_not_exist(account: Account) -> None:
    assert account.admin.fails("CREATE SCHEMA NOPE.ORDERS").code == "002003"
    assert account.admin.fails("DROP SCHEMA NOPE.ORDERS").code == "002003"
    assert "already dropped" in str(account.admin.run("DROP SCHEMA IF EXISTS NOPE.ORDERS").rows)


def test_drop_is_refused_while_a_rule_in_it_is_used_outside(with_database: Account) -> None:
    admin = with_database.admin
    admin.run("CREATE NETWORK RULE RAW.PUBLIC.OFFICE TYPE = IPV4 VALUE_LIST = ('10.0.0.0/8') MODE = INGRESS")
    admin.run("CREATE NETWORK POLICY P ALLOWED_NETWORK_RULE_LIST = (RAW.PUBLIC.OFFICE)")
    assert "associated with some network policies" in admin.fails("DROP SCHEMA RAW.PUBLIC").message
