"""R24: adopted objects keep to the names and the account of their stack, and no object is declared twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stacks.adoption import file_name
from stacks.errors import Problem
from stacks.roles import SystemRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.adopted import AdoptedRole
    from stacks.names import Identifier
    from stacks.platform import Platform

_SYSTEM: Final = frozenset(role.value for role in SystemRole)


def _name(entry: AdoptedRole) -> Identifier | None:
    return entry.name.parts[0] if len(entry.name.parts) == 1 else None


def account_level(platform: Platform) -> Iterator[tuple[str, str, Identifier]]:
    """Topic of the file, kind and name of every adopted object that lives in the account itself."""
    adopted = platform.adopted
    for topic, kind, entries in (
        ("databases", "database", adopted.databases),
        ("warehouses", "warehouse", adopted.warehouses),
        ("monitors", "monitor", adopted.monitors),
        ("network_policies", "network policy", adopted.network_policies),
        ("users", "user", adopted.users),
    ):
        for entry in entries:
            yield topic, kind, entry.name
    for role in adopted.roles:
        if (name := _name(role)) is not None:
            yield "roles", "role", name


def declared(platform: Platform) -> frozenset[tuple[str, str]]:
    """Kind and name of every account-level object that the platform's own modules declare."""
    topics = {
        "database": platform.databases,
        "warehouse": platform.warehouses,
        "monitor": platform.monitors,
        "network policy": platform.network,
        "role": platform.roles,
        "user": (*platform.service_users, *platform.people),
    }
    return frozenset((kind, str(entry.name)) for kind, entries in topics.items() for entry in entries)


def problems(platform: Platform) -> Iterator[Problem]:
    """Problems with adopted objects."""
    file, own = file_name(platform.environment.name), declared(platform)
    for topic, kind, name in account_level(platform):
        field = f"as_is.{topic}[]"
        if (kind, str(name)) in own:
            yield Problem(
                what=f"{kind.capitalize()} is declared and adopted",
                file=file,
                field=field,
                value=name,
                why="both would be the same object of the account",
                todo="take the adopted entry out",
            )
        if not name.startswith(platform.prefix):
            yield Problem(
                what="Adopted name lacks the prefix of its environment",
                file=file,
                field=field,
                value=name,
                why=f"in a shared account everything of {platform.environment.name} begins with {platform.prefix}",
                todo="adopt it with the stack that it belongs to, or set shared_account to false",
            )
        if kind == "role" and name in _SYSTEM:
            yield Problem("System role is adopted", file, field, name, "every account has it", "take the entry out")
    yield from _of_account(platform, file)
    yield from _schemas(platform, file)


def _of_account(platform: Platform, file: str) -> Iterator[Problem]:
    account = platform.adopted.account
    once = [name for name in type(account).model_fields if getattr(account, name)]
    monitors = [monitor for monitor in platform.adopted.monitors if monitor.on_account]
    if platform.owns_account or not (once or monitors):
        return
    yield Problem(
        what="Stack adopts what belongs to the account",
        file=file,
        field=f"as_is.account.{once[0]}" if once else "as_is.monitors[].on_account",
        value="<set>" if once else str(monitors[0].name),
        why=f"{platform.environment.name} does not own the account",
        todo="adopt it with the stack that has owns_account: true",
    )


def _schemas(platform: Platform, file: str) -> Iterator[Problem]:
    own = {database.path(schema.name) for database in platform.databases for schema in database.schemas}
    for schema in platform.adopted.schemas:
        problem: tuple[str, str, str] | None = None
        if schema.name in own:
            problem = ("Schema is declared and adopted", "both would be the same schema", "take the adopted entry out")
        elif len(schema.name.parts) != 2:
            problem = ("Schema has no database", "a schema lies in a database", "write it as DATABASE.SCHEMA")
        if problem is not None:
            what, why, todo = problem
            yield Problem(what, file, "as_is.schemas[].name", str(schema.name), why, todo)
