"""Little that unpacks to much: refused before it fills the memory, wherever it comes in."""

from __future__ import annotations

import bz2
import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Callable

import pyarrow as pa
import pytest

from local.data import unpack
from local.data.files import file_store
from local.model import Kind
from local.server import body, storage
from local.server.storage import PASSES
from local.session import Context, Session
from tests.local.conftest import Account, Client
from tests.local.staged import loader, put
from tests.local.test_server_limits import served
from tests.local.wire import Wire, new_wire

MIB = 2**20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def arrow(name: str) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, name) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "GZIP": gzip.compress,
    "BZ2": bz2.compress,
    "DEFLATE": zlib.compress,
    "RAW_DEFLATE": raw_deflate,
    "ZSTD": arrow("zstd"),
    "BROTLI": arrow("brotli"),
}


@pytest.fixture
def admin(account: Account, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(unpack, "LIMIT", 4 * MIB)
    monkeypatch.setattr(unpack, "_BLOCK", MIB // 4)
    client = loader(account)
    client.run("CREATE TABLE T (A VARCHAR)")
    return client


@pytest.mark.parametrize("packing", PACKERS)
def test_staged_file_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory(
    admin: Client, packing: str
) -> None:
    put(admin, "first", PACKERS[packing](b"x\n"))
    admin.run(f"COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})")  # what is imported is there
    put(admin, "bomb", PACKERS[packing](b"0" * (48 * MIB)))
    tracemalloc.start()
    try:
        error = admin.fails(f"COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code == "100082"
    assert most < 24 * MIB


@pytest.mark.parametrize("packing", PACKERS)
def test_staged_file_of_a_good_size_is_loaded(admin: Client, packing: str) -> None:
    put(admin, "good", PACKERS[packing](b"x\n" * 1000))
    admin.run(f"COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})")
    assert admin.run("SELECT COUNT(*) FROM T").rows == [("1000",)]


@pytest.mark.parametrize("packing", ["GZIP", "DEFLATE", "RAW_DEFLATE", "BZ2"])
def test_staged_file_that_is_cut_off_is_refused(admin: Client, packing: str) -> None:
    put(admin, "cut", PACKERS[packing](b"x\n" * 1000)[:-4])
    error = admin.fails(f"COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})")
    assert error.code == "100084"


def test_two_members_of_a_gzip_file_are_both_read(admin: Client) -> None:
    put(admin, "two", gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    admin.run("COPY INTO T FROM @ST")
    assert admin.run("SELECT COUNT(*) FROM T").rows == [("2",)]


@pytest.mark.parametrize(
    ("path", "limit"), [("/queries/v1/query-request", body.LIMIT), ("/telemetry/send", body.LIMIT)]
)
def test_request_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory(path: str, limit: int) -> None:
    wire = new_wire()
    headers = {"Authorization": f'Snowflake Token="{wire.token()}"', "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (128 * MIB))
    tracemalloc.start()
    try:
        answer = wire.http.post(path, content=bomb, headers=headers)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 413
    assert most < 3 * limit


def stage_key(wire: Wire) -> str:
    user = wire.find(Kind.USER, "LOCAL_ADMIN")
    context = Context(wire.server.catalogue, Session(1, user.id, None, "t", "m"), wire.server.settings)
    return PASSES.issue(file_store(context), 1, "", write=True)


def test_upload_that_rests_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "SECONDS", 0.3)
    wire = new_wire()
    head = (
        f"PUT /storage/stage/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential={stage_key(wire)}/x\r\n\r\nabc"
    )
    with served(wire) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head.encode())
        answer = client.recv(4096)  # or no answer within ten seconds
        while b"</Error>" not in answer and (more := client.recv(4096)):
            answer += more
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"RequestTimeout" in answer
