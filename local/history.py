"""What was revoked and dropped: the newest records, for the rows with DELETED_ON of ACCOUNT_USAGE.

Snowflake keeps them for a year; here the last ``LIMIT`` are kept, the oldest go first. A dropped user keeps no key, no
password and no e-mail policy of its own: only what the view USERS shows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from local.model import Grant, Json, Kind, Obj
from local.names import Path

if TYPE_CHECKING:
    from local.catalogue import Catalogue

LIMIT = 2000
"""How many records are kept."""

_MOST = 4096
"""Characters of properties that a dropped object keeps; longer ones are left out as a whole."""

KINDS = (
    Kind.USER, Kind.ROLE, Kind.DATABASE_ROLE, Kind.DATABASE, Kind.SCHEMA, Kind.NETWORK_POLICY, Kind.NETWORK_RULE,
    Kind.PASSWORD_POLICY, Kind.SESSION_POLICY, Kind.MASKING_POLICY, Kind.ROW_ACCESS_POLICY, Kind.TAG,
    Kind.SHARE,
)  # fmt: skip
"""Types whose dropped objects are remembered."""

_OF_USERS = frozenset(
    {"TYPE", "LOGIN_NAME", "DISPLAY_NAME", "FIRST_NAME", "LAST_NAME", "EMAIL", "MUST_CHANGE_PASSWORD", "DISABLED"}
    | {"DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES"}
)
"""Properties of users that are remembered."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A dropped object (``kind`` is its type) or a revoked grant (``kind`` is ``GRANT``) with the moment it went.

    ``fields`` are those of the object with its ``path``, or of the grant with the names of its two ends.
    """

    number: int
    kind: str
    deleted: float
    fields: Mapping[str, Json]


GRANT = "GRANT"


def encode(gone: Gone) -> str:
    """The record as the store keeps it."""
    return json.dumps(asdict(gone), separators=(",", ":"))


def decode(body: str) -> Gone:
    """The record that ``encode`` wrote."""
    return Gone(**json.loads(body))


def _remember(catalogue: Catalogue, kind: str, fields: Mapping[str, Json]) -> None:
    while len(catalogue.history) >= LIMIT and (oldest := catalogue.history.first()) is not None:
        catalogue.history.delete(oldest)
    catalogue.history.put(Gone(catalogue.reserve(), kind, time.time(), fields))


def remember_dropped(catalogue: Catalogue, obj: Obj) -> None:
    """Note an object that is about to be removed, if its type is one of ``KINDS``."""
    if obj.kind not in KINDS:
        return
    kept = {name: value for name, value in obj.props.items() if obj.kind is not Kind.USER or name in _OF_USERS}
    fields: dict[str, Json] = {
        "id": obj.id,
        "name": obj.name,
        "path": list(catalogue.path(obj)),
        "parents": [*reversed(catalogue.ancestors(obj)[:-1])],
        "created": obj.created,
        "comment": obj.comment,
        "props": kept if len(json.dumps(kept)) <= _MOST else {},
    }
    _remember(catalogue, obj.kind.value, fields)


def remember_revoked(catalogue: Catalogue, grant: Grant) -> None:
    """Note a grant that is about to be removed, with the names that its ends have now."""
    grantee, target = catalogue.lookup(grant.grantee), catalogue.lookup(grant.target)
    grantor = catalogue.lookup(grant.grantor)
    if grantee is None or target is None:
        return
    fields: dict[str, Json] = {
        "grantee": grantee.name,
        "grantee_id": grantee.id,
        "grantee_kind": grantee.kind.value,
        "privilege": grant.privilege,
        "target": target.id,
        "target_name": target.name,
        "target_kind": target.kind.value,
        "grantor": grantor.name if grantor else "",
        "grantor_kind": grantor.kind.value if grantor else "",
        "created": grant.created,
        "option": grant.grant_option,
    }
    _remember(catalogue, GRANT, fields)


@dataclass(frozen=True, slots=True)
class Dropped:
    """An object that was dropped: as it was (without owner), its full name, the ids of its containers, and when."""

    obj: Obj
    path: Path
    parents: tuple[int, ...]
    deleted: float


def dropped(catalogue: Catalogue, kind: Kind) -> list[Dropped]:
    """The remembered objects of a type, oldest first."""
    return [_revive(gone) for gone in catalogue.history if gone.kind == kind.value]


def _revive(gone: Gone) -> Dropped:
    fields = gone.fields
    props, path, parents = fields["props"], fields["path"], fields["parents"]
    created = fields["created"]
    obj = Obj(
        id=int(str(fields["id"])),
        kind=Kind(gone.kind),
        name=str(fields["name"]),
        parent=0,
        owner=None,
        created=float(created) if isinstance(created, int | float) else 0.0,
        changed=gone.deleted,
        comment=str(fields["comment"]),
        props=props if isinstance(props, dict) else {},
    )
    names = tuple(str(part) for part in path) if isinstance(path, list) else ()
    around = tuple(int(str(part)) for part in parents) if isinstance(parents, list) else ()
    return Dropped(obj, names, around, gone.deleted)
