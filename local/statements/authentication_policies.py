"""Authentication policies: how, with which clients and with which second factor users may log in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from local.errors import compilation_error, not_found, unsupported
from local.model import Json, Kind, Obj
from local.reader import Reader, Value, ValueReader, read_boolean, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Result
from local.session import Context
from local.statements.changes import (
    POLICY_COLUMNS,
    Changes,
    apply_changes,
    policy_row,
    read_changes,
    read_values,
    split_comment,
    try_rename_or_tags,
)
from local.statements.common import create_object, drop_object, one_of, resolve_or_skip, show_objects, skipped
from local.statements.policies import PROPERTY_COLUMNS, property_head
from local.statements.policy_attachments import show_attached
from local.uses import require_unused

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC AUTHENTICATION POLICY; provider row structs and tests (2.x)"
KIND = Kind.AUTHENTICATION_POLICY

_CHOICES = {
    "AUTHENTICATION_METHODS": (
        "ALL", "SAML", "OIDC", "PASSWORD", "OAUTH", "KEYPAIR", "PROGRAMMATIC_ACCESS_TOKEN", "WORKLOAD_IDENTITY",
    ),
    "CLIENT_TYPES": ("ALL", "SNOWFLAKE_UI", "DRIVERS", "SNOWFLAKE_CLI", "SNOWSQL"),
    "MFA_AUTHENTICATION_METHODS": ("ALL", "SAML", "PASSWORD"),
    "MFA_ENROLLMENT": ("REQUIRED", "REQUIRED_PASSWORD_ONLY", "OPTIONAL"),
    "ALLOWED_METHODS": ("ALL", "PASSKEY", "TOTP", "OTP", "DUO"),
    "ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION": ("ALL", "NONE"),
    "NETWORK_POLICY_EVALUATION": ("ENFORCED_REQUIRED", "ENFORCED_NOT_REQUIRED", "NOT_ENFORCED"),
    "ALLOWED_PROVIDERS": ("ALL", "AWS", "AZURE", "GCP", "OIDC"),
}  # fmt: skip


class Property(NamedTuple):
    """How a property is read and what holds when it is not set."""

    read: ValueReader
    default: Json


def _choice(name: str) -> ValueReader:
    return lambda reader: one_of(name, reader.word(), _CHOICES[name])


def _choices(name: str) -> ValueReader:
    def read(reader: Reader) -> Value:
        found = reader.parenthesised(lambda r: one_of(name, r.word(), _CHOICES[name]))
        if not found:
            raise compilation_error(f"invalid value '()' for property '{name}'.")
        return found

    return read


def _days(reader: Reader) -> Value:
    days = reader.integer()
    if not 1 <= days <= 365:
        raise compilation_error(f"invalid value '{days}' for an expiry in days. Allowed: 1 to 365.")
    return days


def _texts(reader: Reader) -> Value:
    return reader.parenthesised(Reader.string)


_GROUPS: dict[str, dict[str, Property]] = {
    "MFA_POLICY": {
        "ALLOWED_METHODS": Property(_choices("ALLOWED_METHODS"), ["ALL"]),
        "ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION": Property(_choice("ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION"), "NONE"),
    },
    "PAT_POLICY": {
        "DEFAULT_EXPIRY_IN_DAYS": Property(_days, 15),
        "MAX_EXPIRY_IN_DAYS": Property(_days, 365),
        "NETWORK_POLICY_EVALUATION": Property(_choice("NETWORK_POLICY_EVALUATION"), "ENFORCED_REQUIRED"),
        "REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS": Property(read_boolean, True),
    },
    "WORKLOAD_IDENTITY_POLICY": {
        "ALLOWED_PROVIDERS": Property(_choices("ALLOWED_PROVIDERS"), ["ALL"]),
        "ALLOWED_AWS_ACCOUNTS": Property(_texts, ["ALL"]),
        "ALLOWED_AWS_PARTITIONS": Property(_texts, ["ALL"]),
        "ALLOWED_AZURE_ISSUERS": Property(_texts, ["ALL"]),
        "ALLOWED_OIDC_ISSUERS": Property(_texts, ["ALL"]),
    },
}
"""Properties that are lists of properties themselves."""


def _group(name: str) -> ValueReader:
    spec = {key: entry.read for key, entry in _GROUPS[name].items()}

    def read(reader: Reader) -> Value:
        reader.expect("(")
        found = reader.properties(name, spec)
        reader.expect(")")
        return tuple(found.items())

    return read


def _integrations(reader: Reader) -> Value:
    """Only ALL: the local account has no security integrations."""
    names = reader.parenthesised(Reader.name_or_string)
    for name in names:
        if name != "ALL":
            raise not_found("INTEGRATION", name)
    return names


def _client_policy(_reader: Reader) -> Value:
    raise unsupported("CLIENT_POLICY")


_PROPERTIES: dict[str, Property] = {
    "AUTHENTICATION_METHODS": Property(_choices("AUTHENTICATION_METHODS"), ["ALL"]),
    "MFA_AUTHENTICATION_METHODS": Property(_choices("MFA_AUTHENTICATION_METHODS"), ["PASSWORD", "SAML"]),
    "CLIENT_TYPES": Property(_choices("CLIENT_TYPES"), ["ALL"]),
    "SECURITY_INTEGRATIONS": Property(_integrations, ["ALL"]),
    "MFA_ENROLLMENT": Property(_choice("MFA_ENROLLMENT"), "REQUIRED_PASSWORD_ONLY"),
    **{name: Property(_group(name), {}) for name in _GROUPS},
}
_SPEC: dict[str, ValueReader] = {
    **{name: entry.read for name, entry in _PROPERTIES.items()},
    "CLIENT_POLICY": _client_policy,
    "COMMENT": read_string,
}
_DESCRIPTIONS = {
    "AUTHENTICATION_METHODS": "Ways to log in that are allowed.",
    "MFA_AUTHENTICATION_METHODS": "Ways to log in that ask for a second factor.",
    "CLIENT_TYPES": "Clients that may log in.",
    "SECURITY_INTEGRATIONS": "Security integrations that may be used.",
    "MFA_ENROLLMENT": "Whether users must enroll in multi-factor authentication.",
    "MFA_POLICY": "Second factors that are allowed.",
    "PAT_POLICY": "Rules for programmatic access tokens.",
    "WORKLOAD_IDENTITY_POLICY": "Rules for workload identity federation.",
}


def property_of(policy: Obj, name: str) -> Json:
    """What holds for a property of an authentication policy: the value set, else the default."""
    if name in _GROUPS:
        given = policy.props.get(name)
        defaults: dict[str, Json] = {key: entry.default for key, entry in _GROUPS[name].items()}
        return {**defaults, **given} if isinstance(given, dict) else defaults
    return policy.props.get(name, _PROPERTIES[name].default)


def _with_groups(changes: Changes) -> Changes:
    """The changes with groups as JSON objects in place of their pairs."""
    values = dict(changes.values)
    for name in _GROUPS:
        pairs = values.get(name)
        if isinstance(pairs, list):
            values[name] = {str(pair[0]): pair[1] for pair in pairs if isinstance(pair, list)}
    return Changes(values, changes.unset)


def _check(props: Mapping[str, Json]) -> None:
    clients = props.get("CLIENT_TYPES")
    if (
        props.get("MFA_ENROLLMENT") == "REQUIRED"
        and isinstance(clients, list)
        and not {"SNOWFLAKE_UI", "ALL"} & {str(client) for client in clients}
    ):
        raise compilation_error("CLIENT_TYPES must include SNOWFLAKE_UI when MFA_ENROLLMENT is REQUIRED.")
    tokens = props.get("PAT_POLICY")
    days = {key: entry.default for key, entry in _GROUPS["PAT_POLICY"].items()}
    days.update(tokens if isinstance(tokens, dict) else {})
    default, greatest = days["DEFAULT_EXPIRY_IN_DAYS"], days["MAX_EXPIRY_IN_DAYS"]
    if isinstance(default, int) and isinstance(greatest, int) and default > greatest:
        raise compilation_error("DEFAULT_EXPIRY_IN_DAYS cannot be greater than MAX_EXPIRY_IN_DAYS.")


@create(
    "AUTHENTICATION POLICY",
    notes="as before bundle 2025_06: MFA_ENROLLMENT = OPTIONAL is shown as OPTIONAL, MFA_AUTHENTICATION_METHODS may be "
    "set; no CLIENT_POLICY, no security integrations but ALL",
    source=_SOURCE,
)
def create_authentication_policy(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Every property has a default."""
    path = reader.path()
    changes = _with_groups(read_values(reader, KIND, _SPEC))
    reader.end()
    comment, props = split_comment(changes.onto({}))
    _check(props)
    return create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        before_replace=lambda old: require_unused(context.catalogue, old),
    )[1]


