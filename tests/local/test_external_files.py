"""External stages on S3: what integrations allow, loading, and what happens when the storage does not answer."""

from __future__ import annotations

import gzip
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.data import s3
from local.data.files import StagedFile
from tests.local.conftest import SETTINGS, Account, Client
from tests.local.s3 import Lake, integration, new_lake
from tests.local.staged import loader, table


@pytest.fixture
def lake(account: Account, s3_endpoint: str) -> Lake:
    made = new_lake(account, s3_endpoint)
    made.put("in/a.csv", "1,x\n2,y\n")
    made.put("in/b.csv", "3,z\n")
    made.put("in/secret/c.csv", "9,q\n")
    return made


def names(client: Client, sql: str) -> list[str | None]:
    return [row[0] for row in table(client, sql)]


# What an integration allows


@pytest.mark.parametrize("path", ["other/", "in/secret/", "in/secret/deeper/", "in-between/", ""])
def test_stage_needs_a_location_that_is_allowed_and_not_blocked(lake: Lake, path: str) -> None:
    sql = f"URL = '{lake.url(path)}' STORAGE_INTEGRATION = I"
    assert lake.admin.fails(f"CREATE STAGE X {sql}").code == "001008"
    assert lake.admin.fails(f"ALTER STAGE E SET {sql}").code == "001008"


def test_a_bucket_whose_name_goes_on_is_another_one(lake: Lake) -> None:
    lake.admin.run(integration([f"s3://{lake.bucket}"], [], "WHOLE"))
    lake.admin.run(f"CREATE STAGE X URL = 's3://{lake.bucket}/any/' STORAGE_INTEGRATION = WHOLE")
    sql = f"CREATE STAGE Y URL = 's3://{lake.bucket}2/' STORAGE_INTEGRATION = WHOLE"
    assert lake.admin.fails(sql).code == "001008"


def test_integration_decides_again_whenever_files_are_used(lake: Lake) -> None:
    lake.admin.run(f"ALTER STORAGE INTEGRATION I SET STORAGE_ALLOWED_LOCATIONS = ('{lake.url('out/')}')")
    for sql in ("LIST @E", "COPY INTO T FROM @E", "COPY INTO @E/x FROM T", "REMOVE @E", "SELECT $1 FROM @E"):
        assert lake.admin.fails(sql).code == "003167", sql
    assert table(lake.admin, "LIST @O") == []


def test_disabled_integration_opens_nothing(lake: Lake) -> None:
    lake.admin.run("ALTER STORAGE INTEGRATION I SET ENABLED = FALSE")
    assert lake.admin.fails("LIST @E").code == "003167"
    assert lake.admin.fails(f"COPY INTO T FROM '{lake.url('in/')}' STORAGE_INTEGRATION = I").code == "003167"


def test_stage_whose_integration_is_gone_opens_nothing(lake: Lake) -> None:
    lake.admin.run("DROP INTEGRATION I")
    assert lake.admin.fails("LIST @E").code == "003167"


def test_blocked_files_below_an_allowed_folder_are_not_there(lake: Lake) -> None:
    assert names(lake.admin, "LIST @E") == [lake.url("in/a.csv"), lake.url("in/b.csv")]
    assert names(lake.admin, "LIST @E/secret") == []
    for path in ("secret/", "secret/c.csv"):
        assert lake.admin.fails(f"LIST @E/{path}").code == "003167"
    assert lake.admin.fails("COPY INTO @E/secret/x FROM T").code == "003167"
    lake.admin.run("REMOVE @E")
    assert lake.keys() == ["in/secret/c.csv"]


def test_integration_is_described_with_what_a_trust_policy_needs(lake: Lake) -> None:
    found = {row["property"]: row["property_value"] for row in lake.admin.rows("DESC INTEGRATION I")}
    assert found["STORAGE_ALLOWED_LOCATIONS"] == f"{lake.url('in/')},{lake.url('out/')}"
    assert found["STORAGE_BLOCKED_LOCATIONS"] == lake.url("in/secret/")
    assert str(found["STORAGE_AWS_IAM_USER_ARN"]).startswith("arn:aws:iam::")
    assert "_SFCRole=" in str(found["STORAGE_AWS_EXTERNAL_ID"])


@pytest.fixture
def reader(lake: Lake) -> Client:
    """A session of a role with INSERT on the table and nothing on stage and integration."""
    for sql in (
        "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
        "GRANT CREATE STAGE ON SCHEMA D.S TO ROLE R", "GRANT SELECT, INSERT ON TABLE D.S.T TO ROLE R",
        "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R",
    ):  # fmt: skip
        lake.admin.run(sql)
    client = lake.account.as_role("R")
    client.run("USE WAREHOUSE COMPUTE_WH")
    client.run("USE SCHEMA D.S")
    return client


