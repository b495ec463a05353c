"""Where the nodes of a role graph stand: in columns from who has to what is had, with few crossings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from ops.access.model import Drawing, Line, Node

WIDTH, HEIGHT = 240, 26
GAP_X, GAP_Y, MARGIN = 70, 12, 24
_LAST = ("database", "warehouse")
_ROUNDS = 6


@dataclass(frozen=True)
class Box:
    """A node with its place, in pixels from the upper left corner."""

    node: Node
    x: float
    y: float


@dataclass(frozen=True)
class Plan:
    """All boxes by id, and the size of the whole."""

    boxes: Mapping[str, Box]
    width: float
    height: float


def plan(drawing: Drawing) -> Plan:
    """The places of all nodes; the same drawing always gives the same ones."""
    columns = _columns(drawing)
    last = max(columns.values(), default=0)
    by_column: list[list[Node]] = [[] for _ in range(last + 1)]
    for node in sorted(drawing.nodes, key=lambda node: (node.kind, node.label)):
        by_column[columns[node.id]].append(node)
    _uncross(by_column, drawing.lines)
    tallest = max((len(column) for column in by_column), default=0)
    boxes = {}
    for number, column in enumerate(by_column):
        top = MARGIN + (tallest - len(column)) * (HEIGHT + GAP_Y) / 2
        for place, node in enumerate(column):
            boxes[node.id] = Box(node, MARGIN + number * (WIDTH + GAP_X), top + place * (HEIGHT + GAP_Y))
    width = 2 * MARGIN + len(by_column) * WIDTH + max(0, len(by_column) - 1) * GAP_X
    return Plan(boxes, width, 2 * MARGIN + tallest * (HEIGHT + GAP_Y))


def _columns(drawing: Drawing) -> dict[str, int]:
    """The column of each node: behind everything that has it. Circles are cut where they close."""
    above: dict[str, list[str]] = {node.id: [] for node in drawing.nodes}
    for line in drawing.lines:
        above[line.end].append(line.start)
    found: dict[str, int] = {}

    def column(id: str, open_: frozenset[str]) -> int:
        if id not in found:
            before = [column(one, open_ | {id}) for one in above[id] if one not in open_ and one != id]
            found[id] = 1 + max(before) if before else 0
        return found[id]

    for node in drawing.nodes:
        column(node.id, frozenset())
    _pull(drawing, above, found)
    last = max(found.values(), default=0)
    ends = {node.id for node in drawing.nodes if node.kind in _LAST}
    return {id: last if id in ends else place for id, place in found.items()}


def _pull(drawing: Drawing, above: Mapping[str, Sequence[str]], found: dict[str, int]) -> None:
    """Moves what nobody has (users, most of all) right before the first thing it has itself."""
    below: dict[str, list[int]] = {}
    for line in drawing.lines:
        below.setdefault(line.start, []).append(found[line.end])
    for node in drawing.nodes:
        if not above[node.id] and node.id in below:
            found[node.id] = max(0, min(below[node.id]) - 1)


def _uncross(columns: list[list[Node]], lines: tuple[Line, ...]) -> None:
    """Puts each node near the middle of its neighbours in the columns before and behind it, a few times."""
    near: dict[str, list[str]] = {}
    for line in lines:
        near.setdefault(line.end, []).append(line.start)
        near.setdefault(line.start, []).append(line.end)
    for number in range(_ROUNDS):
        for column in columns if number % 2 == 0 else reversed(columns):
            place = {node.id: at / max(1, len(one) - 1) for one in columns for at, node in enumerate(one)}
            middle = {node.id: _middle(near.get(node.id, ()), place, place[node.id]) for node in column}
            column[:] = sorted(column, key=lambda node: (middle[node.id], node.label))


def _middle(ids: Sequence[str], place: Mapping[str, float], own: float) -> float:
    return fmean(place[id] for id in ids) if ids else own
