"""What a privilege lets somebody do: classes of access by privilege and kind of object.

Source of privileges and kinds: docs.snowflake.com/en/user-guide/security-access-control-privileges and
docs.snowflake.com/en/sql-reference/sql/grant-privilege. Snowflake adds some each month; one that is not listed here
counts as the strongest class that fits its kind, and says so, because it must not open a gate by being new.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Access(StrEnum):
    """Classes of access, in the order in which people read them.

    READ: contents. WRITE: contents, settings or state. CREATE: new objects inside. OWN: drop, alter, hand on.
    USE: work with it or pass through it. MANAGE: decide who may do what, or take over an identity.
    MONITOR: that it exists, its structure, state and history, but not its contents.
    """

    READ = "read"
    WRITE = "write"
    CREATE = "create"
    OWN = "own"
    USE = "use"
    MANAGE = "manage"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one privilege on one kind gives.

    Attributes:
        why: what is not plain from the privilege's name, for people; may be empty.
        spans: the accesses that reach everything inside the object, too, whatever its kind.
    """

    accesses: frozenset[Access]
    why: str = ""
    spans: frozenset[Access] = frozenset()


OWNERSHIP: Final = "OWNERSHIP"
ALL: Final = ("ALL", "ALL PRIVILEGES")
TAKEOVER: Final = ("MODIFY PROGRAMMATIC AUTHENTICATION METHODS", "IMPERSONATE")
"""Privileges on a user with which somebody else can act as that user."""
DATA_KINDS: Final = frozenset(
    {
        "TABLE", "VIEW", "MATERIALIZED VIEW", "DYNAMIC TABLE", "EXTERNAL TABLE", "EVENT TABLE", "HYBRID TABLE",
        "ICEBERG TABLE", "INTERACTIVE TABLE", "ONLINE FEATURE TABLE", "SEMANTIC VIEW", "STREAM", "STAGE", "SECRET",
        "CORTEX SEARCH SERVICE", "GIT REPOSITORY", "IMAGE REPOSITORY", "ARTIFACT REPOSITORY", "WORKSPACE", "DATASET",
        "MODEL", "NOTEBOOK", "TRANSIENT TABLE", "TEMPORARY TABLE", "SNAPSHOT",
    }
)  # fmt: skip
"""Kinds with contents to read."""
IDENTITIES: Final = frozenset({"USER", "ROLE", "DATABASE ROLE", "APPLICATION ROLE", "INSTANCE ROLE"})
ACCOUNT_KINDS: Final = frozenset(
    {
        "ACCOUNT", "DATABASE", "WAREHOUSE", "RESOURCE MONITOR", "USER", "ROLE", "INTEGRATION", "NETWORK POLICY",
        "SHARE", "TOKEN", "APPLICATION", "APPLICATION PACKAGE", "COMPUTE POOL", "CONNECTION", "EXTERNAL VOLUME",
        "FAILOVER GROUP", "REPLICATION GROUP", "APPLICATION ROLE",
    }
)  # fmt: skip
"""Kinds that lie in no database."""
IN_DATABASE: Final = frozenset({"SCHEMA", "DATABASE ROLE"})
_SAME_KIND: Final = {"TABLE": frozenset({"TABLE", "TRANSIENT TABLE", "HYBRID TABLE", "ICEBERG TABLE"})}
"""Grants on tables reach hybrid tables, too (docs, GRANT, example with hybrid tables). Iceberg tables are counted
with them for caution; other kinds of tables and views have grants of their own."""
_READ: Final = frozenset({"SELECT", "READ", "SELECT ERROR TABLE", "IMPORTED PRIVILEGES"})
_WRITE: Final = frozenset(
    {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "WRITE", "EVOLVE SCHEMA", "MODIFY", "OPERATE", "INGEST TELEMETRY",
     "DROP", "APPLYBUDGET", "REBUILD", "ADD SEARCH OPTIMIZATION", "REPLICATE", "MANAGE ATTACHED TABLES"}
)  # fmt: skip
_MONITOR: Final = frozenset({"REFERENCES", "AUDIT", "RESOLVE ALL", "VIEW LINEAGE", "READ SESSION"})
_USE: Final = frozenset({"USAGE", "USE_ANY_ROLE", "BIND SERVICE ENDPOINT", "INSTALL", "DEVELOP"})
_MANAGE: Final = frozenset(
    {"ATTACH POLICY", "IMPORT SHARE", "IMPORT ORGANIZATION LISTING", "IMPORT ORGANIZATION USER GROUPS",
     "OVERRIDE SHARE RESTRICTIONS", "PURCHASE DATA EXCHANGE LISTING", "FAILOVER", "CANCEL QUERY", "ATTACH LISTING"}
)  # fmt: skip
_STARTS: Final = (
    ("CREATE", Access.CREATE),
    ("APPLY", Access.MANAGE),
    ("MANAGE ", Access.MANAGE),
    ("MONITOR", Access.MONITOR),
    ("READ UNREDACTED ", Access.READ),
    ("MODIFY ", Access.WRITE),
    ("EXECUTE ", Access.USE),
    ("USE ", Access.USE),
)
_EVERYTHING: Final = {
    "ACCOUNT": frozenset({Access.MANAGE, Access.CREATE, Access.USE, Access.WRITE, Access.MONITOR}),
    "DATABASE": frozenset({Access.USE, Access.CREATE, Access.WRITE, Access.MONITOR}),
    "SCHEMA": frozenset({Access.USE, Access.CREATE, Access.WRITE, Access.MONITOR}),
    "WAREHOUSE": frozenset({Access.USE, Access.WRITE, Access.MONITOR}),
    "RESOURCE MONITOR": frozenset({Access.WRITE, Access.MONITOR}),
    "USER": frozenset({Access.MANAGE, Access.MONITOR}),
}
"""What ALL gives on kinds without contents; ALL does not include OWNERSHIP."""
_MANAGING: Final = frozenset({Access.MANAGE})
_INSIDE: Final = "can give itself everything inside"


