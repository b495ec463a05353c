"""Answers that resources of provider 1.2.1 depend on, each found by running them."""

from __future__ import annotations

import json

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    admin = account.admin
    for statement in (
        "CREATE DATABASE D",
        "CREATE SCHEMA D.S",
        "CREATE WAREHOUSE W",
        "CREATE TABLE D.S.T (A VARCHAR, B VARCHAR)",
        "CREATE MASKING POLICY D.S.M AS (X VARCHAR, Y VARCHAR) RETURNS VARCHAR -> '*'",
        "USE WAREHOUSE W",
    ):
        admin.run(statement)
    return admin


def columns(admin: Client, sql: str) -> list[str]:
    return [column.name for column in admin.run(sql).columns]


def test_evolution_record_is_a_column_only_where_schemas_evolve(admin: Client) -> None:
    assert "schema evolution record" not in columns(admin, "DESCRIBE TABLE D.S.T")
    admin.run("ALTER TABLE D.S.T SET ENABLE_SCHEMA_EVOLUTION = TRUE")
    assert columns(admin, "DESCRIBE TABLE D.S.T")[-1] == "schema evolution record"


def test_arguments_of_a_masking_policy_leave_out_the_masked_column(admin: Client) -> None:
    admin.run("ALTER TABLE D.S.T MODIFY COLUMN A SET MASKING POLICY D.S.M USING (A, B)")
    (row,) = admin.rows(
        "SELECT * FROM TABLE (SNOWFLAKE.INFORMATION_SCHEMA.POLICY_REFERENCES "
        "(REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE'))"
    )
    assert row["REF_COLUMN_NAME"] == "A"
    assert json.loads(str(row["REF_ARG_COLUMN_NAMES"])) == ["B"]


def test_view_of_a_masked_table_is_made_and_shows_masked_values(admin: Client) -> None:
    admin.run("ALTER TABLE D.S.T MODIFY COLUMN A SET MASKING POLICY D.S.M USING (A, B)")
    admin.run("CREATE VIEW D.S.V AS SELECT A FROM D.S.T")
    assert [row["name"] for row in admin.rows("DESCRIBE VIEW D.S.V")] == ["A"]
    admin.computing().run("INSERT INTO D.S.T (A, B) VALUES ('a', 'b')")
    assert admin.rows("SELECT A FROM D.S.V") == [{"A": "*"}]


def test_tags_of_views_arrive_as_changes_of_a_table(admin: Client) -> None:
    for statement in (
        "CREATE TAG D.S.G",
        "CREATE VIEW D.S.V AS SELECT A FROM D.S.T",
        "ALTER TABLE D.S.V SET TAG D.S.G = 'x'",
        "ALTER TABLE IF EXISTS D.S.NO_SUCH UNSET TAG D.S.G",
        "ALTER ACCOUNT MAIN SET TAG D.S.G = 'y'",
    ):
        admin.run(statement)
    assert admin.rows("SELECT SYSTEM$GET_TAG('D.S.G', 'D.S.V', 'TABLE') AS TAG") == [{"TAG": "x"}]
    assert admin.fails("ALTER TABLE D.S.V SET COMMENT = 'x'").code == "002003"
    assert admin.fails("ALTER ACCOUNT OTHER SET TAG D.S.G = 'y'").code == "000002"


def test_source_that_is_gone_or_hidden_is_said_in_place_of_its_name(admin: Client) -> None:
    admin.run("CREATE STREAM D.S.X ON TABLE D.S.T")
    (before,) = admin.rows("SHOW STREAMS IN SCHEMA D.S")
    assert (before["table_name"], before["stale"]) == ("D.S.T", "false")
    admin.run("DROP TABLE D.S.T")
    (after,) = admin.rows("SHOW STREAMS IN SCHEMA D.S")
    assert (after["table_name"], after["stale"]) == ("No privilege or table dropped", "true")


