"""Folders that appear in the cache whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUFFIX = ".unfinished"


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `target` if the block ends well, and goes away if it does not.

    What a killed process left, and an older `target`, is replaced. The caller holds the lock of the cache.
    """
    folder = target.with_name(target.name + SUFFIX)
    remove(folder)
    folder.mkdir(parents=True)
    try:
        yield folder
        remove(target)
        folder.rename(target)
    except BaseException:
        remove(folder)
        raise


def remove(path: Path) -> None:
    """Remove a folder with all it holds, or do nothing if there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    elif path.is_symlink() or path.exists():
        os.unlink(path)
