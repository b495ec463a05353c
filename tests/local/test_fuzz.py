"""Random and broken input: always an answer of the protocol, never another exception, never a long wait."""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.data.store import existing_store
from local.engine import execute
from local.errors import SnowflakeError
from local.lexer import split_statements, tokenize
from local.results import Deferred
from local.server.redact import redact, strip_tracking
from local.session import Binding
from tests.local.conftest import Client, new_account
from tests.local.fuzzing import requests, statements
from tests.local.wire import Wire, new_wire

SEEDS = (
    "CREATE OR REPLACE TABLE T2 (A INT NOT NULL DEFAULT 1, B VARCHAR(9) COMMENT 'x', PRIMARY KEY (A)) CLUSTER BY (A)",
    "ALTER TABLE T MODIFY COLUMN B SET DATA TYPE VARCHAR(20)",
    "ALTER TABLE T ADD COLUMN IF NOT EXISTS C NUMBER(10,2) DEFAULT -1.5",
    "CREATE SECURE VIEW V2 (X COMMENT 'c') COPY GRANTS AS SELECT A FROM T WHERE B LIKE '%x%'",
    "CREATE USER U PASSWORD = 'Abcdefgh12345678' DAYS_TO_EXPIRY = 3 TYPE = LEGACY_SERVICE DEFAULT_ROLE = R",
    "ALTER USER LOCAL_ADMIN SET RSA_PUBLIC_KEY_2 = 'MIIB', MINS_TO_UNLOCK = 5, NETWORK_POLICY = N",
    "CREATE WAREHOUSE W2 WITH WAREHOUSE_SIZE = XSMALL MAX_CLUSTER_COUNT = 3 INITIALLY_SUSPENDED = TRUE",
    "CREATE RESOURCE MONITOR M WITH CREDIT_QUOTA = 10 FREQUENCY = DAILY START_TIMESTAMP = IMMEDIATELY "
    "TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND",
    "CREATE NETWORK RULE R1 TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('10.0.0.0/8', '1.2.3.4')",
    "CREATE NETWORK POLICY P1 ALLOWED_NETWORK_RULE_LIST = ('D.PUBLIC.R1') BLOCKED_IP_LIST = ('1.2.3.4')",
    "CREATE MASKING POLICY MP AS (V VARCHAR) RETURNS VARCHAR -> CASE WHEN TRUE THEN V END COMMENT = 'x'",
    "CREATE ROW ACCESS POLICY RP AS (V VARCHAR) RETURNS BOOLEAN -> TRUE",
    "CREATE TAG G ALLOWED_VALUES 'a', 'b' COMMENT = 'c'",
    "ALTER TABLE T SET TAG G = 'a'",
    "CREATE TASK K WAREHOUSE = WH SCHEDULE = '5 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('S') AS SELECT 1",
    "CREATE PROCEDURE PR(A INT, B VARCHAR DEFAULT 'x') RETURNS TABLE (X INT) LANGUAGE SQL AS $$ BEGIN RETURN 1; END $$",
    "CREATE STAGE ST FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 1) DIRECTORY = (ENABLE = TRUE)",
    "CREATE STREAM S2 ON TABLE T APPEND_ONLY = TRUE",
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA D.PUBLIC TO ROLE R WITH GRANT OPTION",
    "GRANT OWNERSHIP ON FUTURE TABLES IN DATABASE D TO ROLE R",
    "REVOKE GRANT OPTION FOR SELECT ON TABLE T FROM ROLE R CASCADE",
    "SHOW TABLES LIKE '%_\\\\_t' IN SCHEMA D.PUBLIC STARTS WITH 'T' LIMIT 3 FROM 'A'",
    "SHOW PARAMETERS LIKE '%TIME%' IN TABLE T",
    "SHOW GRANTS ON TABLE D.PUBLIC.T",
    "DESCRIBE TABLE T",
    "SELECT A, B AS \"b\", COUNT(*) OVER (PARTITION BY A ORDER BY B) FROM T X JOIN T Y USING (A) WHERE X.A = ? LIMIT 3",
    "WITH RECURSIVE N AS (SELECT 1 AS A UNION ALL SELECT A + 1 FROM N WHERE A < 3) SELECT * FROM N",
    "SELECT V.VALUE:a[0]::INT FROM T, LATERAL FLATTEN(INPUT => PARSE_JSON('{\"a\": [1]}')) V",
    "INSERT INTO T (A, B) SELECT A, 'x' || B FROM T",
    "INSERT INTO T VALUES (1, DEFAULT), (2, NULL)",
    "UPDATE T SET B = CASE WHEN A > 1 THEN 'x' ELSE B END FROM (SELECT 1 AS K) Q WHERE Q.K = T.A",
    "DELETE FROM T USING T AS O WHERE O.A = T.A",
    "MERGE INTO T USING (SELECT 1 AS A, 'n' AS B) S ON T.A = S.A WHEN MATCHED THEN UPDATE SET B = S.B "
    "WHEN NOT MATCHED THEN INSERT (A, B) VALUES (S.A, S.B)",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'T', REF_ENTITY_DOMAIN => 'TABLE'))",
    "SELECT SYSTEM$GET_TAG('G', 'T', 'TABLE'), CURRENT_ROLE(), IS_ROLE_IN_SESSION('R')",
    "USE SECONDARY ROLES R, PUBLIC",
    "ALTER SESSION SET TIMEZONE = 'Europe/Berlin', STATEMENT_TIMEOUT_IN_SECONDS = 5",
    "BEGIN TRANSACTION NAME X",
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> Client:
    made = new_account().admin
    for sql in ("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE ROLE R", "CREATE TABLE T (A INT, B VARCHAR)",
                "INSERT INTO T VALUES (1, 'a')"):  # fmt: skip
        made.run(sql)
    return made


