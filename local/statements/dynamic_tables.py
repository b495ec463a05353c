"""Dynamic tables: a query's rows, computed when the table is made and when REFRESH asks; never by the target lag.

Source: docs.snowflake.com, CREATE/ALTER/DROP/SHOW/DESC DYNAMIC TABLE, Dynamic table access control; provider
dynamicTableRow and its parser of ``text``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, encode_columns
from local.data.create_as import create_as, merge_columns
from local.data.definition import read_definition
from local.data.query import plan_query
from local.data.store import data_store
from local.data.work import Plan, defer
from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.names import Path
from local.owner_run import as_role, end
from local.reader import Reader, Value, ValueReader, read_path, read_string, read_word
from local.registry import Answer, CreateHead, create, drop, refuse
from local.results import Deferred, Result
from local.session import Context
from local.statements.changes import as_json, label
from local.statements.common import create_object, drop_object, existing_answer, one_of, require_create
from local.statements.tags import read_tag_clause, set_tags

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC DYNAMIC TABLE; provider dynamicTableRow"
KIND = Kind.DYNAMIC_TABLE

refuse(
    "CREATE DYNAMIC TABLE … CLUSTER BY, ICEBERG, IMMUTABLE WHERE, policies on its columns",
    "ALTER DYNAMIC TABLE … CLUSTER BY, policies on its columns",
    source=_SOURCE,
)

_LAG = re.compile(r"(\d{1,9})\s+(second|minute|hour|day)s?\Z", re.IGNORECASE)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_LEAST = 60


def read_lag(reader: Reader) -> Value:
    """Property reader: DOWNSTREAM, or a duration of at least a minute as text."""
    if reader.accept("DOWNSTREAM"):
        return "DOWNSTREAM"
    text = reader.string()
    if text.upper() == "DOWNSTREAM":
        return "DOWNSTREAM"
    found = _LAG.match(text)
    if found is None or int(found[1]) * _SECONDS[found[2].lower()] < _LEAST:
        raise compilation_error(f"Invalid TARGET_LAG '{text}': expected DOWNSTREAM or a duration of at least 1 minute.")
    return text


SET_SPEC: dict[str, ValueReader] = {"TARGET_LAG": read_lag, "WAREHOUSE": read_path, "COMMENT": read_string}
_SPEC: dict[str, ValueReader] = {**SET_SPEC, "REFRESH_MODE": read_word, "INITIALIZE": read_word}


@dataclass
class Draft:
    """What stands between the name and AS."""

    columns: list[ColumnDef] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    tags: tuple[tuple[Path, str], ...] = ()


def _read_draft(reader: Reader) -> Draft:
    draft = Draft()
    if reader.at("("):
        definition = read_definition(reader, typed=False)
        if definition.keys or definition.attachments:
            raise unsupported("keys, tags and policies of columns of a dynamic table")
        draft.columns = definition.columns
    while not reader.accept("AS"):
        if reader.at("TAG") or reader.at("WITH", "TAG"):
            draft.tags = read_tag_clause(reader)
            continue
        for words in (("CLUSTER", "BY"), ("COPY", "GRANTS"), ("ROW", "ACCESS"), ("IMMUTABLE", "WHERE")):
            if reader.at(*words):
                raise unsupported(f"CREATE DYNAMIC TABLE … {' '.join(words)}")
        found = reader.properties(label(KIND), _SPEC)
        if not found:
            raise reader.unexpected()
        draft.values.update(found)
    return draft


def warehouse_of(context: Context, value: Json) -> Obj:
    """The warehouse that a property names; needs USAGE."""
    path = tuple(str(part) for part in value) if isinstance(value, list) else ()
    warehouse = context.access.resolve(Kind.WAREHOUSE, path)
    context.access.require(warehouse, "USAGE")
    return warehouse


def _props(context: Context, draft: Draft, query: str, *, replaces: bool) -> dict[str, Json]:
    props: dict[str, Json] = {name: as_json(value) for name, value in draft.values.items() if value is not None}
    missing = [name for name in ("TARGET_LAG", "WAREHOUSE") if name not in props]
    if missing:
        raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")
    props["WAREHOUSE"] = warehouse_of(context, props["WAREHOUSE"]).id
    props["REFRESH_MODE"] = one_of(
        "REFRESH_MODE", str(props.get("REFRESH_MODE", "AUTO")), ("AUTO", "FULL", "INCREMENTAL")
    )
    props["INITIALIZE"] = one_of("INITIALIZE", str(props.get("INITIALIZE", "ON_CREATE")), ("ON_CREATE", "ON_SCHEDULE"))
    return {**props, "query": query, "replaces": replaces, "suspended_by": "", "last_suspended_on": None}


@create(
    "DYNAMIC TABLE",
    notes="computed in full when made and by REFRESH, never by its target lag; refresh mode AUTO is FULL",
    source=_SOURCE,
)
def create_dynamic_table(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """Needs CREATE DYNAMIC TABLE, USAGE on the warehouse and what the query reads; the query's names are looked up
    in the table's own schema."""
    path = reader.path()
    if reader.accept("CLONE"):
        from local.statements.clone_dynamic_tables import clone_dynamic_table

        return clone_dynamic_table(context, reader, head, path)
    draft = _read_draft(reader)
    query = reader.rest()
    container, name = context.access.resolve_container(KIND, path)
    require_create(context, container, f"CREATE {KIND.value}")
    props = _props(context, draft, query, replaces=head.or_replace)
    answer = existing_answer(context, head, KIND, container, name)
    if answer is not None:
        return answer
    comment = str(props.pop("COMMENT", ""))

    def make(columns: Sequence[ColumnDef], number: int | None) -> Result:
        filled: Json = time.time() if number is not None else None
        made, answer = create_object(
            context,
            head,
            KIND,
            path,
            comment=comment,
            props={**props, "columns": encode_columns(columns), "refreshed": filled, "upstream": list(upstream)},
            object_id=number,
        )
        if made is not None:
            set_tags(context, made, draft.tags)
        return answer

    warehouse = props["WAREHOUSE"]
    inner = as_role(context, context.session.role, container, warehouse if isinstance(warehouse, int) else None)
    try:
        upstream = upstream_of(inner, query)
        if props["INITIALIZE"] == "ON_CREATE":
            work = create_as(inner, query, draft.columns, make)
        else:
            work = _empty(inner, query, draft.columns, make)
    except BaseException:
        end(inner)
        raise

    def run() -> Result:
        try:
            return work.run()
        finally:
            end(inner)

    return Deferred(run, work.cancel)


def upstream_of(inner: Context, query: str) -> list[int]:
    """Dynamic tables that the query reads, also through views."""
    reads = plan_query(inner, query).reads
    return sorted(number for number in reads if inner.catalogue.get(number).kind is KIND)


def _empty(
    inner: Context, query: str, given: Sequence[ColumnDef], make: Callable[[Sequence[ColumnDef], int | None], Result]
) -> Deferred:
    """Find the columns only; the table waits for its first refresh."""

    def plan() -> Plan:
        planned = plan_query(inner, query)

        def run(cursor: DuckDBPyConnection) -> Result:
            columns = merge_columns(planned.columns(cursor), given)
            with inner.catalogue.transaction():
                return make(columns, None)

        return Plan(data_store(inner).wanted(inner.catalogue), planned.reads, run, ddl=True)

    return defer(inner, plan)


@drop("DYNAMIC TABLE", source=_SOURCE)
def drop_dynamic_table(context: Context, reader: Reader) -> Result:
    """Drops the table; what reads it fails from then on."""
    return drop_object(context, reader, KIND)
