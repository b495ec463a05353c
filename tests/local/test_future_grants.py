import pytest

from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform


def test_new_object_receives_future_grants(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT, INSERT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    make(account, Kind.TABLE, "DB.S.NEW", "OWNER")
    assert held(account, "WRITER", "TABLE DB.S.NEW") == {"SELECT", "INSERT"}
    assert held(account, "WRITER", "TABLE DB.S.T") == set()


def test_future_grant_is_for_its_type_only(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    make(account, Kind.VIEW, "DB.S.V", "OWNER")
    assert held(account, "READER", "VIEW DB.S.V") == set()


def test_future_schema_receives_usage(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT USAGE ON FUTURE SCHEMAS IN DATABASE DB TO ROLE READER")
    make(account, Kind.SCHEMA, "DB.NEW", "OWNER")
    assert held(account, "READER", "SCHEMA DB.NEW") == {"USAGE"}


def test_schema_level_future_grants_shadow_database_level_ones(account: Account) -> None:
    platform(account)
    make(account, Kind.SCHEMA, "DB.PLAIN", "OWNER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN DATABASE DB TO ROLE READER")
    account.admin.run("GRANT INSERT, DELETE ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    make(account, Kind.TABLE, "DB.S.NEW", "OWNER")
    make(account, Kind.TABLE, "DB.PLAIN.NEW", "OWNER")
    assert held(account, "READER", "TABLE DB.S.NEW") == set()
    assert held(account, "WRITER", "TABLE DB.S.NEW") == {"INSERT", "DELETE"}
    assert held(account, "READER", "TABLE DB.PLAIN.NEW") == {"SELECT"}


def test_shadowing_is_per_type(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE VIEWS IN DATABASE DB TO ROLE READER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    make(account, Kind.VIEW, "DB.S.V", "OWNER")
    assert held(account, "READER", "VIEW DB.S.V") == {"SELECT"}


def test_revoked_schema_level_grant_no_longer_shadows(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN DATABASE DB TO ROLE READER")
    account.admin.run("GRANT INSERT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    account.admin.run("REVOKE INSERT ON FUTURE TABLES IN SCHEMA DB.S FROM ROLE WRITER")
    make(account, Kind.TABLE, "DB.S.NEW", "OWNER")
    assert held(account, "READER", "TABLE DB.S.NEW") == {"SELECT"}


def test_revoked_future_grant_leaves_what_it_gave(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    make(account, Kind.TABLE, "DB.S.NEW", "OWNER")
    account.admin.run("REVOKE ALL PRIVILEGES ON FUTURE TABLES IN SCHEMA DB.S FROM ROLE READER")
    assert held(account, "READER", "TABLE DB.S.NEW") == {"SELECT"}
    assert account.admin.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S") == []


def test_grant_option_of_a_future_grant_is_handed_on(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER WITH GRANT OPTION")
    make(account, Kind.TABLE, "DB.S.A", "OWNER")
    account.admin.run("REVOKE GRANT OPTION FOR SELECT ON FUTURE TABLES IN SCHEMA DB.S FROM ROLE READER")
    make(account, Kind.TABLE, "DB.S.B", "OWNER")
    options = [
        row["grant_option"]
        for name in ("A", "B")
        for row in account.admin.rows(f"SHOW GRANTS ON TABLE DB.S.{name}")
        if row["grantee_name"] == "READER"
    ]
    assert options == ["true", "false"]


@pytest.mark.parametrize("where", ["SCHEMA DB.S", "DATABASE DB"])
def test_owner_may_not_define_future_grants_in_an_ordinary_schema(account: Account, where: str) -> None:
    platform(account)
    error = account.as_role("OWNER").fails(f"GRANT SELECT ON FUTURE TABLES IN {where} TO ROLE READER")
    assert error.code == "003001"


def test_internal_stage_receives_read_but_not_usage(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT USAGE, READ ON FUTURE STAGES IN SCHEMA DB.S TO ROLE READER")
    make(account, Kind.STAGE, "DB.S.INSIDE", "OWNER")
    make(account, Kind.STAGE, "DB.S.OUTSIDE", "OWNER", URL="s3://bucket/")
    assert held(account, "READER", "STAGE DB.S.INSIDE") == {"READ"}
    assert held(account, "READER", "STAGE DB.S.OUTSIDE") == {"USAGE"}


def test_future_grants_are_listed_as_the_provider_reads_them(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    account.admin.run("GRANT USAGE ON FUTURE SCHEMAS IN DATABASE DB TO ROLE READER")
    account.admin.run("GRANT USAGE ON FUTURE FILE FORMATS IN SCHEMA DB.S TO ROLE READER")
    in_schema = account.admin.run("SHOW FUTURE GRANTS IN SCHEMA DB.S")
    assert [column.name for column in in_schema.columns] == [
        "created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option",
    ]  # fmt: skip
    assert [row[1:] for row in in_schema.rows] == [
        ("USAGE", "FILE_FORMAT", "DB.S.<FILE_FORMAT>", "ROLE", "READER", "false"),
        ("SELECT", "TABLE", "DB.S.<TABLE>", "ROLE", "READER", "false"),
    ]
    (row,) = account.admin.rows("SHOW FUTURE GRANTS IN DATABASE DB")
    assert (row["grant_on"], row["name"]) == ("SCHEMA", "DB.<SCHEMA>")


def test_future_grants_to_a_role_are_listed_with_limit(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT, INSERT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    assert len(account.admin.rows("SHOW FUTURE GRANTS TO ROLE WRITER")) == 2
    assert len(account.admin.rows("SHOW FUTURE GRANTS TO ROLE WRITER LIMIT 1")) == 1


def test_dropped_schema_takes_its_future_grants_along(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    schema = account.catalogue.find(Kind.SCHEMA, ("DB", "S"))
    assert schema is not None
    with account.catalogue.transaction():
        account.catalogue.drop(schema)
    assert account.admin.rows("SHOW FUTURE GRANTS TO ROLE READER") == []


def test_same_privilege_for_a_second_role_is_another_future_grant(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    assert len(account.admin.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S")) == 2
