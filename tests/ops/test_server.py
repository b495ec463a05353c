"""The local Snowflake as a process: start, stop, and what can go wrong. The server itself is a stand-in here."""

import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import files, process, server
from ops.errors import BadInput, OpsError
from ops.layout import Account
from ops.server import Settings

STAND_IN = """
import argparse, http.server, json, os, pathlib, signal, sys
parser = argparse.ArgumentParser()
names = ("data-dir", "organization", "account", "edition", "port", "latency-ms", "admin-public-key", "query-log")
for name in (*names, "parent-pid", "s3-endpoint"):
    parser.add_argument("--" + name)
given = parser.parse_args(sys.argv[2:])
if os.environ.get("STAND_IN") == "dies":
    sys.exit("error: the catalogue is from a newer version")
folder = pathlib.Path(given.data_dir)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "ok", "account_id": "AB1", "sessions": 0}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *ignored): pass
serving = http.server.HTTPServer(("127.0.0.1", int(given.port)), Handler)
port = serving.server_address[1]
about = {"pid": os.getpid(), "port": port, "url": f"http://127.0.0.1:{port}", "organization": given.organization,
         "account": given.account, "account_id": "AB1", "edition": given.edition, "latency_ms": int(given.latency_ms),
         "version": "1", "started": "now", "s3_endpoint": given.s3_endpoint}
(folder / "server.json.new").write_text(json.dumps(about)); (folder / "server.json.new").replace(folder / "server.json")
signal.signal(signal.SIGTERM, lambda *ignored: sys.exit(0))
serving.serve_forever()
"""


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: Account) -> Iterator[None]:
    """A repository whose local environment runs the stand-in; its process ends with the test."""
    root = tmp_path / "repository"
    python = root / ".venv-local" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (root / "local.py").write_text(STAND_IN, encoding="utf-8")
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(server, "repository", lambda: root)
    yield
    server.stop(account)


def start(account: Account, settings: Settings | None = None) -> server.Server:
    """Starts the account's server."""
    return server.start(account, settings or Settings(), account.base / "admin.pub.pem")


def test_a_started_server_runs_and_answers(account: Account) -> None:
    started = start(account)
    assert server.running(account) == started
    assert server.health(started) == {"status": "ok", "account_id": "AB1", "sessions": 0}
    assert stat.S_IMODE(account.data.stat().st_mode) == 0o700


def test_a_second_start_finds_the_first(account: Account) -> None:
    assert start(account).pid == start(account).pid


def test_another_latency_needs_a_stop(account: Account) -> None:
    start(account)
    with pytest.raises(OpsError) as caught:
        start(account, Settings(latency_ms=300))
    assert "latency-ms" in caught.value.what
    assert "ops local stop" in caught.value.do


def test_stop_ends_the_process_and_can_be_repeated(account: Account) -> None:
    started = start(account)
    assert server.stop(account)
    assert not process.alive(started.pid)
    assert not server.stop(account)


def test_port_latency_edition_and_s3_endpoint_are_remembered(account: Account) -> None:
    first = start(account, Settings(latency_ms=5, edition="STANDARD", s3_endpoint="http://127.0.0.1:9000/"))
    server.stop(account)
    again = start(account)
    assert (again.port, again.latency_ms, again.edition) == (first.port, 5, "STANDARD")
    assert again.s3_endpoint == "http://127.0.0.1:9000"


def test_a_remembered_s3_endpoint_is_given_up_on_demand(account: Account) -> None:
    start(account, Settings(s3_endpoint="http://127.0.0.1:9000"))
    server.stop(account)
    assert start(account, Settings(s3_endpoint="")).s3_endpoint == ""


def test_another_s3_endpoint_needs_a_stop(account: Account) -> None:
    start(account, Settings(s3_endpoint="http://127.0.0.1:9000"))
    assert start(account, Settings(s3_endpoint="http://127.0.0.1:9000/")).s3_endpoint == "http://127.0.0.1:9000"
    with pytest.raises(OpsError) as caught:
        start(account, Settings(s3_endpoint="http://127.0.0.1:9001"))
    assert "s3-endpoint" in caught.value.what


@pytest.mark.parametrize("address", ["127.0.0.1:9000", "s3://bucket", "http://", "http://h/path", "http://u:p@h"])
def test_an_s3_endpoint_that_is_no_address_is_refused(account: Account, address: str) -> None:
    with pytest.raises(BadInput):
        start(account, Settings(s3_endpoint=address))


def test_a_remembered_port_that_is_taken_is_replaced(account: Account) -> None:
    first = start(account)
    server.stop(account)
    with socket.create_server(("127.0.0.1", first.port)):
        assert start(account).port != first.port


def test_a_port_in_use_is_one_message(account: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OpsError) as caught:
            start(account, Settings(port=port))
    assert str(port) in caught.value.what
    assert "--port" in caught.value.do


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_is_none_is_bad_input(account: Account, port: int) -> None:
    with pytest.raises(BadInput):
        start(account, Settings(port=port))


def test_an_unknown_edition_is_bad_input(account: Account) -> None:
    with pytest.raises(BadInput) as caught:
        start(account, Settings(edition="DELUXE"))
    assert "ENTERPRISE" in caught.value.do


def test_a_server_that_dies_shows_its_last_words(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN", "dies")
    with pytest.raises(OpsError) as caught:
        start(account)
    assert "the catalogue is from a newer version" in caught.value.why
    assert caught.value.where == str(account.log)


def test_the_record_of_a_killed_server_does_not_count(account: Account) -> None:
    started = start(account)
    process_file = files.read_object(account.server_file)
    server.stop(account)
    files.write_object(account.server_file, process_file)
    assert server.running(account) is None
    assert start(account).pid != started.pid


def test_a_recycled_process_id_does_not_count(account: Account) -> None:
    start(account)
    about = files.read_object(account.server_file)
    server.stop(account)
    files.write_object(account.server_file, {**about, "pid": 1})
    assert server.running(account) is None


def test_a_folder_that_cannot_be_written_is_named(account: Account) -> None:
    account.base.parent.mkdir(parents=True, exist_ok=True)
    account.base.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(OpsError) as caught:
        start(account)
    assert "cannot be written" in caught.value.what
    account.base.unlink()


def test_without_its_environment_the_message_says_what_to_do(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "repository", lambda: account.base)
    with pytest.raises(OpsError) as caught:
        start(account)
    assert caught.value.do == "make env"
