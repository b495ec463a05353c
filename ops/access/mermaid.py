"""Answers and role graphs as Mermaid flow charts; names are escaped, ids are numbers."""

from collections.abc import Iterable
from itertools import pairwise

from ops.access.model import Answer, Drawing, Line, Node

_SHAPES = {
    "user": ('(["', '"])'),
    "role": ('["', '"]'),
    "database role": ('[["', '"]]'),
    "database": ('[("', '")]'),
    "warehouse": ('{{"', '"}}'),
    "access": ('>"', '"]'),
}
_OTHER = ('["', '"]')


def chart(drawing: Drawing | Answer) -> str:
    """The chart. An arrow from A to B says that A has B; a dotted one, that it only could."""
    if isinstance(drawing, Answer):
        return _paths(drawing)
    ids = {node.id: f"n{number}" for number, node in enumerate(drawing.nodes)}
    lines = [*_nodes(drawing.nodes, ids), *(_line(line, ids) for line in drawing.lines)]
    return "\n".join(["flowchart LR", *lines]) + "\n"


def _nodes(nodes: Iterable[Node], ids: dict[str, str]) -> Iterable[str]:
    for node in nodes:
        before, after = _SHAPES.get(node.kind, _OTHER)
        yield f"  {ids[node.id]}{before}{escaped(node.label)}{after}"


def _line(line: Line, ids: dict[str, str]) -> str:
    arrow = f'-- "{escaped(line.label)}" -->' if line.label else "-->"
    return f"  {ids[line.start]} {arrow} {ids[line.end]}"


def _paths(answer: Answer) -> str:
    """The ways of an answer, common parts once."""
    labels: dict[str, str] = {}
    lines: dict[str, None] = {}
    for way in answer.ways:
        steps = [*way.path, way.right]
        for label in steps:
            labels.setdefault(label, f"n{len(labels)}")
        for start, end in pairwise(steps):
            arrow = "-.->" if way.potential and end == way.right else "-->"
            lines[f"  {labels[start]} {arrow} {labels[end]}"] = None
    nodes = [f'  {id}["{escaped(label)}"]' for label, id in labels.items()]
    return "\n".join(["flowchart LR", *nodes, *lines]) + "\n"


def escaped(text: str) -> str:
    """Text inside quotes of Mermaid: its entities for what would end the quotes or begin a tag."""
    shown = " ".join(text.split())
    for mark, entity in (("#", "#35;"), ("&", "#38;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        shown = shown.replace(mark, entity)
    return shown