def test_using_a_stage_needs_usage_on_it_and_none_on_its_integration(lake: Lake, reader: Client) -> None:
    for sql in ("LIST @E", "COPY INTO T FROM @E", "COPY INTO @E/x FROM T", "REMOVE @E", "SELECT $1 FROM @E"):
        assert reader.fails(sql).code == "002003", sql
    lake.admin.run("GRANT USAGE ON STAGE D.S.E TO ROLE R")
    assert len(table(reader, "COPY INTO T FROM @E")) == 2
    assert len(table(reader, "SELECT $1 FROM @E")) == 3
    reader.run("COPY INTO @E/x FROM T")
    assert names(reader, "REMOVE @E/x") == [lake.url("in/x_0_0_0.csv.gz")]


def test_making_a_stage_or_naming_an_address_needs_usage_on_the_integration(lake: Lake, reader: Client) -> None:
    made = f"CREATE STAGE X URL = '{lake.url('in/')}' STORAGE_INTEGRATION = I"
    copied = f"COPY INTO T FROM '{lake.url('in/')}' STORAGE_INTEGRATION = I"
    unloaded = f"COPY INTO '{lake.url('out/')}' FROM T STORAGE_INTEGRATION = I"
    assert {reader.fails(sql).code for sql in (made, copied, unloaded)} == {"002003"}
    lake.admin.run("GRANT USAGE ON INTEGRATION I TO ROLE R")
    assert len(table(reader, copied)) == 2
    reader.run(unloaded)
    reader.run(made)


# Addresses


def test_address_takes_the_place_of_a_stage(lake: Lake) -> None:
    right = "STORAGE_INTEGRATION = I"
    (found,) = table(lake.admin, f"COPY INTO T FROM '{lake.url('in/a')}' {right}")
    assert found[:4] == (lake.url("in/a.csv"), "LOADED", "2", "2")
    assert names(lake.admin, f"COPY INTO T FROM '{lake.url('in/')}' FILES = ('b.csv') {right}") == [
        lake.url("in/b.csv")
    ]
    lake.admin.run(
        f"COPY INTO '{lake.url('out/t.csv')}' FROM T {right} SINGLE = TRUE FILE_FORMAT = (COMPRESSION = NONE)"
    )
    assert lake.get("out/t.csv") == b"1,x\n2,y\n3,z\n"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("COPY INTO T FROM '{0}other/' STORAGE_INTEGRATION = I", "003167"),
        ("COPY INTO T FROM '{0}in/secret/c.csv' STORAGE_INTEGRATION = I", "003167"),
        ("COPY INTO '{0}other/x' FROM T STORAGE_INTEGRATION = I", "003167"),
        ("COPY INTO T FROM '{0}in/' STORAGE_INTEGRATION = NOPE", "003167"),
        ("COPY INTO T FROM '{0}in/' STORAGE_INTEGRATION = I CREDENTIALS = (AWS_KEY_ID = 'k')", "001008"),
        ("COPY INTO T FROM '{0}in/' CREDENTIALS = (AWS_KEY_ID = 'k')", "002029"),
        ("COPY INTO T FROM '{0}in/' CREDENTIALS = (AWS_ROLE = 'r')", "000002"),
        ("COPY INTO T FROM '{0}in/' STORAGE_INTEGRATION = I ENCRYPTION = (TYPE = 'AWS_SSE_S3')", "000002"),
        ("COPY INTO T FROM @E STORAGE_INTEGRATION = I", "001008"),
        ("COPY INTO T FROM 'gcs://b/x' STORAGE_INTEGRATION = I", "000002"),
        ("COPY INTO T FROM 'azure://a.blob.core.windows.net/c/x' STORAGE_INTEGRATION = I", "000002"),
        ("COPY INTO T FROM 's3:///x' STORAGE_INTEGRATION = I", "001008"),
        ("COPY INTO T FROM 's3://[x/' STORAGE_INTEGRATION = I", "001008"),
        ("COPY INTO T FROM 's3://a b/' STORAGE_INTEGRATION = I", "001008"),
        ("COPY INTO T FROM 's3://u@h/' STORAGE_INTEGRATION = I", "001008"),
        ("COPY INTO T FROM 's3://arn:aws:s3:eu-west-1:1:accesspoint/x/' STORAGE_INTEGRATION = I", "001008"),
    ],
)  # fmt: skip
def test_address_without_a_right_is_refused(lake: Lake, sql: str, code: str) -> None:
    assert lake.admin.fails(sql.format(lake.url())).code == code


