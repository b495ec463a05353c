"""CREATE TABLE, SCHEMA and DATABASE … CLONE: what the clone holds, and whose it is.

Source: docs.snowflake.com: CREATE <object> … CLONE; Cloning considerations.
"""

from __future__ import annotations

from local.data.columns import columns_of, encode_columns
from local.data.copies import Cloning, Copy, Next, clone
from local.data.resolve import find_relation, not_initialized, temporary_signature
from local.data.travel import Point, read_point, rows_at
from local.errors import SnowflakeError
from local.model import Json, Kind, Obj
from local.names import Path
from local.parameters import check_retention
from local.reader import Reader
from local.registry import COVERAGE, Answer, Coverage, CreateHead, Level
from local.results import Result
from local.session import Context
from local.statements.clone_contents import Contents, create_clone, listed
from local.statements.common import create_object, require_create
from local.statements.containers import read_new, require_contents_unused
from local.statements.tables import TEMPORARY, Options, attach, existing_table, find_table, read_options, table_params
from local.statements.with_tags import read_tags, tag_new

_SOURCE = "docs.snowflake.com: CREATE <object> … CLONE; Cloning considerations"

for _what, _notes in (
    ("TABLE", "rows are copied, not shared; the stage of the clone is empty"),
    ("SCHEMA", "rows are copied, not shared; AT and BEFORE take the present structure"),
    ("DATABASE", "rows are copied, not shared; database roles keep no members outside the clone"),
):
    COVERAGE.append(Coverage(f"CREATE {_what} … CLONE", Level.PARTLY, _notes, _SOURCE))


# Tables


def clone_table(context: Context, reader: Reader, head: CreateHead, path: Path) -> Answer:
    """``CLONE source [AT|BEFORE (…)] [COPY GRANTS] …``; the reader stands behind CLONE."""
    source_path = reader.path()
    point = read_point(context, reader)
    options = read_options(reader)
    reader.end()
    existing = existing_table(context, head, path)
    if existing is not None:
        return existing

    def prepare() -> Cloning:
        source = _source_of_rows(context, source_path)
        context.access.require(source, "SELECT")
        _require_kind(source, head)
        number = context.catalogue.reserve()
        columns = columns_of(source)
        copy = Copy(source.id, number, columns, rows_at(context, source, point) if point else "")
        return Cloning([copy], lambda _: _make_table(context, head, path, source, options, number))

    return clone(context, prepare, lambda: existing_table(context, head, path))


def _source_of_rows(context: Context, path: Path) -> Obj:
    """A table, or a dynamic table that has been computed: its clone is a table with the rows of now."""
    found = find_relation(context, context.access.complete(Kind.TABLE, path))
    if found is None or found.kind is not Kind.DYNAMIC_TABLE or not context.access.visible(found):
        return find_table(context, path)
    if found.props.get("refreshed") is None:
        raise not_initialized(found)
    return found


def _require_kind(source: Obj, head: CreateHead) -> None:
    """002119 for a temporary or transient table whose clone would be permanent."""
    if not TEMPORARY.isdisjoint(head.modifiers):
        return
    if "session" in source.props and "TRANSIENT" not in head.modifiers:
        raise _not_permanent("Temp table cannot be cloned to a permanent table; clone to a transient table instead.")
    if source.props.get("TRANSIENT") and "TRANSIENT" not in head.modifiers:
        raise _not_permanent("Transient object cannot be cloned to a permanent object.")


def _not_permanent(message: str) -> SnowflakeError:
    return SnowflakeError("002119", "0A000", f"SQL compilation error:\n{message}")


