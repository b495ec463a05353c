"""The server as a process: its folder, its socket, its life."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import resource
import secrets
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO

import uvicorn

from local.catalogue import Catalogue
from local.data.store import FILE
from local.faults import Faults
from local.genesis import create_account, install_shared
from local.server import storage
from local.server.app import create_app
from local.server.keypair import public_key
from local.server.querylog import QueryLog
from local.server.state import Server
from local.server.transports import MOST_CONNECTIONS, BoundedProtocol, TrackedProtocol
from local.session import Settings
from local.store import Store

HOST = "127.0.0.1"
"""The only address that the server listens on."""
_LOG = logging.getLogger("local.server")
_SWEEP_SECONDS = 60.0
_PARENT_SECONDS = 0.5


class StartFailed(Exception):
    """The server cannot start; the message says why and what to do."""


class Damaged(StartFailed):
    """The folder holds an account that cannot be read; nothing in it has been changed."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The account in {folder} is damaged: {reason}. Nothing has been changed. "
            "Put a copy of the folder in its place, or reset the account."
        )


@dataclass(frozen=True, slots=True)
class Options:
    """What ``serve`` was asked for; ``latency_ms`` is added to every statement, port 0 takes a free one."""

    data_dir: Path
    organization: str
    account: str
    edition: str
    port: int
    latency_ms: int
    admin_user: str
    admin_key: str | None
    parent_pid: int | None
    faults: Faults | None
    query_log: Path | None
    s3_endpoint: str | None = None


def serve(options: Options) -> None:
    """Run until SIGTERM, SIGINT or the end of the parent process. Raises StartFailed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        _serve(options, time.time())
    except (OSError, sqlite3.Error) as error:
        raise StartFailed(f"The local Snowflake cannot use {options.data_dir}: {error}") from error


def _serve(options: Options, started: float) -> None:
    _allow_files()
    os.umask(0o077)  # every file made from here on is for this user only, whatever the folder allows
    options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold(options.data_dir):
        listener = _listen(options.port)
        with contextlib.closing(listener):
            catalogue = _read(options.data_dir)
            settings = _account(options, catalogue)
            server = Server(
                catalogue,
                settings,
                latency=options.latency_ms / 1000,
                faults=options.faults,
                log=QueryLog(options.query_log),
            )
            server.drop_temporary_tables(lambda _: False)
            with contextlib.closing(server):
                asyncio.run(_run(options, server, listener, started))


_MAGIC = b"DUCK"
"""What DuckDB's files have behind the checksum that they begin with."""


