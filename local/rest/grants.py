"""Grants in the REST API: of roles and users, and under ``/api/v2/grants``."""

from __future__ import annotations

from collections.abc import Mapping

from local.errors import SnowflakeError
from local.model import Json
from local.names import display
from local.reader import Reader
from local.rest.request import (
    Ask,
    Call,
    Row,
    flag,
    given,
    malformed,
    missing,
    not_here,
    number,
    spelled,
    words,
    wrong_method,
)
from local.rest.resources import done
from local.rest.rows import cell

_BODY = frozenset(("securable", "containing_scope", "securable_type", "grant_option", "privileges"))
_ROLES = ("ROLE", "DATABASE ROLE")


async def of_grantee(call: Call, ask: Ask, kind: str) -> Json:
    """``/roles/NAME/grants``, ``/users/NAME/grants``, ``…:revoke``, and what is listed beside them."""
    grantee = f"{kind} {spelled(call.path[1])}"
    what = call.path[2]
    if what in ("grants-of", "grants-on") and kind == "ROLE" and call.method == "GET" and not call.action:
        return await _around(call, ask, grantee, what)
    future = what == "future-grants" and kind == "ROLE"
    if what != "grants" and not future:
        raise missing("/".join(call.path))
    if call.method == "GET" and not call.action:
        rows = await ask(f"SHOW {'FUTURE ' if future else ''}GRANTS TO {grantee}")
        return [_grant(row) for row in _limited(call, rows)]
    if call.method != "POST" or call.action not in ("", "revoke"):
        raise wrong_method(call)
    return done(await ask(_statement(call, grantee, future=future)))


def _statement(call: Call, grantee: str, *, future: bool) -> str:
    body = given(call.body, _BODY)
    revoke = call.action == "revoke"
    kind = words(body.get("securable_type"), "securable_type").replace("_", " ")
    option = "grant_option" in body and flag(body["grant_option"], "grant_option")
    privileges = ", ".join(words(item, "privileges") for item in _privileges(body))
    towards = f"{'FROM' if revoke else 'TO'} {grantee}"
    if kind in _ROLES and not privileges:
        return f"{'REVOKE' if revoke else 'GRANT'} {kind} {_path(body.get('securable'))} {towards}"
    if not privileges:
        raise malformed("privileges must name at least one.")
    on = _place(body, kind, future=future)
    if revoke:
        mode = words(call.query.get("mode", "restrict"), "mode")
        if mode not in ("RESTRICT", "CASCADE"):
            raise malformed("mode must be restrict or cascade.")
        end = " CASCADE" if mode == "CASCADE" else ""
        return f"REVOKE {'GRANT OPTION FOR ' if option else ''}{privileges} ON {on} {towards}{end}"
    return f"GRANT {privileges} ON {on} {towards}{' WITH GRANT OPTION' if option else ''}"


def _privileges(body: Mapping[str, Json]) -> list[Json]:
    found = body.get("privileges") or []
    if not isinstance(found, list):
        raise malformed("privileges must be a list.")
    return found


def _place(body: Mapping[str, Json], kind: str, *, future: bool) -> str:
    if kind == "ACCOUNT":
        return "ACCOUNT"
    scope = body.get("containing_scope")
    if scope is None:
        if future:
            raise malformed("containing_scope is missing.")
        return f"{kind} {_path(body.get('securable'))}"
    inner = given(scope if isinstance(scope, dict) else {}, frozenset(("database", "schema")))
    within = f"DATABASE {spelled(inner.get('database'), 'database')}"
    if "schema" in inner:
        within = f"SCHEMA {spelled(inner['database'], 'database')}.{spelled(inner['schema'], 'schema')}"
    return f"{'FUTURE' if future else 'ALL'} {_plural(kind)} IN {within}"


def _plural(kind: str) -> str:
    if kind.endswith("S"):
        return kind
    return f"{kind[:-1]}IES" if kind.endswith("Y") else f"{kind}S"


def _path(securable: Json) -> str:
    told = given(securable if isinstance(securable, dict) else {}, frozenset(("database", "schema", "name")))
    if "name" not in told:
        raise malformed("securable must have a name.")
    return ".".join(spelled(told[part], part) for part in ("database", "schema", "name") if part in told)


def _limited(call: Call, rows: list[Row]) -> list[Row]:
    limit = call.query.get("showLimit")
    return rows[: number(limit, "showLimit")] if limit else rows


