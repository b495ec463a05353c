from dataclasses import replace

import pytest

from local.parameters import PARAMETERS, SIZES, Parameter
from tests.local.conftest import SETTINGS, Account, Client


def _value(client: Client, name: str, place: str) -> tuple[str | None, str | None]:
    (row,) = client.rows(f"SHOW PARAMETERS LIKE '{name}' {place}")
    return row["value"], row["level"]


@pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=lambda parameter: parameter.name)
def test_default_is_a_value_that_the_parameter_takes(parameter: Parameter) -> None:
    if parameter.values == "size":
        assert parameter.default in SIZES.values()
    elif parameter.default or parameter.values in ("text", "name"):
        assert parameter.text(parameter.default).lower() == parameter.default.lower()


def test_number_of_parameters_is_what_the_provider_reads(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE D")
    admin.run("CREATE WAREHOUSE W")
    counts = {
        place: len(admin.rows(f"SHOW PARAMETERS IN {place}"))
        for place in ("DATABASE D", "SCHEMA D.PUBLIC", "WAREHOUSE W", "USER LOCAL_ADMIN")
    }
    assert counts == {"DATABASE D": 17, "SCHEMA D.PUBLIC": 18, "WAREHOUSE W": 3, "USER LOCAL_ADMIN": 61}


def test_session_overrides_user_overrides_account(account: Account) -> None:
    admin = account.admin
    assert _value(admin, "QUERY_TAG", "") == ("", "")
    admin.run("ALTER ACCOUNT SET QUERY_TAG = 'account'")
    assert _value(admin, "QUERY_TAG", "IN SESSION") == ("account", "ACCOUNT")
    admin.run("ALTER USER LOCAL_ADMIN SET QUERY_TAG = 'user'")
    assert _value(admin, "QUERY_TAG", "IN SESSION") == ("user", "USER")
    admin.run("ALTER SESSION SET QUERY_TAG = 'session'")
    assert _value(admin, "QUERY_TAG", "FOR SESSION") == ("session", "SESSION")
    assert _value(admin, "QUERY_TAG", "IN USER LOCAL_ADMIN") == ("user", "USER")
    admin.run("ALTER SESSION UNSET QUERY_TAG")
    admin.run("ALTER ACCOUNT UNSET QUERY_TAG")
    assert _value(admin, "QUERY_TAG", "IN ACCOUNT") == ("", "")


def test_schema_overrides_database_overrides_account(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE D")
    admin.run("ALTER ACCOUNT SET LOG_LEVEL = 'WARN'")
    assert _value(admin, "LOG_LEVEL", "IN SCHEMA D.PUBLIC") == ("WARN", "ACCOUNT")
    admin.run("ALTER DATABASE D SET LOG_LEVEL = 'INFO'")
    assert _value(admin, "LOG_LEVEL", "IN SCHEMA D.PUBLIC") == ("INFO", "DATABASE")
    admin.run("ALTER SCHEMA D.PUBLIC SET LOG_LEVEL = ERROR")
    assert _value(admin, "LOG_LEVEL", "IN SCHEMA D.PUBLIC") == ("ERROR", "SCHEMA")
    assert _value(admin, "LOG_LEVEL", "IN SCHEMA") == ("ERROR", "SCHEMA")


def test_account_parameters_need_accountadmin_except_the_network_policy(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE ROLE R")
    client = account.as_role("R")
    assert client.fails("ALTER ACCOUNT SET TIMEZONE = 'UTC'").code == "003001"
    admin.run("CREATE NETWORK POLICY OFFICE ALLOWED_IP_LIST = ('127.0.0.1')")
    assert client.fails("ALTER ACCOUNT SET NETWORK_POLICY = OFFICE").code == "003001"
    admin.run("GRANT ATTACH POLICY ON ACCOUNT TO ROLE R")
    client.run("ALTER ACCOUNT SET NETWORK_POLICY = 'OFFICE'")
    assert _value(admin, "NETWORK_POLICY", "IN ACCOUNT") == ("OFFICE", "ACCOUNT")
    assert _value(admin, "NETWORK_POLICY", "IN USER LOCAL_ADMIN") == ("OFFICE", "ACCOUNT")
    assert client.fails("ALTER ACCOUNT SET NETWORK_POLICY = OFFICE, TIMEZONE = 'UTC'").code == "003001"
    client.run("ALTER ACCOUNT UNSET NETWORK_POLICY")


def test_network_policy_that_locks_out_its_setter_is_refused(account: Account) -> None:
    account.admin.run("CREATE NETWORK POLICY AWAY ALLOWED_IP_LIST = ('10.0.0.0/8')")
    error = account.admin.fails("ALTER ACCOUNT SET NETWORK_POLICY = AWAY")
    assert "127.0.0.1" in error.message


def test_retention_of_the_account_is_limited_by_the_edition(account: Account) -> None:
    account.settings = replace(SETTINGS, edition="STANDARD")
    assert account.admin.fails("ALTER ACCOUNT SET DATA_RETENTION_TIME_IN_DAYS = 2").code == "001008"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("ALTER ACCOUNT SET FOO = 1", "001420"),
        ("ALTER ACCOUNT UNSET FOO", "001420"),
        ("ALTER ACCOUNT SET JSON_INDENT = 99", "001008"),
        ("ALTER ACCOUNT SET ALLOW_ID_TOKEN = maybe", "001008"),
        ("ALTER ACCOUNT SET TIMEZONE = NULL", None),
        ("ALTER SESSION SET MIN_DATA_RETENTION_TIME_IN_DAYS = 1", "001420"),
        ("ALTER SESSION SET WEEK_START = 8", "001008"),
        ("SHOW PARAMETERS IN DATABASE NOPE", "002003"),
        ("SHOW PARAMETERS IN REPLICATION GROUP X", "000002"),
        ("SHOW PARAMETERS IN SCHEMA", "002043"),
    ],
)
def test_wrong_parameters_are_refused(account: Account, sql: str, code: str | None) -> None:
    if code is None:
        account.admin.run(sql)
    else:
        assert account.admin.fails(sql).code == code
