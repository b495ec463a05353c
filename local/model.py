"""What the catalogue holds: objects, grants, future and inherited grants and references, as immutable records.

Grants point at ids, so a rename moves nothing and a drop can take along exactly what belongs to the object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Scope(Enum):
    """Where objects of a kind live."""

    ACCOUNT = "account"
    DATABASE = "database"
    SCHEMA = "schema"


class Kind(Enum):
    """An object type, by the words that statements use for it.

    Some can only be named in grants (privileges on all or future objects); nothing creates them yet.
    """

    ACCOUNT = "ACCOUNT"
    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    WAREHOUSE = "WAREHOUSE"
    RESOURCE_MONITOR = "RESOURCE MONITOR"
    ROLE = "ROLE"
    DATABASE_ROLE = "DATABASE ROLE"
    USER = "USER"
    NETWORK_POLICY = "NETWORK POLICY"
    INTEGRATION = "INTEGRATION"
    SHARE = "SHARE"
    NETWORK_RULE = "NETWORK RULE"
    PASSWORD_POLICY = "PASSWORD POLICY"  # noqa: S105
    AUTHENTICATION_POLICY = "AUTHENTICATION POLICY"
    SESSION_POLICY = "SESSION POLICY"
    MASKING_POLICY = "MASKING POLICY"
    ROW_ACCESS_POLICY = "ROW ACCESS POLICY"
    TAG = "TAG"
    TABLE = "TABLE"
    VIEW = "VIEW"
    STAGE = "STAGE"
    STREAM = "STREAM"
    TASK = "TASK"
    PROCEDURE = "PROCEDURE"
    FUNCTION = "FUNCTION"
    SEQUENCE = "SEQUENCE"
    FILE_FORMAT = "FILE FORMAT"
    PIPE = "PIPE"
    ALERT = "ALERT"
    SECRET = "SECRET"  # noqa: S105
    DYNAMIC_TABLE = "DYNAMIC TABLE"
    EXTERNAL_TABLE = "EXTERNAL TABLE"
    ICEBERG_TABLE = "ICEBERG TABLE"
    EVENT_TABLE = "EVENT TABLE"
    MATERIALIZED_VIEW = "MATERIALIZED VIEW"
    SEMANTIC_VIEW = "SEMANTIC VIEW"
    DATA_METRIC_FUNCTION = "DATA METRIC FUNCTION"
    MODEL = "MODEL"
    NOTEBOOK = "NOTEBOOK"
    STREAMLIT = "STREAMLIT"
    SERVICE = "SERVICE"
    GIT_REPOSITORY = "GIT REPOSITORY"
    IMAGE_REPOSITORY = "IMAGE REPOSITORY"
    CORTEX_SEARCH_SERVICE = "CORTEX SEARCH SERVICE"

    @property
    def info(self) -> KindInfo:
        """Plural, scope and namespace of the kind."""
        return _INFO[self]


class KindInfo(NamedTuple):
    """``plural`` as SHOW and GRANT ON ALL use it; kinds of one ``namespace`` share their names in a container."""

    plural: str
    scope: Scope
    namespace: str


_SCOPES = {
    Scope.ACCOUNT: (
        Kind.ACCOUNT,
        Kind.DATABASE,
        Kind.WAREHOUSE,
        Kind.RESOURCE_MONITOR,
        Kind.ROLE,
        Kind.USER,
        Kind.NETWORK_POLICY,
        Kind.INTEGRATION,
        Kind.SHARE,
    ),
    Scope.DATABASE: (Kind.SCHEMA, Kind.DATABASE_ROLE),
}
_SCOPE_OF = {kind: scope for scope, kinds in _SCOPES.items() for kind in kinds}


def _plural(label: str) -> str:
    return label[:-1] + "IES" if label.endswith("Y") else label + "S"


_RELATIONS = (
    Kind.TABLE,
    Kind.VIEW,
    Kind.DYNAMIC_TABLE,
    Kind.EXTERNAL_TABLE,
    Kind.ICEBERG_TABLE,
    Kind.EVENT_TABLE,
    Kind.MATERIALIZED_VIEW,
    Kind.SEMANTIC_VIEW,
)

_INFO: dict[Kind, KindInfo] = {
    kind: KindInfo(
        _plural(kind.value),
        _SCOPE_OF.get(kind, Scope.SCHEMA),
        "RELATION" if kind in _RELATIONS else kind.value,
    )
    for kind in Kind
}


ACCOUNT_ID = 0
"""The id of the account's own object; account-level objects have it as parent."""


@dataclass(frozen=True, slots=True)
class Obj:
    """One object. ``props`` are its own properties, ``params`` the parameters set on it (name → text value).

    ``owner`` is the id of a role or database role, None for what the system owns. ``created`` and ``changed`` are
    epoch seconds. ``signature`` tells overloads of a procedure apart (``(VARCHAR, NUMBER)``), else empty.
    """

    id: int
    kind: Kind
    name: str
    parent: int
    owner: int | None
    created: float
    changed: float
    comment: str = ""
    signature: str = ""
    props: Mapping[str, Json] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grant:
    """``privilege`` on ``target`` held by ``grantee`` (a role, database role or user).

    Membership of a role is USAGE on the role object. Ownership is ``Obj.owner``, never a Grant.
    ``grantor`` is the role (or user) that granted; None where the system did. The same privilege may be held from
    several grantors, each its own grant.
    """

    grantee: int
    privilege: str
    target: int
    grantor: int | None
    created: float
    grant_option: bool = False


@dataclass(frozen=True, slots=True)
class FutureGrant:
    """``privilege`` (OWNERSHIP included) that ``grantee`` receives on every ``kind`` made in ``container`` later."""

    grantee: int
    privilege: str
    kind: Kind
    container: int
    created: float
    grant_option: bool = False


@dataclass(frozen=True, slots=True)
class InheritedGrant:
    """``privilege`` that ``grantee`` (a role, database role or user) holds on every ``kind`` in ``container``.

    It covers what is there and what comes later; no object carries a grant of its own for it.
    """

    grantee: int
    privilege: str
    kind: Kind
    container: int
    grantor: int | None
    created: float


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of ``source`` (a policy, tag or monitor) by ``target`` under ``role``.

    ``role`` names the use, for example ``AUTHENTICATION POLICY``, ``TAG`` or ``RESOURCE MONITOR``; ``column`` is empty
    unless the use is on a column; ``value`` is a tag's value or a row access policy's arguments.
    """

    source: int
    target: int
    role: str
    column: str = ""
    value: str = ""
