"""External stages and addresses on S3: objects of one endpoint that the server was started with, and of nothing else.

The storage integration must still allow a location at the moment of use; what it blocks below an allowed location is
not there for the stage (docs.snowflake.com: CREATE STORAGE INTEGRATION, CREATE STAGE, COPY INTO). Objects are fetched
into the account's scratch folder under their ETag, so that an object is carried once.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.data.files import FileStore, StagedFile, file_store
from local.data.locations import Access, Location
from local.data.s3 import Bucket, Login, own_login
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import ACCOUNT_ID, Kind, Obj
from local.session import Context
from local.statements.integrations import blocks, covers

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
"""A bucket's name; what else a client takes for one (ARNs) leads to other places."""
_KEPT = 4 << 30
"""Bytes of fetched objects from which the oldest ones go."""
_RESTING = 900.0
"""Seconds for which a fetched object is kept whatever the others take."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The objects below one key of a bucket."""

    bucket: Bucket
    root: str
    store: FileStore
    integration: Obj | None = None

    def files(self, prefix: str) -> list[StagedFile]:
        """See ``Place``."""
        found = [
            StagedFile(item.name[len(self.root) :], item.size, item.etag, item.modified)
            for item in self.bucket.objects(self.root + prefix)
            if self.integration is None or not blocks(self.integration, f"s3://{self.bucket.name}/{item.name}")
        ]
        return sorted(found, key=lambda file: file.name)

    def fetch(self, file: StagedFile) -> Path:
        """See ``Place``; kept by endpoint, bucket, key and ETag."""
        about = f"{self.bucket.endpoint}\0{self.bucket.name}\0{self.root}{file.name}\0{file.etag}"
        key = "s3-" + hashlib.sha256(about.encode()).hexdigest()
        target = self.store.scratch() / key
        if target.is_file():
            os.utime(target)
            return target
        part = target.with_name(f"{key}.{os.urandom(6).hex()}")
        try:
            self.bucket.download(self.root + file.name, file.etag, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        _make_room(target.parent)
        return target

    def write(self, name: str, source: Path, *, overwrite: bool) -> int:
        """See ``Place``."""
        self._check(name)
        if not overwrite and any(file.name == name for file in self.files(name)):
            raise compilation_error(f"Files already existing at the unload destination: {name}.", "002091", "22000")
        size = source.stat().st_size
        self.bucket.upload(source, self.root + name)
        source.unlink()
        return size

    def remove(self, names: list[str]) -> None:
        """See ``Place``."""
        for name in names:
            self._check(name)
        self.bucket.delete([self.root + name for name in names])

    def _check(self, name: str) -> None:
        url = f"s3://{self.bucket.name}/{self.root}{name}"
        if self.integration is not None and blocks(self.integration, url):
            raise _not_allowed(url, self.integration.name)


def _make_room(folder: Path) -> None:
    """Delete what was fetched longest ago, once it is too much."""
    found = []
    for path in folder.glob("s3-*"):
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        found.append((about.st_mtime, about.st_size, path))
    total, now = sum(size for _, size, _ in found), time.time()
    for modified, size, path in sorted(found):
        if total <= _KEPT or now - modified < _RESTING:
            return
        path.unlink(missing_ok=True)
        total -= size


def _not_allowed(url: str, name: str) -> SnowflakeError:
    return SnowflakeError(
        "003167", "42601", f"Error assuming AWS_ROLE: location '{url}' is not allowed by integration '{name}'."
    )


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme, bucket and key of an address; nothing in a key has a meaning of its own."""
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    return scheme, bucket, key.lstrip("/")


def _endpoint(context: Context, scheme: str, bucket: str, url: str) -> str:
    if scheme != "s3":
        raise unsupported(f"files of {scheme}:// locations")
    if context.settings.s3_endpoint is None:
        raise unsupported("files of s3:// locations on a server started without --s3-endpoint")
    if not _BUCKET.fullmatch(bucket):
        raise compilation_error(f"invalid URL prefix found in: '{url}'")
    return context.settings.s3_endpoint


def outside(context: Context, stage: Obj, prefix: str) -> Location:
    """The location in an external stage; 000002 for clouds that are not here, 003167 if it is not allowed."""
    url = str(stage.props["URL"])
    scheme, bucket, root = _parts(url)
    endpoint = _endpoint(context, scheme, bucket, url)
    root = root if not root or root.endswith("/") else f"{root}/"
    name = stage.props.get("STORAGE_INTEGRATION")
    if name is None and stage.props.get("CREDENTIALS"):
        raise unsupported("files of stages with CREDENTIALS (secrets are not kept: use a storage integration)")
    integration, login = _right(context, None if name is None else str(name), None)
    if integration is not None and not covers(integration, f"s3://{bucket}/{root}{prefix}"):
        raise _not_allowed(url, integration.name)
    place = Outside(Bucket(endpoint, bucket, login), root, file_store(context), integration)
    return Location(stage, prefix, f"s3://{bucket}/{root}", place, url)


def _right(context: Context, name: str | None, login: Login | None) -> tuple[Obj | None, Login]:
    """The integration, and with what requests are signed; 003161-like refusal where the account demands one."""
    if name is None:
        if context.catalogue.account.params.get("REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION", "false") == "true":
            raise compilation_error(
                "A location without a storage integration is refused: "
                "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION is set."
            )
        return None, login or Login("")
    integration = context.catalogue.find(Kind.INTEGRATION, (name,))
    if integration is None:
        raise SnowflakeError("003167", "42601", f"Error assuming AWS_ROLE: integration '{name}' does not exist.")
    return integration, own_login()


@dataclass(frozen=True, slots=True)
class Address:
    """``'s3://bucket/path'`` in COPY INTO, with the right to it."""

    url: str
    integration: str | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)

    def location(self, context: Context, access: Access) -> Location:
        """The place; the integration needs USAGE and must cover it."""
        scheme, bucket, path = _parts(self.url)
        endpoint = _endpoint(context, scheme, bucket, self.url)
        unloads = access is Access.WRITE
        if unloads and context.catalogue.account.params.get("PREVENT_UNLOAD_TO_INLINE_URL", "false") == "true":
            raise compilation_error("Unloading to an inline URL is refused: PREVENT_UNLOAD_TO_INLINE_URL is set.")
        integration, login = _right(context, self.integration, self._login())
        if integration is not None:
            context.access.require(context.access.resolve(Kind.INTEGRATION, (integration.name,)), "USAGE")
            if not covers(integration, self.url):
                raise _not_allowed(self.url, integration.name)
        folder, _, prefix = path.rpartition("/")
        root = f"{folder}/" if folder else ""
        place = Outside(Bucket(endpoint, bucket, login), root, file_store(context), integration)
        owner = integration or context.catalogue.get(ACCOUNT_ID)
        return Location(owner, prefix, f"s3://{bucket}/{root}", place, self.url)

    def _login(self) -> Login | None:
        if not self.credentials:
            return None
        if "AWS_ROLE" in self.credentials:
            raise unsupported("CREDENTIALS = (AWS_ROLE = …)")
        missing = [name for name in ("AWS_KEY_ID", "AWS_SECRET_KEY") if not self.credentials.get(name)]
        if missing:
            raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")
        return Login(*(self.credentials.get(name, "") for name in ("AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN")))


def address_of(url: str, integration: str | None, credentials: Mapping[str, str]) -> Address:
    """The address with the right to it; 001008 for two rights."""
    if integration is not None and credentials:
        raise compilation_error("STORAGE_INTEGRATION and CREDENTIALS cannot both be given.")
    return Address(url, integration, credentials)
