"""The table functions POLICY_REFERENCES, TAG_REFERENCES and DATA_METRIC_FUNCTION_REFERENCES of INFORMATION_SCHEMA.

Only ``SELECT * FROM TABLE(…)`` without anything else; the provider reads attachments, tags and views with it.
Source: docs.snowflake.com: POLICY_REFERENCES, TAG_REFERENCES, DATA_METRIC_FUNCTION_REFERENCES; provider structs
policyReferenceDBRow, tagReferenceDBRow, dataMetricFunctionReferencesRow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from local.errors import compilation_error, invalid_property, unsupported
from local.lexer import TokenKind
from local.model import ACCOUNT_ID, Kind, Obj, Reference, Scope
from local.names import Path
from local.reader import Reader
from local.registry import COVERAGE, Coverage, Level
from local.results import Cell, Result
from local.session import Context
from local.statements.changes import label, text_columns
from local.statements.tag_lookup import domain_kind, tag_rows
from local.uses import POLICIES, network_policy_holders
from local.warehouse_use import require_warehouse

_SOURCE = "docs.snowflake.com: POLICY_REFERENCES, TAG_REFERENCES, DATA_METRIC_FUNCTION_REFERENCES"

POLICY_COLUMNS = text_columns(
    "POLICY_DB", "POLICY_SCHEMA", "POLICY_NAME", "POLICY_KIND", "REF_DATABASE_NAME", "REF_SCHEMA_NAME",
    "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN", "REF_COLUMN_NAME", "REF_ARG_COLUMN_NAMES", "TAG_DATABASE", "TAG_SCHEMA",
    "TAG_NAME", "POLICY_STATUS",
)  # fmt: skip
METRIC_COLUMNS = text_columns(
    "METRIC_DATABASE_NAME", "METRIC_SCHEMA_NAME", "METRIC_NAME", "METRIC_SIGNATURE", "METRIC_DATA_TYPE",
    "REF_ENTITY_DATABASE_NAME", "REF_ENTITY_SCHEMA_NAME", "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN", "REF_ARGUMENTS",
    "REF_ID", "SCHEDULE", "SCHEDULE_STATUS",
)  # fmt: skip
TAG_COLUMNS = text_columns(
    "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "TAG_VALUE", "LEVEL", "OBJECT_DATABASE", "OBJECT_SCHEMA", "OBJECT_NAME",
    "DOMAIN", "COLUMN_NAME", "APPLY_METHOD",
)  # fmt: skip

FUNCTIONS = ("POLICY_REFERENCES", "TAG_REFERENCES", "DATA_METRIC_FUNCTION_REFERENCES")
COVERAGE.append(
    Coverage(
        "SELECT * FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(…)), TAG_REFERENCES, DATA_METRIC_FUNCTION_REFERENCES",
        Level.PARTLY,
        "all columns and rows only; metric functions: always empty; needs a warehouse like any query",
        _SOURCE,
    )
)


def try_policy_references(context: Context, reader: Reader) -> Result | None:
    """Answer ``* FROM TABLE(… REFERENCES(…))`` behind SELECT; None (reader rewound) for every other query."""
    start = reader.mark()
    function = _read_function(reader)
    if function is None:
        reader.rewind(start)
        return None
    arguments = _read_arguments(reader)
    reader.expect(")")
    if not reader.done():
        raise unsupported(f"{function} in a larger query")
    require_warehouse(context)
    match function:
        case "POLICY_REFERENCES":
            return _policy_references(context, arguments)
        case "TAG_REFERENCES":
            return Result(TAG_COLUMNS, tag_rows(context, *_pair(arguments, "OBJECT_NAME", "OBJECT_DOMAIN")))
        case _:
            name, domain = _pair(arguments, "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN")
            context.access.resolve(domain_kind(domain), Reader(name).path())
            return Result(METRIC_COLUMNS)


def _read_function(reader: Reader) -> str | None:
    if not reader.accept("*", "FROM", "TABLE", "("):
        return None
    parts: list[str] = []
    while reader.peek().kind in (TokenKind.WORD, TokenKind.QUOTED):
        parts.append(reader.next().value.upper())
        if not reader.accept("."):
            break
    known = parts[-1:] and parts[-1] in FUNCTIONS and "INFORMATION_SCHEMA" in parts[:-1]
    return parts[-1] if known and reader.at("(") else None


def _read_arguments(reader: Reader) -> dict[str, str]:
    """Named arguments by name; positional ones as ``0``, ``1``."""

    def argument(inner: Reader) -> tuple[str, str]:
        if inner.peek().upper and inner.peek(1).value == "=>":
            name = inner.next().upper
            inner.next()
            return name, inner.string()
        return "", inner.string()

    found = reader.parenthesised(argument)
    return {name or str(index): value for index, (name, value) in enumerate(found)}


def _pair(arguments: Mapping[str, str], first: str, second: str) -> tuple[str, str]:
    for name in arguments:
        if name not in (first, second, "0", "1"):
            raise invalid_property(name, "function")
    left, right = arguments.get(first, arguments.get("0")), arguments.get(second, arguments.get("1"))
    if left is None or right is None:
        raise compilation_error(f"Missing argument: {first if left is None else second}.")
    return left, right.upper()


def _policy_references(context: Context, arguments: Mapping[str, str]) -> Result:
    if "POLICY_NAME" not in arguments:
        return policy_references(context, *_pair(arguments, "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN"))
    for name in arguments:
        if name not in ("POLICY_NAME", "POLICY_KIND"):
            raise invalid_property(name, "function")
    return references_of_policy(context, arguments["POLICY_NAME"], arguments.get("POLICY_KIND", ""))


def policy_references(context: Context, entity_name: str, domain: str) -> Result:
    """Policies set on the entity: on a user or the account, on a table's or view's rows and columns, on a tag."""
    catalogue = context.catalogue
    kind = domain_kind(domain)
    entity = catalogue.account if kind is Kind.ACCOUNT else context.access.resolve(kind, Reader(entity_name).path())
    rows = [
        policy_row(context, use)
        for use in catalogue.references.by("target", entity.id)
        if catalogue.get(use.source).kind in POLICIES
    ]
    network = entity.params.get("NETWORK_POLICY")
    policy = catalogue.find(Kind.NETWORK_POLICY, (network,)) if network else None
    if policy is not None and kind in (Kind.ACCOUNT, Kind.USER):
        rows.append(network_policy_row(policy, entity))
    return Result(POLICY_COLUMNS, rows)


def references_of_policy(context: Context, name: str, kind: str) -> Result:
    """Everything that the policy of this name is set on; several kinds may share a name, ``kind`` picks one."""
    path = Reader(name).path()
    candidates: list[Obj] = []
    for policy_kind in (*POLICIES, Kind.NETWORK_POLICY):
        if kind and kind.upper() != label(policy_kind):
            continue
        wanted: Path = (
            path[-1:] if policy_kind.info.scope is Scope.ACCOUNT else context.access.complete(policy_kind, path)
        )
        found = context.catalogue.find(policy_kind, wanted)
        if found is not None and context.access.visible(found):
            candidates.append(found)
    if not candidates:
        raise compilation_error(f"Policy '{name}' does not exist or not authorized.", "002003", "02000")
    rows: list[tuple[Cell, ...]] = []
    for policy in candidates:
        if policy.kind is Kind.NETWORK_POLICY:
            rows += [network_policy_row(policy, holder) for holder in network_policy_holders(context.catalogue, policy)]
        rows += [policy_row(context, use) for use in context.catalogue.references.by("source", policy.id)]
    return Result(POLICY_COLUMNS, rows)


def policy_row(context: Context, use: Reference) -> tuple[Cell, ...]:
    """The use of a policy as a row of ``POLICY_COLUMNS``."""
    catalogue = context.catalogue
    policy, entity = catalogue.get(use.source), catalogue.get(use.target)
    database, schema, name = catalogue.path(policy)
    path = () if entity.id == ACCOUNT_ID else catalogue.path(entity)
    inside = path[:2] if len(path) == 3 else (None, None)
    tag = path if entity.kind is Kind.TAG and len(path) == 3 else (None, None, None)
    columns = json.loads(use.value) if use.value else []
    # The masked column itself is not among the arguments, only those that follow it in USING.
    others = columns[1:] if policy.kind is Kind.MASKING_POLICY else columns
    arguments = json.dumps([f"{column}" for column in others]) if others else None
    return (
        database, schema, name, label(policy.kind), *inside, entity.name, entity.kind.value, use.column or None,
        arguments, *tag, "ACTIVE",
    )  # fmt: skip


def network_policy_row(policy: Obj, holder: Obj) -> tuple[Cell, ...]:
    """A network policy on the account or a user as a row of ``POLICY_COLUMNS``."""
    return (
        None, None, policy.name, label(policy.kind), None, None, holder.name, holder.kind.value, None,
        None, None, None, None, "ACTIVE",
    )  # fmt: skip
