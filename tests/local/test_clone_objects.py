"""CREATE … CLONE of single schema objects, and what clones of schemas do with those that have a state."""

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.grants import roles
from tests.local.test_clone import granted
from tests.local.test_data_store import ready
from tests.local.test_time_travel import run

ALERT = "CREATE ALERT ALERT_ WAREHOUSE = WH SCHEDULE = '5 MINUTE' COMMENT = 'c' IF (EXISTS (SELECT 1)) THEN SELECT 2"
DYNAMIC = "CREATE DYNAMIC TABLE DT TARGET_LAG = '1 hour' WAREHOUSE = WH COMMENT = 'c' AS SELECT ID FROM T"


@pytest.fixture
def admin(account: Account) -> Client:
    client = ready(account)
    roles(account, "R", "OTHER")
    for sql in (
        "CREATE SCHEMA D.S",
        "CREATE TABLE T (ID INT)",
        "INSERT INTO T VALUES (1), (2)",
        "CREATE TAG TG",
        "CREATE SEQUENCE SEQUENCE_ START 5 INCREMENT 2 COMMENT = 'c'",
        "SELECT SEQUENCE_.NEXTVAL",
        "CREATE FILE FORMAT FORMAT TYPE = CSV FIELD_DELIMITER = ';' COMMENT = 'c'",
        "CREATE STORAGE INTEGRATION INT_ TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = S3 ENABLED = TRUE "
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::001234567890:role/r' STORAGE_ALLOWED_LOCATIONS = ('s3://b/')",
        "CREATE STAGE STAGE_ URL = 's3://b/x/' STORAGE_INTEGRATION = INT_ COMMENT = 'c'",
        "CREATE STREAM STREAM_ ON TABLE T APPEND_ONLY = TRUE COMMENT = 'c'",
        "CREATE TASK TASK_ WAREHOUSE = WH SCHEDULE = '5 MINUTE' COMMENT = 'c' AS SELECT 1",
        "ALTER TASK TASK_ RESUME",
        ALERT,
        "ALTER ALERT ALERT_ RESUME",
    ):
        client.run(sql)
    return client


def row(client: Client, plural: str, name: str) -> dict[str, str | None]:
    (found,) = client.rows(f"SHOW {plural} LIKE '{name}' IN SCHEMA D.S")
    return found


KINDS = (
    ("SEQUENCE", "SEQUENCE_", "SEQUENCES"),
    ("FILE FORMAT", "FORMAT", "FILE FORMATS"),
    ("STAGE", "STAGE_", "STAGES"),
    ("STREAM", "STREAM_", "STREAMS"),
    ("TASK", "TASK_", "TASKS"),
    ("ALERT", "ALERT_", "ALERTS"),
)


@pytest.mark.parametrize(("kind", "name", "plural"), KINDS)
def test_a_clone_has_what_its_source_has(admin: Client, kind: str, name: str, plural: str) -> None:
    admin.run(f"ALTER {kind} {name} SET TAG TG = 'x'")
    before = row(admin, plural, name)
    (answer,) = admin.rows(f"CREATE {kind} C CLONE {name}")
    assert answer == {"status": f"{kind.capitalize()} C successfully created."}
    own = {"name", "created_on", "id", "last_committed_on", "last_suspended_on", "state"}
    after = row(admin, plural, "C")
    assert {k: v for k, v in after.items() if k not in own} == {k: v for k, v in before.items() if k not in own}
    assert after["comment"] == "c"
    if "state" in after:
        assert (before["state"], after["state"]) == ("started", "suspended")
    assert list(admin.run(f"SELECT SYSTEM$GET_TAG('TG', 'C', '{kind}')").rows) == [("x",)]


@pytest.mark.parametrize(("kind", "name", "plural"), KINDS)
def test_it_goes_its_own_way(admin: Client, kind: str, name: str, plural: str) -> None:
    admin.run(f"CREATE {kind} C CLONE {name} COMMENT = 'mine'")
    admin.run(f"DROP {kind} {name}")
    assert row(admin, plural, "C")["comment"] == "mine"
    admin.run(f"CREATE OR REPLACE {kind} C CLONE C")
    assert admin.fails(f"CREATE {kind} C CLONE C").code == "002002"
    assert admin.fails(f"CREATE {kind} X CLONE NOPE").code == "002003"
    admin.run(f"CREATE {kind} IF NOT EXISTS C CLONE C")


