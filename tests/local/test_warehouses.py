from dataclasses import replace

import pytest

from local.errors import SnowflakeError
from local.model import Obj
from local.warehouse_use import require_warehouse
from tests.local.conftest import SETTINGS, Account, Client


def _shown(client: Client, name: str = "W") -> dict[str, str | None]:
    (row,) = client.rows(f"SHOW WAREHOUSES LIKE '{name}'")
    return row


def _use(client: Client) -> Obj:
    with client.context.catalogue.transaction():
        used = require_warehouse(client.context)
    assert used is not None
    return used


def test_warehouse_without_properties_gets_the_defaults_of_generation_2(account: Account) -> None:
    account.admin.run("CREATE WAREHOUSE W")
    row = _shown(account.admin)
    expected = {
        "state": "STARTED", "type": "STANDARD", "size": "X-Small", "min_cluster_count": "1", "max_cluster_count": "1",
        "auto_suspend": "600", "auto_resume": "true", "scaling_policy": "STANDARD", "generation": "2",
        "enable_query_acceleration": "true", "query_acceleration_max_scale_factor": "2", "resource_monitor": "null",
        "resource_constraint": None, "comment": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_generation_1_has_no_query_acceleration_by_default(account: Account) -> None:
    account.admin.run("CREATE WAREHOUSE W GENERATION = '1'")
    row = _shown(account.admin)
    assert (row["generation"], row["enable_query_acceleration"], row["query_acceleration_max_scale_factor"]) == (
        "1",
        "false",
        "8",
    )


@pytest.mark.parametrize(
    ("spelling", "shown"),
    [
        ("XSMALL", "X-Small"),
        ("'X-SMALL'", "X-Small"),
        ("'medium'", "Medium"),
        ("X2LARGE", "2X-Large"),
        ("'4X-LARGE'", "4X-Large"),
    ],
)
def test_every_spelling_of_a_size_is_the_same_size(account: Account, spelling: str, shown: str) -> None:
    account.admin.run(f"CREATE WAREHOUSE W WAREHOUSE_SIZE = {spelling}")
    assert _shown(account.admin)["size"] == shown


def test_warehouse_as_the_provider_creates_it(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE RESOURCE MONITOR RM WITH CREDIT_QUOTA = 10")
    admin.run(
        "CREATE WAREHOUSE \"W\" WAREHOUSE_SIZE = 'SMALL' MAX_CLUSTER_COUNT = 2 MIN_CLUSTER_COUNT = 1 "
        "SCALING_POLICY = 'ECONOMY' AUTO_SUSPEND = 60 AUTO_RESUME = true INITIALLY_SUSPENDED = true "
        'RESOURCE_MONITOR = "RM" STATEMENT_TIMEOUT_IN_SECONDS = 3600'
    )
    row = _shown(admin)
    assert (row["state"], row["resource_monitor"], row["scaling_policy"], row["started_clusters"]) == (
        "SUSPENDED",
        "RM",
        "ECONOMY",
        "0",
    )
    (parameter,) = admin.rows("SHOW PARAMETERS LIKE 'STATEMENT_TIMEOUT%' IN WAREHOUSE W")
    assert (parameter["value"], parameter["default"], parameter["level"]) == ("3600", "172800", "WAREHOUSE")


def test_set_and_unset(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE WAREHOUSE W")
    admin.run(
        "ALTER WAREHOUSE W SET WAREHOUSE_SIZE = 'LARGE' WAIT_FOR_COMPLETION = true AUTO_SUSPEND = NULL COMMENT = 'x'"
    )
    row = _shown(admin)
    assert (row["size"], row["auto_suspend"], row["comment"]) == ("Large", None, "x")
    admin.run("ALTER WAREHOUSE W SET MAX_CONCURRENCY_LEVEL = 4")
    admin.run("ALTER WAREHOUSE W UNSET COMMENT, MAX_CONCURRENCY_LEVEL, ENABLE_QUERY_ACCELERATION, AUTO_RESUME")
    row = _shown(admin)
    assert (row["comment"], row["enable_query_acceleration"], row["auto_resume"]) == ("", "false", "false")
    (parameter,) = admin.rows("SHOW PARAMETERS LIKE 'MAX_CONCURRENCY_LEVEL' IN WAREHOUSE W")
    assert (parameter["value"], parameter["level"]) == ("8", "")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE WAREHOUSE X WAREHOUSE_SIZE = HUGE", "001008"),
        ("CREATE WAREHOUSE X MIN_CLUSTER_COUNT = 3 MAX_CLUSTER_COUNT = 2", "001008"),
        ("CREATE WAREHOUSE X AUTO_SUSPEND = -1", "001008"),
        ("CREATE WAREHOUSE X QUERY_ACCELERATION_MAX_SCALE_FACTOR = 101", "001008"),
        ("CREATE WAREHOUSE X FOO = 1", "001420"),
        ("CREATE WAREHOUSE X WAREHOUSE_TYPE = ADAPTIVE", "000002"),
        ("CREATE WAREHOUSE X GENERATION = '1' RESOURCE_CONSTRAINT = STANDARD_GEN_2", "001008"),
        ("CREATE WAREHOUSE X WAREHOUSE_SIZE = X6LARGE", "001008"),
        ("CREATE WAREHOUSE X RESOURCE_MONITOR = NOPE", "002003"),
        ("ALTER WAREHOUSE W UNSET WAREHOUSE_TYPE", "001422"),
        ("ALTER WAREHOUSE W SET", "001003"),
        ("ALTER WAREHOUSE W ABORT ALL QUERIES", "000002"),
        ("ALTER WAREHOUSE W SET WAREHOUSE_TYPE = 'SNOWPARK-OPTIMIZED' WAREHOUSE_SIZE = MEDIUM", "090066"),
    ],
)
def test_what_cannot_be_is_refused(account: Account, sql: str, code: str) -> None:
    account.admin.run("CREATE WAREHOUSE W")
    assert account.admin.fails(sql).code == code
    assert account.admin.rows("SHOW WAREHOUSES LIKE 'X'") == []


def test_snowpark_optimized_warehouse_has_a_constraint_and_no_generation(account: Account) -> None:
    account.admin.run("CREATE WAREHOUSE W WAREHOUSE_TYPE = 'SNOWPARK-OPTIMIZED'")
    row = _shown(account.admin)
    assert (row["size"], row["resource_constraint"], row["generation"]) == ("Medium", "MEMORY_16X", None)


def test_standard_edition_has_no_multi_cluster_warehouses(account: Account) -> None:
    account.settings = replace(SETTINGS, edition="STANDARD")
    assert account.admin.fails("CREATE WAREHOUSE W MAX_CLUSTER_COUNT = 2").code == "001008"
    assert account.admin.fails("CREATE WAREHOUSE W ENABLE_QUERY_ACCELERATION = TRUE").code == "000002"
    account.admin.run("CREATE WAREHOUSE W")
    assert _shown(account.admin)["enable_query_acceleration"] == "false"


def test_suspending_twice_and_resuming_twice_are_invalid_states(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE WAREHOUSE W")
    assert admin.fails("ALTER WAREHOUSE W RESUME").code == "090063"
    admin.run("ALTER WAREHOUSE W RESUME IF SUSPENDED")
    admin.run("ALTER WAREHOUSE W SUSPEND")
    assert _shown(admin)["state"] == "SUSPENDED"
    assert admin.fails("ALTER WAREHOUSE W SUSPEND").code == "090064"


def test_each_privilege_allows_its_part(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE WAREHOUSE W")
    admin.run("CREATE ROLE R")
    client = account.as_role("R")
    assert client.fails("ALTER WAREHOUSE W SUSPEND").code == "002003"
    admin.run("GRANT OPERATE ON WAREHOUSE W TO ROLE R")
    client.run("ALTER WAREHOUSE W SUSPEND")
    assert client.fails("ALTER WAREHOUSE W SET AUTO_SUSPEND = 60").code == "003001"
    admin.run("GRANT MODIFY ON WAREHOUSE W TO ROLE R")
    client.run("ALTER WAREHOUSE W SET AUTO_SUSPEND = 60")
    assert client.fails("DROP WAREHOUSE W").code == "003001"


def test_only_accountadmin_assigns_a_resource_monitor(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE RESOURCE MONITOR RM")
    sysadmin = account.as_role("SYSADMIN")
    assert sysadmin.fails("CREATE WAREHOUSE W RESOURCE_MONITOR = RM").code == "003001"
    assert admin.rows("SHOW WAREHOUSES") == []
    sysadmin.run("CREATE WAREHOUSE W")
    assert sysadmin.fails("ALTER WAREHOUSE W SET RESOURCE_MONITOR = RM").code == "003001"
    admin.run("ALTER WAREHOUSE W SET RESOURCE_MONITOR = RM")
    assert sysadmin.fails("ALTER WAREHOUSE W UNSET RESOURCE_MONITOR").code == "003001"
    admin.run("DROP RESOURCE MONITOR RM")
    assert _shown(admin)["resource_monitor"] == "null"


def test_statement_computes_with_the_current_warehouse_and_resumes_it(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE WAREHOUSE W INITIALLY_SUSPENDED = TRUE")
    client = account.admin
    client.run("USE WAREHOUSE W")
    assert _use(client).props["STATE"] == "STARTED"
    assert _shown(client)["state"] == "STARTED"


def test_no_warehouse_no_usage_or_no_resume_is_000606(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE WAREHOUSE W AUTO_RESUME = FALSE INITIALLY_SUSPENDED = TRUE")
    admin.run("CREATE ROLE R")
    admin.run("GRANT MONITOR ON WAREHOUSE W TO ROLE R")
    nothing, no_usage, suspended = account.admin, account.as_role("R"), account.admin
    for client in (no_usage, suspended):
        client.run("USE WAREHOUSE W")
    for client in (nothing, no_usage, suspended):
        with pytest.raises(SnowflakeError) as caught:
            _use(client)
        assert (caught.value.code, caught.value.state) == ("000606", "57P03")


def test_describe_names_the_warehouse(account: Account) -> None:
    account.admin.run("CREATE WAREHOUSE W")
    account.admin.run("ALTER WAREHOUSE W RENAME TO V")
    (row,) = account.admin.rows("DESCRIBE WAREHOUSE V")
    assert (row["name"], row["kind"]) == ("V", "WAREHOUSE")
