"""`ops access`: who can do what, and why."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ops import console, layout
from ops.commands import options
from ops.errors import BAD_INPUT, BadInput

if TYPE_CHECKING:
    from ops.access.model import Answer, Drawing, Matrix, Result
    from ops.access.source import Asked

app = typer.Typer(
    help="Who can do what, and why: from the declaration, the state or the account.", no_args_is_help=True
)


class From(StrEnum):
    """What is asked."""

    DECLARATION = "declaration"
    STATE = "state"
    LIVE = "live"


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    HTML = "html"


class Can(StrEnum):
    """Classes of access."""

    READ = "read"
    WRITE = "write"
    CREATE = "create"
    OWN = "own"
    USE = "use"
    MANAGE = "manage"
    MONITOR = "monitor"


Side = Annotated[From, typer.Option("--from", help="What is asked; the declaration needs no account.")]
Form = Annotated[Format, typer.Option("--format", help="Form of the answer on standard output.")]


@app.command()
def who(
    on: Annotated[
        str,
        typer.Option("--on", help="Table, schema, database or warehouse; RAW, STAGING, ANALYTICS name their database."),
    ],
    can: Annotated[Can | None, typer.Option("--can", help="Which access; read by default, use of a warehouse.")] = None,
    stack: options.Stack = "prod",
    side: Side = From.DECLARATION,
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    format: Form = Format.TABLE,
) -> None:
    """Who can read a table (or write to it, own it, use a warehouse), and by which path."""
    from account.access import Access
    from ops.access import queries

    asked = _asked(side, stack, account, real)
    _answer(queries.who(asked, on, Access(can.value) if can else None), format)


@app.command()
def what(
    user: Annotated[str | None, typer.Option("--user", help="A user.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="A role or database role.")] = None,
    stack: options.Stack = "prod",
    side: Side = From.DECLARATION,
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    format: Form = Format.TABLE,
) -> None:
    """What a user or role can do, and by which path."""
    from ops.access import names, queries

    if (user is None) == (role is None):
        raise BadInput("name either a user or a role", where="--user, --role")
    asked = _asked(side, stack, account, real)
    kinds, option = (names.USERS, "--user") if user is not None else (names.ROLES, "--role")
    _answer(queries.what(asked, names.principal(asked, user or role or "", kinds, option)), format)


@app.command()
def matrix(
    stack: options.Stack = "prod",
    side: Side = From.DECLARATION,
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    format: Form = Format.TABLE,
) -> None:
    """Every user and role against databases and warehouses."""
    from ops.access import queries

    _answer(queries.grid(_asked(side, stack, account, real)), format)


@app.command()
def graph(
    stack: options.Stack = "prod",
    side: Side = From.DECLARATION,
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    format: Form = Format.TABLE,
) -> None:
    """The role graph: who has which role, and what that opens."""
    from ops.access import queries

    _answer(queries.drawing(_asked(side, stack, account, real)), format)


def _asked(side: From, stack: str, account: str, real: bool) -> "Asked":
    from ops.access import source

    place = None if real else layout.account(account)
    return source.asked(source.Side(side.value), layout.stack_name(stack), place)


def _answer(result: "Result", format: Format) -> None:
    from ops.access import formats
    from ops.access.model import Answer, Matrix

    if format is not Format.TABLE:
        sys.stdout.write(formats.FORMATS[format.value](result))
    elif isinstance(result, Answer):
        _ways(result)
    elif isinstance(result, Matrix):
        _matrix(result)
    else:
        _graph(result)
    if result.doubts:
        for text in result.doubts:
            console.say(f"not seen: {text}")
        raise typer.Exit(BAD_INPUT)


def _ways(answer: "Answer") -> None:
    from rich.markup import escape

    table = console.table(f"{answer.question}  ({answer.source})", "who", "access", "how", "note")
    rights: dict[tuple[str, str, str, str], list[str]] = {}
    for way in answer.ways:
        note = "; ".join(text for text in ("could" if way.potential else "", way.why) if text)
        rights.setdefault((way.who, way.access, " -> ".join(way.path), note), []).append(way.right)
    for (who, access, path, note), found in rights.items():
        how = f"{path} -> {found[0]}" if len(found) == 1 else "\n".join([f"{path} ->", *(f"  {one}" for one in found)])
        table.add_row(*(escape(text) for text in (who, access, how, note)))
    console.show(table)


def _matrix(found: "Matrix") -> None:
    from rich.markup import escape

    table = console.table(f"{found.question}  ({found.source})", "who", *found.columns, lines=True)
    for row in found.rows:
        table.add_row(*(escape(text) for text in (row.who, *row.cells)))
    console.show(table)


def _graph(found: "Drawing") -> None:
    from rich.markup import escape

    labels = {node.id: f"{node.kind} {node.label}" for node in found.nodes}
    table = console.table(f"{found.question}  ({found.source})", "who", "has", "what")
    for line in found.lines:
        table.add_row(*(escape(text) for text in (labels[line.start], labels[line.end], line.label)))
    console.show(table)
