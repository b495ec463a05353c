"""What a case is, and how a program of it is started: apart from the network, with the account in its environment."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.compat.account import Account

HERE = Path(__file__).resolve().parent
SECONDS = 300
FOREIGN = (
    "PULUMI_",
    "SNOWFLAKE_",
    "PLATFORM_",
    "PYTHON",
    "VIRTUAL_ENV",
    "DBT_",
    "PIP_",
    "UV_",
    "GO",
    "HTTP",
    "NO_PROXY",
)
QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "SNOWFLAKE_CLI_IGNORE_NEW_VERSION_WARNING": "true",
    "SF_DISABLE_MINICORE": "true",
    "SF_TELEMETRY_DISABLE_CONNECTION_SHAPE": "true",
    "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
    "NO_COLOR": "1",
    "COLUMNS": "200",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""The switches by which these programs are told to talk to nobody but the account."""


@dataclass(frozen=True)
class Step:
    """One thing that a program was asked to do: its answer, or the error instead."""

    name: str
    answer: object = None
    error: str = ""


@dataclass
class Run:
    """One run of a case in its database; `work` is an empty folder, removed afterwards.

    `proxies` are the variables that lead programs into the trap, if there is one.
    """

    account: Account
    database: str
    work: Path
    number: int
    proxies: Mapping[str, str]
    steps: list[Step] = field(default_factory=list)

    def start(
        self, *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Start a program and wait for its end, whatever its exit code."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        environment = {
            **kept,
            **QUIET,
            **self.proxies,
            **self.account.environment(self.database),
            "HOME": str(self.work),
            "PYTHONPATH": str(HERE / "guard"),
            "COMPAT_REFUSED": str(self.refused_file),
            "COMPAT_STEPS": str(self.steps_file),
            "COMPAT_RUN": str(self.number),
            "TMPDIR": str(self.work),
            **(env or {}),
        }
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @property
    def steps_file(self) -> Path:
        """Where a program of ours writes its steps, one JSON object a line."""
        return self.work / "steps.jsonl"

    @property
    def refused_file(self) -> Path:
        """Where the guard writes the addresses that it refused."""
        return self.work / "refused.txt"

    def step(
        self,
        name: str,
        command: Sequence[str | Path],
        read: Callable[[str], object] = lambda output: "",
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> bool:
        """One command as a step: it must end with 0; `read` makes the answer from its standard output."""
        done = self.start(*command, env=env, cwd=cwd)
        if done.returncode != 0:
            self.steps.append(Step(name, error=f"exit {done.returncode}: {last_words(done.stdout + done.stderr)}"))
            return False
        try:
            self.steps.append(Step(name, read(done.stdout)))
        except (LookupError, ValueError, OSError) as error:
            self.steps.append(Step(name, error=f"{type(error).__name__}: {error}: {last_words(done.stdout)}"))
            return False
        return True

    def note(self, name: str, good: bool, error: str) -> None:
        """A step that was judged by the case itself."""
        self.steps.append(Step(name, good, "" if good else error))

    def program(self, *command: str | Path) -> None:
        """A program of ours that writes its steps itself."""
        done = self.start(*command)
        if self.steps_file.exists():
            for line in self.steps_file.read_text(encoding="utf-8").splitlines():
                said = json.loads(line)
                self.steps.append(Step(said["step"], said.get("answer"), said.get("error", "")))
        if done.returncode != 0 or not self.steps:
            self.steps.append(Step("ends well", error=f"exit {done.returncode}: {last_words(done.stderr)}"))

    def refused(self) -> list[str]:
        """Addresses outside that the program tried, each once."""
        if not self.refused_file.exists():
            return []
        return sorted(set(self.refused_file.read_text(encoding="utf-8").split()))


@dataclass(frozen=True)
class Case:
    """A program: `version` of what is pinned, `did` in a few words for the table, `run` asks it to do its job.

    `volatile`: columns whose values differ from account to account (times, generated ids). `note` stands in the table.
    """

    name: str
    program: str
    version: Callable[[], str]
    did: str
    run: Callable[[Run], None]
    volatile: frozenset[str] = frozenset()
    note: str = ""


def last_words(output: str, length: int = 400) -> str:
    """The end of what a program printed, in one line, without colours and frames."""
    plain = re.sub(r"\x1b\[[0-9;]*m|[\u2500-\u257f]", " ", output)
    return " ".join(plain.split())[-length:]
