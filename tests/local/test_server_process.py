"""The server as a process, with an official connector."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import snowflake.connector
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.local.wire import KEY, token

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


class Process:
    """A server on a free port."""

    def __init__(self, folder: Path, *extra: str) -> None:
        self.data = folder / "account"
        self.key = folder / "admin.pub.pem"
        pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key.write_bytes(pem)
        self.extra = extra

    def command(self, *extra: str, port: int = 0) -> list[str]:
        return [
            sys.executable, "-m", "local", "serve", "--data-dir", str(self.data), "--organization", "LOCAL",
            "--account", "MAIN", "--port", str(port), "--admin-public-key", str(self.key), *extra,
        ]  # fmt: skip

    def start(self) -> dict[str, Any]:
        """Start and wait until it listens."""
        self.process = subprocess.Popen(
            self.command(*self.extra), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            if (self.data / "server.json").exists():
                facts: dict[str, Any] = json.loads((self.data / "server.json").read_text())
                if facts["pid"] == self.process.pid:
                    self.port = facts["port"]
                    return facts
            time.sleep(0.01)
        raise AssertionError(self.process.communicate()[0])

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def rows(self, sql: str) -> list[Any]:
        """Rows of one statement in a session of its own."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def connect(self, **options: Any) -> snowflake.connector.SnowflakeConnection:
        der = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        usual: dict[str, Any] = {
            "account": "LOCAL-MAIN",
            "user": "LOCAL_ADMIN",
            "authenticator": "SNOWFLAKE_JWT",
            "private_key": der,
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "login_timeout": 10,
            "disable_ocsp_checks": True,
        }
        return snowflake.connector.connect(**(usual | options))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path)
    made.start()
    yield made
    made.stop(signal.SIGKILL)


def test_official_connector_logs_in_and_runs_statements(server: Process) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("CREATE ROLE R COMMENT = 'ä'")
        cursor.execute("SHOW ROLES LIKE 'R'")
        (row,) = cursor.fetchall()
        assert "ä" in row
        with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
            cursor.execute("CREATE ROLE R")
        assert (caught.value.errno, caught.value.sqlstate) == (2002, "42710")


def test_official_connector_runs_several_statements_in_one_request(server: Process) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("USE ROLE ACCOUNTADMIN; CREATE WAREHOUSE W; CREATE DATABASE D", num_statements=3)
        cursor.execute("CREATE TABLE T (ID INT); INSERT INTO T VALUES (1), (2); SELECT * FROM T", num_statements=0)
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
        assert found[1:] == [[(2,)], [(1,), (2,)]]
        with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
            cursor.execute("SELECT 1; SELECT 2")
        assert caught.value.errno == 8
        done = connection.execute_string("INSERT INTO T VALUES (3); SELECT COUNT(*) FROM T; SELECT ';'")
        assert [one.fetchall() for one in done] == [[(1,)], [(3,)], [(";",)]]


def test_official_connector_cancels_what_runs_longer_than_it_waits(server: Process) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        for sql in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE W", "CREATE DATABASE D"):
            cursor.execute(sql)
        cursor.execute("CREATE TABLE T AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 100000))")
        began = time.monotonic()
        with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
            cursor.execute("SELECT COUNT(*) FROM T A, T B, T C WHERE A.ID + B.ID * C.ID = 7", timeout=2)
        assert caught.value.errno == 604
        assert time.monotonic() - began < 20
        cursor.execute("SELECT COUNT(*) FROM T")
        assert cursor.fetchall() == [(100000,)]


def test_official_connector_turns_autocommit_off_and_on(server: Process) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("USE ROLE ACCOUNTADMIN; CREATE WAREHOUSE W; CREATE DATABASE D; CREATE TABLE T (ID INT)",
                       num_statements=4)  # fmt: skip
        connection.autocommit(False)
        cursor.execute("INSERT INTO T VALUES (%s)", (1,))
        connection.rollback()
        cursor.execute("INSERT INTO T VALUES (%(id)s)", {"id": 2})
        connection.commit()
        connection.autocommit(True)
        cursor.execute("SELECT ID FROM T")
        assert cursor.fetchall() == [(2,)]


def test_official_connector_is_told_why_its_login_failed(server: Process) -> None:
    with pytest.raises(snowflake.connector.errors.DatabaseError, match="is not granted to this user"):
        server.connect(role="NOPE")
    with pytest.raises(snowflake.connector.errors.DatabaseError, match="JWT token is invalid"):
        server.connect(user="NOBODY")


