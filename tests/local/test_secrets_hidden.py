"""Secrets that a statement carries are shown nowhere: each kind of secret, whole and broken, in each place."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.dump import dump
from local.server import query
from local.server.querylog import QueryLog
from local.session import Context
from tests.local.wire import Answer, Wire, new_wire

SECRET = "Hunter2Hunter2x"
CARRIERS = {
    "password": f"CREATE USER U1 PASSWORD = '{SECRET}'",
    "changed password": f"ALTER USER U SET PASSWORD = '{SECRET}'",
    "password in dollars": f"CREATE USER U2 PASSWORD = $${SECRET}$$ LOGIN_NAME = 'u2'",
    "secret string": f"CREATE SECRET S1 TYPE = GENERIC_STRING SECRET_STRING = '{SECRET}'",
    "secret password": f"CREATE SECRET S2 TYPE = PASSWORD USERNAME = 'u' PASSWORD = '{SECRET}'",
    "refresh token": f"CREATE SECRET S3 TYPE = OAUTH2 API_AUTHENTICATION = A OAUTH_REFRESH_TOKEN = '{SECRET}' "
    "OAUTH_REFRESH_TOKEN_EXPIRY_TIME = '2040-01-01'",
    "changed secret": f"ALTER SECRET S SET SECRET_STRING = '{SECRET}'",
    "client secret": "CREATE SECURITY INTEGRATION A1 TYPE = API_AUTHENTICATION AUTH_TYPE = OAUTH2 ENABLED = TRUE "
    f"OAUTH_CLIENT_ID = 'x' OAUTH_TOKEN_ENDPOINT = 'https://x.example/y' OAUTH_CLIENT_SECRET = '{SECRET}'",
    "stage credentials": "CREATE STAGE E1 URL = 's3://b/p/' "
    f"CREDENTIALS = (AWS_KEY_ID = '{SECRET}' AWS_SECRET_KEY = '{SECRET}')",
    "master key": f"CREATE STAGE E2 URL = 's3://b/p/' ENCRYPTION = (TYPE = 'AWS_CSE' MASTER_KEY = '{SECRET}')",
    "credentials of a load": "COPY INTO T FROM 's3://b/p/' "
    f"CREDENTIALS = (AWS_KEY_ID = '{SECRET}' AWS_SECRET_KEY = '{SECRET}' AWS_TOKEN = '{SECRET}')",
    "webhook address": "CREATE NOTIFICATION INTEGRATION N1 TYPE = WEBHOOK ENABLED = TRUE "
    f"WEBHOOK_URL = 'https://hooks.slack.com/services/{SECRET}'",
    "webhook header": "CREATE NOTIFICATION INTEGRATION N2 TYPE = WEBHOOK ENABLED = TRUE WEBHOOK_URL = "
    "'https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET' "
    f"WEBHOOK_HEADERS = ('Authorization' = 'Bearer {SECRET}')",
    "private key": f"ALTER USER U SET RSA_PUBLIC_KEY = '-----BEGIN PRIVATE KEY-----{SECRET}-----END PRIVATE KEY-----'",
    "nested statement": f"EXECUTE IMMEDIATE 'ALTER USER U SET PASSWORD = ''{SECRET}'''",
}
BREAKS: dict[str, Callable[[str], str]] = {
    "whole": lambda sql: sql,
    "unclosed": lambda sql: sql[: sql.index(SECRET) + len(SECRET)],
    "as a name": lambda sql: sql.replace(f"'{SECRET}'", f'"{SECRET}"'),
    "bare": lambda sql: sql.replace(f"'{SECRET}'", SECRET),
    "without =": lambda sql: sql.replace(" = '", " '"),
    "with ==": lambda sql: sql.replace(" = '", " == '"),
    "misspelt": lambda sql: (
        sql.replace("PASSWORD =", "PASSWRD =")
        .replace("SECRET_STRING", "SECRET_STRNG")
        .replace("CREDENTIALS", "CREDENTIAL")
        .replace("MASTER_KEY", "MASTERKEY")
        .replace("CLIENT_SECRET", "CLIENT_SECRT")
        .replace("WEBHOOK_HEADERS", "WEBHOOK_HEADER")
    ),
    "other verb": lambda sql: sql.replace("CREATE", "CRATE").replace("ALTER", "ALTR").replace("COPY", "CPY"),
    "rubbish behind": lambda sql: sql + " ;;; SELECT FROM",
    "quote behind": lambda sql: sql + " '",
    "two statements": lambda sql: sql + "; SELECT 1",
    "in brackets": lambda sql: "SELECT (" + sql,
    "in a comment": lambda sql: "/* " + sql + " */ SELECT 1 FROM",
}


@dataclass
class Watched:
    """An account whose every place is looked at."""

    wire: Wire
    token: str
    log: Path
    records: pytest.LogCaptureFixture

    def places(self, answer: Answer) -> dict[str, str]:
        """What each place shows."""
        catalogue = self.wire.server.catalogue
        return {
            "error": answer.message or "",
            "query log": self.log.read_text(encoding="utf-8"),
            "server log": self.records.text,
            "dump": json.dumps(dump(catalogue)),
        }


@pytest.fixture
def watched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Watched]:
    log = tmp_path / "queries.jsonl"
    wire = new_wire(log=QueryLog(log))
    made = Watched(wire, wire.token(), log, caplog)
    caplog.set_level(logging.DEBUG)
    for sql in (
        "CREATE DATABASE D", "CREATE TABLE T (A INT)", "CREATE USER U", "CREATE WAREHOUSE W",
        "CREATE SECRET S TYPE = GENERIC_STRING SECRET_STRING = 'x'",
        "CREATE SECURITY INTEGRATION A TYPE = API_AUTHENTICATION AUTH_TYPE = OAUTH2 ENABLED = TRUE "
        "OAUTH_CLIENT_ID = 'x' OAUTH_TOKEN_ENDPOINT = 'https://x.example/y' OAUTH_CLIENT_SECRET = 'x'",
    ):  # fmt: skip
        assert wire.run(sql, made.token).code is None, sql
    yield made
    wire.server.log.close()


@pytest.mark.parametrize("kind", CARRIERS)
def test_secret_is_shown_nowhere(watched: Watched, kind: str) -> None:
    for change, broken in BREAKS.items():
        for count in (1, 0):
            sql = broken(CARRIERS[kind])
            answer = watched.wire.run(sql, watched.token, parameters={"MULTI_STATEMENT_COUNT": count})
            for place, text in watched.places(answer).items():
                assert SECRET not in text, f"{kind}, {change}: {place}"


GOOD = sorted(CARRIERS.keys() - {"credentials of a load", "private key", "master key"})


@pytest.mark.parametrize("kind", GOOD)
def test_statements_with_secrets_are_right_as_they_are(watched: Watched, kind: str) -> None:
    answer = watched.wire.run(CARRIERS[kind], watched.token)
    assert answer.code is None, answer.message


SHOWN = {
    "password": ("SHOW USERS", "DESC USER U1"),
    "secret string": ("SHOW SECRETS", "DESC SECRET S1"),
    "secret password": ("DESC SECRET S2",),
    "client secret": ("SHOW INTEGRATIONS", "DESC SECURITY INTEGRATION A1"),
    "stage credentials": ("SHOW STAGES",),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_secret_is_in_no_answer_of_show_and_describe(watched: Watched, kind: str) -> None:
    assert watched.wire.run(CARRIERS[kind], watched.token).code is None
    for sql in SHOWN[kind]:
        answer = watched.wire.run(sql, watched.token)
        assert answer.code is None, answer.message
        assert SECRET not in json.dumps(answer.data), sql


def test_secret_key_of_a_stage_is_not_described(watched: Watched) -> None:
    sql = CARRIERS["stage credentials"].replace(f"AWS_KEY_ID = '{SECRET}'", "AWS_KEY_ID = 'AKIA'")
    assert watched.wire.run(sql, watched.token).code is None
    described = json.dumps(watched.wire.run("DESC STAGE E1", watched.token).data)
    assert "AKIA" in described
    assert SECRET not in described


def test_programmatic_access_token_is_in_its_answer_only(watched: Watched) -> None:
    answer = watched.wire.run("ALTER USER U ADD PROGRAMMATIC ACCESS TOKEN P", watched.token)
    assert answer.code is None, answer.message
    made = str(answer.data["rowset"][0][1])
    assert len(made) > 40
    shown = [watched.wire.run(sql, watched.token) for sql in ("SHOW USER PROGRAMMATIC ACCESS TOKENS FOR USER U",)]
    for place, text in watched.places(shown[0]).items():
        assert made not in text, place
    assert made not in json.dumps(shown[0].data)
    assert made not in repr(list(watched.wire.server.catalogue.objects))


def test_bound_secret_is_not_logged(watched: Watched) -> None:
    bound = {"1": {"type": "TEXT", "value": SECRET}}
    answer = watched.wire.run("ALTER USER U SET PASSWORD = ?", watched.token, bindings=bound)
    for place, text in watched.places(answer).items():
        assert SECRET not in text, place


def test_wrong_password_is_not_logged(watched: Watched) -> None:
    watched.wire.user("ANNA", "right")
    answer = watched.wire.login("ANNA", PASSWORD=SECRET)
    assert answer.code is not None
    for place, text in watched.places(answer).items():
        assert SECRET not in text, place


@pytest.mark.parametrize("kind", CARRIERS)
def test_trace_of_an_unexpected_failure_has_no_secret(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def fail(_: Context, sql: str) -> None:
        raise ValueError(f"library could not do {sql}")

    monkeypatch.setattr(query, "execute", fail)
    answer = watched.wire.run(CARRIERS[kind], watched.token)
    assert answer.code == "000603"
    assert "library could not do" in watched.records.text
    for place, text in watched.places(answer).items():
        assert SECRET not in text, place


def test_error_that_quotes_what_is_no_secret_stays_as_it_is(watched: Watched) -> None:
    sql = "CREATE WAREHOUSE W2 WAREHOUSE_SIZE = 'SOMETHING'"
    answer = watched.wire.run(sql, watched.token)
    assert "SOMETHING" in answer.message
