"""SHOW PROCEDURES and DESCRIBE PROCEDURE."""

from __future__ import annotations

from collections.abc import Mapping

from local.model import Json, Kind, Obj
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type, timestamp, yes_no
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import show_objects
from local.statements.routines import resolve_routine

_SOURCE = "docs.snowflake.com: SHOW PROCEDURES, DESC PROCEDURE; provider procedureRow, ProcedureDetails"
KIND = Kind.PROCEDURE
DESCRIPTION = "user-defined procedure"
"""What SHOW PROCEDURES prints for a procedure without comment."""


def _arguments(procedure: Obj) -> list[tuple[str, str, str]]:
    found = procedure.props.get("arguments")
    items = [item for item in found if isinstance(item, list)] if isinstance(found, list) else []
    return [(str(item[0]), str(item[1]), str(item[2])) for item in items]


@show("PROCEDURES", notes="without built-in procedures", source=_SOURCE)
def show_procedures(context: Context, reader: Reader) -> Result:
    """``arguments`` is ``NAME(types) RETURN type``; a type with a default is prefixed with DEFAULT."""
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "schema_name", "is_builtin", "is_aggregate", "is_ansi"),
        Column("min_num_arguments", Type.FIXED),
        Column("max_num_arguments", Type.FIXED),
        *text_columns("arguments", "description", "catalog_name", "is_table_function", "valid_for_clustering"),
        *text_columns("is_secure", "secrets", "external_access_integrations"),
    )

    def row(procedure: Obj) -> tuple[Cell, ...]:
        database, schema = context.catalogue.path(procedure)[:2]
        arguments = _arguments(procedure)
        types = ", ".join(f"DEFAULT {kind}" if default else kind for _, kind, default in arguments)
        returns = str(procedure.props["returns"])
        shown = returns if returns.startswith("TABLE") else returns.removesuffix(" NOT NULL").split("(")[0]
        return (
            timestamp(procedure.created),
            procedure.name,
            schema,
            "N",
            "N",
            "N",
            str(sum(1 for *_, default in arguments if not default)),
            str(len(arguments)),
            f"{procedure.name}({types}) RETURN {shown}",
            procedure.comment or DESCRIPTION,
            database,
            yes_no(returns.startswith("TABLE")),
            "N",
            yes_no(bool(procedure.props.get("secure"))),
            None,
            None,
        )

    return show_objects(context, reader, KIND, columns, row)


@describe("PROCEDURE", source=_SOURCE)
def describe_procedure(context: Context, reader: Reader) -> Result:
    """Rows of property and value; a secure procedure shows its body and options to its owner only."""
    procedure = resolve_routine(context, reader, KIND)
    reader.end()
    props = procedure.props
    hidden = bool(props.get("secure")) and not context.access.owns(procedure)
    language = str(props["language"])
    rows: list[tuple[Cell, ...]] = [
        ("signature", f"({', '.join(f'{name} {kind}' for name, kind, _ in _arguments(procedure))})"),
        ("returns", str(props["returns"])),
        ("language", language),
    ]
    if language != "SQL":
        rows += [(name, str(props[name])) for name in ("null handling", "volatility")]
    if not hidden:
        rows.append(("body", str(props["body"])))
    if language == "PYTHON":
        rows += [] if hidden else _python_rows(props)
        rows += [("external_access_integrations", None), ("secrets", None)]
    rows.append(("execute as", str(props["execute as"])))
    return Result(text_columns("property", "value"), rows)


def _python_rows(props: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    def texts(name: str) -> list[str]:
        found = props.get(name)
        return [str(item) for item in found] if isinstance(found, list) else []

    return [
        ("imports", f"[{', '.join(texts('IMPORTS'))}]"),
        ("handler", str(props["HANDLER"])),
        ("runtime_version", str(props["RUNTIME_VERSION"])),
        ("packages", f"[{','.join(repr(name) for name in texts('PACKAGES'))}]"),
        ("installed_packages", None),
    ]
