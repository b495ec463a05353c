"""Where a driver carries the files of an internal stage to or from."""

from __future__ import annotations

from typing import TypedDict

from local.data.locations import Inside
from local.model import Json
from local.session import Context


class Transfer(TypedDict):
    """``info`` is the protocol's stageInfo; ``checks`` says whether the driver itself leaves files that are there."""

    info: dict[str, Json]
    checks: bool


def stage_info(context: Context, place: Inside, prefix: str) -> Transfer:
    """Orders for the session's driver; makes the folder."""
    folder = place.store.folder(place.owner, prefix)
    info: dict[str, Json] = {
        "locationType": "LOCAL_FS",
        "location": str(folder),
        "path": prefix,
        "region": "local",
        "storageAccount": None,
        "isClientSideEncrypted": False,
        "creds": {},
        "presignedUrl": None,
        "endPoint": None,
        "useS3RegionalUrl": False,
    }
    return {"info": info, "checks": context.session.client.startswith("Go")}
