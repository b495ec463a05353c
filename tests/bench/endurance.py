"""The local Snowflake under many sessions and after many statements."""
# ruff: noqa: S608 (names and numbers are made here)

import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bench.process import say
from tests.bench.results import Measure
from tests.bench.server import USER, Started, serving
from tests.bench.wire import Wire

SESSIONS = 50
SECONDS = 20.0
EARLY, LATE = 1_000, 100_000
GOAL_GROWTH = 1.2


def measure() -> list[Measure]:
    """Fifty sessions at once, and memory after a thousand and after a hundred thousand statements."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        public = folder / "admin.pub.pem"
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        with serving(folder / "many", public) as started:
            crowd = _crowd(started, key)
        with serving(folder / "long", public) as started:
            memory = _memory(started, key)
    return [*crowd, *memory]


def _ready(wire: Wire) -> Wire:
    for sql in ("USE ROLE ACCOUNTADMIN", "USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
        wire.execute(sql)
    return wire


def _prepared(started: Started, key: rsa.RSAPrivateKey) -> Wire:
    wire = Wire(started.port, "LOCAL-MAIN", USER, key)
    for sql in (
        "USE ROLE ACCOUNTADMIN",
        "CREATE WAREHOUSE W",
        "CREATE DATABASE D",
        "CREATE ROLE R",
        "CREATE TABLE T (ID INT, NAME VARCHAR)",
        "INSERT INTO T SELECT SEQ4(), 'x' FROM TABLE(GENERATOR(ROWCOUNT => 1000))",
    ):
        wire.execute(sql)
    return wire


def _mix(name: str, own: str = "T") -> Iterator[str]:
    """What clients do, without end: most reads, some writes, a little DDL.

    Rows are added to the shared table T, and deleted from ``own``: Snowflake lets 20 statements wait for the lock of
    one table and refuses more, so fifty sessions cannot all delete from the same. Alone, things stay as they were.
    """
    for number in count():
        yield from (
            f"SELECT * FROM T WHERE ID = {number % 1000}",
            "SHOW TABLES IN SCHEMA D.PUBLIC",
            f"SELECT COUNT(*), MAX(NAME) FROM T WHERE ID > {number % 1000}",
            f"INSERT INTO T VALUES ({1000 + number}, '{name}')",
            *([f"INSERT INTO {own} VALUES ({1000 + number}, '{name}')"] if own != "T" else []),
            f"DELETE FROM {own} WHERE ID = {1000 + number} AND NAME = '{name}'",
            "SHOW GRANTS TO ROLE R",
            "SELECT CURRENT_ROLE()",
            "SELECT * FROM T LIMIT 200",
        )
        if number % 10 == 0:
            table = f"T_{name}_{number}"
            yield f"CREATE TABLE {table} (A INT, B VARCHAR)"
            yield f"INSERT INTO {table} VALUES (1, 'x')"
            yield f"GRANT SELECT ON TABLE {table} TO ROLE R"
            yield f"DROP TABLE {table}"


def _crowd(started: Started, key: rsa.RSAPrivateKey) -> list[Measure]:
    _prepared(started, key)
    wires = [_ready(Wire(started.port, "LOCAL-MAIN", USER, key)) for _ in range(SESSIONS)]
    for number, wire in enumerate(wires):
        wire.execute(f"CREATE TABLE OWN_{number} (ID INT, NAME VARCHAR)")
    times: list[list[float]] = [[] for _ in wires]
    failures: list[Exception] = []
    ends = time.monotonic() + SECONDS

    def work(number: int) -> None:
        try:
            for sql in _mix(f"S{number}", f"OWN_{number}"):
                times[number].append(wires[number].execute(sql))
                if time.monotonic() > ends:
                    return
        except Exception as error:  # noqa: BLE001 (raised again below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{len(failures)} of {SESSIONS} sessions failed, the first with: {failures[0]}")
    every = sorted(time for own in times for time in own)
    say(f"  {SESSIONS} sessions: {len(every) / SECONDS:.0f} statements/s, {started.mib:.0f} MiB")
    return [
        Measure(f"{SESSIONS} sessions at once, all together", "statements/s", (len(every) / SECONDS,)),
        Measure(f"{SESSIONS} sessions at once, half of the statements within", "ms", (every[len(every) // 2],)),
        Measure(f"{SESSIONS} sessions at once, 99 of 100 within", "ms", (every[len(every) * 99 // 100],)),
        Measure(f"{SESSIONS} sessions at once, the slowest", "ms", (every[-1],)),
        Measure(f"resident, after {SECONDS:.0f} s of {SESSIONS} sessions", "MiB", (started.mib,)),
    ]


def _memory(started: Started, key: rsa.RSAPrivateKey) -> list[Measure]:
    wire = _prepared(started, key)
    statements = _mix("S")
    found: dict[int, float] = {}
    done = 0
    for mark in (EARLY, 10_000, 30_000, LATE):
        for sql in islice(statements, mark - done):
            wire.execute(sql)
        done = mark
        found[mark] = started.mib
        say(f"  resident after {mark:,} statements: {found[mark]:.0f} MiB")
    return [
        *(Measure(f"resident, after {mark:,} statements", "MiB", (mib,)) for mark, mib in found.items()),
        Measure(f"growth from {EARLY:,} to {LATE:,} statements", "times", (found[LATE] / found[EARLY],), GOAL_GROWTH),
    ]
