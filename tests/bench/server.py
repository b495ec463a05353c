"""The local Snowflake by itself: start, memory, statements a second, SHOW in a large account, queries."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bench import beside, loading
from tests.bench.process import ROOT, say
from tests.bench.results import Measure
from tests.bench.wire import Wire

STARTS = 5
SHOWS = 20
SCHEMAS, ROLES, GRANTS = 1000, 1000, 3000
GOAL_READY, GOAL_MIB, GOAL_SHOW_MS, GOAL_STATEMENTS = 1.5, 250.0, 20.0, 300.0
USER = "LOCAL_ADMIN"
QUESTIONS = (
    "SHOW SCHEMAS LIKE 'S0500' IN DATABASE BIG",
    "SHOW SCHEMAS IN DATABASE BIG",
    "SHOW SCHEMAS IN ACCOUNT",
    "SHOW ROLES LIKE 'R0500'",
    "SHOW ROLES",
    "SHOW GRANTS TO ROLE R0500",
    "SHOW GRANTS ON SCHEMA BIG.S0500",
    "SHOW GRANTS OF ROLE R0500",
    "SHOW FUTURE GRANTS IN SCHEMA BIG.S0500",
)


@dataclass(frozen=True)
class Started:
    """A running server and the seconds until it answered."""

    pid: int
    port: int
    seconds: float

    @property
    def mib(self) -> float:
        """Resident memory."""
        asked = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True)
        return int(asked.stdout) / 1024


def measure() -> list[Measure]:
    """Starts, memory, throughput and SHOW."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "admin.pub.pem").write_bytes(public)
        first, again = _starts(folder, key)
        say(f"  ready after {max(again + first, key=lambda one: one[0])[0]:.2f} s at most")
        with serving(folder / "large", folder / "admin.pub.pem") as started:
            wire = Wire(started.port, "LOCAL-MAIN", USER, key)
            rates = _fill(wire)
            shows = [_show(wire, question) for question in QUESTIONS]
            full = started.mib
        with serving(folder / "queries", folder / "admin.pub.pem") as started:
            wire = Wire(started.port, "LOCAL-MAIN", USER, key)
            wire.execute("USE ROLE ACCOUNTADMIN")
            ratios = beside.measure(wire, folder / "fakesnow.log")
            loaded = loading.measure(wire, folder)
    return [
        Measure("ready, first start (makes the account)", "s", tuple(one[0] for one in first), GOAL_READY),
        Measure("ready, later start", "s", tuple(one[0] for one in again), GOAL_READY),
        Measure("resident, idle after a login", "MiB", tuple(one[1] for one in again), GOAL_MIB),
        Measure(f"resident, with {SCHEMAS:,} schemas, {ROLES:,} roles, {GRANTS:,} grants", "MiB", (full,)),
        *rates,
        *shows,
        *ratios,
        *loaded,
    ]


def _starts(folder: Path, key: rsa.RSAPrivateKey) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Seconds until ready and MiB, of new accounts and of one that exists."""
    first, again = [], []
    for number in range(STARTS):
        with serving(folder / f"new-{number}", folder / "admin.pub.pem") as started:
            first.append((started.seconds, started.mib))
        with serving(folder / "new-0", folder / "admin.pub.pem") as started:
            Wire(started.port, "LOCAL-MAIN", USER, key).execute("SELECT CURRENT_ROLE()")
            again.append((started.seconds, started.mib))
    return first, again


def _fill(wire: Wire) -> list[Measure]:
    """Makes the large account and measures how fast each kind of statement goes, one after the other."""
    for sql in ("USE ROLE ACCOUNTADMIN", "CREATE DATABASE BIG"):
        wire.execute(sql)
    batches = {
        "CREATE SCHEMA": [f"CREATE SCHEMA BIG.S{number:04}" for number in range(SCHEMAS)],
        "CREATE ROLE": [f"CREATE ROLE R{number:04}" for number in range(ROLES)],
        "GRANT": [
            f"GRANT {privilege} ON SCHEMA BIG.S{number:04} TO ROLE R{number:04}"
            for number in range(GRANTS // 3)
            for privilege in ("USAGE", "MONITOR", "CREATE TABLE")
        ],
        "SHOW SCHEMAS LIKE (one row)": [f"SHOW SCHEMAS LIKE 'S{number:04}' IN DATABASE BIG" for number in range(500)],
        "SHOW GRANTS TO ROLE (three rows)": [f"SHOW GRANTS TO ROLE R{number:04}" for number in range(500)],
    }
    measures = []
    for name, batch in batches.items():
        rates = []
        for part in range(5):
            slice_ = batch[part * len(batch) // 5 : (part + 1) * len(batch) // 5]
            began = time.monotonic()
            for sql in slice_:
                wire.execute(sql)
            rates.append(len(slice_) / (time.monotonic() - began))
        measures.append(Measure(f"{name}, one session", "statements/s", tuple(rates), GOAL_STATEMENTS, floor=True))
        say(f"  {name}: {measures[-1].median:.0f} statements/s")
    return measures


def _show(wire: Wire, question: str) -> Measure:
    wire.execute(question)
    measure = Measure(question, "ms", tuple(wire.execute(question) for _ in range(SHOWS)), GOAL_SHOW_MS)
    say(f"  {question}: {measure.median:.1f} ms")
    return measure


@contextmanager
def serving(data: Path, public_key: Path) -> Iterator[Started]:
    """A server of a folder, made if it is missing; stopped at the end."""
    command = [
        str(ROOT / ".venv-local" / "bin" / "python"), "-m", "local", "serve", "--data-dir", str(data),
        "--organization", "LOCAL", "--account", "MAIN", "--edition", "ENTERPRISE", "--port", "0",
        "--admin-public-key", str(public_key), "--query-log", str(data.with_suffix(".jsonl")),
    ]  # fmt: skip
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    began = time.monotonic()
    with data.with_suffix(".log").open("wb") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        ready = data / "server.json"
        while not ready.exists():
            if child.poll() is not None:
                raise RuntimeError(f"the server ended:\n{data.with_suffix('.log').read_text(encoding='utf-8')}")
            time.sleep(0.005)
        seconds = time.monotonic() - began
        yield Started(child.pid, int(json.loads(ready.read_text(encoding="utf-8"))["port"]), seconds)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait()