def test_answered_statements_survive_a_kill(server: Process) -> None:
    with server.connect() as connection:
        connection.cursor().execute("CREATE ROLE SURVIVOR")
    server.stop(signal.SIGKILL)
    server.start()
    assert len(server.rows("SHOW ROLES LIKE 'SURVIVOR'")) == 1


def test_account_keeps_its_identity_over_restarts(server: Process) -> None:
    before = json.loads((server.data / "server.json").read_text())
    assert server.stop() == 0
    after = server.start()
    assert before["account_id"] == after["account_id"]


def test_stopped_server_leaves_no_announcement(server: Process) -> None:
    assert server.stop(signal.SIGINT) == 0
    assert not (server.data / "server.json").exists()


def test_only_loopback_is_bound(server: Process) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines() if Path("/proc/net/tcp").exists() else []
    listening = [
        line.split()[1] for line in lines if line.split()[1].endswith(f":{server.port:04X}") and " 0A " in line
    ]
    assert all(address.startswith("0100007F") for address in listening)


def test_folder_is_served_once(server: Process) -> None:
    second = subprocess.run(server.command(), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "is in use by another local Snowflake" in second.stderr
    assert "Traceback" not in second.stderr


def test_port_in_use_is_a_clear_message(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = Process(tmp_path).command(port=port)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "70000"), ("--edition", "GOLD"), ("--latency-ms", "-1"), ("--account", "a b"), ("--faults", "/nope")],
)
def test_bad_option_is_exit_code_two(tmp_path: Path, option: str, value: str) -> None:
    command = [*Process(tmp_path).command(), option, value]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert option in done.stderr
    assert "Traceback" not in done.stderr


def test_private_key_is_not_taken_for_the_public_one(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    done = subprocess.run(process.command(), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "it holds a private key" in done.stderr


def test_other_edition_for_the_same_folder_is_refused(server: Process) -> None:
    server.stop()
    command = server.command("--edition", "STANDARD")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "holds edition ENTERPRISE, not STANDARD" in done.stderr


def test_server_ends_with_the_process_that_it_serves(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    server = Process(tmp_path, "--parent-pid", str(parent.pid))
    server.start()
    parent.kill()
    assert server.process.wait(10) == 0
    parent.wait()
    server.stop()


def test_closed_connections_are_retried_by_the_driver(tmp_path: Path) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps([{"mode": "first-seen-shape", "cycle": ["close", "close-after"]}]))
    server = Process(tmp_path, "--faults", str(rules))
    server.start()
    try:
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE ROLE BEFORE_IT_RAN")
            cursor.execute("CREATE ROLE IF NOT EXISTS AFTER_IT_RAN")
            assert cursor.fetchone() == ("Role AFTER_IT_RAN successfully created.",)
    finally:
        server.stop(signal.SIGKILL)


def test_server_kills_itself_where_the_rules_say_so(tmp_path: Path) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps([{"mode": "kill-after", "statements": 1}]))
    server = Process(tmp_path, "--faults", str(rules))
    server.start()
    login = {"data": {"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token("LOCAL_ADMIN")}}
    url = f"http://127.0.0.1:{server.port}"
    session = httpx.post(f"{url}/session/v1/login-request", json=login).json()["data"]["token"]
    with pytest.raises(httpx.TransportError):
        httpx.post(
            f"{url}/queries/v1/query-request",
            json={"sqlText": "CREATE ROLE DONE"},
            headers={"Authorization": f'Snowflake Token="{session}"'},
        )
    assert server.stop() == -signal.SIGKILL
    server.extra = ()
    server.start()
    assert len(server.rows("SHOW ROLES LIKE 'DONE'")) == 1
    server.stop()


def test_idle_server_is_small_and_starts_quickly(tmp_path: Path) -> None:
    server = Process(tmp_path)
    began = time.monotonic()
    server.start()
    ready = time.monotonic() - began
    try:
        assert ready < 5, f"{ready:.2f} s; the goal on a quiet machine is 1.5 s"
        status = Path(f"/proc/{server.process.pid}/status")
        if status.exists():
            resident = next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmRSS" in line)
            assert resident < 250 * 1024
    finally:
        server.stop()


def test_dump_of_a_running_server(server: Process) -> None:
    command = [sys.executable, "-m", "local", "dump", "--data-dir", str(server.data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert "ROLE SYSADMIN" in json.loads(done.stdout)["objects"]
    assert os.listdir(server.data)