def answered(client: Client, sql: str) -> bool:
    """Run a statement that may be refused, but may fail in no other way."""
    try:
        answer = execute(client.context, sql)
        if isinstance(answer, Deferred):
            answer.run()
    except SnowflakeError as error:
        assert len(error.code) == 6 and len(error.state) == 5 and error.message
        return False
    return True


def test_seeds_are_mostly_good_statements(client: Client) -> None:
    client.context.bindings = (Binding("FIXED", "1"),)
    assert sum(answered(client, sql) for sql in SEEDS) > len(SEEDS) * 2 // 3
    client.run("ROLLBACK")
    client.context.bindings = ()


SETUP = (
    "CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE ROLE R", "CREATE TABLE T (A INT, B VARCHAR)",
    "INSERT INTO T VALUES (1, 'a')", "CREATE VIEW V AS SELECT * FROM T", "CREATE STAGE ST",
    "CREATE FILE FORMAT FF TYPE = CSV", "CREATE SEQUENCE SQ", "CREATE TAG G",
    "CREATE MASKING POLICY MP AS (V VARCHAR) RETURNS VARCHAR -> V",
    "CREATE ROW ACCESS POLICY RP AS (V VARCHAR) RETURNS BOOLEAN -> TRUE",
)  # fmt: skip
SECONDS = BUSY = 60
"""How long any statement or request may take on a busy machine."""


def populated() -> Client:
    """An administrator in an account with one object of many types, with little patience."""
    client = new_account().admin
    for sql in SETUP:
        client.run(sql)
    client.context.session.parameters["STATEMENT_TIMEOUT_IN_SECONDS"] = "5"
    return client


def shut(client: Client) -> None:
    store = existing_store(client.context.catalogue)
    if store is not None:
        store.close()


def usable(client: Client) -> bool:
    """Whether the session is still that of an administrator with a warehouse and a schema."""
    session, catalogue = client.context.session, client.context.catalogue
    if any(catalogue.lookup(held) is None for held in (session.user, session.role, session.warehouse, session.schema)):
        return False
    return session.role is not None and catalogue.get(session.role).name == "ACCOUNTADMIN"


def fuzz_statements(seed: int, count: int) -> int:
    """Run random statements; how many were good. The failure names the seed and the statement."""
    client, good = populated(), 0
    for number, sql in enumerate(statements(seed, count)):
        if number % 200 == 199 or not usable(client):
            shut(client)
            client = populated()
        began = time.monotonic()
        try:
            good += answered(client, sql)
            redact(sql)
            strip_tracking(sql)
        except Exception as error:
            raise AssertionError(f"seed {seed}, {sql!a}: {type(error).__name__}: {error}") from error
        assert time.monotonic() - began < SECONDS, f"seed {seed}, {sql!a}"
    shut(client)
    return good