def test_credentials_of_a_statement_sign_its_requests(lake: Lake) -> None:
    right = "CREDENTIALS = (AWS_KEY_ID = 'k' AWS_SECRET_KEY = 's')"
    assert len(table(lake.admin, f"COPY INTO T FROM '{lake.url('in/a.csv')}' {right}")) == 1


@pytest.mark.parametrize(
    ("parameter", "sql"),
    [
        ("PREVENT_UNLOAD_TO_INLINE_URL", "COPY INTO '{0}out/' FROM T STORAGE_INTEGRATION = I"),
        ("REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION", "COPY INTO T FROM '{0}in/public.csv'"),
        ("PREVENT_UNLOAD_TO_INTERNAL_STAGES", "COPY INTO @ST FROM T"),
    ],
)
def test_account_may_forbid_ways_out(lake: Lake, parameter: str, sql: str) -> None:
    lake.publish("in/public.csv", "5,p\n")
    lake.admin.run(sql.format(lake.url()))
    lake.admin.run(f"ALTER ACCOUNT SET {parameter} = TRUE")
    error = lake.admin.fails(sql.format(lake.url()))
    assert error.code == "001008" and parameter in error.message


# Loading


def test_objects_are_listed_with_their_etag_and_removed(lake: Lake) -> None:
    lake.put("in/sub/d.csv", "")
    found = table(lake.admin, "LIST @E PATTERN = '.*[.]csv'")
    assert [row[:3] for row in found][:2] == [
        (lake.url("in/a.csv"), "8", "b9871c4da0c7f11b3813e285f2fbc68d"),
        (lake.url("in/b.csv"), "4", "c527f72107f439bb7a8767ffb98e4cdf"),
    ]
    assert table(lake.admin, "REMOVE @E/sub PATTERN = '.*d.*'") == [(lake.url("in/sub/d.csv"), "removed")]
    assert lake.keys() == ["in/a.csv", "in/b.csv", "in/secret/c.csv"]


@pytest.mark.parametrize(("most", "count"), [(4, 9), pytest.param(1000, 1001, marks=pytest.mark.long)])
def test_more_objects_than_a_page_holds_are_all_seen(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, most: int, count: int
) -> None:
    monkeypatch.setattr(s3, "MOST", most)
    for number in range(count):
        lake.put(f"in/many/{number:04}.csv", f"{number},x\n")
    assert len(table(lake.admin, "LIST @E/many/")) == count
    last = f"'.*/(0000|{count - 1:04})[.]csv'"
    assert len(table(lake.admin, f"COPY INTO T FROM @E/many/ PATTERN = {last}")) == 2
    assert len(table(lake.admin, "REMOVE @E/many/")) == count
    assert lake.keys("in/many/") == []


def test_object_is_loaded_again_when_its_content_changes_and_only_then(lake: Lake) -> None:
    assert len(table(lake.admin, "COPY INTO T FROM @E")) == 2
    lake.put("in/a.csv", "1,x\n2,y\n")  # written again, as it was
    assert table(lake.admin, "COPY INTO T FROM @E") == [("Copy executed with 0 files processed.",)]
    lake.put("in/a.csv", "7,new\n")
    assert names(lake.admin, "COPY INTO T FROM @E") == [lake.url("in/a.csv")]
    assert len(table(lake.admin, "COPY INTO T FROM @E FORCE = TRUE")) == 2
    assert table(lake.admin, "SELECT COUNT(*), COUNT_IF(A = 7) FROM T") == [("6", "2")]


def test_another_stage_to_the_same_object_does_not_load_it_again(lake: Lake) -> None:
    lake.admin.run("COPY INTO T FROM @E")
    lake.admin.run(f"CREATE STAGE E2 URL = '{lake.url('in/')}' STORAGE_INTEGRATION = I")
    for place in ("@E2", f"'{lake.url('in/')}' STORAGE_INTEGRATION = I"):
        assert table(lake.admin, f"COPY INTO T FROM {place}") == [("Copy executed with 0 files processed.",)]


def test_purge_deletes_objects_that_were_loaded(lake: Lake) -> None:
    lake.put("in/bad.csv", "q,w\n")
    lake.admin.run("COPY INTO T FROM @E ON_ERROR = SKIP_FILE PURGE = TRUE")
    assert lake.keys() == ["in/bad.csv", "in/secret/c.csv"]