def _grant(row: Row) -> Json:
    told: dict[str, Json] = {
        "securable_type": row.get("granted_on") or row.get("grant_on") or "ROLE",
        "securable": _securable(row.get("name") or row.get("role") or ""),
        "privileges": [row["privilege"]] if row.get("privilege") else [],
        "grant_option": cell("grant_option", row.get("grant_option") or "false"),
        "created_on": cell("created_on", row.get("created_on")),
    }
    return {**told, "granted_by": row["granted_by"]} if row.get("granted_by") else told


def _securable(full: str) -> Json:
    try:
        reader = Reader(full)
        path = reader.path()
        reader.end()
    except SnowflakeError:
        return {"name": full}
    named = zip(
        ("name", "schema", "database") if len(path) == 3 else ("name", "database"), reversed(path), strict=False
    )
    return {part: display(found) for part, found in named}


async def _around(call: Call, ask: Ask, grantee: str, what: str) -> Json:
    rows = _limited(call, await ask(f"SHOW GRANTS {'OF' if what == 'grants-of' else 'ON'} {grantee}"))
    fields = {
        "grants-of": {"created_on": "created_on", "role": "role", "granted_to": "granted_to",
                      "grantee_name": "grantee_name", "granted_by": "granted_by"},
        "grants-on": {"created_on": "created_on", "privilege": "privilege", "grant_on": "granted_on", "name": "name",
                      "granted_to": "granted_to", "grantee_name": "grantee_name", "grant_option": "grant_option",
                      "granted_by": "granted_by"},
    }[what]  # fmt: skip
    return [{field: cell(field, row.get(column)) for field, column in fields.items()} for row in rows]


async def grants(call: Call, ask: Ask) -> Json:
    """``/grants/TYPE/NAME`` and ``/grants/TYPE/NAME/ON/OBJECT/privileges[/PRIVILEGE[/grant-option]]``."""
    parts = call.path[1:]
    if call.action or len(parts) < 2:
        raise missing("/".join(call.path))
    kind = words(parts[0], "grantee type").replace("_", " ")
    if kind not in ("ROLE", "USER", "DATABASE ROLE"):
        raise not_here(f"grants to {kind.lower()}")
    grantee = f"{kind} {_dotted(parts[1])}"
    if len(parts) == 2:
        if call.method != "GET":
            raise wrong_method(call)
        return [_listed(row) for row in _limited(call, await ask(f"SHOW GRANTS TO {grantee}"))]
    if len(parts) < 5 or parts[4] != "privileges":
        raise not_here("grants on several objects")
    where = words(parts[2], "securable type").replace("_", " ")
    on = "ACCOUNT" if where == "ACCOUNT" else f"{where} {_dotted(parts[3])}"
    if len(parts) == 5 and call.method == "POST":
        return done(await ask(_granted(call, where, on, grantee)))
    if len(parts) in (6, 7) and call.method == "DELETE":
        if len(parts) == 7 and parts[6] != "grant-option":
            raise missing("/".join(call.path))
        end = " CASCADE" if call.query.get("deleteMode", "").lower() == "cascade" else ""
        only = "GRANT OPTION FOR " if len(parts) == 7 else ""
        privilege = words(parts[5], "privilege")
        if where in _ROLES and privilege == "USAGE" and not only:
            return done(await ask(f"REVOKE {on} FROM {grantee}"))
        return done(await ask(f"REVOKE {only}{privilege} ON {on} FROM {grantee}{end}"))
    raise wrong_method(call)


def _granted(call: Call, where: str, on: str, grantee: str) -> str:
    body = given(call.body, frozenset(("privileges", "grant_option")))
    privileges = ", ".join(words(item, "privileges") for item in _privileges(body))
    if where in _ROLES and privileges in ("", "USAGE"):
        return f"GRANT {on} TO {grantee}"
    if not privileges:
        raise malformed("privileges must name at least one.")
    option = "grant_option" in body and flag(body["grant_option"], "grant_option")
    return f"GRANT {privileges} ON {on} TO {grantee}{' WITH GRANT OPTION' if option else ''}"


def _dotted(full: str) -> str:
    try:
        reader = Reader(full)
        path = reader.path()
        reader.end()
    except SnowflakeError:
        raise malformed(f"{full} is no name.") from None
    return ".".join(map(display, path))


def _listed(row: Row) -> Json:
    return {
        "privileges": [row.get("privilege") or "USAGE"],
        "grant_option": cell("grant_option", row.get("grant_option") or "false"),
        "created_on": cell("created_on", row.get("created_on")),
        "grantee_type": row.get("granted_to") or "USER",
        "grantee_name": row.get("grantee_name"),
        "securable_type": row.get("granted_on") or "ROLE",
        "securable_name": row.get("name") or row.get("role"),
        "granted_by_role_type": "ROLE",
        "granted_by_name": row.get("granted_by"),
    }
