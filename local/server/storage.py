"""Internal stages as an object store, for drivers that carry files to clouds only (Python connector 5.x).

The subset of S3's REST API that such a driver uses: PutObject, HeadObject, GetObject with ranges, multipart uploads.
What a request may touch is in its access key: the answer to PUT or GET hands out a key for one folder (and, for PUT,
to write there), good for an hour. Signatures are not checked: the key itself is the secret, 256 bits, and like every
token of the protocol it travels in a header to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response

from local.data.files import FileStore, parts_of
from local.data.transfer import ACCESS, Endpoint
from local.errors import DISK, SnowflakeError

SECONDS = 60.0
"""How long a client may take between two parts of a file."""
PREFIX = "/storage"
BUCKET = "stage"
_VALID = 3600.0
_MOST = 10_000
_KEY = re.compile(r"Credential=(?P<key>[A-Za-z0-9_-]{20,100})/")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)\Z")


@dataclass(frozen=True, slots=True)
class Pass:
    """What one access key opens: files of an object below a prefix, to be read or to be written, until a moment."""

    store: FileStore
    owner: int
    prefix: str
    write: bool
    until: float


@dataclass(slots=True)
class Passes:
    """The access keys that are valid now."""

    _known: dict[str, Pass] = field(default_factory=dict)

    def issue(self, store: FileStore, owner: int, prefix: str, *, write: bool) -> str:
        """A new key."""
        now = time.monotonic()
        if len(self._known) >= _MOST:
            self._known = {key: found for key, found in self._known.items() if found.until > now}
            while len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
        key = secrets.token_urlsafe(32)
        self._known[key] = Pass(store, owner, prefix, write, now + _VALID)
        return key

    def find(self, authorization: str) -> Pass | None:
        """The pass that a request's Authorization header names."""
        found = _KEY.search(authorization)
        return self.get(found["key"]) if found else None

    def get(self, key: str) -> Pass | None:
        """The pass of a key, if it is still valid."""
        known = self._known.get(key)
        return known if known is not None and known.until > time.monotonic() else None


PASSES = Passes()


def open_at(address: str) -> None:
    """Have drivers that know clouds only sent to this server, which listens at ``address``."""
    Endpoint.url = f"{address}{PREFIX}/"
    Endpoint.issue = lambda store, owner, prefix, write: PASSES.issue(store, owner, prefix, write=write)


async def serve(request: Request) -> Response:
    """One request of the object store."""
    found = PASSES.find(request.headers.get("authorization", ""))
    if request.method in ("GET", "HEAD") and ACCESS in request.query_params:
        found = PASSES.get(request.query_params[ACCESS])
    if found is None:
        return _error(403, "InvalidAccessKeyId", "The key is not known or not valid any more.")
    name = request.path_params["key"]
    writing = request.method in ("PUT", "POST", "DELETE")
    try:
        parts = parts_of(name)
    except SnowflakeError:
        parts = ()
    inside = not found.prefix or name.startswith(found.prefix.rstrip("/") + "/")
    if not parts or not inside or (writing and not found.write):
        return _error(403, "AccessDenied", "The key does not open this object.")
    try:
        if request.method in ("GET", "HEAD"):
            return _read(request, found, name, parts)
        return await _write(request, found, name, parts)
    except TimeoutError:
        return _error(400, "RequestTimeout", "The body did not come in time.")
    except OSError as error:
        if error.errno in DISK:  # S3's answer to what may work later: drivers try again, then fail
            return _error(503, "ServiceUnavailable", f"The file cannot be kept: {error.strerror}.")
        return _error(400, "InvalidRequest", f"No file of this name can be there: {error.strerror}.")
    except ClientDisconnect:
        return _error(400, "IncompleteBody", "The client closed the connection.")


def _error(status: int, code: str, message: str) -> Response:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Response(body, status, media_type="application/xml")


