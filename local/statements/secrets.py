"""Secrets. What they hold is checked and thrown away: nothing here uses it, so nothing can give it away.

Source: docs.snowflake.com, CREATE/ALTER/DROP/SHOW/DESC SECRET; provider secretDBRow, secretDetailsDBRow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.errors import compilation_error, invalid_property, unsupported
from local.lexer import TokenKind
from local.model import Json, Kind, Obj
from local.parameters import effective
from local.reader import Reader, Value, ValueReader, read_path, read_string, read_strings, read_word
from local.registry import CreateHead, alter, create, describe, drop, refuse, show
from local.results import Cell, Column, Result, Type, timestamp
from local.session import Context
from local.statements.changes import (
    Changes,
    apply_changes,
    label,
    read_changes,
    read_values,
    split_comment,
    text_columns,
    try_tags,
)
from local.statements.common import (
    create_object,
    drop_object,
    one_of,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.security_integrations import require_api_authentication

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC SECRET; provider secretDBRow, secretDetailsDBRow"
KIND = Kind.SECRET
OAUTH, PASSWORD, GENERIC = "OAUTH2", "PASSWORD", "GENERIC_STRING"

refuse("CREATE SECRET … TYPE = CLOUD_PROVIDER_TOKEN, SYMMETRIC_KEY, WORKLOAD_IDENTITY_FEDERATION", source=_SOURCE)

_REFUSED = ("CLOUD_PROVIDER_TOKEN", "SYMMETRIC_KEY", "WORKLOAD_IDENTITY_FEDERATION")
_EXPIRY = "OAUTH_REFRESH_TOKEN_EXPIRY_TIME"
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?(?:\s*([+-]\d\d:?\d\d|Z|[A-Za-z_]+(?:/[A-Za-z_]+)*))?\Z"
)


def _hidden(reader: Reader) -> Value:
    """A value that must be there and is not kept."""
    if not reader.string():
        raise compilation_error("The value of a secret must not be empty.")
    return True


_HIDDEN = ("SECRET_STRING", "PASSWORD", "OAUTH_REFRESH_TOKEN")
_SPEC: dict[str, ValueReader] = {
    "TYPE": read_word,
    **dict.fromkeys(_HIDDEN, _hidden),
    "USERNAME": read_string,
    "API_AUTHENTICATION": read_path,
    "OAUTH_SCOPES": read_strings,
    _EXPIRY: read_string,
    "COMMENT": read_string,
}
_FLOWS: dict[str, tuple[tuple[str, ...], ...]] = {
    OAUTH: (("API_AUTHENTICATION", "OAUTH_REFRESH_TOKEN", _EXPIRY), ("API_AUTHENTICATION", "OAUTH_SCOPES")),
    PASSWORD: (("USERNAME", "PASSWORD"),),
    GENERIC: (("SECRET_STRING",),),
}
"""Type → the properties of each of its flows; the first flow of which a property of its own is given counts."""


def _flow(kind: str, names: frozenset[str]) -> tuple[str, ...]:
    flows = _FLOWS[kind]
    return flows[0] if len(flows) == 1 or names & {"OAUTH_REFRESH_TOKEN", _EXPIRY} else flows[-1]


def _check(kind: str, given: Mapping[str, Json]) -> None:
    names = frozenset(given) - {"TYPE", "COMMENT"}
    flow = _flow(kind, names)
    for name in sorted(names):
        if name not in flow:
            raise invalid_property(name, label(KIND))
    # A client of which the integration knows the scopes needs none of its own.
    missing = [name for name in flow if name not in given and name != "OAUTH_SCOPES"]
    if missing:
        raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")


def _moment(context: Context, text: str) -> float:
    """Epoch seconds of an expiry time; without a zone it is in the session's."""
    found = _MOMENT.match(text.strip())
    wrong = compilation_error(f"Timestamp '{text}' is not recognized", "100035", "22007")
    if found is None:
        raise wrong
    day, clock, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}")
        if zone and zone[0] in "+-":
            return datetime.fromisoformat(f"{moment.isoformat()}{zone[:3]}:{zone[-2:]}").timestamp()
        where = "UTC" if zone == "Z" else zone or effective(context.catalogue, context.session, "TIMEZONE")[0]
        return moment.replace(tzinfo=ZoneInfo(where)).timestamp()
    except (ValueError, ZoneInfoNotFoundError):
        raise wrong from None


