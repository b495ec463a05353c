"""A local account of its own for a test: folders, the `ops` command line, plain pulumi and logins as any user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ops import layout, logins, server
from ops.local import ADMINISTRATOR

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 280
Rows = list[tuple[object, ...]]


@dataclass
class Workspace:
    """`base` takes the place of `.local`; `account` is the local account that the commands are about."""

    base: Path
    account: str = layout.DEFAULT_ACCOUNT
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> layout.Account:
        """Where the account's files are."""
        return layout.Account(self.account, self.base)

    @property
    def environment(self) -> dict[str, str]:
        """What the commands are started with."""
        return {**os.environ, "PLATFORM_LOCAL_DIR": str(self.base), "NO_COLOR": "1", "COLUMNS": "160", **self.extra}

    def ops(self, *arguments: str, code: int | None = 0, timeout: float = SECONDS) -> subprocess.CompletedProcess[str]:
        """Run `ops`; the exit code must be `code` unless that is None."""
        done = subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert code is None or done.returncode == code, f"ops {' '.join(arguments)}: {done.returncode}\n{said(done)}"
        return done

    def on(self, stack: str, operation: str, *flags: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """`ops OPERATION --stack STACK --account ACCOUNT`."""
        return self.ops(operation, "--stack", stack, "--account", self.account, *flags, code=code)

    def start(self, *flags: str) -> None:
        """Start and bootstrap the account."""
        self.ops("local", "start", "--account", self.account, *flags)

    def stop(self) -> None:
        """Stop the server."""
        self.ops("local", "stop", "--account", self.account)

    def up(self, stack: str) -> dict[str, object]:
        """Bring a stack up; what `ops up --json` reports."""
        record: dict[str, object] = json.loads(self.on(stack, "up", "--no-proof", "--json").stdout)
        return record

    def changes(self, stack: str, operation: str = "preview", *flags: str) -> dict[str, int]:
        """How many resources an operation changes or would, by kind of change, `same` left out."""
        record = json.loads(self.on(stack, operation, "--json", *flags).stdout)
        return {kind: count for kind, count in record["changes"].items() if kind != "same" and count}

    def pulumi(self, stack: str, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Plain pulumi with what `ops local env` exports."""
        exported = json.loads(self.ops("local", "env", "--stack", stack, "--account", self.account, "--json").stdout)
        done = subprocess.run(
            ["pulumi", *arguments, "--stack", stack, "--non-interactive"],
            cwd=REPOSITORY,
            env={**self.environment, **exported},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert code is None or done.returncode == code, f"pulumi {' '.join(arguments)}:\n{said(done)}"
        return done

    def running(self) -> server.Server:
        """The server of the account."""
        found = server.running(self.place)
        assert found is not None, "the server does not run"
        return found

    @contextmanager
    def connect(self, user: str = ADMINISTRATOR, role: str | None = None) -> Iterator[SnowflakeConnection]:
        """A connection of the Python connector, by the user's generated key pair."""
        key = (self.place.keys / f"{user.lower()}.p8").read_text(encoding="utf-8")
        running = self.running()
        login = logins.Login(
            "LOCAL", self.account, user, key, role, host="127.0.0.1", port=running.port, protocol="http"
        )
        connection = logins.connect(login)
        try:
            yield connection
        finally:
            connection.close()

    def sql(self, statements: str | Sequence[str], user: str = ADMINISTRATOR, role: str | None = None) -> Rows:
        """Run statements as a user; the rows of the last one."""
        rows: Rows = []
        with self.connect(user, role) as connection, connection.cursor() as cursor:
            for statement in [statements] if isinstance(statements, str) else statements:
                cursor.execute(statement)
                rows = [tuple(row) for row in cursor.fetchall()]
        return rows

    def dump(self) -> str:
        """The account's catalogue as canonical JSON."""
        return subprocess.run(
            [str(REPOSITORY / ".venv-local/bin/python"), "-m", "local", "dump", "--data-dir", str(self.place.data)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    def copy(self, base: Path) -> Workspace:
        """A copy of the stopped account in another folder, which is then independent of this one."""
        assert server.running(self.place) is None, "stop the server first"
        shutil.copytree(self.base, base, dirs_exist_ok=True, ignore=shutil.ignore_patterns("server.json"))
        return Workspace(base, self.account, dict(self.extra))


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Everything that a command printed."""
    return f"{done.stdout}\n{done.stderr}"
