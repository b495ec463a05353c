"""What the read-only runner lets pass, and how it reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import OperationalError, ProgrammingError

from account.live.answers import Answer, Ask
from account.live.plan import written
from account.live.sources import STATEMENTS
from account.live.subjects import Subject
from account.names import Name
from account.picture import About, Source
from ops import reader
from ops.errors import BadInput, OpsError
from ops.layout import Account
from ops.logins import Login

ABOUT = About(source=Source.LIVE, stack="dev", environment="dev")
LOGIN = Login("ORG", "MAIN", "SVC_AUDITOR", "key", "AUDITOR")
ODD = Name.of('a"b', "c'd; e", "f--g/*h")


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW USERS",
        "show grants to role X",
        "DESCRIBE USER X",
        "desc network policy P",
        "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.USERS WHERE DELETED_ON IS NULL",
        "WITH u AS (SELECT NAME FROM SNOWFLAKE.ACCOUNT_USAGE.USERS) SELECT COUNT(*) FROM u",
        "SELECT * FROM TABLE(SNOWFLAKE.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'D.S.P'))",
        "SELECT 'DROP TABLE X; -- no comment' AS A",
        'SELECT "DROP" FROM "a;b"."--"',
    ],
)
def test_statement_that_only_reads_passes(sql: str) -> None:
    reader.refuse_changes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE X",
        "ALTER SESSION SET QUERY_TAG = 'x'",
        "USE ROLE ACCOUNTADMIN",
        "GRANT ROLE X TO USER Y",
        "CALL P()",
        "EXECUTE IMMEDIATE 'DROP TABLE X'",
        "EXPLAIN SELECT 1",
        "BEGIN",
        "",
        "   ",
        "SELECT 1; DROP TABLE X",
        "SHOW USERS;",
        "SHOW USERS ->> DROP TABLE X",
        "SELECT 1 -- and more",
        "SELECT 1 /* and more */",
        "SELECT 1 // and more",
        "/* hidden */ DROP TABLE X",
        "-- hidden\nDROP TABLE X",
        "SELECT $$x$$",
        "SELECT $name",
        "SELECT * FROM @stage",
        "SELECT SYSTEM$CANCEL_QUERY('x')",
        "SELECT SYSTEM$ABORT_SESSION(1)",
        "SELECT MY_FUNCTION(1)",
        'SELECT "MY_FUNCTION"(1)',
        "SELECT DB.S.EXTERNAL_FUNCTION(EMAIL) FROM DB.S.T",
        "SELECT S.NEXTVAL",
        "SELECT A INTO B FROM C",
        "WITH P AS PROCEDURE () RETURNS TEXT LANGUAGE SQL AS 'x' CALL P()",
        "WITH A AS (SELECT 1) INSERT INTO T SELECT * FROM A",
        "SELECT 'open",
        'SELECT "open',
        "SELECTX 1",
        "(SELECT 1)",
        "SELECT 1\u037e DROP TABLE X",
    ],
)
def test_statement_that_may_change_something_is_refused(sql: str) -> None:
    with pytest.raises(OpsError, match="not run while the account is only read"):
        reader.refuse_changes(sql)


def test_refusal_does_not_repeat_literals() -> None:
    with pytest.raises(OpsError) as caught:
        reader.refuse_changes("ALTER USER X SET PASSWORD = 'hunter2hunter2'")
    assert "hunter2" not in "\n".join(caught.value.lines())


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: str(statement.key))
def test_every_source_passes_whatever_the_names(statement: object) -> None:
    source = next(one for one in STATEMENTS if one is statement)
    reader.refuse_changes(written(source, Subject(ODD, kind="NETWORK_POLICY")))


class Cursor:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.description = (SimpleNamespace(name="NAME"), SimpleNamespace(name="VALUE"))

    def execute(self, sql: str) -> None:
        self._connection.run(sql)

    def fetchall(self) -> list[tuple[object, ...]]:
        return [("A", 1)]

    def close(self) -> None:
        pass


class Connection:
    """Stands in for the connector; counts how many statements run at once."""

    role = '"AUDITOR"'

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closed = False
        self.most = self._now = 0
        self._lock = threading.Lock()

    def cursor(self) -> Cursor:
        return Cursor(self)

    def run(self, sql: str) -> None:
        del sql
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.02)
        with self._lock:
            self._now -= 1
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self.closed = True


def session(connection: Connection, seen: dict[str, str | int] | None = None) -> reader.ReadOnly:
    def connect(login: Login, parameters: Mapping[str, str | int]) -> SnowflakeConnection:
        del login
        if seen is not None:
            seen.update(parameters)
        return cast("SnowflakeConnection", connection)

    return reader.ReadOnly(LOGIN, connect=connect)


def test_session_says_at_login_who_it_is_and_how_long_a_statement_may_take() -> None:
    seen: dict[str, str | int] = {}
    with session(Connection(), seen):
        pass
    assert seen == {"QUERY_TAG": "ops-audit", "STATEMENT_TIMEOUT_IN_SECONDS": 60}


def test_rows_come_by_lower_case_name_in_the_order_asked() -> None:
    with session(Connection()) as asker:
        answers = asker.ask([Ask("users", "SHOW USERS"), Ask("databases", "SHOW DATABASES")])
    assert [(answer.ask.key, answer.rows) for answer in answers] == [
        ("users", ({"name": "A", "value": 1},)), ("databases", ({"name": "A", "value": 1},)),
    ]  # fmt: skip


def test_eight_statements_are_on_their_way_at_once() -> None:
    connection = Connection()
    with session(connection) as asker:
        asker.ask([Ask("users", "SHOW USERS")] * 24)
    assert connection.most == 8


def test_role_of_the_session_is_told_without_quotes() -> None:
    with session(Connection()) as asker:
        assert asker.role == "AUDITOR"


def test_refusal_by_snowflake_is_an_answer() -> None:
    error = ProgrammingError("Insufficient\nprivileges", errno=3001)
    with session(Connection(error)) as asker:
        [answer] = asker.ask([Ask("users", "SHOW USERS")])
    assert answer.error == "003001: Insufficient privileges"


def test_account_that_is_not_reached_is_no_answer() -> None:
    with session(Connection(OperationalError("gone", errno=250001))) as asker, pytest.raises(OpsError, match="gone"):
        asker.ask([Ask("users", "SHOW USERS")])


def test_nothing_is_run_where_one_statement_would_change_something() -> None:
    connection = Connection()
    with session(connection) as asker, pytest.raises(OpsError):
        asker.ask([Ask("users", "SHOW USERS"), Ask("users", "DROP USER X")])
    assert connection.most == 0


def test_session_is_closed_at_the_end() -> None:
    connection = Connection()
    with session(connection):
        pass
    assert connection.closed


class Answering:
    """Answers every statement without rows, or refuses all."""

    role = "AUDITOR"

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.asked = 0

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        self.asked += len(asks)
        return [Answer(ask, error=self.error) for ask in asks]


def test_reading_counts_its_statements_and_says_how_old_the_oldest_answer_may_be() -> None:
    asker = Answering()
    reading = reader.read(asker, ABOUT)
    assert reading.statements == asker.asked
    assert reading.minutes == 120 and reading.oldest.startswith("up to 120 minutes behind: ")


def test_role_that_may_see_nothing_has_a_blind_spot_for_every_kind() -> None:
    picture = reader.read(Answering("003001: Insufficient privileges"), ABOUT).picture
    blind = {kind for spot in picture.blind_spots for kind in spot.kinds}
    assert picture.things == ()
    assert {"DATABASE", "WAREHOUSE", "USER", "ROLE", "GRANT", "MEMBERSHIP", "ATTACHMENT", "PARAMETER"} <= blind


def test_auditor_of_a_local_account_needs_it_to_run(account: Account) -> None:
    with pytest.raises(OpsError, match="does not run"):
        reader.auditor(account)


def test_auditor_of_a_real_account_is_a_profile(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOWFLAKE_CONFIG_PATH", raising=False)
    with pytest.raises(BadInput, match="login profiles"):
        reader.auditor(None)
