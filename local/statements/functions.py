"""SQL functions: scalar and table functions. Queries get their bodies in place of the calls (``local.data.udf``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.data.overloads import Parameter, Udf, udf_of
from local.data.query import plan_tree
from local.data.store import data_store
from local.data.types import SqlType, read_type
from local.data.udf import is_query, null_call
from local.data.work import Plan, defer
from local.errors import already_exists, compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Json, Kind, Obj
from local.names import dotted
from local.reader import Reader, read_string
from local.registry import Answer, CreateHead, alter, create, drop, refuse
from local.results import Result, status
from local.session import Context
from local.statements.changes import label, try_rename_or_tags
from local.statements.common import create_object, require_create, skipped
from local.statements.copy_grants import give_again
from local.statements.routines import change_routine, drop_routine, resolve_or_skip, signature

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP FUNCTION, Introduction to SQL UDFs; provider functionRow"
KIND = Kind.FUNCTION
_DONE = "Statement executed successfully."

refuse(
    "CREATE FUNCTION … LANGUAGE PYTHON, JAVASCRIPT, JAVA, SCALA",
    "CREATE EXTERNAL, AGGREGATE, TEMPORARY FUNCTION",
    source=_SOURCE,
)


@dataclass
class Draft:
    """What a CREATE FUNCTION says."""

    parameters: tuple[Parameter, ...]
    returns: SqlType | None = None
    columns: tuple[tuple[str, SqlType], ...] = ()
    not_null: bool = False
    copy_grants: bool = False
    options: dict[str, Json] = field(default_factory=lambda: {"volatility": "VOLATILE", "memoizable": False})
    comment: str = ""


def _read_parameter(reader: Reader) -> Parameter:
    name, kind = reader.name(), read_type(reader)
    default = reader.text_until(lambda r: r.at(",") or r.at(")")) if reader.accept("DEFAULT") else ""
    return Parameter(name, kind, default)


def _read_draft(reader: Reader) -> Draft:
    draft = Draft(reader.parenthesised(_read_parameter))
    names = [parameter.name for parameter in draft.parameters]
    if len(set(names)) != len(names):
        raise compilation_error(f"duplicate argument name in '({', '.join(names)})'", "002025", "42S21")
    draft.copy_grants = reader.accept("COPY", "GRANTS")
    reader.expect("RETURNS")
    if reader.accept("TABLE"):
        draft.columns = reader.parenthesised(lambda r: (r.name(), read_type(r)))
    else:
        draft.returns = read_type(reader)
        draft.not_null = reader.accept("NOT", "NULL")
    while not reader.accept("AS"):
        _read_clause(reader, draft)
    return draft


def _read_clause(reader: Reader, draft: Draft) -> None:
    if reader.accept("LANGUAGE"):
        language = reader.word()
        if language != "SQL":
            raise unsupported(f"functions in {language}")
    elif word := reader.accept_one("VOLATILE", "IMMUTABLE"):
        draft.options["volatility"] = word
    elif reader.accept("MEMOIZABLE"):
        draft.options["memoizable"] = True
    else:
        for word in ("RUNTIME_VERSION", "HANDLER", "PACKAGES", "IMPORTS"):
            if reader.at(word):
                raise unsupported(f"functions with {word}")
        found = reader.properties(label(KIND), {"COMMENT": read_string})
        if not found:
            raise reader.unexpected()
        draft.comment = str(found.get("COMMENT") or "")


def _read_body(reader: Reader) -> str:
    body = reader.string() if reader.peek().kind is TokenKind.STRING else reader.rest()
    reader.end()
    if not body.strip():
        raise compilation_error("Empty function body.")
    return body


def _props(draft: Draft, body: str, *, secure: bool) -> dict[str, Json]:
    returns = f"TABLE ({', '.join(f'{name} {kind.name}' for name, kind in draft.columns)})"
    if draft.returns is not None:
        returns = f"{draft.returns.text}{' NOT NULL' if draft.not_null else ''}"
    return {
        **draft.options,
        "parameters": [[p.name, p.type.text, p.default] for p in draft.parameters],
        "type": draft.returns.text if draft.returns is not None else None,
        "columns": [[name, kind.text] for name, kind in draft.columns],
        "returns": returns,
        "language": "SQL",
        "body": body,
        "secure": secure,
    }


@create(
    "FUNCTION",
    modifiers=("SECURE",),
    notes="SQL scalar and table functions; overloads are told apart by types that the call itself tells; "
    "NOT NULL of the result is not checked",
    source=_SOURCE,
)
def create_function(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """The body is compiled with the rights of the role that will own the function."""
    path = reader.path()
    draft = _read_draft(reader)
    body = _read_body(reader)
    if draft.returns is None and not is_query(body):
        raise compilation_error("The body of a table function must be a query.", "002137", "42601")
    container, name = context.access.resolve_container(KIND, path)
    require_create(context, container, "CREATE FUNCTION")
    key = signature(tuple(parameter.type for parameter in draft.parameters))
    existing = context.catalogue.child(container.id, KIND, name, key)
    if existing is not None and not head.or_replace:
        if head.if_not_exists:
            return status(f"{dotted((name,))} already exists, statement succeeded.")
        raise already_exists(f"{dotted((name,))}{key}")

    _refuse_ambiguous(context, container, name, draft, existing)

    def make() -> Result:
        copied = draft.copy_grants and existing is not None
        held = list(context.catalogue.grants.by("target", existing.id)) if copied and existing else []
        props = _props(draft, body, secure="SECURE" in head.modifiers)
        made, answer = create_object(context, head, KIND, path, comment=draft.comment, signature=key, props=props)
        if made is None:
            return answer
        give_again(context, made, held)
        return status(f"Function {dotted(path[-1:])} successfully created.")

    udf = Udf(name, container.id, context.session.role, draft.parameters, draft.returns, draft.columns, body)
    return _compiled(context, udf, make)


def _refuse_ambiguous(context: Context, schema: Obj, name: str, draft: Draft, replaced: Obj | None) -> None:
    """Two functions of one name may not take the same arguments, optional ones left out (docs: Overloading)."""
    mine = _callable(draft.parameters)
    for other in context.catalogue.children(schema.id, KIND):
        same = other.name == name and (replaced is None or other.id != replaced.id)
        if same and mine & _callable(udf_of(other).parameters):
            raise compilation_error(
                f"Cannot overload FUNCTION '{name}' as it would cause ambiguous FUNCTION overloading."
            )


def _callable(parameters: tuple[Parameter, ...]) -> set[tuple[str, ...]]:
    needed = sum(1 for parameter in parameters if not parameter.default)
    types = tuple(parameter.type.name for parameter in parameters)
    return {types[:count] for count in range(needed, len(types) + 1)}


def _compiled(context: Context, udf: Udf, make: Callable[[], Result]) -> Answer:
    """Have DuckDB plan a call with NULLs before the function is made."""

    def plan() -> Plan:
        planned = plan_tree(replace(context, bindings=()), lambda resolver: null_call(resolver, udf))

        def run(cursor: DuckDBPyConnection) -> Result:
            if udf.returns is None and len(planned.columns(cursor)) != len(udf.columns):
                raise compilation_error(
                    "Declared return type of the table function does not match its query.", "002138", "42601"
                )
            cursor.execute(f"EXPLAIN {planned.sql}")
            with context.catalogue.transaction():
                return make()

        return Plan(data_store(context).wanted(context.catalogue), planned.reads, run, ddl=True)

    return defer(context, plan)


@alter("FUNCTION", source=_SOURCE)
def alter_function(context: Context, reader: Reader) -> Result:
    """RENAME, SECURE, tags, comment and parameters."""
    function, _ = resolve_or_skip(context, reader, KIND)
    if function is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, function)
    if answer is not None:
        return answer
    context.access.require_ownership(function)
    if word := reader.accept_one("SET SECURE", "UNSET SECURE"):
        reader.end()
        context.catalogue.update(function, props={**function.props, "secure": word == "SET SECURE"})
        return status(_DONE)
    return change_routine(context, reader, function)


@drop("FUNCTION", source=_SOURCE)
def drop_function(context: Context, reader: Reader) -> Result:
    """Drops the function with exactly this signature; what calls it fails from then on."""
    return drop_routine(context, reader, KIND)
