"""External stages on S3: objects of one endpoint that the server was started with, and of nothing else.

The stage's storage integration must still allow the location at the moment of use (docs.snowflake.com: CREATE STORAGE
INTEGRATION, CREATE STAGE). Objects are fetched into the account's scratch folder under their ETag, so that an object
is carried once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.data.files import FileStore, StagedFile, file_store
from local.data.locations import Location, remote_missing
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Kind, Obj
from local.session import Context
from local.statements.integrations import covers

_KEY, _SECRET = "LOCAL_S3_ACCESS_KEY_ID", "LOCAL_S3_SECRET_ACCESS_KEY"
"""Environment variables with the endpoint's credentials, for an endpoint that checks them."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The objects below one key of a bucket."""

    endpoint: str
    bucket: str
    root: str
    store: FileStore

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=os.environ.get(_KEY, "local"),
            aws_secret_access_key=os.environ.get(_SECRET, "local"),
            config=Config(
                s3={"addressing_style": "path"}, retries={"max_attempts": 2}, connect_timeout=5, read_timeout=60
            ),
        )

    def files(self, prefix: str) -> list[StagedFile]:
        """See ``Place``."""
        found: list[StagedFile] = []
        with _failing(self.bucket):
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.root + prefix):
                for item in page.get("Contents", ()):
                    name = str(item["Key"])[len(self.root) :]
                    if not name.endswith("/"):
                        etag = str(item["ETag"]).strip('"')
                        found.append(StagedFile(name, int(item["Size"]), etag, item["LastModified"].timestamp()))
        return sorted(found, key=lambda file: file.name)

    def fetch(self, file: StagedFile) -> Path:
        """See ``Place``; kept by bucket, key and ETag."""
        key = hashlib.sha256(
            f"{self.endpoint}\0{self.bucket}\0{self.root}{file.name}\0{file.etag}".encode()
        ).hexdigest()
        target = self.store.scratch() / key
        if not target.is_file():
            part = target.with_name(f"{key}.{os.urandom(6).hex()}")
            with _failing(self.bucket):
                self._client().download_file(self.bucket, self.root + file.name, str(part))
            os.replace(part, target)
        return target

    def write(self, name: str, source: Path, *, overwrite: bool) -> int:
        """See ``Place``."""
        if not overwrite and any(file.name == name for file in self.files(name)):
            raise compilation_error(f"Files already existing at the unload destination: {name}.", "002091", "22000")
        size = source.stat().st_size
        with _failing(self.bucket):
            self._client().upload_file(str(source), self.bucket, self.root + name)
        source.unlink()
        return size

    def remove(self, names: list[str]) -> None:
        """See ``Place``."""
        client = self._client()
        with _failing(self.bucket):
            for name in names:
                client.delete_object(Bucket=self.bucket, Key=self.root + name)


@contextmanager
def _failing(bucket: str) -> Iterator[None]:
    """Errors of the endpoint as Snowflake's."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ("404", "NoSuchKey"):
            raise remote_missing(bucket) from None
        raise SnowflakeError(
            "091003", "22000", f"Failure using stage area. Cause: [{code or error}] (bucket {bucket})"
        ) from None
    except (BotoCoreError, Boto3Error) as error:
        raise SnowflakeError("091003", "22000", f"Failure using stage area. Cause: [{error}]") from None


def outside(context: Context, stage: Obj, prefix: str, text: str) -> Location:
    """The location in an external stage; 000002 for clouds and credentials that are not here, 003001-like refusals."""
    parts = urlsplit(str(stage.props["URL"]))
    if parts.scheme != "s3":
        raise unsupported(f"files of {parts.scheme}:// stages")
    endpoint = context.settings.s3_endpoint
    if endpoint is None:
        raise unsupported("files of s3:// stages on a server started without --s3-endpoint")
    name = stage.props.get("STORAGE_INTEGRATION")
    if name is None:
        raise unsupported("files of external stages without a storage integration")
    integration = context.catalogue.find(Kind.INTEGRATION, (str(name),))
    url = str(stage.props["URL"])
    root = parts.path.lstrip("/")
    root = root if not root or root.endswith("/") else f"{root}/"
    if integration is None or not covers(integration, f"s3://{parts.netloc}/{root}{prefix}"):
        raise SnowflakeError(
            "003167", "42601", f"Error assuming AWS_ROLE: location '{url}' is not allowed by integration '{name}'."
        )
    place = Outside(endpoint, parts.netloc, root, file_store(context))
    return Location(stage, prefix, f"s3://{parts.netloc}/{root}", place, text)
