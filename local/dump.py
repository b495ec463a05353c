"""The account as canonical JSON: what it holds by name, so that two accounts can be compared."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

from local.catalogue import Catalogue
from local.credentials import TOKENS
from local.model import Json, Kind, Obj
from local.store import Store

_RANDOM = ("account_id", "PASSWORD_HASH", "SECRET_HASH", "STORAGE_AWS_EXTERNAL_ID")
"""Properties that differ between equal accounts; only that they are set is compared."""
_SECRET = ("CREDENTIALS", "ENCRYPTION", "WEBHOOK_HEADERS")
"""Properties that may hold secrets; only that they are set is told."""
_PLACEHOLDER = "SNOWFLAKE_WEBHOOK_SECRET"
_MOMENTS = ("_TIME", "_ON", "_AT", "_SINCE", "_TIMESTAMP", "_SET")
"""Endings of properties that hold a moment; left out, as is whether a warehouse runs just now."""
_SWITCHES = ("DISABLED", "MUST_CHANGE_PASSWORD")
"""Of users: off and never set are the same."""


def dump(catalogue: Catalogue) -> dict[str, Json]:
    """Objects by kind and full name, grants of every sort and references by names; no ids, no moments."""

    def named(object_id: int | None) -> str | None:
        found = catalogue.lookup(object_id)
        return label(catalogue, found) if found is not None else None

    objects: dict[str, Json] = {label(catalogue, obj): _object(catalogue, obj) for obj in catalogue.objects}
    return {
        "objects": dict(sorted(objects.items())),
        "grants": _ordered(
            {
                "grantee": named(grant.grantee),
                "privilege": grant.privilege,
                "on": named(grant.target),
                "option": grant.grant_option,
                "by": named(grant.grantor),
            }
            for grant in catalogue.grants
        ),
        "futures": _ordered(
            {
                "grantee": named(future.grantee),
                "privilege": future.privilege,
                "kind": future.kind.value,
                "in": named(future.container),
                "option": future.grant_option,
            }
            for future in catalogue.futures
        ),
        "inherited": _ordered(
            {
                "grantee": named(inherited.grantee),
                "privilege": inherited.privilege,
                "kind": inherited.kind.value,
                "in": named(inherited.container),
                "by": named(inherited.grantor),
            }
            for inherited in catalogue.inherited
        ),
        "references": _ordered(
            {
                "source": named(use.source),
                "target": named(use.target),
                "role": use.role,
                "column": use.column,
                "value": use.value,
            }
            for use in catalogue.references
        ),
    }


def label(catalogue: Catalogue, obj: Obj) -> str:
    """``KIND full.name(signature)``, unique in the account."""
    return f"{obj.kind.value} {catalogue.full_name(obj)}{obj.signature}"


def _ordered(entries: Iterable[dict[str, Json]]) -> list[Json]:
    return [*sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))]


def _object(catalogue: Catalogue, obj: Obj) -> Json:
    owner = catalogue.lookup(obj.owner)
    props: dict[str, Json] = {
        name: "***" if _hidden(name, value) else _by_name(catalogue, name, value)
        for name, value in sorted(obj.props.items())
        if not name.endswith(_MOMENTS) and not (obj.kind is Kind.WAREHOUSE and name == "STATE")
        if not (obj.kind is Kind.USER and name in _SWITCHES and value is False)
    }
    return {
        "owner": label(catalogue, owner) if owner is not None else None,
        "comment": obj.comment,
        "props": props,
        "params": dict(sorted(obj.params.items())),
    }


def _hidden(name: str, value: Json) -> bool:
    if name == "WEBHOOK_URL":
        return _PLACEHOLDER not in str(value)
    return name in _RANDOM or (name in _SECRET and bool(value))


def _by_name(catalogue: Catalogue, name: str, value: Json) -> Json:
    """Lists of network rules are stored as ids, tokens with hashes and moments; everything else is what it says."""
    if name == TOKENS and isinstance(value, dict):
        return {token: _token(entry) for token, entry in value.items() if isinstance(entry, dict)}
    if not name.endswith("_NETWORK_RULE_LIST") or not isinstance(value, list):
        return value
    rules = (catalogue.lookup(item) if isinstance(item, int) else None for item in value)
    return [label(catalogue, rule) if rule is not None else None for rule in rules]


def _token(entry: dict[str, Json]) -> Json:
    return {name: "***" if name in _RANDOM else value for name, value in entry.items() if not name.endswith(_MOMENTS)}


def main(data_dir: Path) -> int:
    """Print the account of a folder; the server may be running. Exit code 2 if there is none."""
    path = data_dir / "catalogue.sqlite"
    if not path.is_file():
        print(f"{data_dir} holds no account (there is no {path.name}).", file=sys.stderr)
        return 2
    try:
        catalogue = Catalogue(Store(path, read_only=True))
        print(json.dumps(dump(catalogue), indent=2, ensure_ascii=False))
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"{path} cannot be read: {error}", file=sys.stderr)
        return 1
    catalogue.close()
    return 0
