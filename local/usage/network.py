"""NETWORK_POLICIES, NETWORK_RULES and NETWORK_RULE_REFERENCES."""

from __future__ import annotations

from collections.abc import Iterator

from local.data.rows import Row
from local.model import Json, Kind
from local.usage.entries import entries, entry
from local.usage.view import SECURITY, Viewer, usage_view

_SEEN = "rows only of what the session may see, as the page says"


def _listed(value: Json) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list) else ""


@usage_view(
    "NETWORK_POLICIES",
    "ID:N NAME OWNER OWNER_ROLE_TYPE COMMENT CREATED:T LAST_ALTERED:T DELETED:T ALLOWED_IP_LIST BLOCKED_IP_LIST",
    SECURITY,
    notes=_SEEN,
)
def network_policies(viewer: Viewer) -> Iterator[Row]:
    """The lists hold addresses; rules are in NETWORK_RULE_REFERENCES."""
    for found in entries(viewer, Kind.NETWORK_POLICY, granted=True):
        policy = found.obj
        yield (policy.id, policy.name, found.owner, found.owner_type, found.comment, policy.created, policy.changed,
               found.deleted, _listed(policy.props.get("ALLOWED_IP_LIST")),
               _listed(policy.props.get("BLOCKED_IP_LIST")))  # fmt: skip


@usage_view(
    "NETWORK_RULES",
    "ID:N NAME SCHEMA_ID:N SCHEMA_NAME DATABASE_ID:N DATABASE_NAME OWNER OWNER_ROLE_TYPE COMMENT CREATED:T "
    "LAST_ALTERED:T DELETED:T MODE TYPE VALUE_LIST",
    SECURITY,
    notes=f"{_SEEN}; no rules of SNOWFLAKE.NETWORK_SECURITY",
)
def network_rules(viewer: Viewer) -> Iterator[Row]:
    """VALUE_LIST is separated by commas, as in DESCRIBE NETWORK RULE."""
    for found in entries(viewer, Kind.NETWORK_RULE, granted=True):
        rule, props = found.obj, found.obj.props
        yield (rule.id, rule.name, found.parents[1], found.path[1], found.parents[0], found.path[0], found.owner,
               found.owner_type, found.comment, rule.created, rule.changed, found.deleted, _text(props.get("MODE")),
               _text(props.get("TYPE")), _listed(props.get("VALUE_LIST")))  # fmt: skip


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


@usage_view(
    "NETWORK_RULE_REFERENCES",
    "NETWORK_RULE_DB NETWORK_RULE_SCHEMA NETWORK_RULE_ID:N NETWORK_RULE_MODE NETWORK_RULE_TYPE NETWORK_RULE_NAME "
    "CONTAINER_ID:N CONTAINER_NAME CONTAINER_TYPE ACTION_TYPE",
    SECURITY,
    notes=f"{_SEEN}; modes in upper case; there are no integrations",
)
def network_rule_references(viewer: Viewer) -> Iterator[Row]:
    """A row for each rule in each list of a network policy."""
    catalogue = viewer.catalogue
    for policy in catalogue.of_kind(Kind.NETWORK_POLICY):
        if not viewer.access.visible(policy):
            continue
        for action in ("ALLOWED", "BLOCKED"):
            rules = policy.props.get(f"{action}_NETWORK_RULE_LIST")
            for number in rules if isinstance(rules, list) else []:
                rule = catalogue.lookup(number) if isinstance(number, int) else None
                if rule is not None:
                    path = entry(viewer, rule).path
                    yield (path[0], path[1], rule.id, _text(rule.props.get("MODE")), _text(rule.props.get("TYPE")),
                           rule.name, policy.id, policy.name, "NETWORK_POLICY", action.removesuffix("ED"))  # fmt: skip
