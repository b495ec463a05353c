"""Whether an account's folder is whole: the catalogue in itself, the rows as the catalogue wants them, nothing else.

What a killed server may leave behind on purpose (rows of a table that was never recorded, a column not added yet) is
put right as a starting server would, in a copy: the folder itself is not changed.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.catalogue import Catalogue
from local.data.files import FOLDER
from local.data.shapes import SCHEMA, physical
from local.data.store import FILE, DataStore
from local.model import ACCOUNT_ID, Kind, Obj, Scope
from local.store import Store


def problems(catalogue: Catalogue, folder: Path) -> list[str]:
    """Everything that is wrong, one line each; no server may be using the folder."""
    return [*catalogue_problems(catalogue), *_data_problems(catalogue, folder), *_file_problems(catalogue, folder)]


def catalogue_problems(catalogue: Catalogue) -> Iterator[str]:
    """What points to nothing, stands where it cannot, or is there twice."""
    taken: dict[tuple[int, str, str, str], Obj] = {}
    for obj in catalogue.objects:
        label = f"{obj.kind.value} {obj.name} ({obj.id})"
        if obj.id != ACCOUNT_ID:
            yield from _place_problems(catalogue, obj, label)
        owner = catalogue.lookup(obj.owner)
        if obj.owner is not None and (owner is None or owner.kind not in (Kind.ROLE, Kind.DATABASE_ROLE)):
            yield f"{label} is owned by {obj.owner}, which is no role"
        if "session" not in obj.props:
            first = taken.setdefault((obj.parent, obj.kind.info.namespace, obj.name, obj.signature), obj)
            if first is not obj:
                yield f"{label} has the name of {first.kind.value} {first.id}"
    for what, ends in _pointers(catalogue):
        for end in ends:
            if catalogue.lookup(end) is None:
                yield f"{what} points to {end}, which is gone"


def _place_problems(catalogue: Catalogue, obj: Obj, label: str) -> Iterator[str]:
    wanted = {Scope.ACCOUNT: Kind.ACCOUNT, Scope.DATABASE: Kind.DATABASE, Scope.SCHEMA: Kind.SCHEMA}
    parent = catalogue.lookup(obj.parent)
    if parent is None:
        yield f"{label} stands in {obj.parent}, which is gone"
    elif parent.kind is not wanted[obj.kind.info.scope]:
        yield f"{label} stands in a {parent.kind.value}"


def _pointers(catalogue: Catalogue) -> Iterator[tuple[str, Iterable[int]]]:
    """Grants, future and inherited grants and references with the ids of their ends."""
    for grant in catalogue.grants:
        yield f"grant {grant.privilege}", [grant.grantee, grant.target, *_known(grant.grantor)]
    for future in catalogue.futures:
        yield f"future grant {future.privilege}", [future.grantee, future.container]
    for inherited in catalogue.inherited:
        yield f"inherited grant {inherited.privilege}", [inherited.grantee, inherited.container]
    for use in catalogue.references:
        yield f"reference {use.role}", [use.source, use.target]


def _known(number: int | None) -> list[int]:
    return [] if number is None else [number]


def _data_problems(catalogue: Catalogue, folder: Path) -> list[str]:
    if not (folder / FILE).exists():
        return []
    with tempfile.TemporaryDirectory(prefix="check-") as name:
        for path in folder.glob(f"{FILE}*"):
            shutil.copy2(path, Path(name) / path.name)
        store = DataStore(Path(name) / FILE)
        try:
            return list(table_problems(catalogue, store))
        finally:
            store.close()


def table_problems(catalogue: Catalogue, store: DataStore) -> Iterator[str]:
    """Tables of one store without the other, of another shape, or that cannot be read."""
    import duckdb

    wanted = store.wanted(catalogue)
    try:
        store.cursor().close()
        store.shape(wanted, -1, frozenset())
    except duckdb.Error as error:
        yield f"the tables cannot be brought into shape: {error}"
        return
    with store.cursor() as cursor:
        stored = {int(table[1:]) for (table,) in cursor.execute(_STORED, [SCHEMA]).fetchall()}
        for table in sorted(wanted.tables.keys() - stored):
            yield f"table {table} of the catalogue has no rows' table"
        for table in sorted(stored - wanted.tables.keys() - wanted.dropped):
            yield f"the rows' table {table} is not in the catalogue"
        for table in sorted(wanted.tables.keys() & stored):
            if not store.in_shape(wanted, table):
                yield f"table {table} has another shape than the catalogue says"
        for table in sorted(stored):
            try:
                cursor.execute(f"SELECT count(hash(COLUMNS(*))) FROM {physical(table)}").fetchall()  # noqa: S608
            except duckdb.Error as error:
                yield f"table {table} cannot be read: {error}"
        for (table,) in cursor.execute(_PAST).fetchall():
            if int(table) not in stored:
                yield f"earlier rows of table {table} are kept, but the table is gone"


_STORED = (
    "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? "
    "AND regexp_full_match(table_name, 't[0-9]+')"
)
_PAST = (
    "SELECT DISTINCT regexp_extract(table_name, '^h([0-9]+)_', 1) FROM duckdb_tables() "
    "WHERE database_name = current_database() AND schema_name = 'past' AND regexp_matches(table_name, '^h[0-9]+_')"
)


def _file_problems(catalogue: Catalogue, folder: Path) -> Iterator[str]:
    """Staged files of nobody; a starting server deletes folders of objects that are gone, and nothing else may be."""
    root = folder / FOLDER
    if not root.is_dir():
        return
    for path in sorted(root.iterdir()):
        if path.name != "scratch" and not (path.name.startswith("o") and path.name[1:].isdigit()):
            yield f"{path} is no folder of an object's files"


def main(data_dir: Path) -> int:
    """Print what is wrong with the account of a folder; exit code 0 if nothing is, 1 if something, 2 without one."""
    from local.server.process import StartFailed, hold

    path = data_dir / "catalogue.sqlite"
    if not path.is_file():
        print(f"{data_dir} holds no account (there is no {path.name}).", file=sys.stderr)
        return 2
    try:
        with hold(data_dir):
            catalogue = Catalogue(Store(path, read_only=True))
            found = problems(catalogue, data_dir)
            count = len(catalogue.objects)
            catalogue.close()
    except StartFailed as error:
        print(error, file=sys.stderr)
        return 2
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        found, count = [f"{path} cannot be read: {error}"], 0
    for line in found:
        print(line)
    print(f"{count} objects, {len(found)} problems", file=sys.stderr)
    return 1 if found else 0
