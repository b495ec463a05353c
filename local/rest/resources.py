"""The objects that the REST API makes, lists, fetches and drops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.errors import not_found
from local.model import Json
from local.names import display
from local.rest.request import (
    Ask,
    Call,
    Row,
    flag,
    given,
    malformed,
    missing,
    name,
    not_here,
    options,
    spelled,
    text,
    words,
    wrong_method,
)
from local.rest.rows import shaped
from local.rest.tables import described, table_body, view_columns

_PARAMETERS = {
    "data_retention_time_in_days": "number",
    "max_data_extension_time_in_days": "number",
    "default_ddl_collation": "text",
    "log_level": "text",
    "trace_level": "text",
    "suspend_task_after_num_failures": "number",
    "user_task_managed_initial_warehouse_size": "text",
    "user_task_timeout_ms": "number",
    "comment": "text",
}
_WAREHOUSE = {
    "warehouse_type": "text",
    "warehouse_size": "text",
    "max_cluster_count": "number",
    "min_cluster_count": "number",
    "scaling_policy": "text",
    "auto_suspend": "number",
    "auto_resume": "flag",
    "initially_suspended": "flag",
    "resource_monitor": "name",
    "comment": "text",
    "enable_query_acceleration": "flag",
    "query_acceleration_max_scale_factor": "number",
    "max_concurrency_level": "number",
    "statement_queued_timeout_in_seconds": "number",
    "statement_timeout_in_seconds": "number",
}
_USER = {
    "password": "text",
    "login_name": "text",
    "display_name": "text",
    "first_name": "text",
    "middle_name": "text",
    "last_name": "text",
    "email": "text",
    "must_change_password": "flag",
    "disabled": "flag",
    "days_to_expiry": "number",
    "mins_to_unlock": "number",
    "default_warehouse": "text",
    "default_namespace": "text",
    "default_role": "text",
    "mins_to_bypass_mfa": "number",
    "rsa_public_key": "text",
    "type": "name",
    "network_policy": "name",
    "comment": "text",
}
_STAGE = {"url": "text", "storage_integration": "name", "comment": "text"}

Body = Callable[[Call, str], str]
"""From a request and the object's full name to the statement that creates it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A type of object: its word in SQL, the fields of its JSON, how it is created, what can be done to it besides."""

    word: str
    fields: tuple[str, ...]
    create: Body
    actions: Mapping[str, str]
    """Action → statement with ``{name}``."""
    renamed: Mapping[str, str]
    """Field of the JSON → column of SHOW, where they differ."""
    cloned: bool = False

    def json(self, row: Row) -> dict[str, Json]:
        """An object of a list."""
        renamed = {field: row.get(column) for field, column in self.renamed.items()}
        told = shaped({**row, **renamed}, self.fields)
        if "kind" in self.fields and self.word in ("DATABASE", "SCHEMA", "TABLE"):
            said = {row.get("kind"), *(row.get("options") or "").split(", ")}
            told["kind"] = next((kind for kind in ("TRANSIENT", "TEMPORARY") if kind in said), "PERMANENT")
        if self.word == "SCHEMA":
            told["managed_access"] = "MANAGED ACCESS" in (row.get("options") or "")
        return {**told, "columns": []} if self.word == "VIEW" else told


def _kind(call: Call, allowed: tuple[str, ...] = ("PERMANENT", "TRANSIENT")) -> str:
    word = words(call.body.get("kind") or "PERMANENT", "kind")
    if word not in allowed:
        raise malformed(f"kind must be one of {', '.join(allowed)}.")
    return "" if word == "PERMANENT" else f"{word} "


def _plain(word: str, kinds: Mapping[str, str], *more: str) -> Body:
    def create(call: Call, full: str) -> str:
        body = given(call.body, frozenset((*kinds, *more, "name")))
        replace, unless = call.create_mode
        kind = _kind(call) if "kind" in more else ""
        managed = "managed_access" in body and flag(body["managed_access"], "managed_access")
        access = " WITH MANAGED ACCESS" if managed else ""
        return f"CREATE {replace}{kind}{word} {unless}{full}{access}{options(body, kinds)}"

    return create


