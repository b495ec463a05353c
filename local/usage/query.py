"""A view of SNOWFLAKE.ACCOUNT_USAGE as part of a statement, for those who may read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.access import Access
from local.data.columns import ColumnDef
from local.data.rows import rows_query
from local.errors import SnowflakeError, not_found, unsupported
from local.model import Kind, Obj
from local.names import Path, dotted
from local.session import Context
from local.shared import ORIGIN, SCHEMA, holds_imported
from local.usage import views
from local.usage.view import Viewer

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def usage_query(context: Context, path: Path, access: Access) -> tuple[Expr, Sequence[ColumnDef]] | None:
    """A query that yields the view's rows, and its columns; None if the path is not in a shared database.

    ``access`` is who reads (the owner of a view, where one reads). 002003 for the schema without any right in it, for
    the view without a right to it; 000002 for a view that is not there, and for the other schemas.
    """
    database = context.catalogue.find(Kind.DATABASE, path[:1])
    if database is None or ORIGIN not in database.props or path[-2] == "INFORMATION_SCHEMA":
        return None
    if path[1] != SCHEMA:
        raise unsupported(f"shared database object {dotted(path)}")
    schema = context.catalogue.child(database.id, Kind.SCHEMA, SCHEMA)
    if schema is None or not access.privileges(schema):
        raise not_found(Kind.SCHEMA.value, dotted(path[:2]))
    view = views().get(path[2])
    if view is None:
        raise unsupported(f"view {dotted(path)}")
    if not _may_read(context, access, database, view.roles):
        raise SnowflakeError(
            "002003", "42S02", f"SQL compilation error:\nObject '{dotted(path)}' does not exist or not authorized."
        )
    columns = view.columns_for(context)
    return rows_query(columns, list(view.rows(Viewer(context, access)))), columns


def _may_read(context: Context, access: Access, database: Obj, roles: frozenset[str]) -> bool:
    holders = access.roles()
    if holds_imported(context.catalogue, database, holders):
        return True
    found = context.catalogue.children(database.id, Kind.DATABASE_ROLE)
    return any(role.id in holders for role in found if role.name in roles)