def _kept(context: Context, given: Mapping[str, Json]) -> dict[str, Json]:
    """What of the properties is stored: the integration as an id, the expiry as seconds, no value."""
    kept = {name: value for name, value in given.items() if name not in _HIDDEN}
    path = kept.pop("API_AUTHENTICATION", None)
    if isinstance(path, list):
        kept["integration"] = require_api_authentication(context, tuple(str(part) for part in path)).id
    if _EXPIRY in kept:
        kept[_EXPIRY] = _moment(context, str(kept[_EXPIRY]))
    return kept


@create("SECRET", notes="values are checked and not kept, because nothing here uses them", source=_SOURCE)
def create_secret(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs CREATE SECRET on the schema, for OAuth also USAGE on the security integration."""
    path = reader.path()
    given = read_values(reader, KIND, _SPEC).onto({})
    reader.end()
    if "TYPE" not in given:
        raise compilation_error("Missing option(s): [TYPE]", "002029", "42601")
    kind = str(given["TYPE"])
    if kind in _REFUSED:
        raise unsupported(f"secrets of TYPE = {kind}")
    _check(one_of("TYPE", kind, _FLOWS), given)
    comment, props = split_comment(_kept(context, given))
    return create_object(context, head, KIND, path, comment=comment, props=props)[1]


@alter("SECRET", notes="values are checked and not kept", source=_SOURCE)
def alter_secret(context: Context, reader: Reader) -> Result:
    """SET of what the secret's type has, UNSET COMMENT, tags; a bare SET, which the provider sends, changes nothing."""
    secret = resolve_or_skip(context, reader, KIND)
    if secret is None:
        return skipped()
    answer = try_tags(context, reader, secret)
    if answer is not None:
        return answer
    context.access.require_ownership(secret)
    if reader.at("SET") and reader.peek(1).kind is TokenKind.END:
        return skipped()
    changes = read_changes(reader, KIND, {name: read for name, read in _SPEC.items() if name not in _FIXED})
    if changes.unset - {"COMMENT"}:
        raise invalid_property(min(changes.unset - {"COMMENT"}), label(KIND))
    flow = _flow(str(secret.props["TYPE"]), frozenset({_EXPIRY} & secret.props.keys()))
    for name in changes.values:
        if name not in (*flow, "COMMENT"):
            raise invalid_property(name, label(KIND))
    kept = Changes(_kept(context, changes.values), changes.unset)
    return apply_changes(context, secret, kept)


_FIXED = ("TYPE", "API_AUTHENTICATION")
"""What stays as it was made."""


@drop("SECRET", source=_SOURCE)
def drop_secret(context: Context, reader: Reader) -> Result:
    """Drops the secret; a webhook that names it can no longer be used."""
    return drop_object(context, reader, KIND)


def _scopes(secret: Obj) -> Cell:
    found = secret.props.get("OAUTH_SCOPES")
    return f"[{', '.join(str(scope) for scope in found)}]" if isinstance(found, list) and found else None


def _head(context: Context, secret: Obj) -> tuple[Cell, ...]:
    database, schema = context.catalogue.path(secret)[:2]
    kind = str(secret.props["TYPE"])
    owner = owner_name(context, secret)
    return timestamp(secret.created), secret.name, schema, database, owner, secret.comment or None, kind


_HEAD = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "schema_name", "database_name", "owner", "comment", "secret_type"),
)


@show("SECRETS", source=_SOURCE)
def show_secrets(context: Context, reader: Reader) -> Result:
    """Secrets that the session may see, without any value."""
    columns = (*_HEAD, *text_columns("oauth_scopes", "owner_role_type"))

    def row(secret: Obj) -> tuple[Cell, ...]:
        return (*_head(context, secret), _scopes(secret), owner_role_type(context, secret))

    return show_objects(context, reader, KIND, columns, row)


@describe("SECRET", source=_SOURCE)
def describe_secret(context: Context, reader: Reader) -> Result:
    """One row; with USAGE or ownership. The user name is no secret."""
    secret = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(secret, "USAGE")
    columns = (
        *_HEAD,
        Column("username"),
        Column("oauth_access_token_expiry_time", Type.TIMESTAMP_LTZ),
        Column("oauth_refresh_token_expiry_time", Type.TIMESTAMP_LTZ),
        *text_columns("oauth_scopes", "integration_name"),
    )
    number, expiry, user = (secret.props.get(name) for name in ("integration", _EXPIRY, "USERNAME"))
    integration = context.catalogue.lookup(number) if isinstance(number, int) else None
    row = (
        *_head(context, secret),
        None if user is None else str(user),
        None,
        timestamp(expiry if isinstance(expiry, int | float) else None),
        _scopes(secret),
        integration.name if integration is not None else None,
    )
    return Result(columns, (row,))
