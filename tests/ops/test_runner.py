"""A CI runner's own identity as the login of those who deploy."""

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ops import logins, runner
from ops.errors import BadInput, OpsError

TOKEN = "header.payload.signature"


class Runner(BaseHTTPRequestHandler):
    """Answers like the token service of a runner."""

    def do_GET(self) -> None:
        known = (
            self.headers["Authorization"] == "Bearer job"
            and self.path == "/token?api-version=2&audience=snowflakecomputing.com"
        )
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"value": TOKEN}).encode() if known else b"{}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Runner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(runner.REQUEST_URL, f"http://127.0.0.1:{server.server_port}/token?api-version=2")
        monkeypatch.setenv(runner.REQUEST_TOKEN, "job")
        yield
        server.shutdown()


@pytest.mark.usefixtures("service")
def test_profiles_carry_a_token_and_no_key(tmp_path: Path) -> None:
    path = tmp_path / "snowflake.toml"
    runner.write_profiles(path, "ORG", "ACCOUNT")
    login = logins.read_profile(path, "monitor_admin")
    assert (login.token, login.private_key, login.role) == (TOKEN, "", "ACCOUNTADMIN")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TOKEN not in repr(login)


@pytest.mark.usefixtures("service")
def test_a_runner_that_refuses_is_told_without_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(runner.REQUEST_TOKEN, "another job")
    with pytest.raises(OpsError) as caught:
        runner.github_token()
    assert "another job" not in "".join(caught.value.lines())


def test_a_job_without_the_permission_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(runner.REQUEST_URL, raising=False)
    with pytest.raises(BadInput) as caught:
        runner.github_token()
    assert "id-token: write" in caught.value.do
