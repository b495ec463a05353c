from __future__ import annotations

import json

import pytest

from local.model import ACCOUNT_ID, Kind
from local.reader import Reader
from local.results import Result
from local.statements.context_functions import try_context_select
from tests.local.conftest import Account, Client


def _names(result: Result) -> list[str]:
    return [column.name for column in result.columns]


def _value(client: Client, expression: str) -> str | None:
    return client.run(f"SELECT {expression}").rows[0][0]


def test_provider_reads_the_account(account: Account) -> None:
    result = account.admin.run(
        "SELECT CURRENT_ACCOUNT() as CURRENT_ACCOUNT, CURRENT_ROLE() as CURRENT_ROLE,"
        " CURRENT_REGION() AS CURRENT_REGION, CURRENT_SESSION() as CURRENT_SESSION, CURRENT_USER() as CURRENT_USER,"
        " CURRENT_ACCOUNT_NAME() as CURRENT_ACCOUNT_NAME, CURRENT_ORGANIZATION_NAME() as CURRENT_ORGANIZATION_NAME"
    )
    assert _names(result)[:2] == ["CURRENT_ACCOUNT", "CURRENT_ROLE"]
    assert [cell for i, cell in enumerate(result.rows[0]) if i != 3] == [
        "LM00001", "ACCOUNTADMIN", "AWS_EU_CENTRAL_1", "LOCAL_ADMIN", "MAIN", "LOCAL",
    ]  # fmt: skip


def test_columns_are_named_by_the_expression_in_upper_case(account: Account) -> None:
    result = account.admin.run("select current_role(), 1, 'a' as \"Low\", 2 b, is_role_in_session('PUBLIC')")
    assert _names(result) == ["CURRENT_ROLE()", "1", "Low", "B", "IS_ROLE_IN_SESSION('PUBLIC')"]


@pytest.mark.parametrize(
    ("literal", "cell", "kind"),
    [
        ("1", "1", "fixed"),
        ("-12.50", "-12.50", "fixed"),
        ("'it''s'", "it's", "text"),
        ("TRUE", "true", "boolean"),
        ("NULL", None, "text"),
        ("$$raw$$", "raw", "text"),
    ],
)
def test_literals(account: Account, literal: str, cell: str | None, kind: str) -> None:
    result = account.admin.run(f"SELECT {literal}")
    assert (result.rows[0][0], result.columns[0].type.value) == (cell, kind)


def test_nothing_is_current_in_a_new_session(account: Account) -> None:
    result = account.admin.run("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE(), LAST_QUERY_ID()")
    assert result.rows[0] == (None, None, None, None)
    assert _value(account.admin, "CURRENT_SCHEMAS()") == "[]"


def test_search_path_lists_the_current_schema_and_public(account: Account) -> None:
    client = account.admin
    catalogue = account.catalogue
    with catalogue.transaction():
        database = catalogue.create(Kind.DATABASE, "RAW", ACCOUNT_ID, None)
        schema = catalogue.create(Kind.SCHEMA, "ORDERS", database.id, None)
        catalogue.create(Kind.SCHEMA, "PUBLIC", database.id, None)
    client.context.session.database, client.context.session.schema = database.id, schema.id
    assert json.loads(_value(client, "CURRENT_SCHEMAS()") or "") == ["RAW.ORDERS", "RAW.PUBLIC"]


def test_role_in_session_follows_the_hierarchy(account: Account) -> None:
    assert _value(account.admin, "IS_ROLE_IN_SESSION('USERADMIN')") == "true"
    assert _value(account.as_role("USERADMIN"), "IS_ROLE_IN_SESSION('SYSADMIN')") == "false"
    assert _value(account.admin, "IS_ROLE_IN_SESSION('NOPE')") == "false"
    assert _value(account.admin, "IS_ROLE_IN_SESSION(NULL)") is None


def test_available_roles_are_everything_the_user_may_take(account: Account) -> None:
    roles = json.loads(_value(account.admin, "CURRENT_AVAILABLE_ROLES()") or "")
    assert {"ACCOUNTADMIN", "PUBLIC", "USERADMIN"} <= set(roles)


def test_bootstrap_data_tells_the_edition(account: Account) -> None:
    data = json.loads(_value(account.admin, "SYSTEM$BOOTSTRAP_DATA_REQUEST('ACCOUNT')") or "")
    assert data["accountInfo"]["serviceLevelName"] == "ENTERPRISE"
    assert _value(account.admin, "SYSTEM$SHOW_ACTIVE_BEHAVIOR_CHANGE_BUNDLES()") == "[]"


def test_wrong_arguments_are_unsupported(account: Account) -> None:
    assert account.admin.fails("SELECT CURRENT_ROLE('x')").code == "000002"
    assert account.admin.fails("SELECT LAST_QUERY_ID('x')").code == "000002"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM T",
        "SELECT CURRENT_ROLE() FROM T",
        "SELECT 1 + 1",
        "SELECT UPPER('a')",
        "SELECT CURRENT_ROLE() || 'x'",
        "SELECT IS_ROLE_IN_SESSION(NAME)",
        "SELECT *",
        "SELECT 1 WHERE FALSE",
        "SELECT DISTINCT 1",
        "SELECT ?",
    ],
)
def test_other_queries_are_left_to_the_data_plane(account: Account, sql: str) -> None:
    reader = Reader(sql)
    assert try_context_select(account.admin.context, reader) is None
    assert reader.mark() == 0
