"""PUT, GET, LIST and REMOVE: files of stages.

Drivers carry files themselves: the answer to PUT and GET tells them from where to where. A stage's files lie in the
account's folder, which a driver on this machine writes and reads directly (location type LOCAL_FS); drivers that know
clouds only are sent to this server (``local.server.storage``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import formatdate
from glob import glob
from os.path import basename, expanduser

from local.bound import bind_text
from local.data.files import StagedFile
from local.data.locations import Access, Inside, Location, read_location, resolve_location
from local.data.patterns import matcher
from local.data.s3 import stage_failure
from local.data.transfer import links, stage_info
from local.errors import compilation_error, syntax_error
from local.lexer import unescape
from local.model import Json
from local.reader import Reader, read_boolean, read_integer, read_string, read_word
from local.registry import Answer, raw_statement, statement
from local.results import Column, Deferred, Result, StatementType, Type
from local.session import Context
from local.statements.common import one_of

_SOURCE = "docs.snowflake.com: PUT, GET, LIST, REMOVE; connector file_transfer_agent; gosnowflake execResponseData"
_LOCAL = re.compile(
    r"\s*(?:'(?P<quoted>file://(?:[^'\\]|''|\\.)*)'|(?P<plain>file://[^\s']+))", re.DOTALL | re.IGNORECASE
)
_COMPRESSIONS = ("AUTO_DETECT", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")
_PACKED = (".gz", ".bz2", ".br", ".zst", ".deflate", ".raw_deflate", ".parquet", ".orc", ".lz", ".lzma", ".lzo", ".Z")
_PUT = {
    "PARALLEL": read_integer,
    "AUTO_COMPRESS": read_boolean,
    "SOURCE_COMPRESSION": read_word,
    "OVERWRITE": read_boolean,
}
_GET = {"PARALLEL": read_integer, "PATTERN": read_string}


def _local_path(text: str) -> tuple[str, str]:
    """A ``file://`` path and the text behind it; 001003 if there is none."""
    found = _LOCAL.match(text)
    if found is None:
        raise syntax_error(text.strip()[:20].split("\n")[0], 1, 4)
    path = unescape(found["quoted"]) if found["quoted"] is not None else found["plain"]
    return path[len("file://") :], text[found.end() :]


def _parallel(options: Mapping[str, object]) -> int:
    given = options.get("PARALLEL", 4)
    if not isinstance(given, int) or not 1 <= given <= 99:
        raise compilation_error(f"invalid value '{given}' for property 'PARALLEL'. Allowed: 1 to 99.")
    return given


def _inside(location: Location) -> Inside:
    if not isinstance(location.place, Inside):
        raise stage_failure(f"{location.owner.name} GET and PUT commands are not supported with external stage")
    return location.place


@raw_statement("PUT", notes="SKIPPED is shown for single files and for whole patterns only", source=_SOURCE)
def put(context: Context, text: str) -> Answer:
    """``PUT file://… @stage[/path] [options]``: needs WRITE on the stage."""
    source, rest = _local_path(text)
    reader = Reader(bind_text(rest, context.bindings).strip() or ";")
    location = resolve_location(context, read_location(reader), Access.WRITE)
    options = reader.properties("PUT", _PUT)
    reader.end()
    compression = one_of("SOURCE_COMPRESSION", str(options.get("SOURCE_COMPRESSION", "AUTO_DETECT")), _COMPRESSIONS)
    compress, overwrite = options.get("AUTO_COMPRESS", True) is True, options.get("OVERWRITE", False) is True
    place = _inside(location)
    transfer = stage_info(context, place, location.prefix, write=True)
    checks = transfer["checks"]
    orders: dict[str, Json] = {
        "stageInfo": transfer["info"],
        "command": "UPLOAD",
        "operation": "Node",
        "src_locations": [source],
        "localLocation": None,
        "parallel": _parallel(options),
        "threshold": 209_715_200,
        "autoCompress": compress,
        "overwrite": overwrite,
        "sourceCompression": compression.lower(),
        "clientShowEncryptionParameter": False,
    }

    def run() -> Result:
        folder = place.store.folder(place.owner, location.prefix)
        if not overwrite and not checks:
            known = {path.name for path in folder.iterdir()}
            sources = sorted(glob(expanduser(source))) if any(c in source for c in "*?") else [source]
            left = [path for path in sources if _target(path, compression, compress=compress) not in known]
            if sources and not left:
                return _skipped(sources, compression, compress=compress)
            orders["src_locations"] = list[Json](left or [source])
        return Result((), (), StatementType.DDL, data=orders)

    return Deferred(run)


