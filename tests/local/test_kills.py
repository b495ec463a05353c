"""The server is killed at any moment while several clients write: what was answered is there, nothing is half done."""

# ruff: noqa: S608 (names and numbers are made here)
from __future__ import annotations

import random
import signal
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from local.catalogue import Catalogue
from local.check import problems
from local.store import Store
from tests.local.test_server_process import Process
from tests.local.wire import token

pytestmark = pytest.mark.e2e

WRITERS = 4


class Refused(AssertionError):
    """The server refused a statement that is right."""


class Session:
    """A session in a few lines, so that an answer is known to have come or not."""

    def __init__(self, port: int) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        login = {"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token("LOCAL_ADMIN"), "LOGIN_NAME": "LOCAL_ADMIN"}
        said = self.http.post("/session/v1/login-request", json={"data": login}).json()
        self.http.headers["Authorization"] = f'Snowflake Token="{said["data"]["token"]}"'
        self.rows("USE ROLE ACCOUNTADMIN")

    def rows(self, sql: str) -> list[list[str | None]]:
        """Rows of a statement; httpx.TransportError if no answer came."""
        query = {"requestId": str(uuid.uuid4())}
        said = self.http.post("/queries/v1/query-request", params=query, json={"sqlText": sql}).json()
        if not said["success"]:
            raise Refused(f"{sql}: {said['code']} {said['message']}")
        rows: list[list[str | None]] = said["data"]["rowset"]
        return rows

    def shown(self, sql: str, column: str) -> list[str]:
        """One column of a SHOW."""
        said = self.http.post("/queries/v1/query-request", json={"sqlText": sql}).json()
        names = [item["name"] for item in said["data"]["rowtype"]]
        return [str(row[names.index(column)]) for row in said["data"]["rowset"]]


@dataclass(frozen=True)
class State:
    """What one writer has made: numbers in the shared table, its counter, its tables, grants and loads."""

    shared: frozenset[int] = frozenset()
    counter: int = 0
    tables: tuple[tuple[str, int, int], ...] = ()
    """Name, number of columns, number of rows."""
    grants: frozenset[str] = frozenset()
    loads: int = 0

    def put(self, name: str, columns: int, rows: int) -> State:
        """With this table as it is now."""
        others = [table for table in self.tables if table[0] != name]
        return replace(self, tables=tuple(sorted([*others, (name, columns, rows)])))

    def without(self, name: str) -> State:
        """With this table, and the grants on it, gone."""
        kept = tuple(table for table in self.tables if table[0] != name)
        return replace(self, tables=kept, grants=self.grants - {name})


@dataclass
class Writer:
    """One client: ``state`` after the last answer, ``pending`` after the statement that is on its way."""

    number: int
    dice: random.Random
    state: State = field(default_factory=State)
    pending: State | None = None
    failure: Exception | None = None
    made: int = 0
    answered: int = 0

    def write(self, port: int) -> None:
        """Statements without end, until the server is gone."""
        try:
            session = Session(port)
            session.rows("USE WAREHOUSE W")
            session.rows("USE SCHEMA D.PUBLIC")
            while True:
                self.step(session)
        except (httpx.TransportError, KeyError, ValueError):
            return
        except Exception as error:  # noqa: BLE001 (the test that started the thread raises it)
            self.failure = error

    def send(self, session: Session, sql: str, after: State) -> None:
        """One statement, and what it makes of the state."""
        self.pending = after
        session.rows(sql)
        self.state, self.pending = after, None
        self.answered += 1

    def step(self, session: Session) -> None:
        """One thing that a client does."""
        self.made += 1
        tables = [table for table in self.state.tables if table[1] < 4]
        action: str = self.dice.choice(ON_TABLES if tables and self.dice.random() < 0.7 else ANYWHERE)
        if action in ANYWHERE:
            self._write(session, action)
        else:
            self._change(session, action, *self.dice.choice(tables))

    def _write(self, session: Session, action: str) -> None:
        w, n, state = self.number, self.made, self.state
        if action == "create":
            self.send(session, f"CREATE TABLE T{w}_{n} (A INT, B VARCHAR)", state.put(f"T{w}_{n}", 2, 0))
        elif action == "load":
            after = replace(state, loads=state.loads + 1)
            self.send(session, f"COPY INTO LOADED{w} FROM @ST/seed/ FORCE = TRUE", after)
        elif action == "insert":
            after = replace(state, shared=state.shared | {n})
            self.send(session, f"INSERT INTO SHARED VALUES ({w}, {n}), ({w}, {n})", after)
        else:
            for sql in (
                "BEGIN",
                f"INSERT INTO SHARED VALUES ({w}, {n})",
                f"UPDATE COUNTER{w} SET N = {n}",
                f"INSERT INTO SHARED VALUES ({w}, {n})",
            ):
                self.send(session, sql, state)
            self.send(session, "COMMIT", replace(state, shared=state.shared | {n}, counter=n))

    def _change(self, session: Session, action: str, table: str, columns: int, rows: int) -> None:
        state, new = self.state, f"T{self.number}_{self.made}"
        role = f"ROLE R{self.number}"
        values = "(1, 'x'), (2, 'y')" if columns == 2 else "(1, 'x', 1), (2, 'y', 2)"
        alter = ("ADD COLUMN C INT DEFAULT 7", 3) if columns == 2 else ("DROP COLUMN C", 2)
        renamed = state.without(table).put(new, columns, rows)
        renamed = replace(renamed, grants=renamed.grants | ({new} if table in state.grants else set()))
        sql, after = {
            "fill": (f"INSERT INTO {table} VALUES {values}", state.put(table, columns, rows + 2)),
            "as": (f"CREATE TABLE {new} AS SELECT * FROM {table}", state.put(new, columns, rows)),
            "clone": (f"CREATE TABLE {new} CLONE {table}", state.put(new, columns, rows)),
            "alter": (f"ALTER TABLE {table} {alter[0]}", state.put(table, alter[1], rows)),
            "drop": (f"DROP TABLE {table}", state.without(table)),
            "rename": (f"ALTER TABLE {table} RENAME TO {new}", renamed),
            "grant": (f"GRANT SELECT ON TABLE {table} TO {role}", replace(state, grants=state.grants | {table})),
            "revoke": (f"REVOKE SELECT ON TABLE {table} FROM {role}", replace(state, grants=state.grants - {table})),
        }[action]
        self.send(session, sql, after)

    def found(self, session: Session) -> State:
        """The state that the server has."""
        w = self.number
        pairs = session.rows(f"SELECT N, COUNT(*) FROM D.PUBLIC.SHARED WHERE W = {w} GROUP BY N")
        assert {count for _, count in pairs} <= {"2"}, f"half an insert of writer {w}: {pairs}"
        ((counter,),) = session.rows(f"SELECT N FROM D.PUBLIC.COUNTER{w}")
        ((loaded,),) = session.rows(f"SELECT COUNT(*) FROM D.PUBLIC.LOADED{w}")
        assert int(str(loaded)) % SEED_ROWS == 0, f"half a load of writer {w}: {loaded}"
        tables = []
        for name in session.shown(f"SHOW TABLES LIKE 'T{w}\\\\_%' IN SCHEMA D.PUBLIC", "name"):
            columns = len(session.rows(f"DESCRIBE TABLE D.PUBLIC.{name}"))
            rows = session.rows(f"SELECT * FROM D.PUBLIC.{name}")
            assert {len(row) for row in rows} <= {columns}
            tables.append((name, columns, len(rows)))
        granted = session.shown(f"SHOW GRANTS TO ROLE R{w}", "name")
        return State(
            frozenset(int(str(n)) for n, _ in pairs),
            int(str(counter)),
            tuple(sorted(tables)),
            frozenset(name.split(".")[-1] for name in granted),
            int(str(loaded)) // SEED_ROWS,
        )


ANYWHERE = ("insert", "transaction", "create", "load")
ON_TABLES = ("fill", "fill", "as", "clone", "alter", "drop", "rename", "grant", "revoke")
SEED_ROWS = 500
SETUP = (
    "CREATE WAREHOUSE W",
    "CREATE DATABASE D",
    "CREATE TABLE SHARED (W INT, N INT)",
    "CREATE STAGE ST",
    f"COPY INTO @ST/seed/ FROM (SELECT SEQ4() AS A FROM TABLE(GENERATOR(ROWCOUNT => {SEED_ROWS})))",
    *(f"CREATE TABLE COUNTER{w} AS SELECT 0 AS N" for w in range(WRITERS)),
    *(f"CREATE TABLE LOADED{w} (A INT)" for w in range(WRITERS)),
    *(f"CREATE ROLE R{w}" for w in range(WRITERS)),
)


def whole(folder: Path) -> list[str]:
    """What the checker says about a folder whose server is gone."""
    catalogue = Catalogue(Store(folder / "catalogue.sqlite", read_only=True))
    try:
        return problems(catalogue, folder)
    finally:
        catalogue.close()


def kill_under_load(folder: Path, seed: int, kills: int) -> int:
    """Kill the server so many times while writers write; how many statements were answered in all."""
    dice = random.Random(seed)
    server = Process(folder)
    server.start()
    try:
        admin = Session(server.port)
        for sql in SETUP:
            admin.rows(sql)
        writers = [Writer(w, random.Random(seed * 100 + w)) for w in range(WRITERS)]
        for kill in range(kills):
            threads = [threading.Thread(target=writer.write, args=(server.port,)) for writer in writers]
            for thread in threads:
                thread.start()
            time.sleep(0.15 + dice.random() * 0.6)
            server.stop(signal.SIGKILL)
            for thread in threads:
                thread.join(60)
            where = f"seed {seed}, kill {kill}"
            assert whole(server.data) == [], where
            server.start()
            session = Session(server.port)
            session.rows("USE WAREHOUSE W")
            for writer in writers:
                assert writer.failure is None, f"{where}: {writer.failure}"
                found = writer.found(session)
                allowed = [state for state in (writer.state, writer.pending) if state is not None]
                assert found in allowed, f"{where}, writer {writer.number}:\n{found}\nis none of\n{allowed}"
                writer.state, writer.pending = found, None
        return sum(writer.answered for writer in writers)
    finally:
        server.stop(signal.SIGKILL)


def test_server_killed_under_load_has_what_it_answered(tmp_path: Path) -> None:
    assert kill_under_load(tmp_path, 1, 10) > 100


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(101, 109))
def test_server_killed_often_under_load_has_what_it_answered(tmp_path: Path, seed: int) -> None:
    kill_under_load(tmp_path, seed, 25)
