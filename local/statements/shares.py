"""Shares that this account gives to others. Nobody else is here to take them: they are objects of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from local.errors import SnowflakeError, compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader, ValueReader, read_boolean, read_string
from local.registry import CreateHead, alter, create, describe, drop, refuse, show
from local.results import Cell, Column, Result, Type, flag, status, timestamp
from local.session import Context
from local.statements.changes import (
    Changes,
    apply_changes,
    read_changes,
    read_values,
    split_comment,
    text_columns,
    try_tags,
)
from local.statements.common import create_object, drop_object, owner_name, read_show_filter, resolve_or_skip, skipped
from local.statements.share_grants import database_of_share, granted

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC SHARE; provider v1.2.1 shareRow, shareDetailsRow"
KIND = Kind.SHARE

refuse("SHOW SHARES IN REPLICATION GROUP", source=_SOURCE)

_SET: dict[str, ValueReader] = {"COMMENT": read_string, "SECURE_OBJECTS_ONLY": read_boolean}
_SHOWN = 3
"""How many accounts SHOW SHARES names."""
_ACCOUNT = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_-]+)?\Z")


@create("SHARE", source=_SOURCE)
def create_share(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Empty, and for nobody yet; needs CREATE SHARE on the account."""
    path = reader.path()
    comment, props = split_comment(read_values(reader, KIND, _SET).onto({}))
    reader.end()
    return create_object(context, head, KIND, path, comment=comment, props=props)[1]


@alter("SHARE", notes="accounts that are added need not exist", source=_SOURCE)
def alter_share(context: Context, reader: Reader) -> Result:
    """ADD, REMOVE and SET of ACCOUNTS, SET and UNSET of other properties, tags."""
    share = resolve_or_skip(context, reader, KIND)
    if share is None:
        return skipped()
    answer = try_tags(context, reader, share)
    if answer is not None:
        return answer
    if reader.at("ADD") or reader.at("REMOVE") or reader.at("SET", "ACCOUNTS"):
        return _alter_accounts(context, reader, share)
    return apply_changes(context, share, read_changes(reader, KIND, _SET))


def _accounts(props: Mapping[str, Json]) -> list[str]:
    found = props.get("ACCOUNTS")
    return [str(name) for name in found] if isinstance(found, list) else []


def _alter_accounts(context: Context, reader: Reader, share: Obj) -> Result:
    verb = reader.next().upper
    reader.expect("ACCOUNTS", "=")
    names = list(dict.fromkeys(reader.commas(_read_account)))
    restrictions = reader.properties(KIND.value, {"SHARE_RESTRICTIONS": read_boolean}) if verb == "ADD" else {}
    comment = read_values(reader, KIND, _SET) if verb == "SET" else Changes({}, frozenset())
    reader.end()
    context.access.require_ownership(share)
    if verb != "REMOVE":
        _require_may_receive(context, share, names)
    if restrictions.get("SHARE_RESTRICTIONS") is False:
        context.access.require_global("OVERRIDE SHARE RESTRICTIONS")
    before = _accounts(share.props)
    match verb:
        case "ADD":
            kept = [*before, *(name for name in names if name not in before)]
        case "REMOVE":
            kept = [name for name in before if name not in names]
        case _:
            kept = names
    text, props = split_comment(comment.onto({**share.props, "ACCOUNTS": [*kept], "COMMENT": share.comment}))
    context.catalogue.update(share, comment=text, props=props)
    return status("Statement executed successfully.")


def _read_account(reader: Reader) -> str:
    parts = [reader.name()]
    while reader.accept("."):
        parts.append(reader.name())
    name = ".".join(parts)
    if len(parts) > 2 or _ACCOUNT.match(name) is None:
        raise compilation_error(f"invalid account identifier '{name}': organization.account or a locator is expected.")
    return name


def _require_may_receive(context: Context, share: Obj, names: Iterable[str]) -> None:
    if database_of_share(context.catalogue, share) is None:
        raise SnowflakeError(
            "003033",
            "22000",
            f"SQL compilation error:\nShare '{share.name}' does not currently have a database. "
            "Accounts can only be added to a share that has one: grant USAGE on a database to it first.",
        )
    settings = context.settings
    own = (settings.account_id, f"{settings.organization}.{settings.account}")
    for name in names:
        if name in own:
            raise compilation_error(f"Account '{name}' cannot be added to share '{share.name}' of its own.")


@drop("SHARE", source=_SOURCE)
def drop_share(context: Context, reader: Reader) -> Result:
    """Whoever had it loses it at once."""
    return drop_object(context, reader, KIND)


@show("SHARES", notes="outbound shares only: nobody shares with this account", source=_SOURCE)
def show_shares(context: Context, reader: Reader) -> Result:
    """With IMPORT SHARE: all to ACCOUNTADMIN and who manages grants, its own to another role; else nothing."""
    wanted = read_show_filter(context, reader, KIND)
    catalogue, access = context.catalogue, context.access
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("kind", "owner_account", "name", "database_name", "to", "owner", "comment"),
        *text_columns("listing_global_name", "secure_objects_only"),
    )
    administrator = catalogue.find(Kind.ROLE, ("ACCOUNTADMIN",))
    everything = access.holds_global("MANAGE GRANTS") or (
        administrator is not None and administrator.id in access.roles()
    )
    found = [
        share
        for share in (catalogue.children(catalogue.account.id, KIND) if access.holds_global("IMPORT SHARE") else ())
        if wanted.keeps(share.name)
        and (everything or access.owns(share))
        and (wanted.after is None or share.name > wanted.after)
    ]
    return Result(columns, [_row(context, share) for share in found][: wanted.limit])


def _row(context: Context, share: Obj) -> tuple[Cell, ...]:
    database = database_of_share(context.catalogue, share)
    return (
        timestamp(share.created),
        "OUTBOUND",
        f"{context.settings.organization}.{context.settings.account}",
        share.name,
        database.name if database is not None else "",
        ", ".join(_accounts(share.props)[:_SHOWN]),
        owner_name(context, share),
        share.comment,
        "",
        flag(share.props.get("SECURE_OBJECTS_ONLY") is not False),
    )


@describe("SHARE", source=_SOURCE)
def describe_share(context: Context, reader: Reader) -> Result:
    """What the share holds, by type and name."""
    share = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require_ownership(share)
    catalogue = context.catalogue
    rows = {
        (target.kind.value, catalogue.full_name(target)): timestamp(grant.created)
        for grant, target in granted(catalogue, share)
    }
    columns = (*text_columns("kind", "name"), Column("shared_on", Type.TIMESTAMP_LTZ))
    return Result(columns, [(kind, name, shared) for (kind, name), shared in sorted(rows.items())])
