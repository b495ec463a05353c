"""Stored procedures: text, signature and options are kept and shown; CALL is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.data.types import SqlType, read_type
from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Json, Kind
from local.names import dotted
from local.reader import Reader, Value, ValueReader, read_string, read_strings
from local.registry import CreateHead, alter, create, drop, refuse
from local.results import Result, status
from local.session import Context
from local.statements.changes import as_json, label, try_rename_or_tags
from local.statements.common import create_object, skipped
from local.statements.routines import change_routine, drop_routine, resolve_or_skip, signature

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP PROCEDURE; provider ProcedureArgument"
KIND = Kind.PROCEDURE
LANGUAGES = ("SQL", "PYTHON", "JAVASCRIPT")

refuse("WITH … AS PROCEDURE … CALL", "CREATE PROCEDURE … LANGUAGE JAVA, SCALA", source=_SOURCE)


@dataclass
class Argument:
    """One argument; ``default`` is its SQL expression."""

    name: str
    type: SqlType
    default: str = ""


@dataclass
class Draft:
    """What stands between the signature and the body of a CREATE PROCEDURE."""

    arguments: tuple[Argument, ...]
    returns: str = ""
    language: str = "SQL"
    options: dict[str, Json] = field(default_factory=dict)


def _read_argument(reader: Reader) -> Argument:
    for word in ("IN", "INPUT"):
        if reader.at(word) and reader.peek(2).kind is TokenKind.WORD:
            reader.next()
    if reader.at("OUT") and reader.peek(2).kind is TokenKind.WORD:
        raise unsupported("OUT arguments")
    argument = Argument(reader.name(), read_type(reader))
    if reader.accept("DEFAULT"):
        argument.default = reader.text_until(lambda r: r.at(",") or r.at(")"))
    return argument


def _read_returns(reader: Reader) -> str:
    """The return type as DESCRIBE shows it: with lengths, but the columns of a table without."""
    if reader.accept("TABLE"):
        columns = reader.parenthesised(lambda r: f"{r.name()} {read_type(r).name}")
        return f"TABLE ({', '.join(columns)})"
    text = read_type(reader).text
    return f"{text} NOT NULL" if reader.accept("NOT", "NULL") else text


def _external(name: str) -> ValueReader:
    def read(_reader: Reader) -> Value:
        raise unsupported(f"{name} of procedures")

    return read


_SPEC: dict[str, ValueReader] = {
    "RUNTIME_VERSION": lambda reader: str(reader.scalar()),
    "PACKAGES": read_strings,
    "IMPORTS": read_strings,
    "HANDLER": read_string,
    "COMMENT": read_string,
    **{
        name: _external(name)
        for name in ("EXTERNAL_ACCESS_INTEGRATIONS", "SECRETS", "TARGET_PATH", "ARTIFACT_REPOSITORY")
    },
}
_NULL_HANDLING = ("CALLED ON NULL INPUT", "RETURNS NULL ON NULL INPUT", "STRICT")
_EXECUTE_AS = ("OWNER", "CALLER", "RESTRICTED CALLER")


def _read_draft(reader: Reader) -> Draft:
    draft = Draft(reader.parenthesised(_read_argument))
    if reader.at("COPY", "GRANTS"):
        raise unsupported("COPY GRANTS")
    reader.expect("RETURNS")
    draft.returns = _read_returns(reader)
    options: dict[str, Json] = {"null handling": _NULL_HANDLING[0], "volatility": "VOLATILE", "execute as": "OWNER"}
    while not reader.accept("AS"):
        if reader.accept("LANGUAGE"):
            draft.language = reader.word()
        elif word := reader.accept_one(*_NULL_HANDLING):
            options["null handling"] = _NULL_HANDLING[1] if word == "STRICT" else word
        elif word := reader.accept_one("VOLATILE", "IMMUTABLE"):
            options["volatility"] = word
        elif reader.accept("EXECUTE", "AS"):
            options["execute as"] = read_execute_as(reader)
        else:
            found = reader.properties(label(KIND), _SPEC)
            if not found:
                raise reader.unexpected()
            options.update({name: as_json(value) for name, value in found.items() if value is not None})
    draft.options = options
    return draft


def read_execute_as(reader: Reader) -> str:
    """OWNER, CALLER or RESTRICTED CALLER."""
    word = reader.accept_one(*_EXECUTE_AS)
    if word is None:
        raise reader.unexpected()
    return word


def _read_body(reader: Reader) -> str:
    if reader.peek().kind is TokenKind.STRING:
        body = reader.string()
        reader.end()
    else:
        body = reader.rest()
    if not body.strip():
        raise compilation_error("Empty procedure body.")
    return body


def _check(draft: Draft) -> None:
    if draft.language in ("JAVA", "SCALA"):
        raise unsupported(f"procedures in {draft.language}")
    if draft.language not in LANGUAGES:
        raise compilation_error(f"Language '{draft.language}' is not supported.")
    needed = ("RUNTIME_VERSION", "PACKAGES", "HANDLER")
    if draft.language == "PYTHON":
        for name in needed:
            if name not in draft.options:
                raise compilation_error(f"Missing option(s): [{name}]", "002029", "42601")
        return
    for name in (*needed, "IMPORTS"):
        if name in draft.options:
            raise compilation_error(f"{name} does not apply to language {draft.language}.")


@create("PROCEDURE", modifiers=("SECURE",), notes="stored, not run; SQL, Python, JavaScript", source=_SOURCE)
def create_procedure(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Procedures of one name differ by the types of their arguments."""
    path = reader.path()
    draft = _read_draft(reader)
    body = _read_body(reader)
    _check(draft)
    options = dict(draft.options)
    comment = str(options.pop("COMMENT", ""))
    props: dict[str, Json] = {
        **options,
        "arguments": [[a.name, a.type.name, a.default] for a in draft.arguments],
        "returns": draft.returns,
        "language": draft.language,
        "body": body,
        "secure": "SECURE" in head.modifiers,
    }
    made, answer = create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        signature=signature(tuple(argument.type for argument in draft.arguments)),
        props=props,
    )
    return answer if made is None else status(f"Function {dotted(path[-1:])} successfully created.")


@alter("PROCEDURE", source=_SOURCE)
def alter_procedure(context: Context, reader: Reader) -> Result:
    """RENAME, tags, EXECUTE AS, comment and parameters."""
    procedure, _ = resolve_or_skip(context, reader, KIND)
    if procedure is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, procedure)
    if answer is not None:
        return answer
    context.access.require_ownership(procedure)
    if reader.accept("EXECUTE", "AS"):
        who = read_execute_as(reader)
        reader.end()
        context.catalogue.update(procedure, props={**procedure.props, "execute as": who})
        return status("Statement executed successfully.")
    return change_routine(context, reader, procedure)


@drop("PROCEDURE", source=_SOURCE)
def drop_procedure(context: Context, reader: Reader) -> Result:
    """Drops the procedure with exactly this signature."""
    return drop_routine(context, reader, KIND)
