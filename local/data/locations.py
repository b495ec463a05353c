"""Where staged files are: ``@~/path``, ``@[db.[schema.]]%table/path``, ``@[db.[schema.]]stage/path``.

Source: docs.snowflake.com, Choosing an internal stage for local files; LIST; GET; PUT; REMOVE (rights); CREATE STAGE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path as FilePath
from typing import Protocol

from local.data.files import FileStore, StagedFile, file_store, parts_of, remote_missing
from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Kind, Obj
from local.names import Path
from local.reader import Reader
from local.session import Context

_RAW = re.compile(r"""@(?:"(?:[^"]|"")*"|[^\s"',();])+""")
_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_LOCATION = re.compile(
    rf"@(?:(?P<user>~)|(?P<before>(?:{_NAME}\.|\.)*)(?P<table>%)?(?P<name>{_NAME}))(?:/(?P<rest>.*))?\Z"
)


class Access(Enum):
    """What is done with the files."""

    READ = "READ"
    WRITE = "WRITE"


class Place(Protocol):
    """The files of one stage, inside or outside; names are relative to its root."""

    def files(self, prefix: str) -> list[StagedFile]:
        """Files whose name begins with the prefix, by name."""

    def fetch(self, file: StagedFile) -> FilePath:
        """A local file with its content."""

    def write(self, name: str, source: FilePath, *, overwrite: bool) -> int:
        """Move a finished local file there; bytes written."""

    def remove(self, names: list[str]) -> None:
        """Delete files."""


@dataclass(frozen=True, slots=True)
class Inside:
    """A place in the account's own folder."""

    store: FileStore
    owner: int

    def files(self, prefix: str) -> list[StagedFile]:
        """See ``Place``."""
        return self.store.files(self.owner, prefix)

    def fetch(self, file: StagedFile) -> FilePath:
        """See ``Place``."""
        if file.path is None or not file.path.is_file():
            raise remote_missing(file.name)
        return file.path

    def write(self, name: str, source: FilePath, *, overwrite: bool) -> int:
        """See ``Place``."""
        return self.store.write(self.owner, name, source, overwrite=overwrite)

    def remove(self, names: list[str]) -> None:
        """See ``Place``."""
        self.store.remove(self.owner, names)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a stage: whose files, which prefix, and how results name it (``mystage/``, ``s3://bucket/``)."""

    owner: Obj
    prefix: str
    label: str
    place: Place
    text: str
    """The location as it was written, or its URL."""

    @property
    def external(self) -> bool:
        """Whether the files are outside of Snowflake."""
        return not isinstance(self.place, Inside)

    def files(self) -> list[StagedFile]:
        """The files whose name begins with the prefix."""
        return self.place.files(self.prefix)

    def shown(self, name: str) -> str:
        """A file's name as LIST and COPY print it."""
        return self.label + name


def read_location(reader: Reader) -> str:
    """The text of a location: a string literal, or ``@…`` up to the next blank, comma or parenthesis."""
    if reader.peek().kind is TokenKind.STRING:
        return reader.string()
    return reader.raw(_RAW)


def at_location(reader: Reader) -> bool:
    """Whether a location comes next (a string may be one)."""
    return reader.at("@") or reader.peek().kind is TokenKind.STRING


def resolve_location(context: Context, text: str, access: Access) -> Location:
    """The location that a text names; 002003 if it is missing or hidden, 003001 without the right to it."""
    if "://" in text and not text.startswith("@"):
        raise unsupported("a URL in place of a stage")
    found = _LOCATION.match(text)
    if found is None:
        raise compilation_error(f"invalid stage location: '{text}'", "001011", "42601")
    prefix = re.sub("/+", "/", found["rest"] or "").lstrip("/")
    if prefix:
        parts_of(prefix)
    if found["user"]:
        user = context.catalogue.get(context.session.user)
        return Location(user, prefix, "", Inside(file_store(context), user.id), text)
    path = _path(found["before"], found["name"])
    if found["table"]:
        return _table_stage(context, path, prefix, text)
    if path[-1].startswith("%"):  # "%NAME", as dlt and Snowpark write a table's stage
        return _table_stage(context, (*path[:-1], path[-1][1:]), prefix, text)
    return _named(context, path, prefix, text, access)


def _path(before: str, name: str) -> Path:
    reader = Reader(f"{before}{name}")
    path = reader.path()
    reader.end()
    return path


def _table_stage(context: Context, path: Path, prefix: str, text: str) -> Location:
    """A table's stage is for the table's owner alone."""
    from local.statements.tables import find_table

    table = find_table(context, path)
    context.access.require_ownership(table)
    return Location(table, prefix, "", Inside(file_store(context), table.id), text)


def external_stage(context: Context, text: str) -> Obj | None:
    """The external stage that a text names, for which USAGE is needed; None for any other location."""
    found = _LOCATION.match(text)
    if found is None or found["user"] or found["table"]:
        return None
    path = _path(found["before"], found["name"])
    if path[-1].startswith("%"):
        return None
    stage = _stage(context, path, Access.READ)
    return stage if "URL" in stage.props else None


def _stage(context: Context, path: Path, access: Access) -> Obj:
    stage = context.access.resolve(Kind.STAGE, path)
    context.access.require(stage, "USAGE" if "URL" in stage.props else access.value)
    return stage


def _named(context: Context, path: Path, prefix: str, text: str, access: Access) -> Location:
    stage = _stage(context, path, access)
    if "URL" in stage.props:
        from local.data.outside import outside

        return outside(context, stage, prefix)
    return Location(stage, prefix, f"{stage.name.lower()}/", Inside(file_store(context), stage.id), text)