@pytest.mark.parametrize(("kind", "name", "plural"), KINDS)
def test_rights_that_a_clone_takes(account: Account, admin: Client, kind: str, name: str, plural: str) -> None:
    del plural
    for grant in (
        "USAGE ON DATABASE D",
        "USAGE ON SCHEMA D.S",
        "USAGE ON INTEGRATION INT_",
        "EXECUTE ALERT ON ACCOUNT",
    ):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    clone = f"CREATE {kind} D.S.C CLONE D.S.{name}"
    needed = {"STREAM": "SELECT", "TASK": "OPERATE", "ALERT": "OPERATE"}.get(kind, "USAGE")
    admin.run(f"GRANT {needed} ON {kind} D.S.{name} TO ROLE R")
    assert role.fails(clone).code == "003001"
    admin.run(f"GRANT CREATE {kind} ON SCHEMA D.S TO ROLE R")
    if needed != "USAGE":
        assert role.fails(clone).code == "003001"
        admin.run(f"ALTER {kind} D.S.{name} SUSPEND" if kind in ("TASK", "ALERT") else "SELECT 1")
        admin.run(f"GRANT OWNERSHIP ON {kind} D.S.{name} TO ROLE R COPY CURRENT GRANTS")
        admin.run(f"REVOKE {needed} ON {kind} D.S.{name} FROM ROLE R")
    role.run(clone)
    assert granted(admin, f"{kind} D.S.C") == {("OWNERSHIP", "R")}
    if needed == "USAGE":
        admin.run(f"REVOKE USAGE ON {kind} D.S.{name} FROM ROLE R")
        assert role.fails(clone.replace("D.S.C", "D.S.E")).code == "002003"


@pytest.mark.parametrize(("kind", "privilege"), [("STREAM", "SELECT"), ("TASK", "MONITOR")])
def test_grants_come_along_with_copy_grants_only(admin: Client, kind: str, privilege: str) -> None:
    admin.run(f"GRANT {privilege} ON {kind} {kind}_ TO ROLE OTHER")
    admin.run(f"CREATE {kind} C CLONE {kind}_")
    admin.run(f"CREATE {kind} G CLONE {kind}_ COPY GRANTS")
    assert granted(admin, f"{kind} C") == {("OWNERSHIP", "ACCOUNTADMIN")}
    assert granted(admin, f"{kind} G") == {("OWNERSHIP", "ACCOUNTADMIN"), (privilege, "OTHER")}


def test_cloned_sequence_goes_on_where_its_source_stands(admin: Client) -> None:
    admin.run("CREATE SEQUENCE C CLONE SEQUENCE_")
    assert [admin.run(f"SELECT {name}.NEXTVAL").rows[0][0] for name in ("C", "C", "SEQUENCE_")] == ["7", "9", "7"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE STAGE C CLONE INSIDE", "000002"),
        ("CREATE TEMPORARY STAGE C CLONE STAGE_", "000002"),
        ("CREATE SEQUENCE C CLONE SEQUENCE_ COPY GRANTS", "001003"),
        ("CREATE TASK C CLONE LAST_", "001008"),
        ("CREATE TASK D.PUBLIC.C CLONE CHILD", "001008"),
        ("CREATE PIPE C CLONE P", "001003"),
    ],
)
def test_what_cannot_be_cloned_is_refused(admin: Client, sql: str, code: str) -> None:
    admin.run("ALTER TASK TASK_ SUSPEND")
    admin.run("CREATE STAGE INSIDE")
    admin.run("CREATE TASK CHILD WAREHOUSE = WH AFTER TASK_ AS SELECT 1")
    admin.run("CREATE TASK LAST_ WAREHOUSE = WH FINALIZE = TASK_ AS SELECT 1")
    assert admin.fails(sql).code == code


def test_cloned_task_joins_the_graph_of_its_source(admin: Client) -> None:
    admin.run("ALTER TASK TASK_ SUSPEND")
    admin.run("CREATE TASK CHILD WAREHOUSE = WH AFTER TASK_ AS SELECT 1")
    admin.run("CREATE TASK C CLONE CHILD")
    assert row(admin, "TASKS", "C")["predecessors"] == row(admin, "TASKS", "CHILD")["predecessors"] != "[]"
    admin.run("ALTER TASK TASK_ RESUME")
    assert admin.fails("CREATE TASK E CLONE CHILD").code == "091421"


