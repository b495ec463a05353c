from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.server.querylog import QueryLog
from local.server.redact import redact, strip_tracking
from tests.local.wire import new_wire


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("CREATE USER U PASSWORD = 'hunter2' COMMENT = 'c'", "CREATE USER U PASSWORD = '***' COMMENT = 'c'"),
        ("ALTER USER U SET password='hunter2'", "ALTER USER U SET password='***'"),
        ("ALTER USER U SET PASSWORD = $$hunter2$$", "ALTER USER U SET PASSWORD = '***'"),
        ("CREATE SECRET S TYPE = GENERIC_STRING SECRET_STRING = 'it''s'", None),
        ("CALL P(token => 'hunter2')", "CALL P(token => '***')"),
        ("SELECT 'PASSWORD = x'", "SELECT 'PASSWORD = x'"),
        ("SELECT 'my PASSWORD' AS X", "SELECT 'my PASSWORD' AS X"),
        (
            "COPY INTO T FROM 's3://b' CREDENTIALS = (AWS_KEY_ID = 'hunter2' AWS_SECRET_KEY='hunter2') PATTERN = '.*'",
            "COPY INTO T FROM 's3://b' CREDENTIALS = (AWS_KEY_ID = '***' AWS_SECRET_KEY='***') PATTERN = '.*'",
        ),
        ("CREATE STAGE S ENCRYPTION = (MASTER_KEY = 'hunter2')", "CREATE STAGE S ENCRYPTION = (MASTER_KEY = '***')"),
        ("CREATE STAGE S CREDENTIALS = (X = ('a', 'hunter2')) COMMENT = 'c'", None),
        (
            "ALTER NOTIFICATION INTEGRATION N SET WEBHOOK_HEADERS = ('Authorization' = 'Bearer hunter2') COMMENT = 'c'",
            "ALTER NOTIFICATION INTEGRATION N SET WEBHOOK_HEADERS = ('Authorization' = '***') COMMENT = 'c'",
        ),
        ("CREATE NOTIFICATION INTEGRATION N WEBHOOK_URL = 'https://hooks.slack.com/services/hunter2'", None),
        (
            "ALTER NOTIFICATION INTEGRATION N SET WEBHOOK_URL = 'https://x/SNOWFLAKE_WEBHOOK_SECRET'",
            "ALTER NOTIFICATION INTEGRATION N SET WEBHOOK_URL = 'https://x/SNOWFLAKE_WEBHOOK_SECRET'",
        ),
        (
            "EXECUTE IMMEDIATE 'ALTER USER U SET PASSWORD = ''hunter2'' COMMENT = ''c'''",
            "EXECUTE IMMEDIATE 'ALTER USER U SET PASSWORD = ''***'' COMMENT = ''c'''",
        ),
        (
            "CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL AS $$BEGIN CREATE USER U PASSWORD='hunter2'; END$$",
            "CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL AS $$BEGIN CREATE USER U PASSWORD='***'; END$$",
        ),
        ("SELECT 1 -- PASSWORD = 'hunter2'", "SELECT 1 -- PASSWORD = '***'"),
        ("/* token => hunter2 */ SELECT 'x'", "/* token => '***' */ SELECT 'x'"),
        ("CREATE ACCOUNT A ADMIN_PASSWORD = 'hunter2'", "CREATE ACCOUNT A ADMIN_PASSWORD = '***'"),
        ("ALTER USER U SET PASSWORD 'hunter2' 'hunter2' =", "ALTER USER U SET PASSWORD '***' '***' ="),
        ("ALTER SECRET S SET OAUTH_REFRESH_TOKEN = 'hunter2'", "ALTER SECRET S SET OAUTH_REFRESH_TOKEN = '***'"),
        ("SHOW USERS LIKE 'PASSWORD'", "SHOW USERS LIKE 'PASSWORD'"),
    ],
)
def test_secrets_are_masked_and_the_rest_stays(sql: str, shown: str | None) -> None:
    masked = redact(sql)
    assert shown is None or masked == shown
    assert "hunter2" not in masked
    assert "it''s" not in masked


def test_statement_that_is_no_sql_is_cut_at_its_first_string() -> None:
    assert redact("ALTER USER U SET PASSWORD = 'hunter2") == "ALTER USER U SET PASSWORD = '***'"


def test_comment_before_the_value_does_not_uncover_it() -> None:
    assert "hunter2" not in redact("ALTER USER U SET PASSWORD /* here */ = -- now\n 'hunter2'")


def test_tracking_comment_is_cut_and_read() -> None:
    sql = 'SHOW ROLES --terraform_provider_usage_tracking {"resource":"snowflake_role","operation":"read"}'
    assert strip_tracking(sql) == ("SHOW ROLES", "snowflake_role", "read")


def test_ordinary_statement_is_left_alone() -> None:
    assert strip_tracking("SELECT 1 -- mine") == ("SELECT 1 -- mine", "", "")


def test_log_line_tells_who_did_what_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    wire = new_wire(log=QueryLog(path))
    token = wire.token()
    wire.run('CREATE ROLE R --terraform_provider_usage_tracking {"resource":"r","operation":"create"}', token)
    wire.run("ALTER USER LOCAL_ADMIN SET DISPLAY_NAME = 'hunter2' 'hunter2'", token)
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["user"], first["role"], first["sql"], first["code"], first["rows"]) == (
        "LOCAL_ADMIN", "ACCOUNTADMIN", "CREATE ROLE R", None, 1,
    )  # fmt: skip
    assert (first["resource"], first["operation"]) == ("r", "create")
    assert (second["sql"], second["code"]) == ("<redacted>", "001003")
    assert "hunter2" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
