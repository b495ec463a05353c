"""Records of the catalogue as the store keeps them: one JSON text each."""

from __future__ import annotations

import json
from typing import TypeVar

from local.model import FutureGrant, Grant, InheritedGrant, Kind, Obj, Reference

R = TypeVar("R", Obj, Grant, FutureGrant, InheritedGrant, Reference)


def encode(record: Obj | Grant | FutureGrant | InheritedGrant | Reference) -> str:
    """The record as JSON; nested values are taken as they are."""
    fields = {name: getattr(record, name) for name in record.__slots__}
    return json.dumps(fields, default=lambda value: value.value, separators=(",", ":"))


def decode(cls: type[R], body: str) -> R:
    """The record that ``encode`` wrote."""
    fields = json.loads(body)
    if "kind" in fields:
        fields["kind"] = Kind(fields["kind"])
    return cls(**fields)
