"""Statements typed or given: on the local account as any user with a key, on a real one with a login profile."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.markup import escape

from ops import console, local, logins, query, server
from ops.errors import OpsError
from ops.layout import Account
from ops.logins import Login
from ops.query import Result

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

MOST_ROWS = 1000
WIDEST_TABLE = 12
"""Columns; SHOW has more, and is printed row by row."""


def local_login(account: Account, stack: str, user: str | None, role: str | None) -> Login:
    """A user of the local account: named with or without the stack's prefix; the administrator where none is named."""
    running = server.require(account)
    name = (user or local.ADMINISTRATOR).upper()
    prefixed = local.place(account, running.edition, stack).user(name)
    chosen = prefixed if (account.keys / f"{prefixed.lower()}.p8").exists() else name
    return local.login(account, running, chosen, role or ("ACCOUNTADMIN" if user is None else None))


def real_login(profile: str | None, role: str | None) -> Login:
    """A profile of SNOWFLAKE_CONFIG_PATH; `deployer` where none is named."""
    login = logins.read_profile(logins.profiles_path(), profile or "deployer")
    return login if role is None else replace(login, role=role)


def run(login: Login, script: str, *, machine: bool) -> None:
    """Runs a script to its end or its first error; prints each result as it comes, or all as JSON at the end."""
    connection = logins.connect(login)
    results: list[Result] = []
    try:
        for statement in query.split(script):
            result = query.run(connection, statement)
            results.append(result)
            if not machine:
                show(result)
    finally:
        connection.close()
        if machine:
            console.machine([_plain(result) for result in results])


def interactive(login: Login) -> None:
    """A prompt: statements end with a semicolon, `exit` or end of file leaves. An error does not leave."""
    connection = logins.connect(login)
    console.say(f"{login.user} at {login.organization}-{login.account}. Statements end with ; and exit leaves.")
    try:
        _loop(connection)
    except EOFError:
        console.say("")
    finally:
        connection.close()


def _loop(connection: "SnowflakeConnection") -> None:
    if sys.stdin.isatty():
        import readline  # noqa: F401 (line editing and history for input())

    text = ""
    while True:
        try:
            line = input("   > " if text else "sql> ")
        except KeyboardInterrupt:
            console.say("")
            text = ""
            continue
        if not text and line.strip().rstrip(";").lower() in ("exit", "quit"):
            return
        text += line + "\n"
        if not line.rstrip().endswith(";"):
            text = text if text.strip() else ""
            continue
        for statement in query.split(text):
            try:
                show(query.run(connection, statement))
            except OpsError as error:
                console.fail(error)
        text = ""


def show(result: Result) -> None:
    """Prints a result as a table, or row by row where it is too wide for one; long ones are cut and say so."""
    rows = [["NULL" if value is None else str(value) for value in row] for row in result.rows[:MOST_ROWS]]
    if _wide(result.columns, rows):
        _show_rows(result.columns, rows)
    else:
        table = console.table("", *result.columns)
        for row in rows:
            table.add_row(*(escape(value) for value in row))
        console.out.print(table, soft_wrap=False)
    cut = len(result.rows) - MOST_ROWS
    if cut > 0:
        console.say(f"{cut} more rows; --json prints all")


def _wide(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    return len(columns) > WIDEST_TABLE or (len(columns) > 2 and sum(widths) + 3 * len(widths) + 1 > console.out.width)


def _show_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    longest = max(map(len, columns))
    for number, row in enumerate(rows, 1):
        console.out.print(f"-- row {number}", style="dim")
        for column, value in zip(columns, row, strict=True):
            console.out.print(f"{column:>{longest}}: {value}", markup=False)
    console.out.print(f"-- {len(rows)} rows", style="dim")


def _plain(result: Result) -> dict[str, object]:
    rows = [[_value(value) for value in row] for row in result.rows]
    return {"statement": result.statement, "columns": list(result.columns), "rows": rows}


def _value(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