def test_errors_name_the_object(lake: Lake) -> None:
    lake.put("in/bad.csv", "q,w\n4,k\n")
    error = lake.admin.fails("COPY INTO T FROM @E")
    assert f"File '{lake.url('in/bad.csv')}', line 1, character 1" in error.message
    assert table(lake.admin, "SELECT * FROM T") == []
    found = table(lake.admin, "COPY INTO T FROM @E FILES = ('bad.csv') ON_ERROR = CONTINUE")
    assert found[0][:6] == (lake.url("in/bad.csv"), "PARTIALLY_LOADED", "2", "1", "2", "1")
    assert names(lake.admin, "SELECT FILE FROM TABLE(VALIDATE(T, JOB_ID => '_last'))") == [lake.url("in/bad.csv")]
    assert lake.admin.fails("COPY INTO T FROM @E FILES = ('none.csv')").code == "091016"
    moment = "START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())"
    history = f"TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'T', {moment}))"
    assert {row["STAGE_LOCATION"] for row in lake.admin.rows(f"SELECT * FROM {history}")} == {lake.url("in/")}  # noqa: S608


def parquet(query: str) -> bytes:
    data = io.BytesIO()
    found = duckdb.sql(query)
    assert found is not None
    pq.write_table(found.to_arrow_table(), data)
    return data.getvalue()


