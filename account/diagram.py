"""The declaration as a Mermaid flow chart for docs/architecture.md: who logs in, which roles, what they reach.

The same declaration always gives the same text, so that a test can tell when the committed picture is out of date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stacks import Platform
    from stacks.databases import Database
    from stacks.roles import Role

BEGIN: Final = "<!-- diagram: begin -->"
END: Final = "<!-- diagram: end -->"
_NO_WORD: Final = re.compile(r"\W")


def _id(kind: str, key: str) -> str:
    return f"{kind}_{_NO_WORD.sub('_', key)}"


def _users(platform: Platform) -> Iterator[str]:
    yield '  subgraph services["Service users, key pair only"]'
    for user in platform.service_users:
        yield f'    {_id("user", user.key)}(["{user.name}"])'
    yield "  end"


def _roles(platform: Platform) -> Iterator[str]:
    yield '  subgraph roles["Functional roles"]'
    for role in platform.roles:
        yield f'    {_id("role", role.key)}["{role.name}"]'
    yield "  end"


def _database(database: Database) -> Iterator[str]:
    yield f'  subgraph {_id("database", database.key)}["{database.name}, Time Travel {database.retention_days} d"]'
    for schema in database.schemas:
        name = _id("schema", f"{database.key}_{schema.name}")
        yield f'    {name}["{schema.name}<br/>built by {schema.built_by.value}"]'
    yield "  end"


def _warehouses(platform: Platform) -> Iterator[str]:
    yield '  subgraph warehouses["Warehouses and their monitors"]'
    for warehouse in platform.warehouses:
        monitor = platform.monitor(warehouse.monitor)
        text = f"{warehouse.name}, {warehouse.size.value}<br/>{monitor.name}, {monitor.quota} credits a month"
        yield f'    {_id("warehouse", warehouse.key)}[("{text}")]'
    yield "  end"


def _role_edges(role: Role) -> Iterator[str]:
    me = _id("role", role.key)
    databases = dict.fromkeys(access.database for access in role.access)
    for key in databases:
        levels = " ".join(access.level.value for access in role.access if access.database == key)
        yield f"  {me} -- {levels} --> {_id('database', key)}"
    for key in role.warehouses:
        yield f"  {me} -. uses .-> {_id('warehouse', key)}"
    for key in role.includes:
        yield f"  {me} --> {_id('role', key)}"
    if role.parent is not None:
        yield f"  {_id('system', role.parent.value)}[{role.parent.value}] --> {me}"


def mermaid(platform: Platform) -> str:
    """The chart of a platform. An arrow from A to B says that A has B; R, RW and OWN are the access roles."""
    lines = ["flowchart LR", *_users(platform), *_roles(platform)]
    for database in platform.databases:
        lines.extend(_database(database))
    lines.extend(_warehouses(platform))
    lines.extend(f"  {_id('user', user.key)} --> {_id('role', user.role)}" for user in platform.service_users)
    for role in platform.roles:
        lines.extend(_role_edges(role))
    return "\n".join(lines) + "\n"


def block(platform: Platform) -> str:
    """The chart between its markers, as it stands in docs/architecture.md."""
    return f"{BEGIN}\n```mermaid\n{mermaid(platform)}```\n{END}"


def refresh(document: Path, platform: Platform) -> bool:
    """Put the current chart between the markers of a document; tells whether that changed it.

    Raises:
        ValueError: the document has no markers.
    """
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document.name} has no lines {BEGIN} and {END}")
    changed = f"{before}{block(platform)}{after}"
    if changed != text:
        document.write_text(changed, encoding="utf-8")
    return changed != text
