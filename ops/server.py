"""The local Snowflake as a process: start, stop, ask whether it runs."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from ops import files, process
from ops.errors import BadInput, OpsError
from ops.layout import ORGANIZATION, Account, private_folder, repository

READY_SECONDS = 30.0
STOP_SECONDS = 10.0
LOG_LIMIT_BYTES = 20_000_000
EDITIONS = ("STANDARD", "ENTERPRISE", "BUSINESS_CRITICAL")


@dataclass(frozen=True)
class Settings:
    """What a start asks for; None keeps what the last start used. Latency in milliseconds per statement.

    `s3_endpoint` is where external S3 stages lie, empty for nowhere. `faults` is a file of failures on purpose, for
    this start only.
    """

    port: int | None = None
    latency_ms: int | None = None
    edition: str | None = None
    faults: Path | None = None
    s3_endpoint: str | None = None


@dataclass(frozen=True)
class Server:
    """A running server, as it wrote itself down in server.json."""

    pid: int
    port: int
    url: str
    organization: str
    account: str
    account_id: str
    edition: str
    latency_ms: int
    version: str
    started: str
    s3_endpoint: str = ""


def running(account: Account) -> Server | None:
    """The server of this account, or None. A server.json whose process is gone or is another program counts as none."""
    server = _parse(files.read_object(account.server_file))
    if server is None or not process.alive(server.pid) or not _is_ours(server.pid, account):
        return None
    return server


def require(account: Account) -> Server:
    """The running server; raises OpsError where it does not run."""
    server = running(account)
    if server is None:
        raise OpsError(
            f"the local Snowflake of account {account.name} does not run",
            where=str(account.server_file),
            do=f"ops local start --account {account.name}",
        )
    return server


def start(account: Account, settings: Settings, admin_public_key: Path, parent_pid: int | None = None) -> Server:
    """Starts the server and waits until it answers; returns the one that runs already if its settings fit.

    Raises BadInput for settings that cannot be, OpsError where the port is taken, the folder cannot be
    written or the server ends before it is ready (with the last lines of its log).
    """
    private_folder(account.data)
    busy = f"account {account.name} is being started by another process"
    with files.exclusive(account.data / "start.lock", busy, wait=READY_SECONDS):
        already = running(account)
        if already is not None:
            return _same_settings(already, settings)
        account.server_file.unlink(missing_ok=True)
        wanted = _remembered(account, settings)
        try:
            server = _wait_until_ready(account, _spawn(account, wanted, admin_public_key, parent_pid))
        except OpsError:
            if settings.port or not wanted.port or _free(wanted.port):
                raise
            # The port of the last start was free a moment ago and is not any more; nobody asked for just this one.
            anywhere = replace(wanted, port=0)
            server = _wait_until_ready(account, _spawn(account, anywhere, admin_public_key, parent_pid))
        files.write_object(
            account.settings,
            {
                "port": server.port,
                "latency_ms": server.latency_ms,
                "edition": server.edition,
                "s3_endpoint": server.s3_endpoint,
            },
        )
        return server


def stop(account: Account) -> bool:
    """Ends the server, by force after ten seconds; returns False where none ran."""
    if not account.data.exists():
        return False
    server = running(account)
    if server is not None:
        os.kill(server.pid, signal.SIGTERM)
        if not process.wait_for_end(server.pid, STOP_SECONDS):
            os.kill(server.pid, signal.SIGKILL)
            process.wait_for_end(server.pid, STOP_SECONDS)
    account.server_file.unlink(missing_ok=True)
    return server is not None


def health(server: Server, seconds: float = 5.0) -> dict[str, object] | None:
    """The server's own answer about itself; None where it does not answer in time."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=seconds)
    try:
        connection.request("GET", "/health")
        answer: object = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None


def last_lines(account: Account, number: int = 15) -> list[str]:
    """The end of the server's log."""
    try:
        return account.log.read_text(encoding="utf-8", errors="replace").splitlines()[-number:]
    except OSError:
        return []


def _parse(content: dict[str, object]) -> Server | None:
    numbers = {name: content.get(name) for name in ("pid", "port", "latency_ms")}
    pid, port, latency = (value if isinstance(value, int) else None for value in numbers.values())
    if pid is None or port is None:
        return None
    text = {
        name: str(content.get(name, ""))
        for name in ("url", "organization", "account", "account_id", "edition", "version", "started")
    }
    return Server(
        pid=pid, port=port, latency_ms=latency or 0, s3_endpoint=str(content.get("s3_endpoint") or ""), **text
    )


def _is_ours(pid: int, account: Account) -> bool:
    line = process.command_line(pid)
    return not line or ("-m local serve" in line and str(account.data) in line)


