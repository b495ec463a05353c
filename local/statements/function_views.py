"""SHOW USER FUNCTIONS and DESCRIBE FUNCTION."""

from __future__ import annotations

from local.model import Kind, Obj
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type, timestamp, yes_no
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import show_objects
from local.statements.routines import resolve_routine

_SOURCE = "docs.snowflake.com: SHOW USER FUNCTIONS, SHOW FUNCTIONS, DESC FUNCTION; provider functionRow"
KIND = Kind.FUNCTION
DESCRIPTION = "user-defined function"
"""What SHOW prints for a function without comment."""


def _parameters(function: Obj) -> list[tuple[str, str, str]]:
    """Names, types without lengths, defaults."""
    found = function.props.get("parameters")
    items = [item for item in found if isinstance(item, list)] if isinstance(found, list) else []
    return [(str(name), str(kind).split("(")[0], str(default)) for name, kind, default in items]


@show("USER FUNCTIONS", "FUNCTIONS", notes="without built-in functions", source=_SOURCE)
def show_functions(context: Context, reader: Reader) -> Result:
    """``arguments`` is ``NAME(types) RETURN type``; a type with a default is prefixed with DEFAULT."""
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "schema_name", "is_builtin", "is_aggregate", "is_ansi"),
        Column("min_num_arguments", Type.FIXED),
        Column("max_num_arguments", Type.FIXED),
        *text_columns("arguments", "description", "catalog_name", "is_table_function", "valid_for_clustering"),
        *text_columns("is_secure", "secrets", "external_access_integrations", "is_external_function", "language"),
        *text_columns("is_memoizable", "is_data_metric"),
    )

    def row(function: Obj) -> tuple[Cell, ...]:
        database, schema = context.catalogue.path(function)[:2]
        parameters = _parameters(function)
        types = ", ".join(f"DEFAULT {kind}" if default else kind for _, kind, default in parameters)
        returns = str(function.props["returns"])
        tabular = returns.startswith("TABLE")
        shown = returns if tabular else returns.removesuffix(" NOT NULL").split("(")[0]
        return (
            timestamp(function.created),
            function.name,
            schema,
            "N",
            "N",
            "N",
            str(sum(1 for *_, default in parameters if not default)),
            str(len(parameters)),
            f"{function.name}({types}) RETURN {shown}",
            function.comment or DESCRIPTION,
            database,
            yes_no(tabular),
            "N",
            yes_no(bool(function.props.get("secure"))),
            None,
            None,
            "N",
            str(function.props["language"]),
            yes_no(bool(function.props.get("memoizable"))),
            "N",
        )

    return show_objects(context, reader, KIND, columns, row)


@describe("FUNCTION", source=_SOURCE)
def describe_function(context: Context, reader: Reader) -> Result:
    """Rows of property and value; a secure function shows its body to its owner only."""
    function = resolve_routine(context, reader, KIND)
    reader.end()
    props = function.props
    rows: list[tuple[Cell, ...]] = [
        ("signature", f"({', '.join(f'{name} {kind}' for name, kind, _ in _parameters(function))})"),
        ("returns", str(props["returns"])),
        ("language", str(props["language"])),
    ]
    if not props.get("secure") or context.access.owns(function):
        rows.append(("body", str(props["body"])))
    return Result(text_columns("property", "value"), rows)
