"""Queries on the local Snowflake and on fakesnow's own server in turn, over the same small driver."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.process import ROOT, say
from tests.bench.results import Measure
from tests.bench.wire import PlainWire, Wire

ROUNDS = 40
GOAL = 1.3
SETUP = (
    "CREATE DATABASE BESIDE",
    "CREATE SCHEMA BESIDE.S",
    "USE SCHEMA BESIDE.S",
    "CREATE TABLE T AS SELECT SEQ4() AS ID, SEQ4() % 100 AS KIND, 'name ' || SEQ4() AS NAME, "
    "(SEQ4() % 1000)::NUMBER(10,2) AS AMOUNT FROM TABLE(GENERATOR(ROWCOUNT => 100000))",
    "CREATE TABLE K AS SELECT SEQ4() AS KIND, 'kind ' || SEQ4() AS TITLE FROM TABLE(GENERATOR(ROWCOUNT => 100))",
)
QUERIES = {
    "SELECT of a number": "SELECT 1",
    "one row of 100,000": "SELECT * FROM T WHERE ID = 4711",
    "1,000 rows of 4 columns": "SELECT * FROM T WHERE ID < 1000",
    "100,000 rows of 4 columns": "SELECT * FROM T",
    "sum over 100,000 rows": "SELECT COUNT(*), SUM(AMOUNT) FROM T",
    "join, group and order": (
        "SELECT K.TITLE, COUNT(*) AS N, SUM(T.AMOUNT) AS S FROM T JOIN K ON K.KIND = T.KIND "
        "WHERE T.ID > 10 GROUP BY K.TITLE HAVING COUNT(*) > 1 ORDER BY S DESC LIMIT 10"
    ),
    "INSERT of one row": "INSERT INTO T VALUES (-1, 0, 'x', 1.5)",
}


def measure(ours: Wire, log: Path) -> list[Measure]:
    """How many times as long each query takes as on fakesnow's server; the session of ``ours`` may make databases."""
    ours.execute("CREATE WAREHOUSE IF NOT EXISTS BESIDE")
    ours.execute("USE WAREHOUSE BESIDE")
    measures = []
    with _fakesnow(log) as theirs:
        for wire in (ours, theirs):
            for sql in SETUP:
                wire.execute(sql)
        for name, sql in QUERIES.items():
            for wire in (ours, theirs):
                wire.execute(sql)
            pairs = [(ours.execute(sql), theirs.execute(sql)) for _ in range(ROUNDS)]
            ratios = tuple(mine / other for mine, other in pairs)
            facts = {
                "ms": sorted(p[0] for p in pairs)[ROUNDS // 2],
                "ms there": sorted(p[1] for p in pairs)[ROUNDS // 2],
            }
            measures.append(Measure(f"{name}, beside fakesnow's server", "times", ratios, GOAL, facts=facts))
            say(f"  {name}: {measures[-1].median:.2f} times ({facts['ms']:.1f} ms to {facts['ms there']:.1f} ms)")
    return measures


@contextlib.contextmanager
def _fakesnow(log: Path) -> Iterator[PlainWire]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(ROOT / ".venv-local" / "bin" / "python"), "-m", "fakesnow", "-s", "-p", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with log.open("wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield _connect(child, port)
    finally:
        child.terminate()
        child.wait()


def _connect(child: subprocess.Popen[bytes], port: int) -> PlainWire:
    deadline = time.monotonic() + 60
    while True:
        try:
            return PlainWire(port)
        except OSError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