def _target(path: str, compression: str, *, compress: bool) -> str:
    """The name that a driver gives a file in the stage."""
    name = basename(path)
    packed = name.endswith(_PACKED) or compression not in ("AUTO_DETECT", "NONE")
    return name if packed or not compress else f"{name}.gz"


def _skipped(sources: list[str], compression: str, *, compress: bool) -> Result:
    """What a driver would show for files that are all there already."""
    columns = (
        *(Column(name) for name in ("source", "target")),
        *(Column(name, Type.FIXED, 38, 0) for name in ("source_size", "target_size")),
        *(Column(name) for name in ("source_compression", "target_compression", "status", "message")),
    )
    packing = {"AUTO_DETECT": "NONE"}.get(compression, compression)
    rows = []
    for path in sources:
        target = _target(path, compression, compress=compress)
        rows.append((basename(path), target, "0", "0", packing, "GZIP" if target.endswith(".gz") else "NONE",
                     "SKIPPED", ""))  # fmt: skip
    return Result(columns, rows)


@raw_statement("GET", source=_SOURCE)
def get(context: Context, text: str) -> Answer:
    """``GET @stage[/path] file://directory [options]``: needs READ on the stage."""
    before = text.split("file://", 1)[0].rstrip().removesuffix("'")
    head = Reader(bind_text(before, context.bindings) or ";")
    location = resolve_location(context, read_location(head), Access.READ)
    head.end()
    at = text.find("file://")
    target, rest = _local_path(text[at - 1 if at > 0 and text[at - 1] == "'" else at :] if at >= 0 else "")
    reader = Reader(rest)
    options = reader.properties("GET", _GET)
    reader.end()
    place = _inside(location)
    matches = matcher(options.get("PATTERN"))
    parallel = _parallel(options)

    def run() -> Result:
        names = [file.name for file in _wanted(location) if matches(file.name)]
        info, addresses = stage_info(context, place, "", write=False)["info"], links(context, place, names)
        orders: dict[str, Json] = {
            "stageInfo": {**info, "locationType": "GCS"} if addresses else info,
            "command": "DOWNLOAD",
            "operation": "Node",
            "src_locations": list[Json](names),
            "localLocation": target,
            "parallel": parallel,
            "threshold": 209_715_200,
            "autoCompress": False,
            "overwrite": False,
            "sourceCompression": "none",
            "clientShowEncryptionParameter": False,
            "presignedUrls": list[Json](addresses),
            "encryptionMaterial": [],
        }
        return Result((), (), StatementType.DDL, data=orders)

    return Deferred(run)


def _wanted(location: Location) -> list[StagedFile]:
    """The files of a location; a file of exactly this name stands for itself alone."""
    files = location.files()
    exact = [file for file in files if file.name == location.prefix]
    return exact or files


@statement("LIST", "LS", source=_SOURCE)
def list_files(context: Context, reader: Reader) -> Answer:
    """``LIST location [PATTERN = '…']``: needs READ, for an external stage USAGE."""
    location = resolve_location(context, read_location(reader), Access.READ)
    matches = matcher(reader.properties("LIST", {"PATTERN": read_string}).get("PATTERN"))
    reader.end()
    columns = (Column("name"), Column("size", Type.FIXED, 38, 0), Column("md5"), Column("last_modified"))

    def run() -> Result:
        rows = [
            (location.shown(file.name), str(file.size), file.etag, formatdate(file.modified, usegmt=True))
            for file in location.files()
            if matches(file.name)
        ]
        return Result(columns, rows)

    return Deferred(run)


@statement("REMOVE", "RM", source=_SOURCE)
def remove(context: Context, reader: Reader) -> Answer:
    """``REMOVE location [PATTERN = '…']``: needs WRITE, for an external stage USAGE."""
    location = resolve_location(context, read_location(reader), Access.WRITE)
    matches = matcher(reader.properties("REMOVE", {"PATTERN": read_string}).get("PATTERN"))
    reader.end()

    def run() -> Result:
        names = [file.name for file in location.files() if matches(file.name)]
        location.place.remove(names)
        return Result((Column("name"), Column("result")), [(location.shown(name), "removed") for name in names])

    return Deferred(run)
