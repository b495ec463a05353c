"""What CREATE, ALTER, DROP, SHOW and DESCRIBE of all object types share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from local.access import is_managed
from local.errors import (
    SnowflakeError,
    already_exists,
    compilation_error,
    insufficient_privileges,
    not_found_or_impossible,
)
from local.grants import apply_future_grants
from local.model import ACCOUNT_ID, Json, Kind, Obj, Scope
from local.names import Path, dotted, like
from local.reader import Reader
from local.registry import CreateHead
from local.results import Cell, Column, Result, status
from local.session import Context

CHECKED = "CHECKED"
"""In place of a privilege: the caller has checked already that the session may create the object."""


def title(kind: Kind) -> str:
    """``Resource monitor``: the type as status texts begin with it."""
    return kind.value.capitalize()


def create_object(
    context: Context,
    head: CreateHead,
    kind: Kind,
    path: Path,
    *,
    comment: str = "",
    signature: str = "",
    props: Mapping[str, Json] | None = None,
    params: Mapping[str, str] | None = None,
    privilege: str | None = None,
    before_replace: Callable[[Obj], None] | None = None,
    object_id: int | None = None,
    futures: bool = True,
) -> tuple[Obj | None, Result]:
    """Make an object for the session's primary role, which becomes its owner.

    Checks ``CREATE <KIND>`` (or ``privilege``; nothing for ``CHECKED``) on the container with the primary role alone,
    as Snowflake does; applies OR REPLACE (``before_replace`` may refuse it), IF NOT EXISTS and future grants (unless
    ``futures`` is false). Returns the object (None if it was already there) and the status row.
    """
    access, catalogue = context.access, context.catalogue
    container, name = access.resolve_container(kind, path)
    if privilege != CHECKED:
        require_create(context, container, privilege or f"CREATE {kind.value}")
    existing = catalogue.child(container.id, kind, name, signature)
    shown = dotted((name,))
    if existing is not None and head.if_not_exists:
        return None, status(f"{shown} already exists, statement succeeded.")
    if existing is not None and head.or_replace and existing.kind is kind:
        access.require_ownership(existing)
        if before_replace is not None:
            before_replace(existing)
        catalogue.drop(existing)
    owner = context.session.role
    obj = catalogue.create(
        kind,
        name,
        container.id,
        owner,
        comment=comment,
        signature=signature,
        props=props,
        params=params,
        object_id=object_id,
    )
    if futures:
        apply_future_grants(context, obj)
    return obj, status(f"{title(kind)} {shown} successfully created.")


def existing_answer(
    context: Context, head: CreateHead, kind: Kind, container: Obj, name: str, signature: str = ""
) -> Result | None:
    """For a CREATE that works before it makes: its answer where the name is taken, None where it may go on.

    IF NOT EXISTS has an answer, OR REPLACE of the same kind goes on, and anything else is 002002.
    """
    existing = context.catalogue.child(container.id, kind, name, signature)
    if existing is None or (head.or_replace and existing.kind is kind):
        return None
    if head.if_not_exists:
        return status(f"{dotted((name,))} already exists, statement succeeded.")
    raise already_exists(context.catalogue.full_name(existing))


def require_create(context: Context, container: Obj, privilege: str) -> None:
    """003001 unless the primary role holds ``privilege`` on the container, or owns it if it is no account."""
    held = context.access.privileges_of_primary(container)
    allowed = {privilege} | ({"OWNERSHIP"} if container.id != ACCOUNT_ID else set())
    if context.session.role is None or held.isdisjoint(allowed):
        raise insufficient_privileges(container.kind.value, container.name)


def resolve_or_skip(context: Context, reader: Reader, kind: Kind) -> Obj | None:
    """Read ``[IF EXISTS] name`` and resolve it; None if it is missing and IF EXISTS was written."""
    if_exists = reader.accept("IF", "EXISTS")
    path = reader.path()
    try:
        return context.access.resolve(kind, path)
    except SnowflakeError:
        if if_exists:
            return None
        raise


def skipped() -> Result:
    """The answer of ALTER … IF EXISTS for something that is not there."""
    return status("Statement executed successfully.")


def drop_object(context: Context, reader: Reader, kind: Kind, before: Callable[[Obj], None] | None = None) -> Result:
    """``DROP kind [IF EXISTS] name [CASCADE|RESTRICT]``; ``before`` may refuse (the object is still in use)."""
    start = reader.mark()
    reader.accept("IF", "EXISTS")
    shown = dotted(reader.path()[-1:])
    reader.rewind(start)
    obj = resolve_or_skip(context, reader, kind)
    reader.accept_one("CASCADE", "RESTRICT")
    reader.end()
    if obj is None:
        return status(f"Drop statement executed successfully ({shown} already dropped).")
    context.access.require_ownership(obj)
    if before is not None:
        before(obj)
    context.catalogue.drop(obj)
    return status(f"{shown} successfully dropped.")


def rename_object(context: Context, obj: Obj, path: Path) -> Result:
    """``RENAME TO path``: needs ownership, and CREATE <KIND> on the container; may move between containers."""
    access = context.access
    access.require_ownership(obj)
    # An unqualified new name stays in the object's own container, whatever the session's current one is.
    full = (*context.catalogue.path(obj)[: -len(path)], *path)
    container, name = access.resolve_container(obj.kind, full)
    require_create(context, container, f"CREATE {obj.kind.value}")
    require_may_enter(context, obj, container)
    context.catalogue.update(obj, name=name, parent=container.id)
    return status("Statement executed successfully.")


def require_may_enter(context: Context, obj: Obj, schema: Obj) -> None:
    """003001 for a move into a managed-access schema that the session does not own.

    Source: docs.snowflake.com, ALTER TABLE … RENAME TO, usage notes.
    """
    if schema.id != obj.parent and is_managed(schema) and not context.access.owns(schema):
        raise insufficient_privileges(schema.kind.value, schema.name)


@dataclass(frozen=True, slots=True)
class ShowFilter:
    """``[HISTORY] [LIKE '…'] [IN …] [STARTS WITH '…'] [ROOT ONLY] [LIMIT n [FROM '…']]`` of a SHOW statement."""

    container: Obj
    pattern: str | None
    starts_with: str | None
    limit: int | None
    after: str | None
    roots_only: bool = False
    """Tasks without predecessors."""
    history: bool = False
    """Also what was dropped and may come back."""

    def keeps(self, name: str) -> bool:
        """Whether the name passes LIKE (case-insensitive) and STARTS WITH (case-sensitive)."""
        return (self.pattern is None or like(self.pattern).match(name) is not None) and (
            self.starts_with is None or name.startswith(self.starts_with)
        )


_WITH_HISTORY = (Kind.DATABASE, Kind.SCHEMA, Kind.TABLE)
"""What SHOW … HISTORY lists (docs.snowflake.com: SHOW TABLES, SCHEMAS, DATABASES)."""


def read_show_filter(context: Context, reader: Reader, kind: Kind) -> ShowFilter:
    """Read the tail of a SHOW statement; without IN the scope is the session's schema, else database, else account.

    Raises 002043 for a container that is missing or hidden (the provider looks for that text).
    """
    history = kind in _WITH_HISTORY and reader.accept("HISTORY")
    pattern = reader.string() if reader.accept("LIKE") else None
    container = _show_container(context, reader, kind)
    starts_with = reader.string() if reader.accept("STARTS", "WITH") else None
    roots_only = kind is Kind.TASK and reader.accept("ROOT", "ONLY")
    limit = reader.integer() if reader.accept("LIMIT") else None
    after = reader.string() if reader.accept("FROM") else None
    reader.end()
    return ShowFilter(container, pattern, starts_with, limit, after, roots_only, history)


def _show_container(context: Context, reader: Reader, kind: Kind) -> Obj:
    catalogue, session = context.catalogue, context.session
    if not reader.accept("IN"):
        if kind.info.scope is Scope.SCHEMA and (schema := catalogue.lookup(session.schema)):
            return schema
        if kind.info.scope is not Scope.ACCOUNT and (database := catalogue.lookup(session.database)):
            return database
        return catalogue.account
    if reader.accept("ACCOUNT"):
        return catalogue.account
    word = reader.accept_one("DATABASE", "SCHEMA")
    if word and reader.done():
        current = session.database if word == "DATABASE" else session.schema
        found = catalogue.lookup(current)
        if found is None:
            raise not_found_or_impossible()
        return found
    path = reader.path()
    container = Kind(word) if word else (Kind.SCHEMA if len(path) == 2 else Kind.DATABASE)
    try:
        return context.access.resolve(container, path)
    except SnowflakeError as error:
        if error.code == "002003":
            raise not_found_or_impossible() from None
        raise


def show_objects(
    context: Context,
    reader: Reader,
    kind: Kind,
    columns: Sequence[Column],
    row: Callable[[Obj], tuple[Cell, ...]],
) -> Result:
    """Rows for every object of the kind that the filter keeps and the session may see, by path."""
    wanted = read_show_filter(context, reader, kind)
    return Result(tuple(columns), [row(o) for o in shown_objects(context, wanted, kind)][: wanted.limit])


def shown_objects(context: Context, wanted: ShowFilter, kind: Kind) -> Iterable[Obj]:
    """What the filter keeps and the session may see, by path; LIMIT is left to the caller."""
    found = candidates(context, wanted.container, kind)
    kept = (o for o in found if wanted.keeps(o.name) and context.access.visible(o))
    return (o for o in kept if wanted.after is None or o.name > wanted.after)


def candidates(context: Context, container: Obj, kind: Kind) -> list[Obj]:
    """Objects of the kind in the container, without walking the whole account where the container holds them itself."""
    scope = {Kind.ACCOUNT: Scope.ACCOUNT, Kind.DATABASE: Scope.DATABASE, Kind.SCHEMA: Scope.SCHEMA}[container.kind]
    if kind.info.scope is scope:
        return context.catalogue.children(container.id, kind)
    return context.catalogue.within(container, kind)


def user_to_show(context: Context, reader: Reader, *rights: str) -> Obj:
    """``[FOR USER name]`` to the end of a SHOW USER … statement; others than oneself with one of the rights."""
    if not reader.accept("FOR", "USER"):
        reader.end()
        return context.catalogue.get(context.session.user)
    user = context.access.resolve(Kind.USER, reader.path())
    reader.end()
    if user.id != context.session.user and not context.access.holds(user, *rights):
        raise insufficient_privileges(user.kind.value, user.name)
    return user


def owner_name(context: Context, obj: Obj) -> str:
    """The owning role's name, empty for what the system owns."""
    owner = context.catalogue.lookup(obj.owner)
    return owner.name if owner else ""


def owner_role_type(context: Context, obj: Obj) -> str:
    """``ROLE`` or ``DATABASE_ROLE``, empty for what the system owns."""
    owner = context.catalogue.lookup(obj.owner)
    return owner.kind.value.replace(" ", "_") if owner else ""


def read_comment(reader: Reader) -> str:
    """``= '…'`` behind COMMENT."""
    reader.expect("=")
    return reader.string()


def one_of(name: str, value: str, allowed: Iterable[str]) -> str:
    """The value if it is allowed, else 001008 naming the property, the value and what is allowed."""
    choices = tuple(allowed)
    if value not in choices:
        raise compilation_error(f"invalid value '{value}' for property '{name}'. Allowed: {', '.join(choices)}.")
    return value
