"""The few SQL statements of this command line, from quoted identifiers and escaped text only."""

import re
from collections.abc import Sequence

_PART = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')


def quoted(*parts: str) -> str:
    """A name with its containers, every part in double quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def same_id(one: str, other: str) -> bool:
    """Whether two ids of the provider mean the same object, however each is written."""
    return parts(one.replace("|", ".")) == parts(other.replace("|", "."))


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def parts(name: str) -> list[str]:
    """The parts of a name written with or without quotes: `"A"."B"` and `A.B` are both A, B."""
    return [found[0].replace('""', '"') or found[1] for found in _PART.findall(name)]


def show(kind: str, name: Sequence[str]) -> str:
    """SHOW of one object: its kind in the plural (from code, never from input) and its name, outermost part first.

    The name is a LIKE pattern to Snowflake, so more rows may come back: the caller compares.
    """
    containers = {1: "", 2: f" IN DATABASE {quoted(*name[:1])}", 3: f" IN SCHEMA {quoted(*name[:2])}"}
    return f"SHOW {kind} LIKE {text(name[-1])}{containers[len(name)]}"


def show_grants_on(kind: str, name: Sequence[str], types: Sequence[str] | None = None) -> str:
    """Who holds what on one object; its kind in the plural, as in `show`; `types` are a function's arguments."""
    singular = f"{kind.removesuffix('IES')}Y" if kind.endswith("IES") else kind.removesuffix("S")
    arguments = "" if types is None else f"({', '.join(types)})"
    return f"SHOW GRANTS ON {singular} {quoted(*name)}{arguments}"


def drop_schema(*name: str) -> str:
    """Removes a schema if it is there."""
    return f"DROP SCHEMA IF EXISTS {quoted(*name)}"


def policy_references(domain: str, name: str) -> str:
    """The policies that are set on a user or on the account; `name` as Snowflake's function wants it."""
    return (
        "SELECT * FROM TABLE (SNOWFLAKE.INFORMATION_SCHEMA.POLICY_REFERENCES ("  # noqa: S608 (escaped)
        f"REF_ENTITY_NAME => {text(name)}, REF_ENTITY_DOMAIN => {text(domain)}))"
    )