def _everything(kind: str) -> frozenset[Access]:
    if kind in DATA_KINDS:
        return frozenset({Access.READ, Access.WRITE, Access.USE, Access.MONITOR})
    if kind.endswith("POLICY") or kind == "TAG":
        return frozenset({Access.MANAGE})
    return _EVERYTHING.get(kind, frozenset({Access.USE, Access.WRITE, Access.MONITOR}))


def _ownership(kind: str) -> Meaning:
    if kind in IDENTITIES:
        why = "the owner can reset its credentials" if kind == "USER" else "the owner can grant it to itself"
        return Meaning(frozenset({Access.OWN, Access.MANAGE}), why)
    if kind in DATA_KINDS:
        return Meaning(frozenset({Access.OWN, Access.READ, Access.WRITE}))
    if kind in ("DATABASE", "SCHEMA", "WAREHOUSE", "RESOURCE MONITOR"):
        return Meaning(_EVERYTHING[kind] | {Access.OWN})
    if kind in ("INTEGRATION", "SHARE", "ACCOUNT", "TAG") or kind.endswith(("POLICY", "RULE")):
        return Meaning(frozenset({Access.OWN, Access.MANAGE}), "the owner can change what it protects or opens")
    return Meaning(frozenset({Access.OWN, Access.USE, Access.WRITE, Access.MONITOR}))


def _new(kind: str) -> Meaning:
    why = "this privilege is not classified yet and counts as the strongest"
    if kind in DATA_KINDS:
        return Meaning(frozenset({Access.READ, Access.WRITE}), why)
    return Meaning(frozenset({Access.MANAGE}), why)


def _one(privilege: str) -> Access | None:
    """The single class of a listed privilege."""
    for names, access in (
        (_READ, Access.READ), (_WRITE, Access.WRITE), (_MONITOR, Access.MONITOR), (_USE, Access.USE),
        (_MANAGE, Access.MANAGE),
    ):  # fmt: skip
        if privilege in names:
            return access
    return next((access for start, access in _STARTS if privilege.startswith(start)), None)


def meaning(privilege: str, kind: str) -> Meaning:
    """What a privilege (upper case, as Snowflake writes it) on objects of a kind (singular) gives."""
    if privilege == OWNERSHIP:
        return _ownership(kind)
    if privilege == "MANAGE GRANTS":
        return Meaning(_MANAGING, _INSIDE, _MANAGING)
    if privilege in ALL:
        if kind == "ACCOUNT":
            return Meaning(_everything(kind), f"includes MANAGE GRANTS: {_INSIDE}", _MANAGING)
        return Meaning(_everything(kind))
    if privilege in TAKEOVER and kind == "USER":
        return Meaning(frozenset({Access.MANAGE}), "can act as this user")
    if privilege == "IMPORTED PRIVILEGES":
        reading = frozenset({Access.READ, Access.USE})
        return Meaning(reading, "reads everything in the shared database", reading)
    if privilege == "USAGE" and kind == "CORTEX SEARCH SERVICE":
        return Meaning(frozenset({Access.READ, Access.USE}), "a search service answers with the rows it indexes")
    if privilege == "USAGE" and kind in ("STAGE", "SECRET", "DATASET", "MODEL"):
        return Meaning(
            frozenset({Access.READ, Access.WRITE, Access.USE} if kind == "STAGE" else {Access.READ, Access.USE})
        )
    if privilege == "USAGE" and kind == "PROCEDURE":
        return Meaning(frozenset({Access.USE}), "runs with the owner's rights unless it executes as caller")
    one = _one(privilege)
    return Meaning(frozenset({one})) if one else _new(kind)


def covers(granted: str, kind: str) -> bool:
    """Whether a grant on objects of one kind reaches an object of a kind."""
    return granted == kind or kind in _SAME_KIND.get(granted, ())


def plural(kind: str) -> str:
    """The kind as it stands in GRANT … ON ALL …: TABLES, MASKING POLICIES."""
    return f"{kind[:-1]}IES" if kind.endswith("Y") else f"{kind}S"
