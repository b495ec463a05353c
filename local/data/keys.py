"""Declared constraints of a table as the catalogue keeps them (``Obj.props["keys"]``)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from local.model import Json, Obj
from local.names import Path

_SPACE = uuid.UUID("6f3c3f0e-6a57-4a3b-9d52-2f4c51d0a6f1")


@dataclass(frozen=True, slots=True)
class TableKey:
    """``kind`` is PRIMARY KEY, UNIQUE or FOREIGN KEY; a constraint without a name has one of the system's."""

    kind: str
    name: str
    columns: tuple[str, ...]
    target: Path
    target_columns: tuple[str, ...]
    rules: tuple[str, ...]

    def rule(self, change: str) -> str:
        """What ON UPDATE or ON DELETE says: NO ACTION where nothing is said."""
        return next((rule.removeprefix(f"{change} ") for rule in self.rules if rule.startswith(change)), "NO ACTION")


def keys_of(table: Obj) -> list[TableKey]:
    """The constraints of a table, in the order of their declaration."""
    found = table.props.get("keys")
    items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return [
        TableKey(
            str(item["kind"]),
            str(item.get("name") or "") or f"SYS_CONSTRAINT_{uuid.uuid5(_SPACE, f'{table.id}.{number}')}",
            _texts(item.get("columns")),
            _texts(item.get("target")),
            _texts(item.get("target_columns")),
            _texts(item.get("rules")),
        )
        for number, item in enumerate(items)
    ]


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