def resident() -> float:
    """MiB of this process; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20 if status.exists() else 0


def test_random_statements_are_answered_or_refused() -> None:
    assert fuzz_statements(1, 1500) > 100


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(1001, 1009))
def test_many_random_statements_are_answered_or_refused(seed: int) -> None:
    fuzz_statements(seed + 10_000, 500)
    before = resident()
    fuzz_statements(seed, 10_000)
    assert resident() - before < 200, "MiB"


LONG = 20_000


@pytest.mark.parametrize(
    "text",
    [
        "/* " * LONG, "'" + "''" * LONG, "'\\" * LONG, '"' * LONG, "$$ $" * LONG, "(" * LONG, " " * LONG + "x",
        " " * LONG + "--terraform_provider_usage_tracking\nx", "{" * LONG, "1." * LONG, "x" * LONG, "@" * LONG,
    ],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_no_text_takes_long_to_read(text: str) -> None:
    started = time.monotonic()
    for read in (tokenize, split_statements, redact, strip_tracking):
        try:
            read(text)
        except SnowflakeError:
            continue
    assert time.monotonic() - started < BUSY


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 400 + "1" + ")" * 400 + " FROM T",
        "SELECT " + "-" * 1 + "- " * 400 + "1 FROM T",
        "SELECT " + "NOT " * 2000 + "TRUE FROM T",
        "SELECT " + "1+" * 5000 + "1 FROM T",
        "SELECT " + "ABS(" * 500 + "1" + ")" * 500 + " FROM T",
        "SELECT " + "CASE WHEN TRUE THEN " * 300 + "1" + " END" * 300 + " FROM T",
        "SELECT * FROM " + "(SELECT * FROM " * 300 + "T" + ")" * 300,
        "SELECT 1 FROM T" + " UNION ALL SELECT 1 FROM T" * 500,
        "SELECT A" + "::INT" * 1000 + " FROM T",
        "SELECT " + "[" * 500 + "]" * 500 + " FROM T",
        "SELECT '" + "x" * 1_000_000 + "' || B FROM T",
        "INSERT INTO T (A) VALUES " + ", ".join(["(1)"] * 3000),  # noqa: S608
        "CREATE TABLE " + ".".join(["a"] * 5000) + " (A INT)",
        "GRANT SELECT ON TABLE " + '"' + "n" * 100_000 + '" TO ROLE R',
        "SHOW TABLES LIKE '" + "%a" * 5000 + "'",
        "ALTER WAREHOUSE WH SET AUTO_SUSPEND = " + "9" * 10_000,
        "CREATE MASKING POLICY DEEP AS (V VARCHAR) RETURNS VARCHAR -> " + "(" * 5000 + "V" + ")" * 5000,
        "SELECT CURRENT_ROLE(" + "(" * 5000,
    ],
    ids=lambda sql: sql[:24],
)
def test_deep_and_huge_statements_are_answered_or_refused(client: Client, sql: str) -> None:
    started = time.monotonic()
    answered(client, sql)
    assert time.monotonic() - started < BUSY


@pytest.mark.parametrize(
    "kind", ["FIXED", "REAL", "BOOLEAN", "DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_TZ", "BINARY", "X"]
)
def test_bound_values_of_any_text_are_taken_or_refused(client: Client, kind: str) -> None:
    for text in ("", "NaN", "--5", "²", "9" * 5000, "1e999999999", "x'y", "\0", "\ud800", "-1", "inf", "9" * 25, "1 2"):
        client.context.bindings = (Binding(kind, text),)
        answered(client, "SELECT ? AS X")
    client.context.bindings = ()


# The protocol


@pytest.fixture(scope="module")
def wire() -> Wire:
    return new_wire()


def bodies() -> Iterator[bytes]:
    """Bodies that are no request, or one with every field of the wrong type."""
    odd: tuple[object, ...] = (None, True, 5, 1.5, "", "x", "\ud800", [], [1], {}, {"a": {}}, "9" * 5000)
    yield from (
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}" * 2,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 5000,
        b"NaN",
    )
    for value in odd:
        yield json.dumps({"data": value}).encode()
        for name in ("LOGIN_NAME", "PASSWORD", "TOKEN", "AUTHENTICATOR", "ACCOUNT_NAME", "SESSION_PARAMETERS"):
            yield json.dumps({"data": {"LOGIN_NAME": "LOCAL_ADMIN", "ACCOUNT_NAME": "MAIN", name: value}}).encode()
        for name in ("sqlText", "bindings", "parameters", "describeOnly", "asyncExec", "requestType", "requestId"):
            yield json.dumps({"sqlText": "SELECT ?", name: value}).encode()
        yield json.dumps({"sqlText": "SELECT ? AS X", "bindings": {"1": {"type": value, "value": value}}}).encode()
        yield json.dumps(
            {"data": {"SESSION_PARAMETERS": {"TIMEZONE": value, "CLIENT_PREFETCH_THREADS": value}}}
        ).encode()


PATHS = (
    "/session/v1/login-request", "/session/token-request", "/session/heartbeat", "/queries/v1/query-request",
    "/queries/v1/abort-request", "/telemetry/send", "/session", "/nowhere",
)  # fmt: skip


def test_any_body_on_any_path_is_a_json_answer(wire: Wire) -> None:
    token, dice, known = wire.token(), random.Random(7), list(bodies())
    for path in PATHS:
        for body in known[:10] + dice.sample(known[10:], 20):
            answer = wire.http.post(path, content=body, headers={"Authorization": f'Snowflake Token="{token}"'})
            said = answer.json()
            assert answer.status_code < 500, (path, body[:80])
            assert said.get("code") != "000603", (path, body[:80], said)


@pytest.mark.parametrize(
    "header",
    ["", "x", "Snowflake", "Snowflake Token", "Snowflake Token=", 'Snowflake Token="', "Bearer x", "Snowflake Token=x"],
)
def test_odd_tokens_are_refused(wire: Wire, header: str) -> None:
    for path in ("/queries/v1/query-request", "/session/token-request", "/session/heartbeat"):
        answer = wire.http.post(path, json={"sqlText": "SELECT 1"}, headers={"Authorization": header})
        assert answer.json()["code"] in ("390103", "390104")


@pytest.mark.parametrize("query", ["x", "..%2f..%2fetc", "%00", "a" * 3000, "%F0%9D%92%9C"])
def test_odd_query_ids_are_not_found(wire: Wire, query: str) -> None:
    token = wire.token()
    for path in (f"/queries/{query}/result", f"/monitoring/queries/{query}"):
        answer = wire.http.get(path, headers={"Authorization": f'Snowflake Token="{token}"'})
        assert answer.status_code < 500
        assert answer.json()["success"] is False


def fuzz_requests(seed: int, count: int) -> set[int]:
    """Send random requests to an account of their own; the statuses. The failure names the seed and the request."""
    wire = new_wire()
    said = wire.login().data
    tokens = [(str(said["token"]), str(said["masterToken"]))]
    statuses: set[int] = set()
    for wanted in requests(seed, count, lambda: tokens[0]):
        began = time.monotonic()
        headers = {name: value.encode("utf-8", "replace") for name, value in wanted.headers.items()}
        answer = wire.http.request(
            wanted.method, wanted.path, params=wanted.params, headers=headers, content=wanted.body
        )
        where = f"seed {seed}, {wanted!r}: {answer.status_code} {answer.content[:300]!r}"
        assert answer.status_code < 500, where
        assert b"Traceback" not in answer.content, where
        assert wanted.method == "HEAD" or answer.json().get("code") != "000603", where
        assert time.monotonic() - began < SECONDS, where
        statuses.add(answer.status_code)
        if "/session" in wanted.path and wire.run("SHOW ROLES LIKE 'x'", tokens[0][0]).code is not None:
            wire.now[0] += 3600  # the throttle has forgotten by then
            said = wire.login().data
            tokens[0] = str(said["token"]), str(said["masterToken"])
    assert len(wire.server.sessions) < 50
    return statuses


def test_random_requests_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    assert {200, 400, 404, 405} <= fuzz_requests(1, 300)
    assert "Traceback" not in caplog.text


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(2001, 2007))
def test_many_random_requests_are_answered(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    before = resident()
    fuzz_requests(seed, 5000)
    assert resident() - before < 200, "MiB"
    assert "Traceback" not in caplog.text
