"""Notifications that would have been sent: kept in the account's folder, one JSON object a line; nothing dials out.

``<data-dir>/outbox.jsonl`` (0600) is for tests and people: when, who, through which integration, to whom, what.
Secrets of webhooks stay as their placeholder, because their values are not kept.
"""

from __future__ import annotations

import json
import os
import time
from weakref import WeakKeyDictionary

from local.catalogue import Catalogue
from local.model import Json, Obj
from local.session import Context

FILE = "outbox.jsonl"
LIMIT = 10 * 1024 * 1024
"""Bytes from which on the file is begun anew; the one before stays as ``outbox.1.jsonl``."""

_IN_MEMORY: WeakKeyDictionary[Catalogue, list[dict[str, Json]]] = WeakKeyDictionary()
"""Of accounts that have no folder (tests)."""


def send(context: Context, integration: Obj, message: dict[str, Json]) -> None:
    """Note one notification; it is in the file when this returns."""
    user, role = (context.catalogue.lookup(number) for number in (context.session.user, context.session.role))
    line: dict[str, Json] = {
        "time": round(time.time(), 3),
        "query_id": context.query_id,
        "user": user.name if user else "",
        "role": role.name if role else "",
        "integration": integration.name,
        **message,
    }
    folder = context.settings.data_dir
    if folder is None:
        _IN_MEMORY.setdefault(context.catalogue, []).append(line)
        return
    path = folder / FILE
    if path.exists() and path.stat().st_size > LIMIT:
        path.replace(folder / "outbox.1.jsonl")
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    finally:
        os.close(descriptor)


def sent(catalogue: Catalogue) -> list[dict[str, Json]]:
    """What an account without a folder has sent so far."""
    return list(_IN_MEMORY.get(catalogue, ()))
