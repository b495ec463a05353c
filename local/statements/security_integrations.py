"""Security integrations of TYPE = API_AUTHENTICATION: what secrets of the OAuth flows refer to. Nobody dials out.

Source: docs.snowflake.com, CREATE SECURITY INTEGRATION (External API Authentication); provider
ApiAuthenticationPropertiesNames. The client secret is checked and not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.names import Path, dotted
from local.reader import Reader, Value, ValueReader, read_boolean, read_integer, read_string, read_strings, read_word
from local.registry import CreateHead, create, refuse
from local.results import Cell, Result
from local.session import Context
from local.statements.changes import read_values, split_comment
from local.statements.common import create_object, one_of
from local.statements.integration_types import (
    CATEGORIES,
    CATEGORY,
    Category,
    category_of,
    enabled_row,
    list_row,
    text_row,
)

_SOURCE = "docs.snowflake.com: CREATE SECURITY INTEGRATION (External API Authentication); provider"
KIND = Kind.INTEGRATION
SECURITY = "SECURITY"

refuse(
    "CREATE SECURITY INTEGRATION … TYPE = OAUTH, EXTERNAL_OAUTH, SAML2, SCIM",
    "CREATE SECURITY INTEGRATION … AUTH_TYPE = AWS_IAM, OAUTH_GRANT = JWT_BEARER",
    source=_SOURCE,
)

_GRANTS = ("CLIENT_CREDENTIALS", "AUTHORIZATION_CODE")
_DEFAULTS: Mapping[str, Json] = {
    "OAUTH_ACCESS_TOKEN_VALIDITY": 0,
    "OAUTH_REFRESH_TOKEN_VALIDITY": 7_776_000,
    "OAUTH_CLIENT_AUTH_METHOD": "CLIENT_SECRET_POST",
}


def _hidden(reader: Reader) -> Value:
    if not reader.string():
        raise compilation_error("OAUTH_CLIENT_SECRET must not be empty.")
    return True


_SET: dict[str, ValueReader] = {
    "ENABLED": read_boolean,
    "OAUTH_CLIENT_ID": read_string,
    "OAUTH_CLIENT_SECRET": _hidden,
    "OAUTH_TOKEN_ENDPOINT": read_string,
    "OAUTH_AUTHORIZATION_ENDPOINT": read_string,
    "OAUTH_CLIENT_AUTH_METHOD": read_word,
    "OAUTH_ACCESS_TOKEN_VALIDITY": read_integer,
    "OAUTH_REFRESH_TOKEN_VALIDITY": read_integer,
    "OAUTH_ALLOWED_SCOPES": read_strings,
    "OAUTH_GRANT": read_word,
    "COMMENT": read_string,
}
_SPEC: dict[str, ValueReader] = {"TYPE": read_word, "AUTH_TYPE": read_word, **_SET}


def _checked(context: Context, props: Mapping[str, Json], changed: Collection[str]) -> Mapping[str, Json]:
    missing = [n for n in ("ENABLED", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET") if props.get(n) in (None, "")]
    if missing:
        raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")
    kept = {**_DEFAULTS, **props}
    grant = str(kept.setdefault("OAUTH_GRANT", "CLIENT_CREDENTIALS"))
    if grant == "JWT_BEARER":
        raise unsupported("OAUTH_GRANT = JWT_BEARER")
    one_of("OAUTH_GRANT", grant, _GRANTS)
    one_of(
        "OAUTH_CLIENT_AUTH_METHOD",
        str(kept["OAUTH_CLIENT_AUTH_METHOD"]),
        ("CLIENT_SECRET_POST", "CLIENT_SECRET_BASIC"),
    )
    for name in ("OAUTH_TOKEN_ENDPOINT", "OAUTH_AUTHORIZATION_ENDPOINT"):
        if kept.get(name) and not str(kept[name]).startswith("https://"):
            raise compilation_error(f"invalid value '{kept[name]}' for property '{name}': must begin with https://.")
    return kept


@create(
    "SECURITY INTEGRATION",
    notes="API_AUTHENTICATION with OAuth client credentials or authorization code only; nothing dials out",
    source=_SOURCE,
)
def create_security_integration(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs CREATE INTEGRATION on the account."""
    path = reader.path()
    comment, props = split_comment(read_values(reader, KIND, _SPEC).onto({}))
    reader.end()
    kind = props.pop("TYPE", None)
    if kind != "API_AUTHENTICATION":
        raise unsupported(f"security integrations of TYPE = {kind}")
    auth = props.pop("AUTH_TYPE", None)
    if auth != "OAUTH2":
        raise unsupported(f"security integrations of AUTH_TYPE = {auth}")
    stored = {**_checked(context, props, props), CATEGORY: SECURITY}
    return create_object(context, head, KIND, path, comment=comment, props=stored)[1]


def _rows(context: Context, found: Obj) -> list[tuple[Cell, ...]]:
    props = found.props

    def number(name: str) -> tuple[Cell, ...]:
        return name, "Integer", str(props.get(name)), str(_DEFAULTS[name])

    return [
        enabled_row(props),
        number("OAUTH_ACCESS_TOKEN_VALIDITY"),
        number("OAUTH_REFRESH_TOKEN_VALIDITY"),
        text_row(props, "OAUTH_CLIENT_ID"),
        text_row(props, "OAUTH_CLIENT_AUTH_METHOD"),
        text_row(props, "OAUTH_AUTHORIZATION_ENDPOINT"),
        text_row(props, "OAUTH_TOKEN_ENDPOINT"),
        list_row(props, "OAUTH_ALLOWED_SCOPES"),
        text_row(props, "OAUTH_GRANT"),
        ("PARENT_INTEGRATION", "String", "", ""),
        ("AUTH_TYPE", "String", "OAUTH2", ""),
    ]


CATEGORIES[SECURITY] = Category(lambda _found: "API_AUTHENTICATION", lambda _found: _SET, _checked, _rows)


def require_api_authentication(context: Context, path: Path) -> Obj:
    """The integration that a secret names: it must be one for API authentication, and needs USAGE."""
    integration = context.access.resolve(KIND, path)
    context.access.require(integration, "USAGE")
    if category_of(integration) != SECURITY:
        raise compilation_error(f"Integration '{dotted(path)}' is not a security integration for API authentication.")
    return integration
