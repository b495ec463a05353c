"""Users: create, alter, drop. What they show is in ``user_views``, their properties in ``user_properties``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from local.credentials import disable_tokens
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, invalid_property, unsupported
from local.model import Json, Kind, Obj
from local.parameters import Level, at_level, readers, split
from local.password_rules import check_password
from local.passwords import hash_password
from local.reader import Reader
from local.registry import CreateHead, alter, create, drop, refuse
from local.results import Result, status
from local.session import Context
from local.statements.access_tokens import alter_token, at_token
from local.statements.changes import try_rename_or_tags
from local.statements.common import create_object, drop_object, resolve_or_skip, skipped
from local.statements.network_parameter import require_network_policy
from local.statements.policy_attachments import alter_attachment, at_attachment
from local.statements.user_properties import ALTER, CREATE, OWN, refuse_for_type, user_type, with_set, with_unset
from local.statements.warehouses import require_account_admin
from local.statements.with_tags import read_tags, tag_new

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP USER; provider v1.2.1 users.go and its integration tests"
KIND = Kind.USER

refuse(
    "ALTER USER … RESET PASSWORD, ABORT ALL QUERIES, DELEGATED AUTHORIZATION, MFA",
    "CREATE USER … ALLOWED_INTERFACES, TYPE = SERVICE_AGENT",
    source=_SOURCE,
)

_NAMES = frozenset(parameter.name for parameter in at_level(Level.USER))


@create("USER", notes="no ALLOWED_INTERFACES or SERVICE_AGENT", source=_SOURCE)
def create_user(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Login name and display name are the user's name unless given; the type is PERSON unless given."""
    path = reader.path()
    values, params = split(reader.properties(KIND.value, {**CREATE, **readers(Level.USER)}), Level.USER)
    tags = read_tags(reader)
    reader.end()
    comment = str(values.pop("COMMENT", None) or "")
    password = values.pop("PASSWORD", None)
    name = path[-1]
    initial: dict[str, Json] = {
        "TYPE": "PERSON",
        "LOGIN_NAME": name.upper(),
        "DISPLAY_NAME": name,
        "DEFAULT_SECONDARY_ROLES": ["ALL"],
    }
    props = with_set(initial, values, name)
    _check_parameters(context, params)
    user, answer = create_object(context, head, KIND, path, comment=comment, props=props, params=params)
    if user is not None:
        if password is not None:
            user = context.catalogue.update(user, props=_hashed(context, user, str(password)))
        _require_free_login(context, user)
        tag_new(context, user, tags)
    return answer


def _hashed(context: Context, user: Obj, password: str) -> dict[str, Json]:
    """The user's properties with a new password, after its type and the password policy have been asked."""
    refuse_for_type(user_type(user.props), {"PASSWORD": password})
    check_password(context.catalogue, user, password)
    return {**user.props, "PASSWORD_HASH": hash_password(password), "PASSWORD_SET": time.time()}


def _require_free_login(context: Context, user: Obj) -> None:
    login = user.props.get("LOGIN_NAME")
    for other in context.catalogue.of_kind(KIND):
        if other.id != user.id and (other.props.get("LOGIN_NAME") or other.name.upper()) == login:
            raise SnowflakeError(
                "002002", "42710", f"SQL compilation error:\nUser with login name '{login}' already exists."
            )


def _check_parameters(context: Context, changed: Mapping[str, object]) -> None:
    """Rights that single parameters need, and that a network policy exists."""
    policy = changed.get("NETWORK_POLICY")
    if policy:
        require_network_policy(context, str(policy), owned=True)
    if "PREVENT_UNLOAD_TO_INTERNAL_STAGES" in changed:
        require_account_admin(context)
    if any(name.startswith("ENABLE_UNREDACTED_") for name in changed):
        context.access.require_global("AUDIT")


@alter("USER", notes="no RESET PASSWORD, ABORT ALL QUERIES, delegated authorizations or MFA actions", source=_SOURCE)
def alter_user(context: Context, reader: Reader) -> Result:
    """RENAME TO, SET, UNSET, policies, tags, access tokens; without a name the session's own user."""
    if reader.at("SET") or reader.at("UNSET") or at_token(reader):
        user: Obj | None = context.catalogue.get(context.session.user)
    else:
        user = resolve_or_skip(context, reader, KIND)
    if user is None:
        return skipped()
    if at_attachment(reader):
        return alter_attachment(context, reader, user)
    if at_token(reader):
        return alter_token(context, reader, user)
    answer = try_rename_or_tags(context, reader, user)
    if answer is not None:
        return answer
    if reader.accept("SET"):
        return _set(context, reader, user)
    if reader.accept("UNSET"):
        return _unset(context, reader, user)
    raise unsupported(f"ALTER USER … {reader.peek().upper}") if reader.peek().upper else reader.unexpected()


def _require_change(context: Context, user: Obj, names: Mapping[str, object]) -> None:
    """Ownership; users may change their own defaults and session parameters."""
    session = {parameter.name for parameter in at_level(Level.SESSION)}
    if user.id != context.session.user or not names.keys() <= OWN | session:
        context.access.require_ownership(user)


def _set(context: Context, reader: Reader, user: Obj) -> Result:
    found = reader.properties(KIND.value, {**ALTER, **readers(Level.USER)})
    if not found:
        raise reader.unexpected()
    reader.end()
    _require_change(context, user, found)
    values, params = split(found, Level.USER)
    _check_parameters(context, params)
    comment = str(values.pop("COMMENT") or "") if "COMMENT" in values else user.comment
    resets_password = "PASSWORD" in values
    password = values.pop("PASSWORD", None)
    props = with_set(user.props, values, user.name)
    if values.get("DISABLED") is True:
        props = disable_tokens(user, props)
    if password is not None:
        props = _hashed(context, replace(user, props=props), str(password))
    elif resets_password:
        props = _without_password(props)
    changed = context.catalogue.update(user, comment=comment, props=props, params={**user.params, **params})
    if "LOGIN_NAME" in values:
        _require_free_login(context, changed)
    return status("Statement executed successfully.")


def _without_password(props: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in props.items() if name not in ("PASSWORD_HASH", "PASSWORD_SET")}


def _unset(context: Context, reader: Reader, user: Obj) -> Result:
    names = reader.commas(_unsettable)
    reader.end()
    _require_change(context, user, dict.fromkeys(names))
    _check_parameters(context, dict.fromkeys(names))
    props = with_unset(user.props, tuple(n for n in names if n in ALTER and n != "COMMENT"), user.name)
    if "PASSWORD" in names:
        props = _without_password(props)
    changed = context.catalogue.update(
        user,
        comment="" if "COMMENT" in names else user.comment,
        props=props,
        params={name: value for name, value in user.params.items() if name not in names},
    )
    if "LOGIN_NAME" in names:
        _require_free_login(context, changed)
    return status("Statement executed successfully.")


def _unsettable(reader: Reader) -> str:
    name = reader.peek().upper
    if name not in ALTER and name not in _NAMES:
        raise invalid_property(name, KIND.value) if name else reader.unexpected()
    reader.next()
    return name


@drop("USER", source=_SOURCE)
def drop_user(context: Context, reader: Reader) -> Result:
    """Not the session's own user."""

    def check(user: Obj) -> None:
        if user.id == context.session.user:
            raise compilation_error(f"Cannot drop the current user '{user.name}'.")
        if not context.access.owns(user):
            raise insufficient_privileges(KIND.value, user.name)

    return drop_object(context, reader, KIND, check)
