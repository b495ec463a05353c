"""Answers as the JSON that drivers read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from local.catalogue import Catalogue
from local.data.arrow import ArrowRows
from local.errors import SnowflakeError
from local.model import Json
from local.results import Cell, Column, Result, StatementType, Type
from local.server.parameters import session_parameters
from local.session import Context, Session

_TEXT_LENGTH = 16_777_216
_SHOWN_SCALE = 3
"""Fraction digits of timestamps in SHOW: milliseconds."""

_TIMES = (Type.TIME, Type.TIMESTAMP_LTZ, Type.TIMESTAMP_NTZ, Type.TIMESTAMP_TZ)

_ROW_COUNTS = {
    StatementType.INSERT: ("number of rows inserted",),
    StatementType.UPDATE: ("number of rows updated", "number of multi-joined rows updated"),
    StatementType.DELETE: ("number of rows deleted",),
    StatementType.MERGE: ("number of rows inserted", "number of rows updated"),
}


def success(data: Json) -> dict[str, Json]:
    """The envelope of a good answer."""
    return {"data": data, "message": None, "code": None, "success": True}


def failure(error: SnowflakeError, query_id: str | None = None) -> dict[str, Json]:
    """The envelope of a refusal; HTTP status 200, as drivers expect."""
    data: dict[str, Json] = {
        "internalError": False,
        "errorCode": error.code,
        "sqlState": error.state,
        "age": 0,
        "queryId": query_id,
        "line": -1,
        "pos": -1,
        "type": "COMPILATION",
    }
    return {"data": data, "code": error.code, "message": error.message, "success": False, "headers": None}


def row_type(column: Column) -> dict[str, Json]:
    """A column with every key that the Python connector asks for."""
    kind = column.type
    length = byte_length = precision = scale = None
    if kind is Type.TEXT:
        length = column.length if column.length is not None else _TEXT_LENGTH
        byte_length = min(length * 4, _TEXT_LENGTH) if length <= _TEXT_LENGTH else length
    elif kind is Type.BINARY:
        length = byte_length = column.length if column.length is not None else 8_388_608
    elif kind is Type.FIXED:
        precision = column.precision if column.precision is not None else 38
        scale = column.scale if column.scale is not None else 0
    elif kind in _TIMES:
        precision = column.precision if column.precision is not None else 0
        scale = column.scale if column.scale is not None else _SHOWN_SCALE
    return {
        "name": column.name,
        "database": "",
        "schema": "",
        "table": "",
        "nullable": column.nullable,
        "type": kind.value,
        "precision": precision,
        "scale": scale,
        "length": length,
        "byteLength": byte_length,
        "collation": None,
    }


def _rows(result: Result) -> Sequence[Sequence[Cell]]:
    """The rows with booleans as ``1`` and ``0``, which is how drivers read them."""
    flags = [i for i, column in enumerate(result.columns) if column.type is Type.BOOLEAN]
    if not flags:
        return result.rows
    return [
        [{"true": "1", "false": "0"}.get(cell or "", cell) if i in flags else cell for i, cell in enumerate(row)]
        for row in result.rows
    ]


def _content(result: Result) -> dict[str, object]:
    """The rows in the format that they have."""
    if isinstance(result.rows, ArrowRows):
        return {"queryResultFormat": "arrow", "rowsetBase64": result.rows.base64}
    return {"rowset": _rows(result)}


def with_row_count(result: Result) -> Result:
    """DML that came back as a bare number, as the one-row table that drivers add up."""
    names = _ROW_COUNTS.get(result.statement_type)
    if result.columns or result.affected is None or names is None:
        return result
    cells = (str(result.affected), *("0" for _ in names[1:]))
    return Result(tuple(Column(name, Type.FIXED, 19, 0) for name in names), (cells,), result.statement_type)


def final_names(catalogue: Catalogue, session: Session) -> dict[str, Json]:
    """Where the session stands after the statement."""

    def name(object_id: int | None) -> str | None:
        found = catalogue.lookup(object_id)
        return found.name if found is not None else None

    return {
        "finalDatabaseName": name(session.database),
        "finalSchemaName": name(session.schema),
        "finalWarehouseName": name(session.warehouse),
        "finalRoleName": name(session.role),
    }


def query_answer(context: Context) -> dict[str, Json]:
    """What an answer says besides its rows; computed in the event loop, because it reads the catalogue."""
    return {
        "parameters": session_parameters(context.catalogue, context.session),
        "queryId": context.query_id,
        "databaseProvider": None,
        **final_names(context.catalogue, context.session),
        "numberOfBinds": len(context.bindings),
        "arrayBindSupported": True,
        "version": 1,
        "sendResultTime": 0,
        "queryResultFormat": "json",
    }


def encode_result(result: Result, around: Mapping[str, Json], *, describe_only: bool = False) -> bytes:
    """The complete body of a good answer; ``around`` is from ``query_answer``."""
    result = with_row_count(result)
    count = 0 if describe_only else len(result.rows)
    data: dict[str, object] = {
        **around,
        "rowtype": [row_type(column) for column in result.columns],
        **({"rowset": ()} if describe_only else _content(result)),
        "total": count,
        "returned": count,
        "statementTypeId": result.statement_type.value,
        **result.data,
    }
    return json.dumps({"data": data, "message": None, "code": None, "success": True}, separators=(",", ":")).encode()
