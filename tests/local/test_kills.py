"""The server is killed at any moment while several clients write: what was answered is there, nothing is half done."""

from __future__ import annotations

import random
import signal
import threading
import time
from pathlib import Path

import pytest

from local.catalogue import Catalogue
from local.check import problems
from local.store import Store
from tests.local.test_server_process import Process
from tests.local.writers import WRITERS, Session, Taken, Writer, setup

pytestmark = pytest.mark.e2e


def whole(folder: Path) -> list[str]:
    """What the checker says about a folder whose server is gone."""
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    try:
        return problems(catalogue, folder)
    finally:
        catalogue.close()


def session(port: int) -> Session:
    made = Session(port)
    for sql in ("USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
        made.ask(sql)
    return made


def look(writer: Writer, client: Session, where: str) -> None:
    """See that the server has what it answered to this writer, and go on from there."""
    assert writer.failure is None, f"{where}: {writer.failure}"
    found = writer.found(client)
    allowed = [state for state in (writer.state, writer.pending) if state is not None]
    assert found in allowed, f"{where}, writer {writer.number}:\n{found}\nis none of\n{allowed}"
    writer.state, writer.pending = allowed[allowed.index(found)], None
    writer.load_rest(client)


def answered(writers: list[Writer]) -> int:
    """How many statements the server has answered."""
    return sum(writer.answered for writer in writers)


def kill_under_load(folder: Path, seed: int, kills: int) -> int:
    """Kill the server so many times while writers write; how many statements were answered in all."""
    dice, taken = random.Random(seed), Taken()
    server = Process(folder)
    server.start()
    try:
        admin = Session(server.port)
        for sql in setup():
            admin.ask(sql)
        writers = [Writer(w, random.Random(seed * 100 + w), taken) for w in range(WRITERS)]
        for kill in range(kills):
            threads = [threading.Thread(target=writer.write, args=(server.port,)) for writer in writers]
            for thread in threads:
                thread.start()
            until = answered(writers) + dice.randint(0, 80)
            deadline = time.monotonic() + 10
            while answered(writers) < until and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(dice.random() * 0.02)
            server.stop(signal.SIGKILL)
            for thread in threads:
                thread.join(60)
            where = f"seed {seed}, kill {kill}"
            assert whole(server.data) == [], where
            server.start()
            client = session(server.port)
            taken.add(int(str(client.rows("SELECT SQ.NEXTVAL")[0][0])))
            assert client.rows("SELECT COUNT(*) - COUNT(DISTINCT ID) FROM SHARED") == [["0"]], where
            for writer in writers:
                look(writer, client, where)
        return answered(writers)
    finally:
        server.stop(signal.SIGKILL)


def test_server_killed_under_load_has_what_it_answered(tmp_path: Path) -> None:
    assert kill_under_load(tmp_path, 1, 10) > 100


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(101, 109))
def test_server_killed_often_under_load_has_what_it_answered(tmp_path: Path, seed: int) -> None:
    kill_under_load(tmp_path, seed, 25)
