"""From a path to what answers it."""

from __future__ import annotations

from local.model import Json
from local.rest.grants import grants, of_grantee
from local.rest.request import Ask, Call, missing, not_here, spelled
from local.rest.resources import RESOURCES, collection, member

_WORDS = ("databases", "schemas")
_ELSEWHERE = frozenset(
    ("accounts", "alerts", "api-integrations", "artifact-repositories", "catalog-integrations", "compute-pools",
     "cortex", "database-roles", "dynamic-tables", "event-tables", "external-volumes", "functions", "iceberg-tables",
     "image-repositories", "managed-accounts", "network-policies", "network-rules", "notebooks",
     "notification-integrations", "password-policies", "pipes", "procedures", "results", "secrets", "sequences",
     "services", "streamlits", "streams", "tags", "tasks", "user-defined-functions", "event-sharing")
)  # fmt: skip
"""Collections of Snowflake's API that are made with SQL here."""


async def answer(call: Call, ask: Ask) -> Json:
    """The JSON that answers a request. Raises Refused and SnowflakeError."""
    path = call.path
    if path[0] == "grants":
        return await grants(call, ask)
    if path[0] in ("roles", "users") and len(path) == 3:
        return await of_grantee(call, ask, path[0][:-1].upper())
    words = path[0::2]
    within = tuple(path[1::2])
    resource = RESOURCES.get(words)
    if resource is None or (len(words) > 1 and words[:-1] != _WORDS[: len(words) - 1]):
        raise not_here("/".join(path)) if words[-1] in _ELSEWHERE else missing("/".join(path))
    if len(path) % 2:
        return await collection(call, ask, resource, tuple(spelled(part) for part in within))
    return await member(call, ask, resource, tuple(spelled(part) for part in within[:-1]))
