"""CALL: the system procedures that are there. Their arguments are constants and the functions that build them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from local import registry
from local.errors import SnowflakeError, compilation_error, not_found, unsupported
from local.lexer import TokenKind
from local.model import Json, Kind
from local.names import dotted
from local.reader import Reader
from local.registry import COVERAGE, Coverage, Level, statement
from local.results import Cell, Column, Result, Type
from local.session import Context

_SOURCE = "docs.snowflake.com: CALL"
Procedure = Callable[[Context, tuple[Json, ...]], Cell]


@dataclass(frozen=True, slots=True)
class Known:
    """A system procedure and the type of what it returns."""

    run: Procedure
    type: Type


PROCEDURES: dict[str, Known] = {}
"""Name in upper case → procedure."""
BUILDERS: dict[str, Callable[[tuple[Json, ...]], Json]] = {
    "ARRAY_CONSTRUCT": list,
    "OBJECT_CONSTRUCT": lambda arguments: _pairs(arguments),
    "TO_JSON": lambda arguments: json.dumps(arguments[0]) if len(arguments) == 1 else None,
    "CONCAT": lambda arguments: "".join(map(_text, arguments)),
}
"""Functions that may stand in an argument, by their full name."""


def procedure(name: str, result: Type = Type.TEXT, *, notes: str = "", source: str) -> Callable[[Procedure], Procedure]:
    """Register a system procedure."""

    def register(run: Procedure) -> Procedure:
        PROCEDURES[name] = Known(run, result)
        COVERAGE.append(Coverage(f"CALL {name}()", Level.PARTLY if notes else Level.SUPPORTED, notes, source))
        return run

    return register


@statement("CALL", notes="system procedures with constants as arguments; stored procedures do not run", source=_SOURCE)
def call(context: Context, reader: Reader) -> Result:
    """``CALL SYSTEM$NAME(argument, …)``: one row, its column named after the procedure."""
    path = reader.path()
    known = PROCEDURES.get(path[-1]) if len(path) == 1 else None
    if known is None:
        raise _missing(context, path)
    arguments = reader.parenthesised(lambda inner: _argument(context, inner))
    reader.end()
    return Result((Column(path[-1], known.type),), ((known.run(context, arguments),),))


def _missing(context: Context, path: tuple[str, ...]) -> SnowflakeError:
    catalogue = context.catalogue
    if path[-1].startswith("SYSTEM$"):
        return unsupported(f"CALL {dotted(path)}")
    schema = catalogue.find(Kind.SCHEMA, context.access.complete(Kind.PROCEDURE, path)[:2])
    named = catalogue.children(schema.id, Kind.PROCEDURE) if schema is not None else []
    if any(found.name == path[-1] and context.access.holds(found, "USAGE") for found in named):
        return unsupported("CALL of stored procedures")
    return not_found(Kind.PROCEDURE.value, dotted(path))


def _text(value: Json) -> str:
    return json.dumps(value) if isinstance(value, bool | list | dict) else "" if value is None else str(value)


def _pairs(arguments: tuple[Json, ...]) -> Json:
    return {_text(name): value for name, value in zip(arguments[::2], arguments[1::2], strict=False)}


def _argument(context: Context, reader: Reader) -> Json:
    """``term || term …``."""
    value = _term(context, reader)
    while reader.accept("||"):
        other = _term(context, reader)
        value = None if value is None or other is None else _text(value) + _text(other)
    return value


def _term(context: Context, reader: Reader) -> Json:
    token = reader.peek()
    if reader.at("("):
        found = reader.parenthesised(lambda inner: _argument(context, inner))
        return found[0] if len(found) == 1 else list(found)
    if token.kind is TokenKind.WORD and (reader.peek(1).value in (".", "(")):
        return _function(context, reader)
    if token.kind is TokenKind.PUNCTUATION and token.value in ("?", ":"):
        raise unsupported("bound values in CALL")
    value = reader.scalar()
    if token.kind is TokenKind.WORD and isinstance(value, str):
        raise unsupported(f"{value} as an argument of CALL")
    return value if not isinstance(value, tuple) else None


def _function(context: Context, reader: Reader) -> Json:
    parts = [reader.next().upper]
    while reader.accept("."):
        parts.append(reader.next().upper)
    name = ".".join(parts)
    arguments = reader.parenthesised(lambda inner: _argument(context, inner))
    builder = BUILDERS.get(name)
    if builder is not None:
        return builder(arguments)
    answer = registry.FUNCTION.get(name)
    if answer is None:
        raise unsupported(f"function {name} in an argument of CALL")
    return answer(context, tuple(None if argument is None else _text(argument) for argument in arguments))


def wrong_arguments(name: str) -> SnowflakeError:
    """001044: the procedure has no such form."""
    return compilation_error(f"Invalid argument types for function '{name}'", "001044", "42P13")
