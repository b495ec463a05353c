"""The objects of one bucket at the endpoint that the server was started with; no other address is ever called.

Neither AWS's configuration files nor proxies of the environment are asked. A request is tried twice; a connection has
three seconds, an answer twenty, so that a dead endpoint is an error and not a hang.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from local.data.files import StagedFile, remote_missing
from local.errors import SnowflakeError

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 20.0
_KEY, _SECRET = "LOCAL_S3_ACCESS_KEY_ID", "LOCAL_S3_SECRET_ACCESS_KEY"
"""Environment variables with the endpoint's credentials, for an endpoint that checks them."""
_BLOCK = 1 << 20
MOST = 1000
"""Objects that one request lists or deletes: no endpoint gives more."""


@dataclass(frozen=True, slots=True)
class Login:
    """With what requests are signed; an empty key sends them unsigned, as for a public bucket."""

    key: str
    secret: str = ""
    token: str = ""

    def __repr__(self) -> str:
        """Without the secrets."""
        return "Login(***)"


def own_login() -> Login:
    """The login that stands for every storage integration."""
    return Login(os.environ.get(_KEY, "local"), os.environ.get(_SECRET, "local"))


@lru_cache(maxsize=16)
def _client(endpoint: str, login: Login) -> Any:
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.session import Session

    options = Config(
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 2, "mode": "standard"},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        max_pool_connections=32,
        proxies={},
        ignore_configured_endpoint_urls=True,
        **({} if login.key else {"signature_version": UNSIGNED}),
    )
    nothing = (None, None, os.devnull, None)
    session = Session({"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing})
    return boto3.Session(botocore_session=session).client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=login.key or None,
        aws_secret_access_key=login.secret or None,
        aws_session_token=login.token or None,
        config=options,
    )


def forget_clients() -> None:
    """Make new connections from here on."""
    _client.cache_clear()


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; every method raises 091003 where the endpoint refuses or does not answer."""

    endpoint: str
    name: str
    login: Login

    def objects(self, prefix: str) -> Iterator[StagedFile]:
        """All objects whose key begins with the prefix, names being keys; folders are left out."""
        with _failing(prefix):
            pages = _client(self.endpoint, self.login).get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix, PaginationConfig={"PageSize": MOST}):
                for item in page.get("Contents", ()):
                    key, etag = str(item["Key"]), str(item["ETag"]).strip('"')
                    if not key.endswith("/"):
                        yield StagedFile(key, int(item["Size"]), etag, item["LastModified"].timestamp())

    def download(self, key: str, etag: str, target: Path) -> None:
        """Write the object to a file; 091016 if it is not there any more with this content."""
        with _failing(key), target.open("wb") as file:
            found = _client(self.endpoint, self.login).get_object(Bucket=self.name, Key=key, IfMatch=etag)
            for block in found["Body"].iter_chunks(_BLOCK):
                file.write(block)

    def upload(self, source: Path, key: str) -> None:
        """Write a file as an object."""
        with _failing(key):
            _client(self.endpoint, self.login).upload_file(str(source), self.name, key)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no error."""
        client = _client(self.endpoint, self.login)
        for start in range(0, len(keys), MOST):
            wanted = [{"Key": key} for key in keys[start : start + MOST]]
            with _failing(keys[start]):
                answer = client.delete_objects(Bucket=self.name, Delete={"Objects": wanted, "Quiet": True})
            for error in answer.get("Errors", ()):
                raise stage_failure(f"{error.get('Message', '')} (Error Code: {error.get('Code', '')})")


def stage_failure(cause: str) -> SnowflakeError:
    """091003: the storage behind a stage does not do what is asked (text and code as in reports of users)."""
    return SnowflakeError("091003", "22000", f"Failure using stage area. Cause: [{cause}]")


@contextmanager
def _failing(name: str) -> Iterator[None]:
    """Errors of the endpoint as Snowflake's."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        code = str(found.get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in ("NoSuchKey", "PreconditionFailed", "412") or (code == "404" and status == 404):
            raise remote_missing(name) from None
        raise stage_failure(f"{found.get('Message', code)} (Status Code: {status}; Error Code: {code})") from None
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        raise stage_failure(str(error)) from None
