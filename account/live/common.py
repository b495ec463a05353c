"""What the readers of rows share: owners, and a reader's row that does not fail for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from account.live.answers import Answers, Row, Unreadable
from account.origin import Origin
from account.picture import BlindSpot
from account.principals import database_role, role
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.builder import Builder
    from account.names import Name
    from account.principals import Principal
    from account.things import AnyThing

T = TypeVar("T")
_OWNER = ("owner", "table_owner", "policy_owner", "tag_owner")


def owner(row: Row, name: Name) -> Maybe[Principal | None]:
    """Who owns it; None for what Snowflake itself owns. A database role owns only in its own database."""
    if not row.has(*_OWNER):
        return None
    found = row.text(*_OWNER)
    kind = row.text("owner_role_type") if row.has("owner_role_type") else "ROLE"
    if isinstance(kind, Unknown):
        return kind
    if isinstance(found, Unknown) or found is None:
        return found
    if kind == "DATABASE_ROLE":
        return database_role(name[0], found)
    return role(found) if kind in (None, "ROLE") else Unknown(f"it is owned by the {kind.lower()} {found}")


def origin(row: Row) -> Origin:
    """The statement that told."""
    return Origin(statement=row.ask.sql)


def sure(value: Maybe[T | None], default: T) -> Maybe[T]:
    """The value, or the default for NULL."""
    return default if value is None else value


def in_order(values: Maybe[tuple[str, ...] | None]) -> Maybe[tuple[str, ...]]:
    """A list in alphabetical order; empty for NULL."""
    return values if isinstance(values, Unknown) else tuple(sorted(values or ()))


def each(out: Builder, kind: str, rows: Iterable[Row], make: Callable[[Row], AnyThing | None]) -> None:
    """Adds a thing for each row; a row that cannot be read is a blind spot and does not stop the others."""
    for row in rows:
        try:
            thing = make(row)
        except Unreadable as error:
            unreadable(out, row, error, kind)
            continue
        if thing is not None:
            out.add(thing)


def unreadable(out: Builder, row: Row, error: Unreadable, *kinds: str) -> None:
    """Says that a row could not be read."""
    spot = BlindSpot(what=f"a row about a {kinds[0].lower()}", why=str(error), statement=row.ask.sql, kinds=kinds)
    out.blind_spots.append(spot)


def properties(answers: Answers, key: str) -> dict[Name, Mapping[str, str]]:
    """What DESCRIBE told in rows of property and value, by what was described; "null" and nothing are left out."""
    found: dict[Name, Mapping[str, str]] = {}
    for answer in answers.of(key):
        if answer.error:
            continue
        cells: dict[str, str] = {}
        for raw in answer.rows:
            row = Row(raw, answer.ask, answers.missing)
            name, value = row.text("property", "name", "key"), row.text("value", "property_value")
            if isinstance(name, str) and isinstance(value, str) and value != "null":
                cells[name.upper()] = value
        found[answer.ask.on] = cells
    return found


def levels(answers: Answers, key: str, level: str) -> dict[Name, Mapping[str, str]]:
    """Parameters that SHOW PARAMETERS calls set at that level, by what was asked about."""
    found: dict[Name, Mapping[str, str]] = {}
    for answer in answers.of(key):
        if not answer.error:
            rows = (Row(raw, answer.ask, answers.missing) for raw in answer.rows)
            found[answer.ask.on] = {
                str(row.text("key")): str(row.text("value") or "") for row in rows if row.text("level") == level
            }
    return found