def _same_settings(server: Server, settings: Settings) -> Server:
    asked = {
        "port": settings.port or None,
        "latency-ms": settings.latency_ms,
        "edition": settings.edition,
        "s3-endpoint": None if settings.s3_endpoint is None else endpoint(settings.s3_endpoint),
    }
    actual = {
        "port": server.port,
        "latency-ms": server.latency_ms,
        "edition": server.edition,
        "s3-endpoint": server.s3_endpoint,
    }
    other = [name for name, value in asked.items() if value is not None and value != actual[name]]
    if other:
        raise OpsError(
            f"the local Snowflake of account {server.account} runs already with another {', '.join(other)}",
            where=server.url,
            do=f"ops local stop --account {server.account}, then start it again",
        )
    return server


def edition(account: Account, settings: Settings) -> str:
    """The edition that the account has or will have; raises BadInput for one that there is not."""
    last = files.read_object(account.settings).get("edition")
    chosen = settings.edition or (last if isinstance(last, str) else "ENTERPRISE")
    if chosen not in EDITIONS:
        raise BadInput(f"there is no edition {chosen!r}", where="--edition", do=f"one of {', '.join(EDITIONS)}")
    return chosen


def endpoint(text: str) -> str:
    """The address of an S3 server without a trailing slash, empty for none; raises BadInput for what is no address."""
    found = text.strip().rstrip("/")
    if found and not re.fullmatch(r"https?://[^/\s@]+", found):
        raise BadInput(
            f"{text!r} is no address of an S3 server", where="--s3-endpoint", do="http://host:port, or '' for none"
        )
    return found


def _remembered(account: Account, settings: Settings) -> Settings:
    last = files.read_object(account.settings)
    port, latency = last.get("port"), last.get("latency_ms")
    chosen_edition = edition(account, settings)
    if settings.port:
        _refuse_taken(settings.port)
        chosen = settings.port
    else:
        chosen = port if isinstance(port, int) and settings.port is None and _free(port) else 0
    last_endpoint = last.get("s3_endpoint")
    usual = last_endpoint if isinstance(last_endpoint, str) else ""
    last_latency = latency if isinstance(latency, int) else 0
    return Settings(
        port=chosen,
        latency_ms=last_latency if settings.latency_ms is None else settings.latency_ms,
        edition=chosen_edition,
        faults=settings.faults,
        s3_endpoint=usual if settings.s3_endpoint is None else endpoint(settings.s3_endpoint),
    )


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _refuse_taken(port: int) -> None:
    if not 0 < port < 65536:
        raise BadInput(f"{port} is no port", where="--port", do="a number from 1 to 65535, or none for a free one")
    if not _free(port):
        raise OpsError(
            f"port {port} on 127.0.0.1 is in use or not allowed",
            where="--port",
            do="end the program that uses it, or leave --port away to take a free one",
        )


def _spawn(
    account: Account, settings: Settings, admin_public_key: Path, parent_pid: int | None
) -> subprocess.Popen[bytes]:
    python = repository() / ".venv-local" / "bin" / "python"
    if not python.exists():
        raise OpsError("the environment of the local Snowflake is missing", where=str(python), do="make env")
    command = [
        str(python), "-m", "local", "serve",
        "--data-dir", str(account.data),
        "--organization", ORGANIZATION,
        "--account", account.name,
        "--edition", settings.edition or "ENTERPRISE",
        "--port", str(settings.port or 0),
        "--latency-ms", str(settings.latency_ms or 0),
        "--admin-public-key", str(admin_public_key),
        "--query-log", str(account.query_log),
    ]  # fmt: skip
    if settings.s3_endpoint:
        command += ["--s3-endpoint", settings.s3_endpoint]
    if parent_pid is not None:
        command += ["--parent-pid", str(parent_pid)]
    if settings.faults is not None:
        command += ["--faults", str(settings.faults)]
    for path in (account.log, account.query_log):
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SNOWFLAKE_"))}
    with account.log.open("ab") as log:
        return subprocess.Popen(
            command, cwd=repository(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, env=environment,
        )  # fmt: skip


def _wait_until_ready(account: Account, child: subprocess.Popen[bytes]) -> Server:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        server = _parse(files.read_object(account.server_file))
        if server is not None and server.pid == child.pid and health(server, 1.0) is not None:
            return server
        if child.poll() is not None:
            break
        time.sleep(0.02)
    ended = child.poll() is not None
    if not ended:
        child.kill()
    raise OpsError(
        "the local Snowflake ended while it started" if ended else "the local Snowflake did not answer in 30 seconds",
        where=str(account.log),
        why="\n       ".join(last_lines(account)) or f"exit code {child.returncode}, nothing in the log",
        do="ops local log shows more; ops local reset begins with an empty account",
    )