def test_stream_without_any_retention_is_stale(admin: Client) -> None:
    admin.run("CREATE STREAM D.S.X ON TABLE D.S.T")
    admin.run("ALTER SCHEMA D.S SET DATA_RETENTION_TIME_IN_DAYS = 0, MAX_DATA_EXTENSION_TIME_IN_DAYS = 0")
    assert [row["stale"] for row in admin.rows("SHOW STREAMS IN SCHEMA D.S")] == ["true"]
    admin.run("ALTER SCHEMA D.S UNSET DATA_RETENTION_TIME_IN_DAYS, MAX_DATA_EXTENSION_TIME_IN_DAYS")
    assert [row["stale"] for row in admin.rows("SHOW STREAMS IN SCHEMA D.S")] == ["false"]


def test_information_schema_that_is_listed_can_be_described(admin: Client) -> None:
    assert "INFORMATION_SCHEMA" in [row["name"] for row in admin.rows("SHOW SCHEMAS IN DATABASE D")]
    assert "TABLES" in [row["name"] for row in admin.rows("DESCRIBE SCHEMA D.INFORMATION_SCHEMA")]
    listed = {row["key"] for row in admin.rows("SHOW PARAMETERS IN SCHEMA D.INFORMATION_SCHEMA")}
    assert listed == {row["key"] for row in admin.rows("SHOW PARAMETERS IN SCHEMA D.S")}
    assert admin.fails("DROP SCHEMA D.INFORMATION_SCHEMA").code == "002003"


def test_root_tasks_follow_nothing(admin: Client) -> None:
    for statement in (
        "CREATE TASK D.S.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1",
        "CREATE TASK D.S.CHILD AFTER D.S.ROOT AS SELECT 1",
        "CREATE TASK D.S.LAST FINALIZE = D.S.ROOT AS SELECT 1",
    ):
        admin.run(statement)
    assert [row["name"] for row in admin.rows("SHOW TASKS IN SCHEMA D.S ROOT ONLY")] == ["ROOT"]
    assert len(admin.rows("SHOW TASKS IN SCHEMA D.S")) == 3


def test_replaced_stream_keeps_its_grants_when_asked(admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("CREATE STREAM D.S.X ON TABLE D.S.T")
    admin.run("GRANT SELECT ON STREAM D.S.X TO ROLE R")
    admin.run("CREATE OR REPLACE STREAM D.S.X COPY GRANTS ON TABLE D.S.T")
    assert "R" in [row["grantee_name"] for row in admin.rows("SHOW GRANTS ON STREAM D.S.X")]
    admin.run("CREATE OR REPLACE STREAM D.S.X ON TABLE D.S.T")
    assert "R" not in [row["grantee_name"] for row in admin.rows("SHOW GRANTS ON STREAM D.S.X")]


def test_comment_needs_the_rights_of_alter(account: Account, admin: Client) -> None:
    admin.run("COMMENT ON COLUMN D.S.T.A IS $$it's$$")
    assert admin.rows("DESCRIBE TABLE D.S.T")[0]["comment"] == "it's"
    for statement in ("CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
                      "GRANT SELECT ON TABLE D.S.T TO ROLE R"):  # fmt: skip
        admin.run(statement)
    assert account.as_role("R").fails("COMMENT ON TABLE D.S.T IS 'mine'").code == "003001"
    assert admin.fails("COMMENT ON TABLE D.S.T SET CHANGE_TRACKING = TRUE IS 'x'").code == "001003"
    assert admin.fails("COMMENT ON CONNECTION X IS 'x'").code == "000002"


def test_newer_provider_finds_its_columns(admin: Client) -> None:
    # Row structs of provider 2.x demand these, or read them where they are there.
    assert {"is_interactive", "generation", "resource_constraint"} <= set(columns(admin, "SHOW WAREHOUSES"))
    assert {"propagate", "on_conflict"} <= set(columns(admin, "SHOW TAGS IN SCHEMA D.S"))
    assert "target_completion_interval" in columns(admin, "SHOW TASKS IN SCHEMA D.S")
    assert "has_workload_identity" in columns(admin, "SHOW USERS")
    for plural in ("NETWORK POLICIES", "AUTHENTICATION POLICIES IN SCHEMA D.S"):
        created = admin.run(f"SHOW {plural}").columns[0]
        assert (created.name, created.type.value) == ("created_on", "timestamp_ltz")
    (row,) = admin.rows("DESCRIBE MASKING POLICY D.S.M")
    assert (row["signature"], row["return_type"]) == ("(X VARCHAR, Y VARCHAR)", "VARCHAR(16777216)")
