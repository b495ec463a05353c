"""What databases and schemas have in common: parameters, SET and UNSET, SWAP WITH, drops that take content along."""

from __future__ import annotations

from collections.abc import Mapping

from local.errors import compilation_error, invalid_property, not_found, unsupported
from local.model import Json, Kind, Obj
from local.parameters import Level, at_level, check_retention, readers, split
from local.reader import Reader, Value, read_string
from local.registry import CreateHead
from local.results import Result, status
from local.session import Context
from local.statements.common import require_create
from local.statements.with_tags import start_properties
from local.uses import POLICIES, require_unused

LEVELS = {Kind.DATABASE: Level.DATABASE, Kind.SCHEMA: Level.SCHEMA}


def read_new(
    context: Context, reader: Reader, kind: Kind, head: CreateHead
) -> tuple[str, dict[str, Json], dict[str, str]]:
    """Comment, properties and parameters of a CREATE, read to the end of the statement and checked."""
    if reader.at("CLONE") or reader.at("FROM") or reader.at("AS", "REPLICA"):
        raise unsupported(f"CREATE {kind.value} {reader.peek().upper}")
    start_properties(reader)
    values = reader.properties(kind.value, {"COMMENT": read_string, **readers(LEVELS[kind])})
    own, params = split(values, LEVELS[kind])
    transient = "TRANSIENT" in head.modifiers
    _check(context, params, transient=transient)
    props: dict[str, Json] = {"TRANSIENT": True} if transient else {}
    return str(own.get("COMMENT") or ""), props, params


def _check(context: Context, params: Mapping[str, str], *, transient: bool) -> None:
    check_retention(params, context.settings.edition, transient=transient)
    if params.get("EXTERNAL_VOLUME"):
        raise not_found("External volume", params["EXTERNAL_VOLUME"])
    if params.get("CATALOG", "SNOWFLAKE") not in ("", "SNOWFLAKE"):
        raise not_found("Integration", params["CATALOG"])


def alter_settings(context: Context, reader: Reader, obj: Obj) -> Result:
    """``SET name = value, …`` and ``UNSET name, …``; MODIFY suffices except for the default collation.

    Source: docs.snowflake.com ALTER DATABASE / ALTER SCHEMA, usage notes.
    """
    if reader.accept("SET"):
        values = reader.properties(obj.kind.value, {"COMMENT": read_string, **readers(LEVELS[obj.kind])})
        if not values:
            raise reader.unexpected()
        changed: dict[str, Value | None] = dict(values)
    else:
        reader.expect("UNSET")
        changed = dict.fromkeys(reader.commas(lambda r: _settable(r, obj.kind)))
    reader.end()
    _require_set(context, obj, changed)
    params = {**obj.params, **{name: str(value) for name, value in changed.items() if value is not None}}
    kept = {name: value for name, value in params.items() if name != "COMMENT" and changed.get(name, "") is not None}
    _check(context, kept, transient=bool(obj.props.get("TRANSIENT")))
    comment = str(changed["COMMENT"] or "") if "COMMENT" in changed else obj.comment
    context.catalogue.update(obj, comment=comment, params=kept)
    return status("Statement executed successfully.")


def _require_set(context: Context, obj: Obj, changed: Mapping[str, object]) -> None:
    if "DEFAULT_DDL_COLLATION" in changed:
        context.access.require_ownership(obj)
    else:
        context.access.require(obj, "MODIFY")


def _settable(reader: Reader, kind: Kind) -> str:
    name = reader.peek().upper
    if name != "COMMENT" and name not in {parameter.name for parameter in at_level(LEVELS[kind])}:
        raise invalid_property(name, kind.value) if name else reader.unexpected()
    reader.next()
    return name


def swap(context: Context, obj: Obj, reader: Reader) -> Result:
    """``SWAP WITH other``: the two objects change names; content, grants and owner stay with the object."""
    access, catalogue = context.access, context.catalogue
    other = access.resolve(obj.kind, reader.path())
    reader.end()
    if obj.id == other.id:
        raise compilation_error(f"Cannot swap {obj.kind.value.lower()} '{obj.name}' with itself.")
    for one in (obj, other):
        access.require_ownership(one)
        require_create(context, catalogue.get(one.parent), f"CREATE {one.kind.value}")
    catalogue.update(obj, name=f"\0{obj.id}")
    catalogue.update(other, name=obj.name, parent=obj.parent)
    catalogue.update(obj, name=other.name, parent=other.parent)
    return status("Statement executed successfully.")


def require_contents_unused(context: Context, container: Obj) -> None:
    """Refuse to drop a container with policies, rules or tags that something outside it uses."""
    catalogue = context.catalogue
    for kind in (*POLICIES, Kind.NETWORK_RULE):
        for obj in catalogue.within(container, kind):
            targets = (catalogue.get(reference.target) for reference in catalogue.references.by("source", obj.id))
            if any(target.id != container.id and container.id not in catalogue.ancestors(target) for target in targets):
                require_unused(catalogue, obj)