def test_every_format_comes_from_objects(lake: Lake) -> None:
    lake.put("in/f/a.csv.gz", gzip.compress(b"h,i\n1,x\n"))
    lake.put("in/f/b.json", '{"a": 2, "b": "y"}')
    lake.put("in/f/c.parquet", parquet("SELECT 3 AS a, 'z' AS b"))
    by_name = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    lake.admin.run("COPY INTO T FROM @E/f/ PATTERN = '.*csv.gz' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    lake.admin.run(f"COPY INTO T FROM @E/f/ FILES = ('b.json') FILE_FORMAT = (TYPE = JSON) {by_name}")
    lake.admin.run(f"COPY INTO T FROM @E/f/c.parquet FILE_FORMAT = (TYPE = PARQUET) {by_name}")
    assert table(lake.admin, "SELECT * FROM T ORDER BY A") == [("1", "x"), ("2", "y"), ("3", "z")]


def test_objects_are_queried_and_their_schema_is_inferred(lake: Lake) -> None:
    sql = "SELECT $1, $2, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$FILE_CONTENT_KEY FROM @E/b.csv"
    assert table(lake.admin, sql) == [("3", "z", "in/b.csv", "1", "c527f72107f439bb7a8767ffb98e4cdf")]
    lake.put("in/c.parquet", parquet("SELECT 3 AS a, 'z' AS b"))
    lake.admin.run("CREATE FILE FORMAT P TYPE = PARQUET")
    found = table(lake.admin, "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@E/c.parquet', FILE_FORMAT => 'P'))")
    assert [(row[0], row[1], row[4]) for row in found] == [
        ("a", "NUMBER(38, 0)", lake.url("in/c.parquet")),
        ("b", "TEXT", lake.url("in/c.parquet")),
    ]


def test_drivers_carry_nothing_to_or_from_an_external_stage(lake: Lake) -> None:
    for sql in ("PUT file:///tmp/x @E", "GET @E file:///tmp/"):
        error = lake.admin.fails(sql)
        assert error.code == "091003"
        assert "GET and PUT commands are not supported with external stage" in error.message


# Secrets


def test_credentials_of_a_stage_are_never_shown(lake: Lake) -> None:
    given = "CREDENTIALS = (AWS_KEY_ID = 'AKIAX' AWS_SECRET_KEY = 'hush' AWS_TOKEN = 'still')"
    lake.admin.run(f"CREATE STAGE C URL = '{lake.url('in/')}' {given}")
    shown = str([lake.admin.rows(sql) for sql in ("DESC STAGE C", "SHOW STAGES LIKE 'C'")])
    assert "AKIAX" in shown
    assert "hush" not in shown and "still" not in shown
    kept = str([obj.props for obj in lake.account.catalogue.objects])
    assert "hush" not in kept and "still" not in kept
    assert lake.admin.fails("LIST @C").code == "000002"


def test_login_shows_no_secret() -> None:
    assert "hush" not in repr(s3.Login("key", "hush"))


# Storage that does not do what is asked


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """An endpoint that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_PUT = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def at(account: Account, endpoint: str | None) -> Client:
    """The administrator of an account whose stage E lies at the endpoint."""
    account.settings = replace(SETTINGS, s3_endpoint=endpoint)
    client = loader(account)
    client.run(integration(["s3://lake/"], []))
    client.run("CREATE STAGE E URL = 's3://lake/in/' STORAGE_INTEGRATION = I")
    client.run("CREATE TABLE T (A INT, B VARCHAR)")
    return client


USES = (
    "LIST @E",
    "REMOVE @E",
    "COPY INTO T FROM @E",
    "COPY INTO @E FROM (SELECT 1)",
    "SELECT $1 FROM @E",
    "COPY INTO T FROM 's3://lake/in/' STORAGE_INTEGRATION = I",
)


def test_missing_bucket_is_an_error_of_the_stage(account: Account, s3_endpoint: str) -> None:
    client = at(account, s3_endpoint)
    for sql in USES:
        error = client.fails(sql)
        assert error.code == "091003", sql
        assert "The specified bucket does not exist (Status Code: 404; Error Code: NoSuchBucket)" in error.message


def test_missing_permission_is_an_error_of_the_stage(account: Account) -> None:
    denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with answering(403, denied) as endpoint:
        client = at(account, endpoint)
        for sql in USES:
            error = client.fails(sql)
            wanted = "Failure using stage area. Cause: [Access Denied (Status Code: 403; Error Code: AccessDenied)]"
            assert (error.code, error.state, error.message) == ("091003", "22000", wanted), sql


@pytest.mark.parametrize(("status", "body"), [(200, "no xml"), (500, "<Error/>"), (301, "")])
def test_storage_that_talks_nonsense_is_an_error_of_the_stage(account: Account, status: int, body: str) -> None:
    with answering(status, body) as endpoint:
        assert at(account, endpoint).fails("LIST @E").code == "091003"


def test_storage_that_is_down_or_silent_is_an_error_in_bounded_time(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = at(account, f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        assert client.fails("LIST @E").code == "091003"
        assert time.monotonic() - began < 10
    for sql in USES:
        began = time.monotonic()
        assert client.fails(sql).code == "091003", sql
        assert time.monotonic() - began < 10


def test_without_an_endpoint_nothing_is_called(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = at(account, None)

    def called(*_: object) -> None:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(socket.socket, "connect", called)
    monkeypatch.setattr(socket, "getaddrinfo", called)
    for sql in USES:
        error = client.fails(sql)
        assert error.code == "000002" and "--s3-endpoint" in error.message, sql


def test_neither_proxies_nor_files_of_the_machine_lead_elsewhere(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    s3.forget_clients()
    assert len(table(lake.admin, "LIST @E")) == 2


def test_object_that_changes_between_listing_and_reading_is_not_taken_for_what_was_listed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = s3.Bucket.objects

    def objects(self: s3.Bucket, prefix: str) -> Iterator[StagedFile]:
        yield from list(listed(self, prefix))
        lake.put("in/a.csv", "8,later\n")

    monkeypatch.setattr(s3.Bucket, "objects", objects)
    assert lake.admin.fails("COPY INTO T FROM @E").code == "091016"
    monkeypatch.undo()
    lake.admin.run("COPY INTO T FROM @E")
    assert table(lake.admin, "SELECT B FROM T ORDER BY A") == [("z",), ("later",)]


@pytest.mark.parametrize("name", ["what?.csv", "a#b.csv", "100%25.csv", "a+b&c=d.csv", "x;y.csv"])
def test_no_character_of_a_key_has_a_meaning(lake: Lake, name: str) -> None:
    lake.put(f"in/{name}", "5,k\n")
    lake.admin.run(f"CREATE STAGE X URL = '{lake.url('in/')}{name}/' STORAGE_INTEGRATION = I")
    lake.put(f"in/{name}/deep.csv", "6,k\n")
    assert names(lake.admin, "LIST @X") == [lake.url(f"in/{name}/deep.csv")]
    assert len(table(lake.admin, f"COPY INTO T FROM '{lake.url('in/')}{name}' STORAGE_INTEGRATION = I")) == 2


def test_names_with_spaces_and_other_scripts_are_names(lake: Lake) -> None:
    lake.put("in/é dir/größe 100%+x.csv", "5,k\n")
    assert names(lake.admin, "LIST '@E/é dir/'") == [lake.url("in/é dir/größe 100%+x.csv")]
    lake.admin.run("COPY INTO T FROM '@E/é dir/größe 100%+x.csv'")
    assert table(lake.admin, "SELECT * FROM T") == [("5", "k")]


def test_column_types_of_pyarrow_files_are_kept(lake: Lake) -> None:
    data = io.BytesIO()
    pq.write_table(pa.table({"A": pa.array([1], pa.int8()), "B": pa.array(["x"], pa.large_string())}), data)
    lake.put("in/p.parquet", data.getvalue())
    lake.admin.run("COPY INTO T FROM @E/p.parquet FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_SENSITIVE")
    assert table(lake.admin, "SELECT * FROM T") == [("1", "x")]
