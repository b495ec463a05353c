"""POLICY_REFERENCES, TAG_REFERENCES, TAGS and the policies themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator

from local.data.columns import columns_of
from local.data.rows import Cell, Row
from local.model import ACCOUNT_ID, Kind, Obj
from local.statements.changes import label
from local.statements.masking import show_signature
from local.statements.policies import PASSWORD, SESSION, value_of
from local.statements.policy_references import network_policy_row, policy_row
from local.statements.tags import allowed_values
from local.usage.entries import entries
from local.usage.view import GOVERNANCE, OBJECT, SECURITY, Viewer, usage_view
from local.uses import POLICIES, TAG, network_policy_holders

_SEEN = "rows only of what the session may see, as the page says"


@usage_view(
    "POLICY_REFERENCES",
    "POLICY_DB POLICY_SCHEMA POLICY_ID:N POLICY_NAME POLICY_KIND:K REF_DATABASE_NAME REF_SCHEMA_NAME REF_ENTITY_NAME "
    "REF_ENTITY_DOMAIN REF_COLUMN_NAME REF_ARG_COLUMN_NAMES TAG_DATABASE TAG_SCHEMA TAG_NAME POLICY_STATUS",
    GOVERNANCE,
    SECURITY,
    notes="authentication, password and session policies too, which the page does not name and published queries read; "
    "a policy on a tag has one row for the tag, none for each tagged column",
)
def policy_references(viewer: Viewer) -> Iterator[Row]:
    """Everything that a policy is set on: account, users, tables, views, columns, tags."""
    catalogue = viewer.catalogue
    for kind in POLICIES:
        for policy in catalogue.of_kind(kind):
            for use in catalogue.references.by("source", policy.id):
                row = list(policy_row(viewer.context, use))
                if kind is Kind.MASKING_POLICY:
                    row[9] = None
                yield (*row[:2], policy.id, *row[2:])
    for policy in catalogue.of_kind(Kind.NETWORK_POLICY):
        for holder in network_policy_holders(catalogue, policy):
            row = list(network_policy_row(policy, holder))
            yield (*row[:2], policy.id, *row[2:])


_DATA = (
    "POLICY_NAME POLICY_ID:N POLICY_SCHEMA_ID:N POLICY_SCHEMA POLICY_CATALOG_ID:N POLICY_CATALOG POLICY_OWNER "
    "POLICY_SIGNATURE POLICY_RETURN_TYPE POLICY_BODY POLICY_COMMENT:V CREATED:T LAST_ALTERED:T DELETED:T "
    "OWNER_ROLE_TYPE OPTIONS:V"
)


def _data_policies(viewer: Viewer, kind: Kind, *, granted: bool) -> Iterator[Row]:
    for found in entries(viewer, kind, granted=granted):
        policy, props = found.obj, found.obj.props
        options = json.dumps({"EXEMPT_OTHER_POLICIES": "TRUE"}) if props.get("EXEMPT_OTHER_POLICIES") else None
        comment = json.dumps(found.comment) if found.comment else None
        yield (policy.name, policy.id, found.parents[1], found.path[1], found.parents[0], found.path[0], found.owner,
               show_signature(policy), _text(policy, "returns"), _text(policy, "body"), comment, policy.created,
               policy.changed, found.deleted, found.owner_type, options)  # fmt: skip


def _text(obj: Obj, name: str) -> str | None:
    value = obj.props.get(name)
    return None if value is None else str(value)


@usage_view("MASKING_POLICIES", _DATA, GOVERNANCE, notes=_SEEN)
def masking_policies(viewer: Viewer) -> Iterator[Row]:
    """Masking policies with their bodies."""
    return _data_policies(viewer, Kind.MASKING_POLICY, granted=True)


@usage_view("ROW_ACCESS_POLICIES", _DATA, GOVERNANCE)
def row_access_policies(viewer: Viewer) -> Iterator[Row]:
    """Row access policies with their bodies."""
    return _data_policies(viewer, Kind.ROW_ACCESS_POLICY, granted=False)


_PASSWORD = [name for name in PASSWORD if name != "PASSWORD_HISTORY"]


@usage_view(
    "PASSWORD_POLICIES",
    "NAME ID:N SCHEMA_ID SCHEMA DATABASE_ID DATABASE OWNER OWNER_ROLE_TYPE "
    + " ".join(f"{name}:N" for name in _PASSWORD)
    + " COMMENT CREATED:T LAST_ALTERED:T DELETED:T PASSWORD_HISTORY:N",
    SECURITY,
)
def password_policies(viewer: Viewer) -> Iterator[Row]:
    """Password policies with what holds for each property, default or set."""
    for found in entries(viewer, Kind.PASSWORD_POLICY):
        policy, props = found.obj, found.obj.props
        yield (policy.name, policy.id, str(found.parents[1]), found.path[1], str(found.parents[0]), found.path[0],
               found.owner, found.owner_type, *(value_of(PASSWORD, props, name) for name in _PASSWORD), found.comment,
               policy.created, policy.changed, found.deleted,
               value_of(PASSWORD, props, "PASSWORD_HISTORY"))  # fmt: skip


@usage_view(
    "SESSION_POLICIES",
    "ID:N NAME SCHEMA_ID SCHEMA DATABASE_ID DATABASE OWNER OWNER_ROLE_TYPE SESSION_IDLE_TIMEOUT_MINS:N "
    "SESSION_UI_IDLE_TIMEOUT_MINS:N SESSION_MAX_LIFESPAN_MINS:N SESSION_UI_MAX_LIFESPAN_MINS:N COMMENT CREATED:T "
    "LAST_ALTERED:T DELETED:T",
    SECURITY,
    notes="the lifespans are NULL: session policies do not have them here",
)
def session_policies(viewer: Viewer) -> Iterator[Row]:
    """Session policies with what holds for each property, default or set."""
    for found in entries(viewer, Kind.SESSION_POLICY):
        policy = found.obj
        idle = (value_of(SESSION, policy.props, name) for name in SESSION)
        yield (policy.id, policy.name, str(found.parents[1]), found.path[1], str(found.parents[0]), found.path[0],
               found.owner, found.owner_type, *idle, None, None, found.comment, policy.created, policy.changed,
               found.deleted)  # fmt: skip


@usage_view(
    "TAG_REFERENCES",
    "TAG_DATABASE TAG_SCHEMA TAG_ID:N TAG_NAME TAG_VALUE OBJECT_DATABASE OBJECT_SCHEMA OBJECT_ID:N OBJECT_NAME "
    "OBJECT_DELETED:T DOMAIN COLUMN_ID:N COLUMN_NAME APPLY_METHOD",
    GOVERNANCE,
    notes=f"{_SEEN}; nothing of dropped objects",
)
def tag_references(viewer: Viewer) -> Iterator[Row]:
    """Tags set on the very object or column; inherited ones are not here."""
    catalogue = viewer.catalogue
    for tag in catalogue.of_kind(Kind.TAG):
        for use in catalogue.references.by("source", tag.id):
            obj = catalogue.get(use.target)
            if use.role != TAG or not viewer.access.visible(obj):
                continue
            path: tuple[Cell, ...] = () if obj.id == ACCOUNT_ID else catalogue.path(obj)[:-1]
            database, schema = (*path, None, None)[:2]
            column = next((c.id for c in columns_of(obj) if c.name == use.column), None) if use.column else None
            domain = "COLUMN" if use.column else label(obj.kind)
            name = obj.name
            where, inside, title = catalogue.path(tag)
            yield (where, inside, tag.id, title, use.value, database, schema, obj.id, name, None, domain, column,
                   use.column or None, "MANUAL")  # fmt: skip


@usage_view(
    "TAGS",
    "TAG_ID:N TAG_NAME TAG_SCHEMA_ID:N TAG_SCHEMA TAG_DATABASE_ID:N TAG_DATABASE TAG_OWNER TAG_COMMENT:V CREATED:T "
    "LAST_ALTERED:T DELETED:T ALLOWED_VALUES:V OWNER_ROLE_TYPE PROPAGATE ON_CONFLICT",
    OBJECT,
    GOVERNANCE,
    notes=_SEEN,
)
def tags(viewer: Viewer) -> Iterator[Row]:
    """Tags with their allowed values as a JSON array."""
    for found in entries(viewer, Kind.TAG, granted=True):
        tag, values = found.obj, allowed_values(found.obj)
        yield (tag.id, tag.name, found.parents[1], found.path[1], found.parents[0], found.path[0], found.owner,
               json.dumps(found.comment) if found.comment else None, tag.created, tag.changed, found.deleted,
               None if values is None else json.dumps(values), found.owner_type, None, None)  # fmt: skip
