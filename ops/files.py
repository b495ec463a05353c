"""Small files: written whole or not at all, readable by the user only."""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ops.errors import OpsError
from ops.layout import private_folder


def write_private(path: Path, content: str) -> None:
    """Writes a file of mode 0600 in one step, so that a reader sees the old content or the new, never a part."""
    private_folder(path.parent)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        Path(temporary).replace(path)
    except OSError as error:
        raise OpsError(f"{path} cannot be written", why=error.strerror or str(error)) from error


def write_private_if_changed(path: Path, content: str) -> bool:
    """Like write_private, but leaves a file with the same content alone; returns whether it wrote."""
    if path.exists() and path.read_text(encoding="utf-8") == content and not path.stat().st_mode & 0o077:
        return False
    write_private(path, content)
    return True


def read_object(path: Path) -> dict[str, object]:
    """The JSON object in a file; empty where the file is absent, cut short or not an object."""
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_object(path: Path, content: Mapping[str, object]) -> None:
    """Writes a JSON object, private and whole."""
    write_private(path, json.dumps(content, indent=2, sort_keys=True) + "\n")


@contextmanager
def exclusive(path: Path, busy: str, wait: float = 0.0) -> Iterator[None]:
    """Holds a lock file while the block runs; raises OpsError with `busy` where another process holds it.

    Waits that many seconds first. The kernel releases the lock when the process ends, however it ends.
    """
    private_folder(path.parent)
    with path.open("a", encoding="utf-8") as stream:
        deadline = time.monotonic() + wait
        while not _locked(stream):
            if time.monotonic() >= deadline:
                raise OpsError(busy, where=str(path), do="wait until it ends, then try again")
            time.sleep(0.05)
        yield


def _locked(stream: TextIO) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
