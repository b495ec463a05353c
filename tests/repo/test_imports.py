"""Who may import whom: the directions of docs/architecture.md, read from the source of every room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("stacks", "infra", "account", "policies", "migrations", "loaders", "ops", "local", "toolchain")
MAY_IMPORT = {
    "infra": {"stacks"},
    "account": {"stacks"},
    "policies": {"account"},
    "ops": {"account", "policies", "stacks"},
}
FORBIDDEN_LIBRARIES = {
    "stacks": {"pulumi", "pulumi_snowflake", "snowflake", "sqlglot", "httpx"},
    "account": {"pulumi", "pulumi_snowflake", "httpx"},
    "policies": {"pulumi_snowflake", "snowflake", "httpx"},
    "policies/rules": {"pulumi", "pulumi_policy"},
    "ops": {"pulumi", "pulumi_snowflake"},
    "toolchain": {"pulumi", "pulumi_snowflake", "pydantic", "typer", "rich", "httpx"},
}
OUTSIDE_OF_THE_RULES = {"toolchain/langhost"}
"""The language host runs inside the SDK's environment, as a program of its own."""


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def modules(room: str) -> list[Path]:
    """The modules of a room; empty for one that does not exist yet."""
    paths = sorted((ROOT / room).rglob("*.py"))
    return [path for path in paths if not any(part in str(path.relative_to(ROOT)) for part in OUTSIDE_OF_THE_RULES)]


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_the_rooms_it_may(room: str) -> None:
    others = set(ROOMS) - {room} - MAY_IMPORT.get(room, set())
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}" for path in modules(room) for name in sorted(imported(path) & others)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", sorted(FORBIDDEN_LIBRARIES))
def test_room_stays_clear_of_libraries_that_are_not_its_business(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imported(path) & FORBIDDEN_LIBRARIES[room])
    ]
    assert wrong == []


def test_no_room_is_left_out_of_the_rules() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(ROOMS)
