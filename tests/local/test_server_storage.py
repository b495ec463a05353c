"""The object store for drivers that know clouds only, over HTTP as the Python connector 5.x uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.data.transfer import Endpoint
from local.server import storage
from tests.local.wire import Wire, new_wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    before = Endpoint.url, Endpoint.issue
    storage.open_at("http://testserver")
    yield new_wire()
    Endpoint.url, Endpoint.issue = before


def orders(wire: Wire, token: str, sql: str) -> dict[str, Any]:
    info: dict[str, Any] = wire.run(sql, token).data["stageInfo"]
    return info


def login(wire: Wire) -> str:
    token = str(wire.login(CLIENT_APP_ID="PythonConnector", CLIENT_APP_VERSION="5.2.0").data["token"])
    for sql in ("CREATE DATABASE D", "CREATE STAGE D.PUBLIC.ST"):
        assert wire.run(sql, token).code is None
    return token


def request(wire: Wire, method: str, name: str, key: str, content: bytes = b"", **headers: str) -> Any:
    scope = f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/s3/aws4_request, Signature=0"
    given = {"authorization": scope, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return wire.http.request(method, f"/storage/stage/{name}", content=content, headers=given)


def test_driver_that_knows_clouds_only_writes_and_reads_through_the_server(wire: Wire) -> None:
    token = login(wire)
    info = orders(wire, token, "PUT file:///tmp/a.csv @D.PUBLIC.ST/x")
    assert (info["locationType"], info["location"], info["endPoint"]) == ("S3", "stage/x", "http://testserver/storage/")
    key = info["creds"]["AWS_KEY_ID"]
    assert request(wire, "HEAD", "x/a.csv", key).status_code == 404
    assert request(wire, "PUT", "x/a.csv", key, b"1,2\n").status_code == 200
    assert request(wire, "PUT", "x/a.csv", key, b"new", if_none_match="*").status_code == 412
    reading = orders(wire, token, "GET @D.PUBLIC.ST file:///tmp/")["creds"]["AWS_KEY_ID"]
    assert request(wire, "GET", "x/a.csv", reading).content == b"1,2\n"
    assert request(wire, "GET", "x/a.csv", reading, range="bytes=0-1").content == b"1,"
    assert [row[0] for row in wire.run("LIST @D.PUBLIC.ST", token).data["rowset"]] == ["st/x/a.csv"]


def test_large_file_comes_in_parts(wire: Wire) -> None:
    key = orders(wire, login(wire), "PUT file:///tmp/a.csv @D.PUBLIC.ST")["creds"]["AWS_KEY_ID"]
    started = request(wire, "POST", "big.bin?uploads", key).text
    upload = started.split("<UploadId>")[1].split("<")[0]
    request(wire, "PUT", f"big.bin?partNumber=2&uploadId={upload}", key, b"world")
    request(wire, "PUT", f"big.bin?partNumber=1&uploadId={upload}", key, b"hello ")
    assert request(wire, "POST", f"big.bin?uploadId={upload}", key).status_code == 200
    assert request(wire, "GET", "big.bin", key).content == b"hello world"


def test_key_opens_nothing_but_its_folder(wire: Wire) -> None:
    token = login(wire)
    key = orders(wire, token, "PUT file:///tmp/a.csv @D.PUBLIC.ST/x")["creds"]["AWS_KEY_ID"]
    reading = orders(wire, token, "GET @D.PUBLIC.ST file:///tmp/")["creds"]["AWS_KEY_ID"]
    assert request(wire, "PUT", "y/a.csv", key, b"1").status_code == 403
    assert request(wire, "PUT", "x/%2e%2e/y.csv", key, b"1").status_code == 403
    assert request(wire, "PUT", "x/a.csv", reading, b"1").status_code == 403
    assert request(wire, "GET", "x/a.csv", "A" * 43).status_code == 403
    assert wire.http.get("/storage/stage/x/a.csv").status_code == 403


def test_go_driver_fetches_files_by_addresses_that_hold_their_key(wire: Wire) -> None:
    token = login(wire)
    key = orders(wire, token, "PUT file:///tmp/a.csv @D.PUBLIC.ST/x")["creds"]["AWS_KEY_ID"]
    assert request(wire, "PUT", "x/a b.csv", key, b"1,2\n").status_code == 200
    go = str(wire.login(CLIENT_APP_ID="Go", CLIENT_APP_VERSION="2.1.0").data["token"])
    answer = wire.run("GET @D.PUBLIC.ST file:///tmp/", go).data
    assert (answer["stageInfo"]["locationType"], answer["src_locations"]) == ("GCS", ["x/a b.csv"])
    (address,) = answer["presignedUrls"]
    assert wire.http.get(address).content == b"1,2\n"
    assert wire.http.put(address, content=b"3").status_code == 403
    assert wire.http.get(address[:-1] + "~").status_code == 403
