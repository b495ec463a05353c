"""What Snowflake itself brings into every account, and so is no finding; the lists are data, with their source."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from account.principals import PUBLIC, Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from account.names import Name

FILE: Final = Path(__file__).with_name("baseline.json")


@cache
def _lists() -> Mapping[str, Mapping[str, object]]:
    content: dict[str, Mapping[str, object]] = {
        topic: entry for topic, entry in json.loads(FILE.read_text(encoding="utf-8")).items() if isinstance(entry, dict)
    }
    return content


@cache
def listed(topic: str, which: str = "names") -> frozenset[str]:
    """The names (or types, kinds, …) of one topic of the file."""
    found = _lists()[topic][which]
    return frozenset(str(entry) for entry in found) if isinstance(found, list) else frozenset()


def database(name: str, kind: str | None = None) -> bool:
    """Whether a database is Snowflake's own: by its name, or because an application or the workspace made it."""
    return name in listed("databases") or (kind or "").upper() in listed("databases", "kinds")


def user(name: str, type_: str | None = None) -> bool:
    """Whether a user is Snowflake's own."""
    return name in listed("users") or (type_ or "").upper() in listed("users", "types")


def warehouse(name: str) -> bool:
    """Whether a warehouse is Snowflake's own."""
    return name.startswith(tuple(listed("warehouses", "prefixes")))


def role(name: str) -> bool:
    """Whether an account role is one of the system's."""
    return name in listed("roles")


def grant(grantee: Principal, privilege: str, kind: str, on: Name, grantor: str | None) -> bool:
    """Whether Snowflake itself made a grant: it granted it, and to a system role as every account has it.

    What the system granted to PUBLIC counts only where it is listed, so that a new one is seen once.
    """
    if (grantor or "") not in listed("grantors"):
        return False
    if grantee == PUBLIC:
        if kind == "ACCOUNT":
            return privilege in listed("public_privileges", "account")
        if kind == "WAREHOUSE":
            return on.last in listed("public_privileges", "warehouses")
        return bool(on) and on[0] in listed("public_privileges", "databases")
    return grantee.kind is PrincipalKind.ROLE and role(grantee.name.last)
