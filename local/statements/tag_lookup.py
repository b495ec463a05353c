"""Which tags hold for an object, own and inherited: TAG_REFERENCES and SYSTEM$GET_TAG."""

from __future__ import annotations

from local.data.columns import columns_of, find_column
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import ACCOUNT_ID, Kind, Obj, Reference
from local.reader import Reader
from local.registry import COVERAGE, FUNCTION, Coverage, Level
from local.results import Cell
from local.session import Context
from local.statements.changes import label
from local.uses import TAG, used_by


def effective_tags(context: Context, obj: Obj, column: str = "") -> list[tuple[Obj, Reference, Obj]]:
    """Tags that hold for an object or column, with the use and the object that carries it; the nearest value wins.

    A column inherits from its table, a table from its schema, then database and account (docs: tag inheritance).
    """
    catalogue = context.catalogue
    found: dict[int, tuple[Obj, Reference, Obj]] = {}
    carriers: list[tuple[Obj, str]] = [(obj, column)] if column else []
    carriers.append((obj, ""))
    if obj.id != ACCOUNT_ID:
        carriers += [(catalogue.get(number), "") for number in catalogue.ancestors(obj)]
    for carrier, name in carriers:
        for use in used_by(catalogue, carrier, TAG):
            if use.column == name:
                found.setdefault(use.source, (catalogue.get(use.source), use, carrier))
    return list(found.values())


_DOMAINS = frozenset({"INSTANCE", "FUNCTION", "STREAMLIT"})


def domain_kind(domain: str) -> Kind:
    """The object type that a domain of REFERENCES functions and GET_TAG names; ``COLUMN`` is a table's."""
    name = domain.upper()
    if name == "COLUMN":
        return Kind.TABLE
    if name in _DOMAINS:
        raise unsupported(f"domain {name}")
    try:
        return Kind(name.replace("_", " "))
    except ValueError:
        raise compilation_error(f"Invalid value '{domain}' for the domain of an object.") from None


def find_tagged(context: Context, name: str, domain: str) -> tuple[Obj, str]:
    """The object and column that an object name and a domain mean; 002003 if missing or hidden."""
    kind = domain_kind(domain)
    if kind is Kind.ACCOUNT:
        return context.catalogue.account, ""
    parts: list[str] = []
    reader = Reader(name)
    parts.append(reader.name())
    while reader.accept("."):
        parts.append(reader.name())
    reader.end()
    column = parts.pop() if domain.upper() == "COLUMN" else ""
    try:
        obj = context.access.resolve(kind, tuple(parts))
    except SnowflakeError:
        if kind is not Kind.TABLE:
            raise
        obj = context.access.resolve(Kind.VIEW, tuple(parts))
    if column:
        find_column(columns_of(obj), column)
    return obj, column


def tag_rows(context: Context, name: str, domain: str) -> list[tuple[Cell, ...]]:
    """Rows of TAG_REFERENCES: every tag that holds for the object, also inherited ones."""
    obj, column = find_tagged(context, name, domain)
    path: tuple[str | None, ...] = () if obj.id == ACCOUNT_ID else context.catalogue.path(obj)
    inside = {3: path[:2], 2: (path[0], None) if path else (None, None)}.get(len(path), (None, None))
    rows: list[tuple[Cell, ...]] = []
    for tag, use, carrier in effective_tags(context, obj, column):
        level = "COLUMN" if use.column else label(carrier.kind)
        how = "MANUAL" if carrier.id == obj.id and use.column == column else "INHERITED"
        where = "COLUMN" if column else label(obj.kind)
        rows.append((*context.catalogue.path(tag), use.value, level, *inside, obj.name, where, column or None, how))
    return rows


def _get_tag(context: Context, arguments: tuple[str | None, ...]) -> str | None:
    """SYSTEM$GET_TAG('tag', 'object', 'domain'): the value that holds for the object, NULL if none."""
    if len(arguments) != 3 or None in arguments:
        raise compilation_error("SYSTEM$GET_TAG takes the name of a tag, of an object and its domain.")
    tag_name, name, domain = (str(argument) for argument in arguments)
    tag = context.access.resolve(Kind.TAG, Reader(tag_name).path())
    obj, column = find_tagged(context, name, domain)
    return next((use.value for found, use, _ in effective_tags(context, obj, column) if found.id == tag.id), None)


FUNCTION["SYSTEM$GET_TAG"] = _get_tag
COVERAGE.append(Coverage("SYSTEM$GET_TAG", Level.SUPPORTED, "", "docs.snowflake.com: SYSTEM$GET_TAG"))