def _user(call: Call, full: str) -> str:
    body = given(call.body, frozenset((*_USER, "name", "default_secondary_roles")))
    replace, unless = call.create_mode
    roles = words(body.get("default_secondary_roles", "ALL"), "default_secondary_roles")
    if roles not in ("ALL", "NONE"):
        raise malformed("default_secondary_roles must be ALL or NONE.")
    chosen = "('ALL')" if roles == "ALL" else "()"
    return f"CREATE {replace}USER {unless}{full}{options(body, _USER)} DEFAULT_SECONDARY_ROLES = {chosen}"


def _table(call: Call, full: str) -> str:
    replace, unless = call.create_mode
    return f"CREATE {replace}{_kind(call, ('PERMANENT', 'TRANSIENT', 'TEMPORARY'))}TABLE {unless}{full}" + table_body(
        call.body
    )


def _view(call: Call, full: str) -> str:
    body = given(call.body, frozenset(("name", "secure", "kind", "recursive", "columns", "comment", "query")))
    replace, unless = call.create_mode
    columns = body.get("columns")
    if not isinstance(columns, list):
        raise malformed("columns must be a list.")
    shown: list[str] = []
    for item in columns:
        column = given(item if isinstance(item, dict) else {}, frozenset(("name", "comment")))
        shown.append(spelled(column.get("name")) + options(column, {"comment": "text"}).replace(" = ", " "))
    before = "".join(f"{w.upper()} " for w in ("secure", "recursive") if w in body and flag(body[w], w))
    kind = _kind(call, ("PERMANENT", "TEMPORARY"))
    query = text(body.get("query"), "query")
    names = f" ({', '.join(shown)})" if shown else ""
    return f"CREATE {replace}{before}{kind}VIEW {unless}{full}{names}{options(body, {'comment': 'text'})} AS {query}"


def _stage(call: Call, full: str) -> str:
    body = given(call.body, frozenset((*_STAGE, "name", "kind")))
    replace, unless = call.create_mode
    return f"CREATE {replace}{_kind(call, ('PERMANENT', 'TEMPORARY'))}STAGE {unless}{full}{options(body, _STAGE)}"


_COMMON = ("name", "created_on", "owner", "comment", "owner_role_type")
_UNDROP = {"undrop": "UNDROP {word} {name}"}

RESOURCES: Mapping[tuple[str, ...], Resource] = {
    ("databases",): Resource(
        "DATABASE",
        (*_COMMON, "kind", "is_default", "is_current", "origin", "options", "retention_time", "dropped_on", "budget"),
        _plain("DATABASE", _PARAMETERS, "kind"), _UNDROP, {}, cloned=True,
    ),
    ("databases", "schemas"): Resource(
        "SCHEMA",
        (*_COMMON, "kind", "is_default", "is_current", "database_name", "options", "retention_time", "dropped_on",
         "budget"),
        _plain("SCHEMA", {**_PARAMETERS, "pipe_execution_paused": "flag"}, "kind", "managed_access"), _UNDROP, {},
        cloned=True,
    ),
    ("warehouses",): Resource(
        "WAREHOUSE",
        (*_COMMON, "state", "type", "size", "warehouse_type", "warehouse_size", "min_cluster_count",
         "max_cluster_count", "started_clusters", "running", "queued", "is_default", "is_current", "auto_suspend",
         "auto_resume", "available", "provisioning", "quiescing", "other", "resumed_on", "updated_on",
         "enable_query_acceleration", "query_acceleration_max_scale_factor", "scaling_policy", "budget"),
        _plain("WAREHOUSE", _WAREHOUSE),
        {"suspend": "ALTER WAREHOUSE {name} SUSPEND", "resume": "ALTER WAREHOUSE {name} RESUME",
         "abort": "ALTER WAREHOUSE {name} ABORT ALL QUERIES", "use": "USE WAREHOUSE {name}"},
        {"warehouse_type": "type", "warehouse_size": "size"},
    ),
    ("roles",): Resource(
        "ROLE",
        (*_COMMON, "is_default", "is_current", "is_inherited", "assigned_to_users", "granted_to_roles",
         "granted_roles"),
        _plain("ROLE", {"comment": "text"}), {}, {},
    ),
    ("users",): Resource(
        "USER",
        (*_COMMON, "login_name", "display_name", "first_name", "last_name", "email", "must_change_password",
         "disabled", "snowflake_lock", "default_warehouse", "default_namespace", "default_role", "ext_authn_duo",
         "has_password", "has_rsa_public_key", "type"),
        _user, {}, {},
    ),
    ("databases", "schemas", "tables"): Resource(
        "TABLE",
        (*_COMMON, "kind", "database_name", "schema_name", "rows", "bytes", "dropped_on", "automatic_clustering",
         "change_tracking", "search_optimization", "enable_schema_evolution", "budget"),
        _table, _UNDROP, {}, cloned=True,
    ),
    ("databases", "schemas", "views"): Resource(
        "VIEW", (*_COMMON, "database_name", "schema_name", "query"), _view, {}, {"query": "text"},
    ),
    ("databases", "schemas", "stages"): Resource(
        "STAGE",
        (*_COMMON, "kind", "database_name", "schema_name", "url", "has_credentials", "has_encryption_key", "cloud",
         "storage_integration", "directory_enabled"),
        _stage, {}, {},
    ),
}  # fmt: skip
"""Collections by their words in the path."""


