"""Reads the live account: read-only by construction, several statements at once, and into one picture.

Whatever is asked passes `refuse_changes`: only SELECT, WITH, SHOW and DESCRIBE, one statement, without comments, and in
queries only functions that are known to change nothing. The session says at login who it is and how long a statement
may take; no statement sets anything.
"""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol, Self

from account.live.answers import Answer, Answers, Ask
from account.live.pictures import picture
from account.live.plan import following
from account.live.sources import BY_KEY
from account.picture import About, Picture
from ops import bootstrap, local, logins, query, server
from ops.errors import OpsError
from ops.layout import Account
from ops.logins import Login

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

AT_ONCE: Final = 8
TAG: Final = "ops-audit"
SECONDS: Final = 60
AT_LOGIN: Final[Mapping[str, str | int]] = {"QUERY_TAG": TAG, "STATEMENT_TIMEOUT_IN_SECONDS": SECONDS}
PROFILE: Final = "auditor"
PROFILE_VARIABLE: Final = "PLATFORM_AUDITOR_PROFILE"

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<literal>'(?:[^'\\]|''|\\.)*')
    |(?P<name>"(?:[^"]|"")+")
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<mark>=>|<>|!=|<=|>=|\|\||::|[(),.*=<>+/%-])""",
    re.VERBOSE | re.DOTALL,
)
_STARTS: Final = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC"})
_BEFORE_BRACKET: Final = frozenset({"AS", "IN", "AND", "OR", "NOT", "ON", "BY", "SELECT", "FROM", "WHERE", "EXISTS"})
_FUNCTIONS: Final = frozenset(
    {
        "TABLE", "POLICY_REFERENCES", "TAG_REFERENCES", "COUNT", "MIN", "MAX", "SUM", "COALESCE", "UPPER", "LOWER",
        "NULLIF", "IFF", "DATEADD", "DATEDIFF", "CURRENT_TIMESTAMP", "CURRENT_ROLE", "CURRENT_ACCOUNT_NAME",
        "CURRENT_ORGANIZATION_NAME", "TO_VARCHAR", "LISTAGG", "ROW_NUMBER", "OVER", "CAST",
    }
)  # fmt: skip
_WORDS_OF_CHANGE: Final = frozenset(
    {
        "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "CREATE", "ALTER", "DROP", "UNDROP", "GRANT", "REVOKE",
        "CALL", "EXECUTE", "COPY", "PUT", "GET", "REMOVE", "SET", "UNSET", "USE", "INTO", "PROCEDURE", "BEGIN",
        "COMMIT", "ROLLBACK", "NEXTVAL",
    }
)  # fmt: skip


def refuse_changes(sql: str) -> None:
    """Lets a statement pass that can change nothing.

    Raises:
        OpsError: it may change something, is more than one statement, or holds what this check cannot read: comments,
            semicolons, `->>`, variables, stages, dollar-quoted text.
    """
    tokens = _tokens(sql)
    words = [text.upper() if kind == "word" else "" for kind, text in tokens]
    if not words or words[0] not in _STARTS:
        raise _refused(sql, "it does not begin with SELECT, WITH, SHOW or DESCRIBE")
    if words[0] not in ("SELECT", "WITH"):
        return
    for at, (kind, text) in enumerate(tokens):
        if words[at] in _WORDS_OF_CHANGE:
            raise _refused(sql, f"it has the word {words[at]}")
        called = at + 1 < len(tokens) and tokens[at + 1][1] == "("
        if called and kind in ("word", "name") and words[at] not in _FUNCTIONS | _BEFORE_BRACKET:
            raise _refused(sql, f"whether {text} changes something is not known")


def _tokens(sql: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(sql):
        token = _TOKEN.match(sql, at)
        kind = token.lastgroup if token is not None else None
        if token is None or kind is None or sql.startswith(("--", "//", "/*", "->>"), at):
            raise _refused(sql, f"it has {sql[at : at + 3]!r}, which is not looked into")
        if kind != "space":
            found.append((kind, token.group()))
        at = token.end()
    return found


def _refused(sql: str, why: str) -> OpsError:
    return OpsError(
        "this statement is not run while the account is only read",
        where=query.named(sql),
        why=why,
        do="only SELECT, SHOW and DESCRIBE without side effects are",
    )


class Asker(Protocol):
    """Whoever answers statements; tests have one without Snowflake. `role` is the role that asks, empty if unknown."""

    @property
    def role(self) -> str: ...

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers, in the order of the statements; a refusal is an answer."""