def _make_table(context: Context, head: CreateHead, path: Path, source: Obj, options: Options, number: int) -> Result:
    temporary = not TEMPORARY.isdisjoint(head.modifiers)
    props = _table_props(source)
    props["TRANSIENT"] = temporary or "TRANSIENT" in head.modifiers
    props["cluster_by"] = options.cluster_by or props.get("cluster_by") or ""
    if temporary:
        props["session"] = context.session.id
    params = {**source.params, **table_params(options)}
    check_retention(table_params(options), context.settings.edition, transient=bool(props["TRANSIENT"]))
    table, answer = create_clone(
        context,
        head,
        Kind.TABLE,
        path,
        source,
        comment=str(options.properties.get("COMMENT") or source.comment),
        props=props,
        params=params,
        copy_grants=options.copy_grants,
        signature=temporary_signature(context.session) if temporary else "",
        object_id=number,
        privilege="USAGE" if temporary else None,
    )
    if table is not None:
        attach(context, table, (), options)
    return answer


def _table_props(source: Obj) -> dict[str, Json]:
    if source.kind is Kind.TABLE:
        return {name: value for name, value in source.props.items() if name != "session"}
    columns = columns_of(source)
    return {
        "columns": encode_columns(columns),
        "next_column": max(column.id for column in columns) + 1,
        "keys": [],
        "change_tracking": False,
        "schema_evolution": False,
    }


# Schemas and databases


def clone_container(context: Context, reader: Reader, head: CreateHead, kind: Kind, path: Path) -> Answer:
    """``CLONE source [AT|BEFORE (…)] [IGNORE …] [INCLUDE INTERNAL STAGES] …``; the reader stands behind CLONE."""
    source_path = reader.path()
    point = read_point(context, reader)
    ignore, stages = False, False
    while word := reader.accept_one(*_CLAUSES):
        ignore = ignore or word == _CLAUSES[0]
        stages = stages or word == _CLAUSES[2]
    managed = kind is Kind.SCHEMA and reader.accept("WITH", "MANAGED", "ACCESS")
    comment, props, params = read_new(context, reader, kind, head)
    tags = read_tags(reader)
    reader.end()
    if managed:
        props["MANAGED_ACCESS"] = True
    container, name = context.access.resolve_container(kind, path)
    require_create(context, container, f"CREATE {kind.value}")
    existing = context.catalogue.child(container.id, kind, name)
    if existing is not None and not head.or_replace:
        found = create_object(context, head, kind, path)
        return found[1]

    def prepare() -> Cloning:
        source = context.access.resolve(kind, source_path)
        context.access.require(source, "USAGE")
        if source.props.get("TRANSIENT") and "TRANSIENT" not in head.modifiers:
            raise _not_permanent("Transient object cannot be cloned to a permanent object.")
        contents = listed(context, source, point, stages=stages, ignore=ignore)
        copies = _copies(context, contents, point)

        def make(following: Next) -> Result:
            contents.capture(context.catalogue)
            made = {**source.props, **props, "TRANSIENT": "TRANSIENT" in head.modifiers}
            made["MANAGED_ACCESS"] = managed
            clone_, answer = create_object(
                context,
                head,
                kind,
                path,
                comment=comment or source.comment,
                props={name: value for name, value in made.items() if value},
                params={**source.params, **params},
                before_replace=lambda old: require_contents_unused(context, old),
            )
            if clone_ is not None:
                contents.record(context, clone_, following)
                tag_new(context, clone_, tags)
                _make_current(context, clone_)
            return answer

        return Cloning(copies, make, contents.sequences(), [source.id])

    return clone(context, prepare)


_CLAUSES = (
    "IGNORE TABLES WITH INSUFFICIENT DATA RETENTION",
    "IGNORE HYBRID TABLES",
    "INCLUDE INTERNAL STAGES",
)


def _copies(context: Context, contents: Contents, point: Point | None) -> list[Copy]:
    return [
        Copy(
            table.id,
            contents.numbers[table.id],
            columns_of(table),
            rows_at(context, table, point) if point else "",
        )
        for table in contents.tables()
    ]


def _make_current(context: Context, made: Obj) -> None:
    session = context.session
    if made.kind is Kind.SCHEMA:
        session.database, session.schema = made.parent, made.id
        return
    public = context.catalogue.child(made.id, Kind.SCHEMA, "PUBLIC")
    session.database, session.schema = made.id, public.id if public else None
