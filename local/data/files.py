"""Files of internal stages: a folder for every user, table and named stage, below the account's own.

Drivers write and read these folders themselves (location type LOCAL_FS), so whatever lies there is looked at with
care: names are plain relative paths, links and special files are not there, and a folder is only for its owner.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from local.catalogue import Catalogue
from local.errors import SnowflakeError, compilation_error
from local.session import Context

FOLDER = "stages"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file of a stage: its name below the stage's root (``a/b.csv.gz``), bytes, MD5 and when it was last written."""

    name: str
    size: int
    etag: str
    modified: float
    path: Path | None = None
    """Where it lies; None for a file outside that has not been fetched."""


def remote_missing(name: str) -> SnowflakeError:
    """091016: a file that was named, or listed a moment ago, is not there."""
    return compilation_error(f"Remote file '{name}' was not found.", "091016", "22000")


@dataclass(slots=True)
class FileStore:
    """The account's folder of staged files, made with mode 0700 when it is first used."""

    root: Path
    temporary: bool = False
    _sums: dict[Path, tuple[int, int, int, str]] = field(default_factory=dict)
    """Path → size, time, inode and MD5 of a file as it was last looked at."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def folder(self, owner: int, prefix: str = "") -> Path:
        """The folder of an object's files (``prefix`` below it), made if it is missing; 001008 for an unsafe prefix."""
        path = self.root / f"o{owner}"
        for part in ("", *parts_of(prefix)):
            path = path / part if part else path
            if path.is_symlink():
                raise compilation_error(f"invalid stage location: '{prefix}'")
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def scratch(self) -> Path:
        """A folder for files on their way to or from elsewhere."""
        path = self.root / "scratch"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def files(self, owner: int, prefix: str = "") -> list[StagedFile]:
        """Regular files whose name begins with ``prefix``, by name."""
        root = self.root / f"o{owner}"
        found = ((path.relative_to(root).as_posix(), path) for path in _regular(root))
        wanted = sorted((name, path) for name, path in found if name.startswith(prefix))
        return [made for name, path in wanted if (made := self._file(name, path)) is not None]

    def _file(self, name: str, path: Path) -> StagedFile | None:
        try:
            about = path.lstat()
            etag = self._sum(path, about)
        except OSError:
            return None  # it went while it was looked at
        return StagedFile(name, about.st_size, etag, about.st_mtime, path)

    def _sum(self, path: Path, about: os.stat_result) -> str:
        key = (about.st_size, about.st_mtime_ns, about.st_ino)
        with self._guard:
            known = self._sums.get(path)
        if known is not None and known[:3] == key:
            return known[3]
        digest = hashlib.md5(usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        with self._guard:
            self._sums[path] = (*key, digest.hexdigest())
        return digest.hexdigest()

    def write(self, owner: int, name: str, source: Path, *, overwrite: bool) -> int:
        """Move a finished file into an object's folder; its size. 001008 if it is there and may not be replaced."""
        where = parts_of(name)
        target = self.folder(owner, "/".join(where[:-1])) / where[-1]
        if target.exists() and not overwrite:
            raise compilation_error(f"Files already existing at the unload destination: {name}.", "002091", "22000")
        size = source.stat().st_size
        os.replace(source, target)
        return size

    def remove(self, owner: int, names: list[str]) -> None:
        """Delete files; those that are gone already are no error. Empty folders go too."""
        root = self.root / f"o{owner}"
        for name in names:
            path = root.joinpath(*parts_of(name))
            path.unlink(missing_ok=True)
            with self._guard:
                self._sums.pop(path, None)
            for parent in path.parents:
                if parent == root or not parent.is_relative_to(root):
                    break
                try:
                    parent.rmdir()
                except OSError:
                    break

    def forget(self, owner: int) -> None:
        """Delete an object's folder with everything in it."""
        shutil.rmtree(self.root / f"o{owner}", ignore_errors=True)

    def sweep(self, keep: set[int]) -> None:
        """Delete the folders of objects that are not there any more, and what was left half-way."""
        if not self.root.is_dir():
            return
        for path in self.root.iterdir():
            if path.name == "scratch" or (path.name[1:].isdigit() and int(path.name[1:]) not in keep):
                shutil.rmtree(path, ignore_errors=True)


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a relative name; 001008 for one that would lead out of its folder."""
    parts = tuple(part for part in name.split("/") if part)
    if any(part in (".", "..") or "\0" in part or "\\" in part or len(part.encode()) > 255 for part in parts):
        raise compilation_error(f"invalid stage location: '{name}'")
    return parts


def _regular(root: Path) -> Iterator[Path]:
    """Regular files below a folder; no link is followed."""
    try:
        entries = list(os.scandir(root))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _regular(Path(entry.path))
        elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            yield Path(entry.path)


_STORES: weakref.WeakKeyDictionary[Catalogue, FileStore] = weakref.WeakKeyDictionary()


def file_store(context: Context) -> FileStore:
    """The account's file store; an account in memory has one in a temporary folder."""
    found = _STORES.get(context.catalogue)
    if found is None:
        found = _STORES[context.catalogue] = _open(context.catalogue, context.settings.data_dir)
    return found


def existing_files(catalogue: Catalogue) -> FileStore | None:
    """The file store if a statement has asked for it already."""
    return _STORES.get(catalogue)


def _open(catalogue: Catalogue, folder: Path | None) -> FileStore:
    if folder is None:
        made = tempfile.mkdtemp(prefix="stages-")
        store = FileStore(Path(made), temporary=True)
        weakref.finalize(catalogue, shutil.rmtree, made, ignore_errors=True)
        return store
    store = FileStore((folder / FOLDER).resolve())
    store.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    store.root.chmod(0o700)
    store.sweep({obj.id for obj in catalogue.objects})
    return store