def done(rows: list[Row]) -> dict[str, Json]:
    """The answer to a statement that changed something."""
    row = rows[0] if rows else {}
    return {"status": row.get("status") or next(iter(row.values()), None) or "Statement executed successfully."}


async def collection(call: Call, ask: Ask, resource: Resource, within: tuple[str, ...]) -> Json:
    """List or create."""
    if call.action:
        raise not_here(f"{call.path[-1]}:{call.action}")
    if call.method == "GET":
        found = [resource.json(row) for row in await show(call, ask, resource, within)]
        if resource.word == "TABLE" and call.query.get("deep", "").lower() == "true":
            raise not_here("deep")
        return [dict(item) for item in found]
    if call.method == "POST":
        full = ".".join((*within, spelled(call.body.get("name"))))
        return done(await ask(resource.create(call, full)))
    raise wrong_method(call)


async def show(call: Call, ask: Ask, resource: Resource, within: tuple[str, ...]) -> list[Row]:
    """The rows of SHOW for a list."""
    history, before, after = call.show()
    place = ("", " IN DATABASE ", " IN SCHEMA ")[len(within)] + ".".join(within)
    return await ask(f"SHOW {resource.word}S{history}{before}{place}{after}")


async def member(call: Call, ask: Ask, resource: Resource, within: tuple[str, ...]) -> Json:
    """Fetch, drop, or do something to one object."""
    stored = name(call.path[-1])
    full = ".".join((*within, display(stored)))
    if call.action:
        return await _act(call, ask, resource, within, full)
    if call.method == "DELETE":
        return done(await ask(f"DROP {resource.word} {call.if_exists}{full}"))
    if call.method == "PUT":
        raise not_here(f"create or alter of a {resource.word.lower()}")
    if call.method != "GET":
        raise wrong_method(call)
    plain = Call("GET", call.path, "", {}, {})
    for row in await show(plain, ask, resource, within):
        if row.get("name") == stored:
            told = resource.json(row)
            if resource.word == "TABLE":
                return {**told, **(await described(ask, full))}
            return {**told, "columns": await view_columns(ask, full)} if resource.word == "VIEW" else told
    raise not_found(resource.word, full)


async def _act(call: Call, ask: Ask, resource: Resource, within: tuple[str, ...], full: str) -> Json:
    if call.method != "POST":
        raise wrong_method(call)
    if call.action == "clone" and resource.cloned:
        body = given(call.body, frozenset(("name", "kind")))
        replace, unless = call.create_mode
        named = zip(within, ("targetDatabase", "targetSchema"), strict=False)
        place = [spelled(call.query.get(where) or own, where) for own, where in named]
        new = ".".join((*place, spelled(body.get("name"))))
        return done(await ask(f"CREATE {replace}{_kind(call)}{resource.word} {unless}{new} CLONE {full}"))
    if call.action == "rename" and resource.word == "WAREHOUSE":
        body = given(call.body, frozenset(("name",)))
        return done(await ask(f"ALTER WAREHOUSE {call.if_exists}{full} RENAME TO {spelled(body.get('name'))}"))
    statement = resource.actions.get(call.action)
    if statement is None:
        raise missing(f"{resource.word.lower()} :{call.action}")
    return done(await ask(statement.format(word=resource.word, name=full)))