@alter("AUTHENTICATION POLICY", notes="as CREATE", source=_SOURCE)
def alter_authentication_policy(context: Context, reader: Reader) -> Result:
    """SET, UNSET, RENAME TO, tags; a group that is set replaces the whole group."""
    policy = resolve_or_skip(context, reader, KIND)
    if policy is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, policy)
    return answer or apply_changes(context, policy, _with_groups(read_changes(reader, KIND, _SPEC)), _check)


@drop("AUTHENTICATION POLICY", source=_SOURCE)
def drop_authentication_policy(context: Context, reader: Reader) -> Result:
    """Refused while the policy is set on the account or a user."""
    return drop_object(context, reader, KIND, lambda policy: require_unused(context.catalogue, policy))


@show("AUTHENTICATION POLICIES", source=_SOURCE)
def show_authentication_policies(context: Context, reader: Reader) -> Result:
    """Policies in a container, or those set ON ACCOUNT or ON USER."""
    if reader.accept("ON"):
        return show_attached(context, reader, KIND)
    return show_objects(context, reader, KIND, POLICY_COLUMNS, lambda policy: policy_row(context, policy))


def render(value: Json) -> str:
    """A value as DESCRIBE prints it: ``[A, B]``, ``{A=1, B=[C]}``, lower-case booleans."""
    if isinstance(value, list):
        return f"[{', '.join(render(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={render(item)}" for name, item in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


@describe("AUTHENTICATION POLICY", source=_SOURCE)
def describe_authentication_policy(context: Context, reader: Reader) -> Result:
    """A row per property."""
    policy = context.access.resolve(KIND, reader.path())
    reader.end()
    rows: list[tuple[Cell, ...]] = property_head(context, policy, "authentication policy")
    for name in _PROPERTIES:
        default = property_of(_EMPTY, name)
        rows.append((name, render(property_of(policy, name)), render(default), _DESCRIPTIONS[name]))
    return Result(PROPERTY_COLUMNS, rows)


_EMPTY = Obj(0, KIND, "", 0, None, 0, 0)
