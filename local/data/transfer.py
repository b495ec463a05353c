"""Where a driver carries the files of an internal stage to or from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypedDict
from urllib.parse import quote, urlencode

from local.data.files import FileStore
from local.data.locations import Inside
from local.model import Json
from local.session import Context

_CLOUD_ONLY = re.compile(r"(?:PythonConnector|Python) (?:[5-9]|\d\d)\.")
"""Drivers that do not know LOCAL_FS."""
ACCESS = "access"
"""The parameter of an address that holds its key."""


class Transfer(TypedDict):
    """``info`` is the protocol's stageInfo; ``checks`` says whether the driver itself leaves files that are there."""

    info: dict[str, Json]
    checks: bool


class Endpoint:
    """The server's own object store: its address (host and port), and who hands out keys; set when it starts."""

    url: str | None = None
    issue: Callable[[FileStore, int, str, bool], str] | None = None


def stage_info(context: Context, place: Inside, prefix: str, *, write: bool) -> Transfer:
    """Orders for the session's driver; makes the folder."""
    folder = place.store.folder(place.owner, prefix)
    issue, url = Endpoint.issue, Endpoint.url
    cloud = issue is not None and url is not None and _CLOUD_ONLY.match(context.session.client) is not None
    creds: dict[str, Json] = {}
    location = str(folder)
    if cloud and issue is not None:
        key = issue(place.store, place.owner, prefix, write)
        creds = {"AWS_KEY_ID": key, "AWS_SECRET_KEY": key, "AWS_TOKEN": key}
        location = f"stage/{prefix}" if prefix else "stage/"
    info: dict[str, Json] = {
        "locationType": "S3" if cloud else "LOCAL_FS",
        "location": location,
        "path": prefix,
        "region": "us-east-1" if cloud else "local",
        "storageAccount": None,
        "isClientSideEncrypted": False,
        "creds": creds,
        "presignedUrl": None,
        "endPoint": url if cloud else None,
        "useS3RegionalUrl": False,
    }
    return {"info": info, "checks": cloud or context.session.client.startswith("Go")}


def links(context: Context, place: Inside, names: Sequence[str]) -> list[str]:
    """Addresses to fetch files from, good for a while, for drivers that GET no local file; empty for all others.

    The Go driver (1.19, 2.1) takes local files for small ones and fetches large ones only; given location type GCS and
    presigned addresses it fetches each with a plain request.
    """
    issue, url = Endpoint.issue, Endpoint.url
    if issue is None or url is None or not context.session.client.startswith("Go"):
        return []
    key = issue(place.store, place.owner, "", False)
    return [f"{url}stage/{quote(name)}?{urlencode({ACCESS: key})}" for name in names]
