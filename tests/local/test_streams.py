import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE TABLE D.S.T (ID NUMBER)")
    return client


def test_stream_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run("""CREATE STREAM "D"."S"."C" ON TABLE "D"."S"."T" APPEND_ONLY = true COMMENT = 's'""")
    (row,) = admin.rows("""SHOW STREAMS LIKE 'C' IN SCHEMA "D"."S\"""")
    assert row == admin.rows("DESCRIBE STREAM D.S.C")[0]
    wanted = ("table_name", "source_type", "base_tables", "type", "stale", "mode", "invalid_reason", "comment")
    assert [row[name] for name in wanted] == ["D.S.T", "Table", "D.S.T", "DELTA", "false", "APPEND_ONLY", "N/A", "s"]


def test_stream_turns_on_change_tracking_of_its_table(admin: Client) -> None:
    admin.run("CREATE STREAM D.S.C ON TABLE D.S.T")
    (row,) = admin.rows("SHOW TABLES LIKE 'T' IN SCHEMA D.S")
    assert row["change_tracking"] == "ON"


def test_stream_goes_stale_with_its_table(admin: Client) -> None:
    admin.run("CREATE STREAM D.S.C ON TABLE D.S.T")
    admin.run("DROP TABLE D.S.T")
    (row,) = admin.rows("SHOW STREAMS IN ACCOUNT")
    assert (row["table_name"], row["stale"]) == ("No privilege or table dropped", "true")


def test_comment_of_a_stream_changes(admin: Client) -> None:
    admin.run("CREATE STREAM D.S.C ON TABLE D.S.T")
    admin.run("ALTER STREAM D.S.C SET COMMENT = 'c'")
    assert admin.rows("SHOW STREAMS IN ACCOUNT")[0]["comment"] == "c"
    admin.run("ALTER STREAM D.S.C UNSET COMMENT")
    assert admin.rows("SHOW STREAMS IN ACCOUNT")[0]["comment"] == ""


def test_stream_needs_select_and_a_tracked_table(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "CREATE STREAM ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    reader = account.as_role("R")
    assert reader.fails("CREATE STREAM D.S.C ON TABLE D.S.T").code == "002003"
    admin.run("GRANT SELECT ON TABLE D.S.T TO ROLE R")
    assert "CHANGE_TRACKING" in reader.fails("CREATE STREAM D.S.C ON TABLE D.S.T").message
    admin.run("CREATE STREAM D.S.FIRST ON TABLE D.S.T")
    reader.run("CREATE STREAM D.S.C ON TABLE D.S.T")


@pytest.mark.parametrize("clause", ["ON STAGE D.S.X", "ON EXTERNAL TABLE D.S.X", "ON TABLE D.S.T AT (OFFSET => -1)"])
def test_other_streams_are_refused(admin: Client, clause: str) -> None:
    assert admin.fails(f"CREATE STREAM D.S.C {clause}").code == "000002"


def test_rows_of_a_stream_are_refused_to_those_who_see_it(account: Account, admin: Client) -> None:
    admin.run("CREATE STREAM D.S.C ON TABLE D.S.T")
    assert (admin.fails("SELECT * FROM D.S.C").code, admin.fails("INSERT INTO D.S.T SELECT 1 FROM D.S.C").code) == (
        "000002",
        "000002",
    )
    admin.run("CREATE ROLE R")
    assert account.as_role("R").fails("SELECT * FROM D.S.C").code == "002003"