class ReadOnly:
    """A session that only reads, with several statements on their way at once; a context manager, which closes it.

    One login: Snowflake runs statements of one session side by side and the connector's connections may be shared by
    threads, while each further login takes a quarter of a second of processor time for the private key alone.
    """

    def __init__(
        self,
        login: Login,
        at_once: int = AT_ONCE,
        connect: "Callable[[Login, Mapping[str, str | int]], SnowflakeConnection]" = logins.connect,
    ) -> None:
        self._login = login
        self._connect = connect
        self._at_once = at_once
        self._connection: SnowflakeConnection | None = None

    def __enter__(self) -> Self:
        """Logs in.

        Raises:
            OpsError: the login fails.
        """
        self._connection = self._connect(self._login, AT_LOGIN)
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def role(self) -> str:
        """The role of the session, in stored form."""
        found = self._connection.role if self._connection is not None else None
        return (found or "").strip('"')

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        """Runs the statements; a refusal by Snowflake is an answer.

        Raises:
            OpsError: a statement is none that only reads, or the account cannot be reached.
        """
        connection = self._connection
        if connection is None:
            raise OpsError("the session is not open")
        for ask in asks:
            refuse_changes(ask.sql)
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="reader") as pool:
            return list(pool.map(lambda ask: _answer(connection, ask), asks))


def _answer(connection: "SnowflakeConnection", ask: Ask) -> Answer:
    from snowflake.connector.errors import ProgrammingError

    try:
        result = query.run(connection, ask.sql)
    except OpsError as error:
        if isinstance(error.__cause__, ProgrammingError):
            return Answer(ask, error=" ".join(error.what.split()))
        raise
    columns = tuple(column.lower() for column in result.columns)
    return Answer(ask, tuple(dict(zip(columns, row, strict=True)) for row in result.rows), columns)


@dataclass(frozen=True)
class Reading:
    """A picture of the live account and what it took.

    Attributes:
        statements: how many were run, refused ones among them; seconds: from the first to the last answer.
        minutes: how far behind the slowest source may be; oldest: the same in words.
    """

    picture: Picture
    statements: int
    seconds: float
    minutes: int
    oldest: str
    answers: Answers


def read(asker: Asker, about: About, *, fresh: bool = False) -> Reading:
    """Reads the account.

    Args:
        about: of which account and stack the picture is; the moment is set here.
        fresh: only sources without delay where there are any; more statements, for a look right after a deployment.

    Raises:
        OpsError: the account cannot be reached.
    """
    began = time.monotonic()
    taken = datetime.now(UTC).isoformat(timespec="seconds")
    answers = Answers(role=asker.role)
    count = 0
    while asks := following(answers, fresh=fresh):
        for answer in asker.ask(asks):
            answers.add(answer)
        count += len(asks)
    made = picture(answers, replace(about, taken=taken))
    minutes, oldest = _oldest(answers)
    return Reading(made, count, time.monotonic() - began, minutes, oldest, answers)


def _oldest(answers: Answers) -> tuple[int, str]:
    delays: dict[int, list[str]] = {}
    for answer in answers:
        statement = BY_KEY[answer.ask.key]
        if statement.minutes and not answer.error:
            delays.setdefault(statement.minutes, []).append(statement.fact)
    if not delays:
        return 0, "nothing is behind"
    minutes = max(delays)
    facts = ", ".join(dict.fromkeys(delays[minutes]))
    return minutes, f"up to {minutes} minutes behind: {facts}"


def auditor(account: Account | None) -> Login:
    """How to log in for reading.

    On a local account as its administrator; on the real one (None) with the profile that PLATFORM_AUDITOR_PROFILE
    names, `auditor` by default. bootstrap/auditor.sql makes its user and role.

    Raises:
        OpsError: the local account does not run; BadInput: there is no such profile.
    """
    if account is None:
        return logins.read_profile(logins.profiles_path(), os.environ.get(PROFILE_VARIABLE) or PROFILE)
    running = server.running(account)
    if running is None:
        raise OpsError(
            f"the local Snowflake of account {account.name} does not run",
            do=f"start it: ops local start --account {account.name}",
        )
    _, _, warehouse = bootstrap.PROFILES["deployer"]
    return local.login(account, running, local.ADMINISTRATOR, "ACCOUNTADMIN", warehouse)
