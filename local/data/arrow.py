"""Results in Arrow, as Snowflake's drivers read them: physical types, field metadata, and back to the JSON texts.

A number travels as the narrowest integer that holds the column's values (its scale is in the metadata) or as a
decimal; a moment as one integer in units of its scale, or as seconds and nanoseconds from scale 7 on, a TIMESTAMP_TZ
with its offset besides. Sources: Python connector ``nanoarrow_cpp/ArrowIterator`` (``CArrowChunkIterator.cpp``,
``CArrowTableIterator.cpp``), gosnowflake ``converter.go`` (``arrowToValue``).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal
from typing import TYPE_CHECKING, overload

from local.data.encode import MOST_BYTES, describe, encoder, not_representable, seconds_text
from local.data.types import SqlType
from local.errors import unsupported
from local.results import Cell, Column, Result, StatementType, Type

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

_BATCH = 65_536
_LIMIT = 10**38
_EXACT = Context(prec=80)
"""More digits than any number here has."""
_MICRO = 1_000_000
_SPLIT = 7
"""The scale from which on seconds and fraction travel apart: nanoseconds of all years do not fit 64 bits."""
_SHORT_ZONED = 3
"""The scale up to which a TIMESTAMP_TZ is one number and its offset."""
_TIME32 = 4
"""The scale up to which a time of day fits 32 bits."""
_WIDTHS = (8, 16, 32, 64)
_BYTES = {8: 1, 16: 2, 32: 4, 64: 8}
_DIRECT = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT",
     "DOUBLE", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "JSON", "BLOB", '"NULL"')
)  # fmt: skip
"""DuckDB's types whose Arrow form is understood here; a result with another one goes by way of the JSON texts."""


class ArrowRows(Sequence[tuple[Cell, ...]]):
    """Rows of an answer as an Arrow IPC stream; read as a sequence they are the JSON format's texts."""

    def __init__(self, columns: Sequence[Column], stream: bytes, count: int) -> None:
        self.columns = tuple(columns)
        self.stream = stream
        self._count = count
        self._rows: list[tuple[Cell, ...]] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> tuple[Cell, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> list[tuple[Cell, ...]]: ...

    def __getitem__(self, index: int | slice) -> tuple[Cell, ...] | list[tuple[Cell, ...]]:
        return self._texts()[index]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self._texts())

    @property
    def base64(self) -> str:
        """The stream as answers carry it; nothing at all without rows, because drivers take a stream to hold some."""
        return base64.b64encode(self.stream).decode("ascii") if self._count else ""

    def _texts(self) -> list[tuple[Cell, ...]]:
        if self._rows is None:
            import pyarrow as pa

            if not self._count:
                return []
            table = pa.ipc.open_stream(self.stream).read_all()
            cells = [_texts(column, table.column(at)) for at, column in enumerate(self.columns)]
            self._rows = list(zip(*cells, strict=True))
        return self._rows


def fetch_arrow(
    cursor: DuckDBPyConnection, sql: str, types: Callable[[int], Sequence[SqlType | None] | None]
) -> Result | None:
    """The rows of a query; None, and nothing has run, where a column has no Arrow form here.

    ``types`` are what is known of so many columns. Raises duckdb.Error, and 000002 for a result of too many bytes.
    """
    import duckdb
    import pyarrow as pa

    relation = cursor.sql(sql)
    kinds = [str(kind) for kind in relation.types]
    if not all(kind in _DIRECT or kind.startswith("DECIMAL(") for kind in kinds):
        return None
    columns = describe(relation, None, types(len(kinds)))
    batches: list[pa.RecordBatch] = []
    size = 0
    try:
        with relation.to_arrow_reader(_BATCH) as reader:
            for batch in reader:
                batches.append(batch)
                size += batch.nbytes
                if size > MOST_BYTES:
                    raise unsupported(f"result of more than {MOST_BYTES // 2**20} MiB")
            table = pa.Table.from_batches(batches, reader.schema)
    except OSError as error:  # what DuckDB says while it runs comes through Arrow, which knows its text only
        text = str(error)
        raise (duckdb.InterruptException if text.startswith("INTERRUPT") else duckdb.Error)(text) from None
    made = [_physical(column, table.column(at)) for at, column in enumerate(columns)]
    return Result(columns, _rows(columns, made, len(table)), StatementType.SELECT)


def in_arrow(result: Result) -> Result:
    """A result of texts in Arrow."""
    made = [_from_texts(column, [row[at] for row in result.rows]) for at, column in enumerate(result.columns)]
    return Result(
        result.columns,
        _rows(result.columns, made, len(result.rows)),
        result.statement_type,
        result.affected,
        result.data,
    )


