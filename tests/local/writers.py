"""Clients that write without end and know, after every answer, what the server must have."""

# ruff: noqa: S608 (names and numbers are made here)
from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import httpx

from tests.local.wire import token

WRITERS = 4
FILE_ROWS = 300
MOST_TABLES = 6


class Refused(AssertionError):
    """The server refused a statement that is right."""


class Session:
    """A session in a few lines, so that an answer is known to have come or not.

    It says that it is a driver that knows clouds only, so that files go through the server.
    """

    def __init__(self, port: int) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        login = {"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token("LOCAL_ADMIN"), "LOGIN_NAME": "LOCAL_ADMIN"}
        login |= {"CLIENT_APP_ID": "PythonConnector", "CLIENT_APP_VERSION": "5.2.0"}
        said = self.http.post("/session/v1/login-request", json={"data": login}).json()
        self.http.headers["Authorization"] = f'Snowflake Token="{said["data"]["token"]}"'
        for sql in ("USE ROLE ACCOUNTADMIN", "ALTER SESSION SET PYTHON_CONNECTOR_QUERY_RESULT_FORMAT = 'JSON'"):
            self.ask(sql)

    def ask(self, sql: str) -> dict[str, Any]:
        """The data of an answer; httpx.TransportError if none came."""
        query = {"requestId": str(uuid.uuid4())}
        said = self.http.post("/queries/v1/query-request", params=query, json={"sqlText": sql}).json()
        if not said["success"]:
            raise Refused(f"{sql}: {said['code']} {said['message']}")
        data: dict[str, Any] = said["data"]
        return data

    def rows(self, sql: str) -> list[list[str | None]]:
        """Rows of a statement."""
        rows: list[list[str | None]] = self.ask(sql)["rowset"]
        return rows

    def shown(self, sql: str, column: str) -> list[str]:
        """One column of a SHOW."""
        data = self.ask(sql)
        names = [item["name"] for item in data["rowtype"]]
        return [str(row[names.index(column)]) for row in data["rowset"]]

    def upload(self, folder: str, name: str, content: bytes) -> None:
        """PUT a file into a folder of the stage ST."""
        info = self.ask(f"PUT file:///x/{name} @ST/{folder}/ AUTO_COMPRESS = FALSE OVERWRITE = TRUE")["stageInfo"]
        key = info["creds"]["AWS_KEY_ID"]
        where = f"{info['endPoint']}{info['location']}{name}"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/x"}
        said = self.http.put(where, content=content, headers=headers)
        if said.status_code != 200:
            raise Refused(f"PUT {where}: {said.status_code} {said.text}")


class Table(NamedTuple):
    """A writer's table."""

    name: str
    columns: int
    rows: int
    granted: bool = False
    """Whether the writer's role may select from it."""


@dataclass(frozen=True)
class State:
    """What one writer has made."""

    shared: frozenset[int] = frozenset()
    """Numbers in the shared table."""
    counter: int = 0
    merged: tuple[tuple[int, int], ...] = ()
    tables: tuple[Table, ...] = ()
    files: frozenset[int] = frozenset()
    loaded: frozenset[int] = frozenset()
    piped: frozenset[int] = frozenset()
    """Files that COPY, and the pipe, have loaded."""
    computed: int = 0
    """The counter when the dynamic table was computed."""
    dropped: tuple[Table, ...] = field(default=(), compare=False)

    def put(self, *tables: Table) -> State:
        """With these tables as they are now."""
        names = {table.name for table in tables}
        others = [table for table in self.tables if table.name not in names]
        return replace(self, tables=tuple(sorted([*others, *tables])))

    def without(self, name: str) -> State:
        """With this table gone."""
        return replace(self, tables=tuple(table for table in self.tables if table.name != name))


class Taken:
    """Values of a sequence that all writers have been given."""

    def __init__(self) -> None:
        self.values: set[int] = set()

    def add(self, value: int) -> None:
        """Raise AssertionError for one that was given before."""
        assert value not in self.values, f"the sequence gave {value} twice"
        self.values.add(value)


@dataclass
class Writer:
    """One client: ``state`` after the last answer, ``pending`` after the statement that is on its way."""

    number: int
    dice: random.Random
    taken: Taken
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
        self.run(lambda: session.rows(sql), after)

    def run(self, work: Callable[[], object], after: State) -> None:
        """Something that the server answers, and what it makes of the state."""
        self.pending = after
        work()
        self.state, self.pending = after, None
        self.answered += 1

    def step(self, session: Session) -> None:
        """One thing that a client does."""
        self.made += 1
        if self.state.tables and self.dice.random() < 0.5:
            table = self.dice.choice(self.state.tables)
            full = len(self.state.tables) >= MOST_TABLES
            self._change(session, "drop" if full else self.dice.choice(ON_TABLES), table)
        else:
            self._write(session, self.dice.choice(ANYWHERE))

    def _write(self, session: Session, action: str) -> None:
        w, n, state = self.number, self.made, self.state
        match action:
            case "create":
                self.send(session, f"CREATE TABLE T{w}_{n} (A INT, B VARCHAR)", state.put(Table(f"T{w}_{n}", 2, 0)))
            case "put":
                content = f"{n}\n".encode() * FILE_ROWS
                after = replace(state, files=state.files | {n})
                self.run(lambda: session.upload(f"w{w}", f"{n}.csv", content), after)
            case "copy":
                self.send(session, f"COPY INTO LOADED{w} FROM @ST/w{w}/", replace(state, loaded=state.files))
            case "pipe":
                self.send(session, f"ALTER PIPE P{w} REFRESH", replace(state, piped=state.files))
            case "insert":
                after = replace(state, shared=state.shared | {n})
                self.send(session, f"INSERT INTO SHARED (W, N) VALUES ({w}, {n}), ({w}, {n})", after)
            case "merge":
                self._merge(session)
            case "sequence":
                ((value,),) = session.rows("SELECT SQ.NEXTVAL")
                self.taken.add(int(str(value)))
            case "refresh":
                self.send(session, f"ALTER DYNAMIC TABLE DYN{w} REFRESH", replace(state, computed=state.counter))
            case _:
                self._transaction(session)

    def _merge(self, session: Session) -> None:
        w, n, state = self.number, self.made, self.state
        merged = dict(state.merged) | {n % 5: n, n % 3: n}
        self.send(
            session,
            f"MERGE INTO MERGED{w} AS T USING (SELECT DISTINCT K, {n} AS N FROM (VALUES ({n % 5}), ({n % 3})) AS S(K)) "
            "AS S ON T.K = S.K WHEN MATCHED THEN UPDATE SET N = S.N WHEN NOT MATCHED THEN INSERT (K, N) "
            "VALUES (S.K, S.N)",
            replace(state, merged=tuple(sorted(merged.items()))),
        )

    def _transaction(self, session: Session) -> None:
        """Several tables, and files, in one transaction; now and then it is taken back."""
        w, n, state = self.number, self.made, self.state
        for sql in (
            "BEGIN",
            f"INSERT INTO SHARED (W, N) VALUES ({w}, {n})",
            f"UPDATE COUNTER{w} SET N = {n}",
            f"COPY INTO LOADED{w} FROM @ST/w{w}/",
            f"INSERT INTO SHARED (W, N) VALUES ({w}, {n})",
        ):
            self.send(session, sql, state)
        if self.dice.random() < 0.2:
            self.send(session, "ROLLBACK", state)
        else:
            after = replace(state, shared=state.shared | {n}, counter=n, loaded=state.files)
            self.send(session, "COMMIT", after)

    def _change(self, session: Session, action: str, table: Table) -> None:
        state, new = self.state, f"T{self.number}_{self.made}"
        name, columns, rows, granted = table
        role = f"ROLE R{self.number}"
        values = "(1, 'x'), (2, 'y')" if columns == 2 else "(1, 'x', 1), (2, 'y', 2)"
        alter = ("ADD COLUMN C INT DEFAULT 7", 3) if columns == 2 else ("DROP COLUMN C", 2)
        gone = replace(state.without(name), dropped=(*state.dropped, table))
        back = state.dropped[-1] if state.dropped else None
        other = self.dice.choice(state.tables)
        if action == "undrop" and back is not None:
            after = replace(state.put(back), dropped=state.dropped[:-1])
            self.send(session, f"UNDROP TABLE {back.name}", after)
        elif action == "swap" and other != table:
            swapped = state.put(other._replace(name=name), table._replace(name=other.name))
            self.send(session, f"ALTER TABLE {name} SWAP WITH {other.name}", swapped)
        elif action not in ("undrop", "swap"):
            sql, after = {
                "fill": (f"INSERT INTO {name} VALUES {values}", state.put(table._replace(rows=rows + 2))),
                "update": (f"UPDATE {name} SET B = B || 'z' WHERE A = 1", state),
                "as": (f"CREATE TABLE {new} AS SELECT * FROM {name}", state.put(Table(new, columns, rows))),
                "clone": (f"CREATE TABLE {new} CLONE {name}", state.put(Table(new, columns, rows))),
                "alter": (f"ALTER TABLE {name} {alter[0]}", state.put(table._replace(columns=alter[1]))),
                "drop": (f"DROP TABLE {name}", gone),
                "truncate": (f"TRUNCATE TABLE {name}", state.put(table._replace(rows=0))),
                "rename": (
                    f"ALTER TABLE {name} RENAME TO {new}",
                    state.without(name).put(Table(new, columns, rows, granted)),
                ),
                "grant": (f"GRANT SELECT ON TABLE {name} TO {role}", state.put(table._replace(granted=True))),
                "revoke": (f"REVOKE SELECT ON TABLE {name} FROM {role}", state.put(table._replace(granted=False))),
            }[action]
            self.send(session, sql, after)

    def found(self, session: Session) -> State:
        """The state that the server has; AssertionError for half a change."""
        w = self.number
        pairs = session.rows(f"SELECT N, COUNT(*) FROM SHARED WHERE W = {w} GROUP BY N")
        assert {count for _, count in pairs} <= {"2"}, f"half an insert of writer {w}: {pairs}"
        ((counter,),) = session.rows(f"SELECT N FROM COUNTER{w}")
        ((computed,),) = session.rows(f"SELECT N FROM DYN{w}")
        merged = session.rows(f"SELECT K, N FROM MERGED{w} ORDER BY K")
        granted = {name.split(".")[-1] for name in session.shown(f"SHOW GRANTS TO ROLE R{w}", "name")}
        tables = []
        for name in session.shown(f"SHOW TABLES LIKE 'T{w}\\\\_%' IN SCHEMA D.PUBLIC", "name"):
            columns = len(session.rows(f"DESCRIBE TABLE {name}"))
            rows = session.rows(f"SELECT * FROM {name}")
            assert {len(row) for row in rows} <= {columns}
            tables.append(Table(name, columns, len(rows), name in granted))
        assert granted - {"PUBLIC", "D"} <= {table.name for table in tables}
        return State(
            frozenset(int(str(n)) for n, _ in pairs),
            int(str(counter)),
            tuple((int(str(k)), int(str(n))) for k, n in merged),
            tuple(sorted(tables)),
            self.staged(session),
            self.loaded(session, f"LOADED{w}"),
            self.loaded(session, f"PIPED{w}"),
            int(str(computed)),
        )

    def staged(self, session: Session) -> frozenset[int]:
        """The files in the writer's folder, each of them whole."""
        found: set[int] = set()
        for name, size, *_ in session.rows(f"LIST @ST/w{self.number}/"):
            number = int(str(name).rpartition("/")[2].removesuffix(".csv"))
            assert int(str(size)) == FILE_ROWS * len(f"{number}\n"), f"half a file: {name} has {size} bytes"
            found.add(number)
        return frozenset(found)

    def loaded(self, session: Session, table: str) -> frozenset[int]:
        """The files whose rows a table has, each of them whole and once."""
        rows = session.rows(f"SELECT A, COUNT(*) FROM {table} GROUP BY A")
        assert {count for _, count in rows} <= {str(FILE_ROWS)}, f"{table} has half a file, or one twice: {rows}"
        return frozenset(int(str(file)) for file, _ in rows)

    def load_rest(self, session: Session) -> None:
        """Load what is left: the load metadata knows exactly the files whose rows are there."""
        state = self.state
        for table, sql in (
            ("LOADED", f"COPY INTO LOADED{self.number} FROM @ST/w{self.number}/"),
            ("PIPED", f"ALTER PIPE P{self.number} REFRESH"),
        ):
            session.rows(sql)
            assert self.loaded(session, f"{table}{self.number}") == state.files, f"files of {table}{self.number}"
        self.state = replace(state, loaded=state.files, piped=state.files)


ANYWHERE = (
    "insert", "transaction", "create", "create", "put", "put", "copy", "pipe", "merge", "sequence", "refresh",
)  # fmt: skip
ON_TABLES = (
    "fill", "fill", "update", "as", "clone", "alter", "drop", "undrop", "undrop", "truncate", "rename", "swap",
    "grant", "revoke",
)  # fmt: skip


def setup() -> Iterable[str]:
    """The statements before the writers begin."""
    yield from (
        "CREATE WAREHOUSE W",
        "CREATE DATABASE D",
        "CREATE TABLE SHARED (W INT, N INT, ID INT AUTOINCREMENT)",
        "CREATE STAGE ST",
        "CREATE SEQUENCE SQ",
    )
    for w in range(WRITERS):
        yield from (
            f"CREATE TABLE COUNTER{w} (N INT) AS SELECT 0",
            f"CREATE TABLE MERGED{w} (K INT, N INT)",
            f"CREATE TABLE LOADED{w} (A INT)",
            f"CREATE TABLE PIPED{w} (A INT)",
            f"CREATE PIPE P{w} AS COPY INTO PIPED{w} FROM @ST/w{w}/",
            f"CREATE DYNAMIC TABLE DYN{w} TARGET_LAG = '1 day' WAREHOUSE = W AS SELECT N FROM COUNTER{w}",
            f"CREATE ROLE R{w}",
        )
