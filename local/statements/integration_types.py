"""What integrations of all categories share: ALTER, DROP, SHOW and DESCRIBE find the category's own part here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from local.errors import not_found
from local.model import Json, Kind, Obj
from local.reader import Reader, ValueReader
from local.registry import Handler, alter, describe, drop, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.session import Context
from local.statements.changes import Changes, apply_changes, read_changes, text_columns, try_tags
from local.statements.common import drop_object, read_show_filter, resolve_or_skip, shown_objects, skipped

SOURCE = "docs.snowflake.com: ALTER/DROP/SHOW/DESC INTEGRATION; provider row structs"
KIND = Kind.INTEGRATION
CATEGORY = "category"
"""The property that says which category an integration is of; storage integrations may be without it."""


@dataclass(frozen=True, slots=True)
class Category:
    """One category: the type that SHOW prints, what ALTER may set, whether that goes together, rows of DESCRIBE."""

    type_of: Callable[[Obj], str]
    spec: Callable[[Obj], Mapping[str, ValueReader]]
    check: Callable[[Context, Mapping[str, Json], Collection[str]], Mapping[str, Json]]
    """Gets the properties as they would become and the names of the changed ones; returns what is stored, or raises."""
    rows: Callable[[Context, Obj], Sequence[tuple[Cell, ...]]]


CATEGORIES: dict[str, Category] = {}
"""Category → its part; each module of a category adds its own."""


def category_of(integration: Obj) -> str:
    """STORAGE, NOTIFICATION or SECURITY."""
    return str(integration.props.get(CATEGORY, "STORAGE"))


def text_row(props: Mapping[str, Json], name: str) -> tuple[Cell, ...]:
    """A row of DESCRIBE for a text property."""
    return name, "String", str(props.get(name) or ""), ""


def listed(props: Mapping[str, Json], name: str) -> list[str]:
    """A list property's items."""
    found = props.get(name)
    return [str(item) for item in found] if isinstance(found, list) else []


def list_row(props: Mapping[str, Json], name: str) -> tuple[Cell, ...]:
    """A row of DESCRIBE for a list property."""
    return name, "List", ",".join(listed(props, name)), "[]"


def enabled_row(props: Mapping[str, Json]) -> tuple[Cell, ...]:
    """The row of ENABLED."""
    return "ENABLED", "Boolean", flag(props.get("ENABLED") is True), "false"


def require_category(integration: Obj, wanted: str) -> Obj:
    """The integration if it is of the category, else 002003; an empty ``wanted`` takes any."""
    if wanted and category_of(integration) != wanted:
        raise not_found(KIND.value, integration.name)
    return integration


def _alter(context: Context, reader: Reader, wanted: str) -> Result:
    integration = resolve_or_skip(context, reader, KIND)
    if integration is None:
        return skipped()
    answer = try_tags(context, reader, require_category(integration, wanted))
    if answer is not None:
        return answer
    category = CATEGORIES[category_of(integration)]
    context.access.require_ownership(integration)
    changes = read_changes(reader, KIND, category.spec(integration))
    stored = category.check(context, changes.onto(integration.props), changes.values.keys())
    values = {name: value for name, value in stored.items() if integration.props.get(name) != value}
    gone = frozenset(integration.props.keys() - stored.keys()) | (changes.unset & {"COMMENT"})
    return apply_changes(context, integration, Changes(values, gone))


def _show(context: Context, reader: Reader, wanted: str) -> Result:
    columns = (
        *text_columns("name", "type", "category", "enabled", "comment"),
        Column("created_on", Type.TIMESTAMP_LTZ),
    )
    found = read_show_filter(context, reader, KIND)
    rows: list[tuple[Cell, ...]] = [
        (
            integration.name,
            CATEGORIES[category_of(integration)].type_of(integration),
            category_of(integration),
            flag(integration.props.get("ENABLED") is True),
            integration.comment or None,
            timestamp(integration.created),
        )
        for integration in shown_objects(context, found, KIND)
        if wanted in ("", category_of(integration))
    ]
    return Result(columns, rows[: found.limit])


def _describe(context: Context, reader: Reader, wanted: str) -> Result:
    integration = require_category(context.access.resolve(KIND, reader.path()), wanted)
    reader.end()
    context.access.require(integration, "USAGE")
    rows = CATEGORIES[category_of(integration)].rows(context, integration)
    columns = text_columns("property", "property_type", "property_value", "property_default")
    return Result(columns, [*rows, ("COMMENT", "String", integration.comment, "")])


def _drop(context: Context, reader: Reader, wanted: str) -> Result:
    return drop_object(context, reader, KIND, lambda integration: _refuse_other(integration, wanted))


def _refuse_other(integration: Obj, wanted: str) -> None:
    require_category(integration, wanted)


def _register(wanted: str) -> None:
    def handler(work: Callable[[Context, Reader, str], Result]) -> Handler:
        return lambda context, reader: work(context, reader, wanted)

    phrase = f"{wanted} INTEGRATION".strip()
    alter(phrase, source=SOURCE)(handler(_alter))
    drop(phrase, source=SOURCE)(handler(_drop))
    show(f"{phrase}S", source=SOURCE)(handler(_show))
    describe(phrase, source=SOURCE)(handler(_describe))


for _category in ("", "STORAGE", "NOTIFICATION", "SECURITY"):
    _register(_category)
