"""snowflake.core, the Snowflake Python APIs, as its users use it: objects by way of the REST API."""

# ruff: noqa: S608 (the names are the suite's own)

import os
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import snowflake.connector
from snowflake.core import CreateMode, Root
from snowflake.core.database import Database
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.role import ContainingScope, Securable
from snowflake.core.schema import Schema
from snowflake.core.stage import Stage
from snowflake.core.table import PrimaryKey, Table, TableColumn
from snowflake.core.view import View, ViewColumn
from steps import run

E = os.environ
DATABASE = E["COMPAT_DATABASE"]
CON = snowflake.connector.connect(
    account=E["COMPAT_ACCOUNT"],
    user=E["COMPAT_USER"],
    authenticator="SNOWFLAKE_JWT",
    private_key_file=E["COMPAT_KEY_FILE"],
    role=E["COMPAT_ROLE"],
    warehouse=E["COMPAT_WAREHOUSE"],
    database=DATABASE,
    schema="PUBLIC",
    host=E["COMPAT_HOST"],
    port=int(E["COMPAT_PORT"]),
    protocol=E["COMPAT_PROTOCOL"],
    session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
)
if E["COMPAT_HOST"] in E.get("NO_PROXY", "").split(","):
    # It takes the proxy of HTTPS_PROXY and does not know NO_PROXY. Its sockets are Python's, which the guard watches.
    E.pop("HTTPS_PROXY", None)
warnings.simplefilter("ignore")  # it asks SYSTEM$CLIENT_VERSION_INFO whether it is too old
ROOT = Root(CON)
HERE = ROOT.databases[DATABASE]
MADE = HERE.schemas["MADE"]


def names(objects: Iterable[Any]) -> list[str]:
    """Names of what a collection holds, sorted."""
    return sorted(item.name for item in objects)


def databases() -> object:
    other = Database(name=f"{DATABASE}_2", comment="it's", data_retention_time_in_days=1)
    ROOT.databases.create(other, mode=CreateMode.or_replace)
    found = ROOT.databases[f"{DATABASE}_2"].fetch()
    listed = names(ROOT.databases.iter(like=f"{DATABASE}%"))
    try:
        ROOT.databases.create(other)
        again = "made twice"
    except ConflictError as error:
        again = str(error.status)
    ROOT.databases[f"{DATABASE}_2"].drop()
    try:
        ROOT.databases[f"{DATABASE}_2"].fetch()
        gone = "still there"
    except NotFoundError as error:
        gone = str(error.status)
    ROOT.databases[f"{DATABASE}_2"].drop(if_exists=True)
    return [len(listed), found.comment, found.kind, found.owner == E["COMPAT_ROLE"], again, gone]


def schemas() -> object:
    HERE.schemas.create(Schema(name="made", managed_access=True, comment="c"), mode=CreateMode.if_not_exists)
    found = MADE.fetch()
    return [names(HERE.schemas.iter()), found.managed_access, found.comment]


def tables() -> object:
    columns = [
        TableColumn(name="id", datatype="int", nullable=False),
        TableColumn(name="name", datatype="varchar(20)", default="'x'", comment="a name"),
        TableColumn(name="at", datatype="timestamp_ntz"),
    ]
    key = PrimaryKey(name="pk", column_names=["id"])
    table = Table(name="orders", columns=columns, constraints=[key], comment="of the shop")
    MADE.tables.create(table, mode=CreateMode.if_not_exists)
    found = MADE.tables["ORDERS"].fetch()
    told = [[column.name, column.datatype, column.nullable, column.comment] for column in found.columns or []]
    with CON.cursor() as cursor:
        cursor.execute(f"INSERT OVERWRITE INTO {DATABASE}.MADE.ORDERS (id) VALUES (1), (2)")
    return [
        names(MADE.tables.iter(like="ORD%")),
        told,
        found.comment,
        [c.column_names for c in found.constraints or []],
    ]


def views_and_stages() -> object:
    view = View(name="ids", columns=[ViewColumn(name="i")], query=f"SELECT id FROM {DATABASE}.MADE.ORDERS")
    MADE.views.create(view, mode=CreateMode.or_replace)
    MADE.stages.create(Stage(name="files", comment="s"), mode=CreateMode.if_not_exists)
    with CON.cursor() as cursor:
        cursor.execute(f"SELECT i FROM {DATABASE}.MADE.IDS ORDER BY i")
        rows = cursor.fetchall()
    columns = [column.name for column in MADE.views["IDS"].fetch().columns]
    return [names(MADE.views.iter()), columns, rows, names(MADE.stages.iter()), MADE.stages["FILES"].fetch().comment]


def drop_and_undrop() -> object:
    MADE.tables["ORDERS"].drop()
    without = names(MADE.tables.iter())
    MADE.tables["ORDERS"].undrop()
    return [without, names(MADE.tables.iter())]


def grants() -> object:
    public = ROOT.roles["PUBLIC"]
    scope = ContainingScope(database=DATABASE, schema="MADE")
    public.grant_privileges(["USAGE"], "DATABASE", securable=Securable(name=DATABASE))
    public.grant_privileges_on_all(["SELECT"], "TABLE", containing_scope=scope)
    public.grant_future_privileges(["SELECT"], "TABLE", containing_scope=scope)
    held = [grant for grant in public.iter_grants_to() if DATABASE in str(grant.securable)]
    told = sorted([str(grant.securable_type), *(grant.privileges or [])] for grant in held)
    public.revoke_privileges(["USAGE"], "DATABASE", securable=Securable(name=DATABASE))
    public.revoke_privileges_on_all(["SELECT"], "TABLE", containing_scope=scope)
    public.revoke_future_privileges(["SELECT"], "TABLE", containing_scope=scope)
    return [told, [1 for grant in public.iter_grants_to() if DATABASE in str(grant.securable)]]


def warehouses_and_roles() -> object:
    warehouse = ROOT.warehouses[E["COMPAT_WAREHOUSE"]].fetch()
    listed = E["COMPAT_WAREHOUSE"] in names(ROOT.warehouses.iter())
    return [listed, warehouse.warehouse_size, E["COMPAT_ROLE"] in names(ROOT.roles.iter())]


def errors() -> object:
    told = []
    attempts: list[Callable[[], object]] = [
        lambda: ROOT.databases["NO_SUCH_DATABASE"].fetch(),
        lambda: HERE.schemas["NO_SUCH_SCHEMA"].drop(),
        lambda: ROOT.databases.create(Database(name=DATABASE)),
    ]
    for attempt in attempts:
        try:
            attempt()
            told.append(["no error", 0])
        except APIError as error:
            told.append([type(error).__name__, error.status or 0])
    return told


def main() -> None:
    """The steps in turn."""
    run(databases, schemas, tables, views_and_stages, drop_and_undrop, grants, warehouses_and_roles, errors)
    CON.close()


if __name__ == "__main__":
    main()
