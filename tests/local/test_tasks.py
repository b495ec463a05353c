import json

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE WAREHOUSE W")
    return client


@pytest.fixture
def root(admin: Client) -> Client:
    admin.run(
        """CREATE TASK "D"."S"."ROOT" WAREHOUSE = "W" SCHEDULE = 'USING CRON 0 6 * * * UTC' COMMENT = 't' """
        "AS INSERT INTO D.S.T SELECT 1, 'a', CURRENT_TIMESTAMP()"
    )
    return admin


def shown(client: Client, name: str) -> dict[str, str | None]:
    (row,) = client.rows(f"SHOW TASKS LIKE '{name}' IN SCHEMA D.S")
    return row


def test_task_is_shown_and_described_as_the_provider_reads_it(root: Client) -> None:
    row = shown(root, "ROOT")
    assert row == root.rows("DESCRIBE TASK D.S.ROOT")[0]
    wanted = ("warehouse", "schedule", "predecessors", "state", "condition", "allow_overlapping_execution", "config")
    assert [row[name] for name in wanted] == ["W", "USING CRON 0 6 * * * UTC", "[]", "suspended", None, "false", None]
    assert row["definition"] == "INSERT INTO D.S.T SELECT 1, 'a', CURRENT_TIMESTAMP()"
    assert (row["error_integration"], row["task_relations"]) == ("null", '{"Predecessors": []}')


def test_child_names_its_predecessor(root: Client) -> None:
    root.run(
        """CREATE TASK "D"."S"."CHILD" WAREHOUSE = "W" AFTER "D"."S"."ROOT" """
        "WHEN SYSTEM$STREAM_HAS_DATA('D.S.C') AS SELECT 1"
    )
    row = shown(root, "CHILD")
    assert json.loads(str(row["task_relations"])) == {"Predecessors": ['"D"."S"."ROOT"']}
    assert json.loads(str(row["predecessors"])) == ['"D"."S"."ROOT"']
    assert (row["condition"], row["definition"]) == ("SYSTEM$STREAM_HAS_DATA('D.S.C')", "SELECT 1")
    root.run("ALTER TASK D.S.CHILD REMOVE WHEN")
    root.run("ALTER TASK D.S.CHILD REMOVE AFTER D.S.ROOT")
    row = shown(root, "CHILD")
    assert (row["condition"], row["predecessors"]) == (None, "[]")


def test_task_is_altered_as_the_provider_does_it(root: Client) -> None:
    root.run("ALTER TASK D.S.ROOT MODIFY AS SELECT 2")
    root.run("ALTER TASK D.S.ROOT SET SCHEDULE = '5 MINUTE', USER_TASK_TIMEOUT_MS = 60000, COMMENT = 't3'")
    row = shown(root, "ROOT")
    assert (row["definition"], row["schedule"], row["comment"]) == ("SELECT 2", "5 MINUTE", "t3")
    root.run('ALTER TASK D.S.ROOT SET CONFIG = $${"a": 1}$$ ALLOW_OVERLAPPING_EXECUTION = TRUE')
    assert shown(root, "ROOT")["config"] == '{"a": 1}'
    root.run("ALTER TASK D.S.ROOT UNSET USER_TASK_TIMEOUT_MS, COMMENT, CONFIG, SCHEDULE")
    row = shown(root, "ROOT")
    assert (row["comment"], row["config"], row["schedule"]) == ("", None, None)


def test_started_root_holds_its_graph(root: Client) -> None:
    root.run("CREATE TASK D.S.CHILD WAREHOUSE = W AFTER D.S.ROOT AS SELECT 1")
    root.run("ALTER TASK D.S.CHILD RESUME")
    root.run("ALTER TASK D.S.ROOT RESUME")
    assert shown(root, "ROOT")["state"] == "started"
    for sql in (
        "CREATE TASK D.S.OTHER WAREHOUSE = W AFTER D.S.ROOT AS SELECT 1",
        "ALTER TASK D.S.CHILD SET COMMENT = 'c'",
        "ALTER TASK D.S.ROOT MODIFY AS SELECT 2",
    ):
        assert "since that root task is not suspended" in root.fails(sql).message
    root.run("ALTER TASK D.S.ROOT SUSPEND")
    row = shown(root, "ROOT")
    assert (row["state"], row["last_suspended_reason"]) == ("suspended", "USER_SUSPENDED")