def _read(request: Request, found: Pass, name: str, parts: tuple[str, ...]) -> Response:
    files = [file for file in found.store.files(found.owner, name) if file.name == "/".join(parts)]
    if not files or files[0].path is None:
        return Response(status_code=404) if request.method == "HEAD" else _error(404, "NoSuchKey", name)
    headers = {"ETag": f'"{files[0].etag}"', "Accept-Ranges": "bytes"}
    # FileResponse answers ranges and HEAD itself.
    return FileResponse(files[0].path, headers=headers, media_type="application/octet-stream")


async def _write(request: Request, found: Pass, name: str, parts: tuple[str, ...]) -> Response:
    query = request.query_params
    scratch = found.store.scratch()
    upload = query.get("uploadId", "")
    if upload and not re.match(r"[0-9a-f]{32}\Z", upload):
        return _error(404, "NoSuchUpload", upload)
    if request.method == "POST" and "uploads" in query:
        made = secrets.token_hex(16)
        body = f"<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{escape(name)}</Key>"
        return _xml(f"{body}<UploadId>{made}</UploadId></InitiateMultipartUploadResult>")
    if request.method == "POST" and upload:
        return _complete(found, name, scratch, upload)
    if request.method == "DELETE" and upload:
        for part in scratch.glob(f"up-{upload}-*"):
            part.unlink(missing_ok=True)
        return Response(status_code=204)
    if request.method != "PUT":
        return _error(405, "MethodNotAllowed", request.method)
    number = query.get("partNumber", "")
    if upload and not (number.isdecimal() and len(number) <= 5):
        return _error(400, "InvalidArgument", "partNumber")
    if request.headers.get("if-none-match") == "*" and _there(found, parts):
        return _error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    target = scratch / (f"up-{upload}-{int(number):05d}" if upload else f"up-{secrets.token_hex(16)}")
    etag = await _save(request, target)
    if not upload:
        found.store.write(found.owner, "/".join(parts), target, overwrite=True)
    return Response(headers={"ETag": f'"{etag}"'})


def _there(found: Pass, parts: tuple[str, ...]) -> bool:
    return any(file.name == "/".join(parts) for file in found.store.files(found.owner, "/".join(parts)))


def _xml(body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{body}', media_type="application/xml")


def _complete(found: Pass, name: str, scratch: Path, upload: str) -> Response:
    parts = sorted(scratch.glob(f"up-{upload}-*"))
    if not parts:
        return _error(404, "NoSuchUpload", upload)
    whole = scratch / f"up-{secrets.token_hex(16)}"
    with whole.open("wb") as target:
        for part in parts:
            target.write(part.read_bytes())
            part.unlink()
    found.store.write(found.owner, name, whole, overwrite=True)
    body = f"<CompleteMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{escape(name)}</Key>"
    return _xml(f'{body}<ETag>"{upload}"</ETag></CompleteMultipartUploadResult>')


async def _save(request: Request, target: Path) -> str:
    """Write a body to a file; its MD5. Bodies in ``aws-chunked`` encoding are unpacked."""
    chunked = "aws-chunked" in request.headers.get("content-encoding", "") or request.headers.get(
        "x-amz-content-sha256", ""
    ).startswith("STREAMING-")
    body = _patient(request.stream())
    digest = hashlib.md5(usedforsecurity=False)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            async for data in _unpacked(body) if chunked else body:
                digest.update(data)
                file.write(data)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


async def _patient(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The parts of a body; TimeoutError where the client takes too long for one."""
    while True:
        async with asyncio.timeout(SECONDS):
            part = await anext(body, None)
        if part is None:
            return
        yield part


async def _unpacked(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content of an ``aws-chunked`` body: sizes in hexadecimal, each before its data; trailers are dropped."""
    held = b""
    left: int | None = None
    async for data in body:
        held += data
        while held:
            if left is None:
                found = _CHUNK.match(held)
                if found is None:
                    break
                left, held = int(found[1], 16), held[found.end() :]
                if left == 0:
                    return
            if left > 0:
                take = held[:left]
                held, left = held[len(take) :], left - len(take)
                yield take
                if left > 0:
                    break
            if left == 0:
                if len(held) < 2:
                    break
                held, left = held[2:], None
