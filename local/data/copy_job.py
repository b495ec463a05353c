"""COPY INTO <table> as it was written, and the choice of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from local.data.columns import ColumnDef
from local.data.files import StagedFile, remote_missing
from local.data.formats import FileFormat
from local.data.loads import SECONDS, Known
from local.data.locations import Location
from local.model import Obj


@dataclass(frozen=True, slots=True)
class OnError:
    """What an error does: CONTINUE, ABORT_STATEMENT, or SKIP_FILE from a number (or share) of errors on."""

    word: str = "ABORT_STATEMENT"
    limit: int = 1
    percent: bool = False

    def allowed(self, rows: int) -> int:
        """Errors in a file from which it is given up."""
        if self.word == "CONTINUE":
            return max(rows, 1)
        return max(1, -(-rows * self.limit // 100)) if self.percent else self.limit


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Options of COPY INTO <table>."""

    on_error: OnError = OnError()
    files: tuple[str, ...] = ()
    matches: Callable[[str], bool] = lambda _: True
    validation: str = ""
    match_by_name: str = "NONE"
    size_limit: int | None = None
    purge: bool = False
    force: bool = False
    failed_only: bool = False
    uncertain: bool = False
    cut: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    """INCLUDE_METADATA: column → METADATA$ column."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A column of a transformation in DuckDB's SQL; ``raw`` is what a cast is made of, ``text`` if it yields text."""

    sql: str
    raw: str
    text: bool = False


@dataclass(frozen=True, slots=True)
class CopyJob:
    """A resolved COPY INTO <table>: ``columns`` are all of the table's, ``chosen`` those that the files fill."""

    table: Obj
    columns: tuple[ColumnDef, ...]
    chosen: tuple[ColumnDef, ...]
    location: Location
    made: FileFormat
    options: CopyOptions
    query_id: str
    defaults: Mapping[int, str]
    """Column id → DuckDB SQL of what a column gets that the files do not fill."""
    before: Sequence[str] = ()
    """Statements that make sequences."""
    projections: tuple[Projection, ...] | None = None
    fields: int = 1
    keys: tuple[str, ...] = ()
    alias: str = ""

    def key(self, file: StagedFile) -> str:
        """What the load metadata knows a file by: outside its address, whichever stage leads there."""
        if self.location.external:
            return self.location.shown(file.name)
        return f"{self.location.owner.id}/{self.location.shown(file.name)}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Files to load, and those of which only a row of the result tells: with the reason."""

    load: tuple[StagedFile, ...]
    told: tuple[tuple[str, str, str], ...] = ()
    """File, status and message."""


def choose(job: CopyJob, known: Known, now: float) -> Choice:
    """The files that the statement means and the table does not have yet."""
    options, location = job.options, job.location
    found = location.files()
    told: list[tuple[str, str, str]] = []
    if options.files:
        folder = location.prefix if not location.prefix or location.prefix.endswith("/") else f"{location.prefix}/"
        names = {folder + name.lstrip("/"): name for name in options.files}
        by_name = {file.name: file for file in location.place.files(folder)}
        for name in names:
            if name not in by_name:
                if options.on_error.word == "ABORT_STATEMENT":
                    raise remote_missing(name)
                told.append((location.shown(name), "LOAD_FAILED", f"Remote file '{name}' was not found."))
        found = [by_name[name] for name in names if name in by_name]
    explicit = bool(options.files) or any(file.name == location.prefix for file in found)
    load: list[StagedFile] = []
    size = 0
    for file in found:
        if not options.matches(file.name):
            continue
        if not options.force and not options.validation:
            if file.etag in known.etags.get(job.key(file), ()):
                if explicit:
                    told.append((location.shown(file.name), "LOAD_SKIPPED", "File was loaded before."))
                continue
            old = file.modified < now - SECONDS and known.first is not None and known.first < now - SECONDS
            if old and not options.uncertain:
                told.append((location.shown(file.name), "LOAD_SKIPPED", "The load status of the file is uncertain."))
                continue
        if options.size_limit is not None and load and size >= options.size_limit:
            break
        size += file.size
        load.append(file)
    return Choice(tuple(load), tuple(told))
