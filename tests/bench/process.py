"""Commands with their time and cost, in a local account of their own."""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPS = str(ROOT / ".venv" / "bin" / "ops")
FOREIGN = ("PULUMI_", "SNOWFLAKE_", "PLATFORM_", "MAKE", "MFLAGS")
LEAST_RUNS = 3
LONG_SECONDS = 60.0


@dataclass(frozen=True)
class Run:
    """One command from start to end: wall and processor seconds, its largest process in MiB, what it printed."""

    seconds: float
    cpu: float
    peak_mib: float
    output: str


def run(*command: str, env: Mapping[str, str], cwd: Path = ROOT) -> Run:
    """Runs a command to its end; raises RuntimeError with what it printed where it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.monotonic()
        child = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if child.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)} ended with {child.returncode}:\n{said[-3000:]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, said)


def say(text: str) -> None:
    """Progress on standard error."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Local:
    """A local account in a folder of its own, not the developer's."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """The caller's environment without anything that steers Pulumi, Snowflake or the platform."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, "PLATFORM_LOCAL_DIR": str(self.folder)}

    def ops(self, *arguments: str) -> Run:
        """One `ops` command."""
        return run(OPS, *arguments, env=self.env)

    def start(self, latency_ms: int) -> None:
        """Starts the server anew with this latency."""
        self.ops("local", "stop")
        self.ops("local", "start", "--latency-ms", str(latency_ms))

    def pulumi_env(self) -> dict[str, str]:
        """What plain pulumi needs for stack dev, as `ops local env` exports it."""
        exports = shlex.split(self.ops("local", "env", "--stack", "dev").output)
        pairs = (word.partition("=") for word in exports if "=" in word)
        return {**self.env, **{name: value for name, _, value in pairs}}

    def statements(self) -> int:
        """Number of statements that the server has answered so far."""
        log = self.folder / "accounts" / "MAIN" / "queries.jsonl"
        if not log.exists():
            return 0
        with log.open("rb") as lines:
            return sum(1 for _ in lines)


@contextmanager
def local() -> Iterator[Local]:
    """A new local account, removed with its server at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        account = Local(Path(folder).resolve() / "local")
        try:
            yield account
        finally:
            account.ops("local", "stop")
