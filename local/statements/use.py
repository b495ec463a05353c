"""USE ROLE, SECONDARY ROLES, WAREHOUSE, DATABASE and SCHEMA."""

from __future__ import annotations

from local.access import available_roles
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, not_found_or_impossible
from local.model import Kind, Obj
from local.names import Path, display
from local.reader import Reader
from local.registry import statement
from local.results import Result, status
from local.session import Context

_SOURCE = "docs.snowflake.com: USE ROLE, USE SECONDARY ROLES, USE WAREHOUSE, USE DATABASE, USE SCHEMA"


def _done() -> Result:
    return status("Statement executed successfully.")


def _role(context: Context, path: Path) -> Obj:
    """An account role that the user may activate."""
    found = context.catalogue.find(Kind.ROLE, path) if len(path) == 1 else None
    if found is None:
        raise not_found_or_impossible()
    held = available_roles(context.catalogue, context.session.user)
    if found.id not in held or (context.session.bound and found.id != context.session.role):
        raise SnowflakeError(
            "003013",
            "42501",
            f"SQL access control error:\nRequested role '{display(found.name)}' is not assigned to the executing user. "
            "Specify another role to activate.",
        )
    return found


@statement("USE ROLE", source=_SOURCE)
def use_role(context: Context, reader: Reader) -> Result:
    """Make a role the primary one; warehouse and schema stay, usable or not."""
    path = reader.path_or_string()
    reader.end()
    context.session.role = _role(context, path).id
    return _done()


@statement("USE SECONDARY ROLES", source=_SOURCE)
def use_secondary_roles(context: Context, reader: Reader) -> Result:
    """ALL, NONE or some of the roles granted to the user."""
    word = reader.accept_one("ALL", "NONE")
    if word is not None:
        reader.end()
        if word == "ALL":
            _require_free(context)
        context.session.secondary = word
        return _done()
    paths = reader.commas(Reader.path_or_string)
    reader.end()
    _require_free(context)
    context.session.secondary = tuple(_role(context, path).id for path in paths)
    return _done()


def _require_free(context: Context) -> None:
    """A token's ROLE_RESTRICTION leaves no secondary roles (docs.snowflake.com: programmatic access tokens)."""
    if context.session.bound:
        raise compilation_error("The session's access token is restricted to one role: secondary roles cannot be used.")


def _visible(context: Context, kind: Kind, path: Path) -> Obj:
    """002043 for what is missing or hidden, as USE answers."""
    try:
        return context.access.resolve(kind, path)
    except SnowflakeError as error:
        if error.code == "002003":
            raise not_found_or_impossible() from None
        raise


@statement("USE WAREHOUSE", source=_SOURCE)
def use_warehouse(context: Context, reader: Reader) -> Result:
    """Any privilege on the warehouse is enough; computing with it needs USAGE."""
    path = reader.path_or_string()
    reader.end()
    context.session.warehouse = _visible(context, Kind.WAREHOUSE, path).id
    return _done()


@statement("USE DATABASE", "USE", source=_SOURCE)
def use_database(context: Context, reader: Reader) -> Result:
    """The schema becomes PUBLIC if the session may see it; ``USE a.b`` names a schema."""
    path = reader.path_or_string()
    reader.end()
    if len(path) == 2:
        return _use_schema(context, path)
    database = _visible(context, Kind.DATABASE, path)
    if not context.access.holds(database, "USAGE"):
        raise insufficient_privileges(Kind.DATABASE.value, database.name)
    context.session.database = database.id
    public = context.catalogue.child(database.id, Kind.SCHEMA, "PUBLIC")
    context.session.schema = public.id if public is not None and context.access.visible(public) else None
    return _done()


@statement("USE SCHEMA", source=_SOURCE)
def use_schema(context: Context, reader: Reader) -> Result:
    """A schema of the current database, or with its database."""
    path = reader.path_or_string()
    reader.end()
    return _use_schema(context, path)


def _use_schema(context: Context, path: Path) -> Result:
    schema = _visible(context, Kind.SCHEMA, path)
    if not context.access.holds(schema, "USAGE"):
        raise insufficient_privileges(Kind.SCHEMA.value, schema.name)
    context.session.database = schema.parent
    context.session.schema = schema.id
    return _done()