def _rows(columns: Sequence[Column], arrays: Sequence[pa.ChunkedArray], count: int) -> ArrowRows:
    import pyarrow as pa

    fields = [
        pa.field(column.name, array.type, column.nullable, _metadata(column, array.type))
        for column, array in zip(columns, arrays, strict=True)
    ]
    schema = pa.schema(fields)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        if count:
            writer.write_table(pa.Table.from_arrays(list(arrays), schema=schema), _BATCH)
    return ArrowRows(columns, sink.getvalue().to_pybytes(), count)


def _metadata(column: Column, kind: pa.DataType) -> dict[str, str]:
    import pyarrow as pa

    name = column.type.name
    told = {"logicalType": name, "precision": "38", "scale": "0", "charLength": "0", "byteLength": "0"}
    told["finalType"] = "T"
    match column.type:
        case Type.FIXED:
            told |= {"precision": str(_or(column.precision, 38)), "scale": str(column.scale or 0)}
            told["byteLength"] = str(kind.bit_width // 8)
        case Type.TEXT | Type.VARIANT | Type.OBJECT | Type.ARRAY:
            length = _or(column.length, 16_777_216)
            told |= {"charLength": str(length), "byteLength": str(min(4 * length, max(length, 16_777_216)))}
        case Type.BINARY:
            told |= {"byteLength": str(_or(column.length, 8_388_608))}
        case Type.TIME | Type.TIMESTAMP_NTZ | Type.TIMESTAMP_LTZ:
            split = pa.types.is_struct(kind)
            told |= {"scale": str(_scale(column)), "byteLength": "16" if split else str(kind.bit_width // 8)}
        case Type.TIMESTAMP_TZ:
            told |= {"scale": str(_scale(column)), "byteLength": "8" if kind.num_fields == 2 else "16"}
        case Type.REAL | Type.DATE | Type.BOOLEAN:
            told["byteLength"] = {Type.REAL: "8", Type.DATE: "4", Type.BOOLEAN: "1"}[column.type]
    return told


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _scale(column: Column) -> int:
    return _or(column.scale, 9)


# From DuckDB


def _physical(column: Column, array: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as DuckDB gives it in Snowflake's physical type."""
    import pyarrow as pa

    match column.type:
        case Type.FIXED:
            return _fixed(column, array)
        case Type.REAL:
            return array.cast(pa.float64())
        case Type.BOOLEAN:
            return array.cast(pa.bool_())
        case Type.DATE:
            return array.cast(pa.date32())
        case Type.TIME:
            return _time(column, array.cast(pa.int64()))
        case Type.TIMESTAMP_NTZ | Type.TIMESTAMP_LTZ:
            return _moment(column, array.cast(pa.int64()))
        case Type.BINARY:
            return array.cast(pa.binary())
        case Type.TEXT if pa.types.is_string(array.type) or pa.types.is_null(array.type):
            return array.cast(pa.string())
        case _:
            encode = encoder(column)
            return _from_texts(column, [None if value is None else encode(value) for value in array.to_pylist()])


def _fixed(column: Column, array: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    scale = column.scale or 0
    if pa.types.is_decimal(array.type) and array.type.scale == scale:
        wide = array if array.type.bit_width == 128 else array.cast(pa.decimal128(38, scale))
    else:
        wide = array.cast(pa.decimal128(38 if pa.types.is_decimal(array.type) else 20, 0)).cast(
            pa.decimal128(38, scale)
        )
    return _narrowed(scale, _whole(wide))


def _whole(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals without their point: the same 128 bits, read as whole numbers."""
    import pyarrow as pa

    kind = pa.decimal128(38, 0)
    chunks = [
        pa.Array.from_buffers(kind, len(chunk), chunk.buffers(), chunk.null_count, chunk.offset)
        for chunk in array.chunks
    ]
    return pa.chunked_array(chunks, kind)


def _narrowed(scale: int, whole: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers in the narrowest integers that hold them all, else as decimals of the scale."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.min_max(whole).as_py()
    low, high = int(found["min"] or 0), int(found["max"] or 0)
    if high >= _LIMIT or low <= -_LIMIT:
        raise not_representable(str(high if high >= _LIMIT else low))
    for width in _WIDTHS:
        if -(2 ** (width - 1)) <= low and high < 2 ** (width - 1):
            return whole.cast(pa.int64()).cast({8: pa.int8(), 16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[width])
    kind = pa.decimal128(38, scale)
    chunks = [
        pa.Array.from_buffers(kind, len(chunk), chunk.buffers(), chunk.null_count, chunk.offset)
        for chunk in whole.chunks
    ]
    return pa.chunked_array(chunks, kind)


def _scaled(micros: pa.ChunkedArray, scale: int) -> pa.ChunkedArray:
    """Microseconds in units of the scale, towards the past."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if scale >= 6:
        return pc.multiply(micros, pa.scalar(10 ** (scale - 6), pa.int64()))
    return _divided(micros, 10 ** (6 - scale))[0]


def _divided(values: pa.ChunkedArray, by: int) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Quotients, rounded down, and what is left."""
    import pyarrow as pa
    import pyarrow.compute as pc

    divisor = pa.scalar(by, pa.int64())
    cut = pc.divide(values, divisor)
    below = pc.less(pc.subtract(values, pc.multiply(cut, divisor)), pa.scalar(0, pa.int64())).cast(pa.int64())
    down = pc.subtract(cut, below)
    return down, pc.subtract(values, pc.multiply(down, divisor))


def _time(column: Column, micros: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    scale = _scale(column)
    units = _scaled(micros, scale)
    return units.cast(pa.int32()) if scale <= _TIME32 else units


def _moment(column: Column, micros: pa.ChunkedArray, offsets: pa.ChunkedArray | None = None) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    scale = _scale(column)
    split = scale >= _SPLIT if offsets is None else scale > _SHORT_ZONED
    if not split and offsets is None:
        return _scaled(micros, scale)
    if split:
        seconds, rest = _divided(micros, _MICRO)
        parts = {"epoch": seconds, "fraction": pc.multiply(rest, pa.scalar(1000, pa.int64())).cast(pa.int32())}
    else:
        parts = {"epoch": _scaled(micros, scale)}
    if offsets is not None:
        parts["timezone"] = offsets.cast(pa.int32())
    flat = {name: part.combine_chunks() for name, part in parts.items()}
    whole = [part if isinstance(part, pa.Array) else pa.concat_arrays(part.chunks) for part in flat.values()]
    missing = pc.is_null(whole[0])
    fields = [pa.field(name, part.type) for name, part in zip(flat, whole, strict=True)]
    return pa.chunked_array([pa.StructArray.from_arrays(whole, fields=fields, mask=missing)])


# From texts


def _from_texts(column: Column, cells: Sequence[Cell]) -> pa.ChunkedArray:
    """A column of the JSON format's texts in Snowflake's physical type."""
    import pyarrow as pa

    def made(read: Callable[[str], object], kind: pa.DataType) -> pa.ChunkedArray:
        return pa.chunked_array([pa.array([None if cell is None else read(cell) for cell in cells], kind)])

    match column.type:
        case Type.FIXED:
            scale = column.scale or 0
            return _narrowed(scale, made(lambda cell: _units(cell, scale), pa.decimal128(38, 0)))
        case Type.REAL:
            return made(float, pa.float64())
        case Type.BOOLEAN:
            return made(lambda cell: cell in ("1", "true"), pa.bool_())
        case Type.DATE:
            return made(int, pa.int32()).cast(pa.date32())
        case Type.BINARY:
            return made(bytes.fromhex, pa.binary())
        case Type.TIME:
            return _time(column, made(lambda cell: _units(cell, 6), pa.int64()))
        case Type.TIMESTAMP_NTZ | Type.TIMESTAMP_LTZ:
            return _moment(column, made(lambda cell: _units(cell, 6), pa.int64()))
        case Type.TIMESTAMP_TZ:
            instants = made(lambda cell: _units(cell.partition(" ")[0], 6), pa.int64())
            return _moment(column, instants, made(lambda cell: int(cell.partition(" ")[2] or 1440), pa.int32()))
    return made(str, pa.string())


def _units(cell: str, scale: int) -> int:
    return int(_EXACT.scaleb(Decimal(cell), scale))


# To texts


def _texts(column: Column, array: pa.ChunkedArray) -> list[Cell]:
    """A column in its physical type as the JSON format's texts."""
    import pyarrow as pa

    write = _writer(column, array.type)
    values = (array.cast(pa.int32()) if column.type is Type.DATE else array).to_pylist()
    return [None if value is None else write(value) for value in values]


def _writer(column: Column, kind: pa.DataType) -> Callable[..., Cell]:
    """What makes the text of a value, which is an integer, a float, a text, bytes or a moment's parts."""
    import pyarrow as pa

    match column.type:
        case Type.FIXED:
            shift = 0 if pa.types.is_decimal(kind) else -(column.scale or 0)
            return lambda value: format(_EXACT.scaleb(Decimal(value), shift), "f")
        case Type.REAL:
            return encoder(column)
        case Type.BOOLEAN:
            return lambda value: "1" if value else "0"
        case Type.BINARY:
            return lambda value: value.hex().upper()
        case Type.TIME | Type.TIMESTAMP_NTZ | Type.TIMESTAMP_LTZ | Type.TIMESTAMP_TZ:
            scale = _scale(column)
            return lambda value: _moment_text(value, scale)
    return str


def _moment_text(value: int | dict[str, int], scale: int) -> str:
    if isinstance(value, int):
        return _seconds(value, scale)
    fraction = value.get("fraction")
    micros = value["epoch"] * _MICRO + fraction // 1000 if fraction is not None else None
    text = _seconds(value["epoch"], scale) if micros is None else seconds_text(micros, scale)
    return f"{text} {value['timezone']}" if "timezone" in value else text


def _seconds(units: int, scale: int) -> str:
    return seconds_text(units * 10 ** (6 - scale) if scale <= 6 else units // 10 ** (scale - 6), scale)
