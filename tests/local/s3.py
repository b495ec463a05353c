"""An S3 server on 127.0.0.1: moto in a process of its own, with a bucket for each test."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import boto3

from tests.local.conftest import SETTINGS, Account, Client
from tests.local.staged import loader


@contextmanager
def moto_server() -> Iterator[str]:
    """Start the server on a free port and stop it at the end; gives its address."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stderr)), None)
            assert found is not None, "the S3 server ended while it started"
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield found[0]
        finally:
            process.terminate()


@dataclass
class Lake:
    """A bucket with an account whose integration ``I`` may use its folders ``in`` (without ``in/secret``) and ``out``.

    ``admin`` is its administrator with the stages ``E`` and ``O`` on them, and the table ``T``.
    """

    client: Any
    bucket: str
    account: Account
    admin: Client

    def put(self, key: str, content: str | bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def publish(self, key: str, content: str) -> None:
        """An object that everybody may list and read."""
        self.client.put_bucket_acl(Bucket=self.bucket, ACL="public-read")
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content, ACL="public-read")

    def get(self, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def url(self, path: str = "") -> str:
        return f"s3://{self.bucket}/{path}"


def integration(allowed: list[str], blocked: list[str], name: str = "I", *, enabled: bool = True) -> str:
    """A statement that makes a storage integration."""
    listed = [", ".join(f"'{location}'" for location in locations) for locations in (allowed, blocked)]
    return (
        f"CREATE STORAGE INTEGRATION {name} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = {enabled} "
        f"STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::1:role/r' STORAGE_ALLOWED_LOCATIONS = ({listed[0]})"
        + (f" STORAGE_BLOCKED_LOCATIONS = ({listed[1]})" if blocked else "")
    )


def new_lake(account: Account, endpoint: str) -> Lake:
    """A new bucket and what an account needs to use it."""
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    bucket = f"lake-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    account.settings = replace(SETTINGS, s3_endpoint=endpoint)
    made = Lake(client, bucket, account, loader(account))
    made.admin.run(integration([made.url("in/"), made.url("out/")], [made.url("in/secret/")]))
    for name, folder in (("E", "in/"), ("O", "out/")):
        made.admin.run(f"CREATE STAGE {name} URL = '{made.url(folder)}' STORAGE_INTEGRATION = I")
    made.admin.run("CREATE TABLE T (A INT, B VARCHAR)")
    return made