def test_finalizer_is_shown_on_both_sides(root: Client) -> None:
    root.run("CREATE TASK D.S.LAST WAREHOUSE = W FINALIZE = D.S.ROOT AS SELECT 1")
    assert json.loads(str(shown(root, "LAST")["task_relations"]))["FinalizedRootTask"] == '"D"."S"."ROOT"'
    assert json.loads(str(shown(root, "ROOT")["task_relations"]))["FinalizerTask"] == '"D"."S"."LAST"'
    assert (
        "already has a finalizer"
        in root.fails("CREATE TASK D.S.X WAREHOUSE = W FINALIZE = D.S.ROOT AS SELECT 1").message
    )
    root.run("ALTER TASK D.S.LAST UNSET FINALIZE")
    root.run("ALTER TASK D.S.LAST SET FINALIZE = D.S.ROOT")


def test_dropped_task_is_no_predecessor_any_more(root: Client) -> None:
    root.run("CREATE TASK D.S.CHILD WAREHOUSE = W AFTER D.S.ROOT AS SELECT 1")
    root.run("DROP TASK IF EXISTS D.S.ROOT")
    assert shown(root, "CHILD")["predecessors"] == "[]"


def test_owner_without_execute_task_cannot_resume(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "CREATE TASK ON SCHEMA D.S", "USAGE ON WAREHOUSE W"):
        admin.run(f"GRANT {grant} TO ROLE R")
    owner = account.as_role("R")
    owner.run("CREATE TASK D.S.T WAREHOUSE = W SCHEDULE = '1 MINUTE' AS SELECT 1")
    error = owner.fails("ALTER TASK D.S.T RESUME")
    assert (error.code, error.state) == ("091089", "23001")
    admin.run("GRANT EXECUTE TASK ON ACCOUNT TO ROLE R")
    owner.run("ALTER TASK D.S.T RESUME")
    admin.run("REVOKE USAGE ON WAREHOUSE W FROM ROLE R")
    owner.run("ALTER TASK D.S.T SUSPEND")
    assert "USAGE privilege on the task's warehouse" in owner.fails("ALTER TASK D.S.T RESUME").message


def test_serverless_task_needs_its_own_privilege(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "CREATE TASK ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    sql = "CREATE TASK D.S.T USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL' SCHEDULE = '1 MINUTE' AS SELECT 1"
    assert account.as_role("R").fails(sql).code == "003001"
    admin.run("GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE R")
    account.as_role("R").run(sql)
    assert shown(admin, "T")["warehouse"] is None


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE TASK D.S.X WAREHOUSE = NONE AS SELECT 1", "002003"),
        ("CREATE TASK D.S.X WAREHOUSE = W SCHEDULE = 'SOON' AS SELECT 1", "001008"),
        ("CREATE TASK D.S.X WAREHOUSE = W SCHEDULE = '1 MINUTE' AFTER D.S.ROOT AS SELECT 1", "001008"),
        ("CREATE TASK D.S.X WAREHOUSE = W AFTER D.S.NONE AS SELECT 1", "002003"),
        ("CREATE TASK D.S.X WAREHOUSE = W AS", "001003"),
        ("CREATE TASK D.S.X WAREHOUSE = W COLOUR = 1 AS SELECT 1", "001420"),
        ("EXECUTE TASK D.S.ROOT", "000002"),
        ("ALTER TASK D.S.ROOT ADD AFTER D.S.ROOT", "001008"),
    ],
)
def test_task_that_cannot_be_is_refused(root: Client, sql: str, code: str) -> None:
    assert root.fails(sql).code == code
