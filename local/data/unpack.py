"""The content of a staged file: unpacked, and as text."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import zlib
from pathlib import Path
from typing import Protocol, TypeVar

from local.data.formats import FileFormat
from local.errors import SnowflakeError, compilation_error

LIMIT = min(2**31, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 8)
"""Bytes of an unpacked text file, as far as the machine has memory: what is larger is refused before it is unpacked, so
that no small file fills the memory."""

_BLOCK = 1 << 22
_MAGIC = ((b"\x1f\x8b", "GZIP"), (b"\x28\xb5\x2f\xfd", "ZSTD"), (b"BZh", "BZ2"))
_ENCODINGS = {
    "BIG5": "big5", "EUCJP": "euc_jp", "EUCKR": "euc_kr", "GB18030": "gb18030", "IBM424": "cp424",
    "ISO2022JP": "iso2022_jp", "ISO2022KR": "iso2022_kr", "ISO88591": "latin-1", "ISO88592": "iso8859_2",
    "ISO88595": "iso8859_5", "ISO88596": "iso8859_6", "ISO88597": "iso8859_7", "ISO88598": "iso8859_8",
    "ISO88599": "iso8859_9", "ISO885915": "iso8859_15", "KOI8R": "koi8_r", "SHIFTJIS": "shift_jis", "UTF8": "utf-8",
    "UTF16": "utf-16", "UTF16BE": "utf-16-be", "UTF16LE": "utf-16-le", "UTF32": "utf-32", "UTF32BE": "utf-32-be",
    "UTF32LE": "utf-32-le", "WINDOWS874": "cp874", "WINDOWS949": "cp949", "WINDOWS1250": "cp1250",
    "WINDOWS1251": "cp1251", "WINDOWS1252": "cp1252", "WINDOWS1253": "cp1253", "WINDOWS1254": "cp1254",
    "WINDOWS1255": "cp1255", "WINDOWS1256": "cp1256",
}  # fmt: skip
"""Names of COPY INTO <table>, ENCODING, without hyphens → Python's."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def content(path: Path, made: FileFormat) -> bytes:
    """The file's bytes, unpacked as COMPRESSION says (AUTO looks at the first bytes); 100084 if that fails."""
    raw = path.read_bytes()
    packing = made.word("COMPRESSION")
    if packing == "AUTO":
        packing = next((name for magic, name in _MAGIC if raw.startswith(magic)), "NONE")
    try:
        return _unpack(raw, packing)
    except (OSError, EOFError, ValueError, zlib.error):
        raise SnowflakeError("100084", "22000", f"Invalid compressed data: the file is no valid {packing}.") from None


def _unpack(raw: bytes, packing: str) -> bytes:
    match packing:
        case "NONE":
            return _bounded(raw)
        case "GZIP":
            return _read(gzip.GzipFile(fileobj=io.BytesIO(raw)))
        case "BZ2":
            return _read(bz2.BZ2File(io.BytesIO(raw)))
        case "DEFLATE":
            return _inflate(raw, zlib.MAX_WBITS)
        case "RAW_DEFLATE":
            return _inflate(raw, -zlib.MAX_WBITS)
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(raw), packing.lower()) as stream:
        return _read(stream)


def _read(stream: _Readable) -> bytes:
    data = bytearray()
    while block := stream.read(_BLOCK):
        data += block
        _bounded(data)
    return bytes(data)


def _inflate(raw: bytes, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    data = _bounded(unpacker.decompress(raw, LIMIT + 1))
    if not unpacker.eof:
        raise EOFError
    return data


_D = TypeVar("_D", bytes, bytearray)


def _bounded(data: _D) -> _D:
    if len(data) > LIMIT:
        raise SnowflakeError("100082", "22000", "The unpacked file is too large.")
    return data


def as_text(data: bytes, made: FileFormat) -> str:
    """The file's text without a byte order mark; 100144 for bytes that are none in its encoding."""
    encoding = made.value("ENCODING")
    name = str(encoding or "UTF8").upper().replace("-", "")
    if name not in _ENCODINGS:
        allowed = ", ".join(_ENCODINGS)
        raise compilation_error(f"invalid value '{encoding}' for property 'ENCODING'. Allowed: {allowed}.")
    lenient = any(made.on(option) for option in ("REPLACE_INVALID_CHARACTERS", "IGNORE_UTF8_ERRORS"))
    lenient = lenient or made.value("VALIDATE_UTF8") is False
    try:
        text = data.decode(_ENCODINGS[name], "replace" if lenient else "strict")
    except UnicodeDecodeError as error:
        found = data[error.start : error.start + 4].hex(" ")
        raise SnowflakeError(
            "100144", "22000", f"Invalid UTF8 detected in string '{found}' at byte {error.start}"
        ) from None
    return text.removeprefix("\ufeff") if made.on("SKIP_BYTE_ORDER_MARK") else text