def test_cloned_alert_takes_other_properties(admin: Client) -> None:
    admin.run("CREATE ALERT C CLONE ALERT_ SCHEDULE = '1 MINUTE' COMMENT = 'mine'")
    shown = row(admin, "ALERTS", "C")
    assert (shown["schedule"], shown["comment"], shown["condition"]) == ("1 MINUTE", "mine", "SELECT 1")


# Dynamic tables


def ids(client: Client, table: str) -> list[str | None]:
    return [cells[0] for cells in client.run(f"SELECT ID FROM {table} ORDER BY ID").rows]  # noqa: S608


def test_cloned_dynamic_table_is_suspended_and_keeps_its_rows(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE WAREHOUSE W2 INITIALLY_SUSPENDED = TRUE")
    admin.run("USE WAREHOUSE WH")
    admin.run("CREATE DYNAMIC TABLE C CLONE DT TARGET_LAG = DOWNSTREAM WAREHOUSE = W2")
    admin.run("INSERT INTO T VALUES (3)")
    admin.run("ALTER DYNAMIC TABLE DT REFRESH")
    assert (ids(admin, "DT"), ids(admin, "C")) == (["1", "2", "3"], ["1", "2"])
    shown = row(admin, "DYNAMIC TABLES", "C")
    wanted = ("target_lag", "warehouse", "comment", "scheduling_state", "is_clone", "rows")
    assert [shown[name] for name in wanted] == ["DOWNSTREAM", "W2", "c", "SUSPENDED", "true", "2"]
    admin.run("ALTER DYNAMIC TABLE C REFRESH")
    assert ids(admin, "C") == ["1", "2", "3"]
    assert admin.fails("CREATE DYNAMIC TABLE C CLONE DT").code == "002002"
    admin.run("CREATE OR REPLACE DYNAMIC TABLE DT CLONE DT")
    assert ids(admin, "DT") == ["1", "2", "3"]


def test_table_cloned_from_a_dynamic_table_is_a_table(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE TABLE C CLONE DT")
    admin.run("INSERT INTO C VALUES (9)")
    assert (ids(admin, "C"), ids(admin, "DT")) == (["1", "2", "9"], ["1", "2"])
    admin.run("ALTER TABLE C ADD COLUMN X INT")
    admin.run(DYNAMIC.replace("DT", "LATER").replace(" AS", " INITIALIZE = ON_SCHEDULE AS"))
    assert admin.fails("CREATE TABLE E CLONE LATER").code == "002730"


def test_dynamic_table_is_cloned_as_of_an_earlier_moment(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("INSERT INTO T VALUES (3)")
    run(admin, "refresh", "ALTER DYNAMIC TABLE DT REFRESH")
    admin.run("CREATE DYNAMIC TABLE C CLONE DT BEFORE (STATEMENT => 'refresh')")
    assert (ids(admin, "DT"), ids(admin, "C")) == (["1", "2", "3"], ["1", "2"])


def test_rights_that_a_clone_of_a_dynamic_table_takes(account: Account, admin: Client) -> None:
    admin.run(DYNAMIC)
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "OPERATE ON DYNAMIC TABLE DT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    clone = "CREATE DYNAMIC TABLE D.S.C CLONE D.S.DT"
    assert role.fails(clone).code == "003001"
    admin.run("GRANT CREATE DYNAMIC TABLE ON SCHEMA D.S TO ROLE R")
    assert role.fails(clone).code == "003001"
    admin.run("GRANT SELECT ON DYNAMIC TABLE DT TO ROLE R")
    assert role.fails(clone).code == "002003"
    admin.run("GRANT USAGE ON WAREHOUSE WH TO ROLE R")
    role.run(clone)
    admin.run("CREATE DYNAMIC TABLE G CLONE DT COPY GRANTS")
    assert granted(admin, "DYNAMIC TABLE C") == {("OWNERSHIP", "R")}
    assert granted(admin, "DYNAMIC TABLE G") == {
        ("OWNERSHIP", "ACCOUNTADMIN"), ("OPERATE", "R"), ("SELECT", "R"),
    }  # fmt: skip


# Schemas


def test_dynamic_tables_in_a_cloned_schema_read_the_clone(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE DYNAMIC TABLE BELOW TARGET_LAG = DOWNSTREAM WAREHOUSE = WH AS SELECT SUM(ID) ID FROM DT")
    admin.run("CREATE SCHEMA D.C CLONE D.S")
    shown = {r["name"]: r["scheduling_state"] for r in admin.rows("SHOW DYNAMIC TABLES IN SCHEMA D.C")}
    assert shown == {"DT": "SUSPENDED", "BELOW": "SUSPENDED"}
    assert (ids(admin, "D.C.DT"), ids(admin, "D.C.BELOW")) == (["1", "2"], ["3"])
    admin.run("INSERT INTO D.C.T VALUES (10)")
    admin.run("ALTER DYNAMIC TABLE D.C.BELOW REFRESH")
    assert (ids(admin, "D.C.BELOW"), ids(admin, "D.C.DT")) == (["13"], ["1", "2", "10"])
    assert ids(admin, "D.S.BELOW") == ["3"]


def test_pipes_on_external_stages_are_cloned_and_stand_still(account: Account, admin: Client) -> None:
    admin.run("CREATE STAGE INSIDE")
    admin.run("CREATE PIPE IN_ AS COPY INTO T FROM @INSIDE")
    admin.run("CREATE PIPE OUT AS COPY INTO T FROM @STAGE_")
    admin.run("CREATE PIPE AUTO AUTO_INGEST = TRUE AS COPY INTO T FROM @STAGE_")
    admin.run("CREATE SCHEMA D.C CLONE D.S")
    assert {r["name"] for r in admin.rows("SHOW PIPES IN SCHEMA D.C")} == {"OUT", "AUTO"}

    def state(name: str) -> str:
        return str(admin.run(f"SELECT SYSTEM$PIPE_STATUS('{name}')").rows[0][0])

    assert '"PAUSED"' in state("D.C.OUT")
    assert '"STOPPED_CLONED"' in state("D.C.AUTO")
    assert '"RUNNING"' in state("D.S.OUT")
    assert admin.fails("ALTER PIPE D.C.OUT REFRESH").code == "090222"
    admin.run("ALTER PIPE D.C.AUTO SET PIPE_EXECUTION_PAUSED = FALSE")
    assert '"RUNNING"' in state("D.C.AUTO")
    (pipe,) = [p for p in account.catalogue.of_kind(Kind.PIPE) if account.catalogue.path(p) == ("D", "C", "OUT")]
    stage = account.catalogue.get(int(str(pipe.props["stage"])))
    assert account.catalogue.path(stage) == ("D", "C", "STAGE_")


def test_whoever_makes_the_clone_owns_its_pipes(account: Account, admin: Client) -> None:
    admin.run("CREATE PIPE OUT AS COPY INTO T FROM @STAGE_")
    admin.run("ALTER PIPE OUT SET PIPE_EXECUTION_PAUSED = TRUE")
    admin.run("GRANT MONITOR ON PIPE OUT TO ROLE OTHER")
    for grant in ("USAGE, CREATE SCHEMA ON DATABASE D", "USAGE ON SCHEMA D.S", "OPERATE ON PIPE OUT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    role.run("CREATE SCHEMA D.WITHOUT CLONE D.S")
    assert role.rows("SHOW PIPES IN SCHEMA D.WITHOUT") == []
    admin.run("GRANT OWNERSHIP ON PIPE OUT TO ROLE R COPY CURRENT GRANTS")
    admin.run("GRANT ROLE R TO ROLE ACCOUNTADMIN")
    admin.run("CREATE SCHEMA D.C CLONE D.S")
    assert granted(admin, "PIPE D.S.OUT") == {("OWNERSHIP", "R"), ("MONITOR", "OTHER"), ("OPERATE", "R")}
    assert granted(admin, "PIPE D.C.OUT") == {("OWNERSHIP", "ACCOUNTADMIN"), ("MONITOR", "OTHER"), ("OPERATE", "R")}


def test_alerts_and_tasks_in_a_cloned_schema_are_suspended(admin: Client) -> None:
    admin.run("CREATE SCHEMA D.C CLONE D.S")
    for plural in ("ALERTS", "TASKS"):
        assert [r["state"] for r in admin.rows(f"SHOW {plural} IN SCHEMA D.C")] == ["suspended"]
        assert [r["state"] for r in admin.rows(f"SHOW {plural} IN SCHEMA D.S")] == ["started"]