def _read(folder: Path) -> Catalogue:
    """The account's catalogue. Raises Damaged where it, or the file of its rows, is not what it should be."""
    path, rows = folder / "catalogue.sqlite", folder / FILE
    if rows.exists():
        with rows.open("rb") as file:
            head = file.read(12)
        if head and head[8:] != _MAGIC:
            raise Damaged(folder, f"{rows.name} is no DuckDB file")
        if not path.exists() or path.stat().st_size == 0:
            raise Damaged(folder, f"there are rows, but no {path.name}")
    try:
        catalogue = Catalogue(Store(path))
        damage = catalogue.empty and rows.exists()
        if not catalogue.empty:
            _ = catalogue.account
    except (sqlite3.DatabaseError, ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise Damaged(folder, f"{path.name} cannot be read ({type(error).__name__}: {error})") from error
    if damage:
        catalogue.close()
        raise Damaged(folder, f"there are rows, but {path.name} is empty")
    return catalogue


def _allow_files() -> None:
    """Let the process have a file for every connection that it takes, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + 1000
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@contextlib.contextmanager
def hold(data_dir: Path) -> Iterator[TextIO]:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    with (data_dir / "server.lock").open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.seek(0)
            owner = held.read().strip() or "unknown"
            raise StartFailed(
                f"{data_dir} is in use by another local Snowflake (process {owner}). Stop it first."
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield held


def _listen(port: int) -> socket.socket:
    # The protocol is named because asyncio turns off Nagle's delay (40 ms an answer) only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise StartFailed(
            f"Port {port} on {HOST} cannot be used ({error.strerror}). Choose another one, or 0 for any free port."
        ) from error
    return listener


def _account(options: Options, catalogue: Catalogue) -> Settings:
    """The account's identity; made at the first start, checked at later ones."""
    if catalogue.empty:
        if options.admin_key is None:
            raise StartFailed("The account does not exist yet: give --admin-public-key to create it.")
        locator = "L" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        create_account(
            catalogue,
            account=options.account,
            account_id=locator + str(10_000 + secrets.randbelow(90_000)),
            edition=options.edition,
            administrator=options.admin_user,
            public_key=options.admin_key,
        )
        with catalogue.transaction():
            account = catalogue.account
            catalogue.update(account, props={**account.props, "organization": options.organization})
    install_shared(catalogue)
    account = catalogue.account
    for what, stored, given in (
        ("account", account.name, options.account),
        ("organization", account.props.get("organization"), options.organization),
        ("edition", account.props.get("edition"), options.edition),
    ):
        if stored != given:
            raise StartFailed(
                f"{options.data_dir} holds {what} {stored}, not {given}. Use another folder or reset the account."
            )
    return Settings(
        options.organization,
        options.account,
        str(account.props["account_id"]),
        options.edition,
        data_dir=options.data_dir,
        s3_endpoint=options.s3_endpoint,
    )


async def _run(options: Options, server: Server, listener: socket.socket, started: float) -> None:
    config = uvicorn.Config(
        create_app(server),
        http=TrackedProtocol if options.faults is not None else BoundedProtocol,
        limit_concurrency=MOST_CONNECTIONS,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=300,
        timeout_graceful_shutdown=3,
    )
    storage.open_at(f"http://{HOST}:{listener.getsockname()[1]}")
    web = _Web(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, web.stop, number, None)
    serving = loop.create_task(web.serve([listener]))
    sweeping = loop.create_task(_sweep(server))
    watching = loop.create_task(_watch(options.parent_pid, web))
    try:
        while not web.started and not serving.done():
            await asyncio.sleep(0.005)
        if web.started:
            with _announced(options, server, listener.getsockname()[1], started):
                await serving
        await serving
    finally:
        sweeping.cancel()
        watching.cancel()


class _Web(uvicorn.Server):
    """uvicorn's server, stopped by ``_run`` and not by handlers of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the event loop."""
        yield

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Finish the requests that are running, then end."""
        self.handle_exit(number, frame)


@contextlib.contextmanager
def _announced(options: Options, server: Server, port: int, started: float) -> Iterator[None]:
    """``server.json`` while the server listens; written in one step, so that a reader never sees half of it."""
    target = options.data_dir / "server.json"
    scratch = options.data_dir / f".server.json.{os.getpid()}"
    facts = {
        "pid": os.getpid(),
        "port": port,
        "url": f"http://{HOST}:{port}",
        "organization": server.settings.organization,
        "account": server.settings.account,
        "account_id": server.settings.account_id,
        "edition": server.settings.edition,
        "latency_ms": options.latency_ms,
        "s3_endpoint": options.s3_endpoint,
        "version": server.settings.version,
        "started": round(started, 3),
    }
    scratch.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    scratch.chmod(0o600)
    scratch.replace(target)
    _LOG.info("account %s listens on %s (%.2f s)", server.settings.account, facts["url"], time.time() - started)
    try:
        yield
    finally:
        target.unlink(missing_ok=True)
        _LOG.info("stopped")


async def _sweep(server: Server) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        server.sessions.sweep()


async def _watch(parent: int | None, web: _Web) -> None:
    """Stop the server when the process it serves is gone."""
    while parent is not None and alive(parent):
        await asyncio.sleep(_PARENT_SECONDS)
    if parent is not None:
        _LOG.info("process %d is gone", parent)
        web.should_exit = True


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] != "Z"


def read_public_key(path: Path) -> str:
    """A PEM file's public key as one line of base64. Raises ValueError if it is no RSA public key of 2048 bits."""
    text = path.read_text(encoding="utf-8")
    if "PRIVATE" in text:
        raise ValueError("it holds a private key; the server wants the public one")
    key, _ = public_key(text)
    if key.key_size < 2048:
        raise ValueError(f"its key has {key.key_size} bits, at least 2048 are needed")
    return "".join(line.strip() for line in text.splitlines() if not line.startswith("-----"))
