"""Where a finding is mended: the line of the declaration that makes an object."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DECLARING = "stacks"
NAMING = ("key", "name", "policy", "tag")
IDENTIFIER = "Identifier"


@dataclass(frozen=True)
class Places:
    """File and line by the keys and names that the declaration's texts hold, upper case."""

    lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def of(self, *names: str) -> tuple[str, int]:
        """The place of the first of these names that is declared somewhere; ("", 0) for none.

        A qualified name also counts by its last part, and a name with an environment's prefix without it.
        """
        for name in names:
            for form in _forms(name):
                if form in self.lines:
                    return self.lines[form]
        return "", 0


def _forms(name: str) -> Iterator[str]:
    whole = name.upper().replace('"', "")
    last = whole.rpartition(".")[2]
    for text in (whole, last):
        yield text
        yield text.partition("_")[2]


def places(repository: Path) -> Places:
    """Reads the declaration's modules; a module that is no Python is passed over (the program says so itself).

    What names an object comes first, any other text of a call (an argument of a helper, say) after it.
    """
    trees = {}
    for path in sorted((repository / DECLARING).glob("*.py")):
        try:
            trees[f"{DECLARING}/{path.name}"] = ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, ValueError):
            continue
    found: dict[str, tuple[str, int]] = {}
    for read in (_names, _texts):
        for file, tree in trees.items():
            for text, line in read(tree):
                found.setdefault(text.upper(), (file, line))
    return Places(found)


def _texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.Call):
            for entry in node.elts if isinstance(node, ast.Tuple) else node.args:
                yield from _text(entry)


def _names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == IDENTIFIER:
                yield from _text(node.args[0] if node.args else None)
            for keyword in node.keywords:
                if keyword.arg in NAMING:
                    yield from _text(keyword.value)


def _text(node: ast.AST | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value, node.lineno
