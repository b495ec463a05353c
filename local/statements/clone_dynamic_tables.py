"""CREATE DYNAMIC TABLE … CLONE, and what a clone of a dynamic table is wherever it is made.

Source: docs.snowflake.com: Clone dynamic tables; CREATE <object> … CLONE.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from local.data.columns import columns_of
from local.data.copies import Cloning, Copy, clone
from local.data.travel import read_point, rows_at
from local.errors import SnowflakeError
from local.model import Json, Obj
from local.names import Path
from local.owner_run import as_owner, end
from local.reader import Reader
from local.registry import COVERAGE, Answer, Coverage, CreateHead, Level
from local.results import Result
from local.session import Context
from local.statements.changes import read_values
from local.statements.clone_contents import create_clone
from local.statements.common import existing_answer, require_create
from local.statements.dynamic_tables import KIND, SET_SPEC, upstream_of, warehouse_of

_SOURCE = "docs.snowflake.com: Clone dynamic tables; CREATE <object> … CLONE"

COVERAGE.append(Coverage("CREATE DYNAMIC TABLE … CLONE", Level.PARTLY, "rows are copied, not shared", _SOURCE))


def clone_dynamic_table(context: Context, reader: Reader, head: CreateHead, path: Path) -> Answer:
    """``CLONE source [AT|BEFORE (…)] [COPY GRANTS] [TARGET_LAG = … WAREHOUSE = …]``; the clone is suspended.

    Needs SELECT on the source and USAGE on the warehouse.
    """
    source_path = reader.path()
    point = read_point(context, reader)
    copy_grants = reader.accept("COPY", "GRANTS")
    given = read_values(reader, KIND, SET_SPEC).onto({})
    reader.end()
    container, name = context.access.resolve_container(KIND, path)
    require_create(context, container, f"CREATE {KIND.value}")
    answer = existing_answer(context, head, KIND, container, name)
    if answer is not None:
        return answer

    def prepare() -> Cloning:
        source = context.access.resolve(KIND, source_path)
        context.access.require(source, "SELECT")
        props = _props(context, source, given)
        number = context.catalogue.reserve()
        copy = Copy(source.id, number, columns_of(source), rows_at(context, source, point) if point else "")
        return Cloning([copy], lambda _: _make(context, head, path, source, props, number, copy_grants=copy_grants))

    return clone(context, prepare)


def _props(context: Context, source: Obj, given: Mapping[str, Json]) -> dict[str, Json]:
    props: dict[str, Json] = {**source.props, **given}
    if "WAREHOUSE" in given:
        props["WAREHOUSE"] = warehouse_of(context, given["WAREHOUSE"]).id
    else:
        number = props["WAREHOUSE"]
        warehouse = context.catalogue.lookup(number) if isinstance(number, int) else None
        if warehouse is not None:
            context.access.require(warehouse, "USAGE")
    return {**suspended(props), "replaces": False}


def suspended(props: Mapping[str, Json]) -> dict[str, Json]:
    """The properties of a clone: it is refreshed only once it has been resumed, or when REFRESH asks."""
    return {**props, "is_clone": True, "suspended_by": "user", "last_suspended_on": time.time()}


def _make(
    context: Context,
    head: CreateHead,
    path: Path,
    source: Obj,
    props: Mapping[str, Json],
    number: int,
    *,
    copy_grants: bool,
) -> Result:
    own = dict(props)
    comment = str(own.pop("COMMENT", source.comment))
    table, answer = create_clone(
        context,
        head,
        KIND,
        path,
        source,
        comment=comment,
        props=own,
        params=source.params,
        copy_grants=copy_grants,
        object_id=number,
    )
    if table is not None:
        resolve_upstream(context, table, {})
    return answer


def resolve_upstream(context: Context, table: Obj, numbers: Mapping[int, int]) -> None:
    """Note the dynamic tables that the clone's query reads from where the clone is.

    Names without schema mean those beside the clone. Where its owner may not read them (yet), those that were cloned
    with it (``numbers``: id → the clone's) take the places of their sources.
    """
    inner = as_owner(context, table, None)
    try:
        upstream = upstream_of(inner, str(table.props["query"]))
    except SnowflakeError:
        before = table.props.get("upstream")
        known = [number for number in before if isinstance(number, int)] if isinstance(before, list) else []
        upstream = [numbers.get(number, number) for number in known]
    finally:
        end(inner)
    context.catalogue.update(table, props={**table.props, "upstream": list(upstream)})
