"""Answers as one HTML file: no script, nothing fetched, text escaped, readable without seeing the drawing."""

from collections.abc import Iterable, Sequence
from html import escape

from ops.access.layout import HEIGHT, WIDTH, Box, Plan, plan
from ops.access.model import Answer, Drawing, Line, Matrix, Result

_LONGEST = 33
_KINDS = ("user", "role", "database role", "application role", "share", "database", "warehouse")
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #57606a; --soft: #f3f5f7; --edge: #8c959f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --line: #9da7b1; --soft: #161b22; --edge: #6e7681; }
}
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 1.5rem; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.scroll { overflow: auto; border: 1px solid var(--edge); }
.scroll:focus-visible { outline: 3px solid #0969da; }
table { border-collapse: collapse; } caption { text-align: left; padding: .4rem 0; }
th, td { border: 1px solid var(--edge); padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--soft); position: sticky; top: 0; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg path { fill: none; stroke: var(--line); stroke-width: 1.2; }
svg path.open { stroke-dasharray: 5 3; }
svg rect { fill: var(--soft); stroke: var(--line); stroke-width: 1.2; }
svg .user rect { rx: 13px; } svg .role rect { stroke-width: 2; } svg .database-role rect { stroke-dasharray: 6 2; }
svg .database rect { stroke-width: 3; rx: 6px; } svg .warehouse rect { stroke-width: 3; }
"""
_SEES_NOTHING = "<p><strong>Not seen:</strong></p><ul>{}</ul>"


def page(result: Result) -> str:
    """The whole file."""
    body = _answer(result) if isinstance(result, Answer) else _matrix(result) if isinstance(result, Matrix) else ""
    if isinstance(result, Drawing):
        body = _drawing(result)
    title = escape(result.question)
    doubts = _SEES_NOTHING.format("".join(f"<li>{escape(text)}</li>" for text in result.doubts))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>From the {escape(result.source)}.</p>\n{doubts if result.doubts else ''}{body}</main>\n</body>\n</html>\n"
    )


def _answer(answer: Answer) -> str:
    if not answer.ways:
        return "<p>Nobody and nothing.</p>\n"
    rows = [
        (way.who, way.kind, way.access, way.right, " → ".join(way.path), "could" if way.potential else "can", way.why)
        for way in answer.ways
    ]
    head = ("Who", "Kind", "Access", "By", "Path", "Now?", "Note")
    return _table("Each way to it, the shortest one of everybody", head, rows)


def _matrix(matrix: Matrix) -> str:
    rows = [(row.who, row.kind, *row.cells) for row in matrix.rows]
    return _table("Access by user or role", ("Who", "Kind", *matrix.columns), rows)


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(text)}</td>" for text in rest)}</tr>\n'
        for first, *rest in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">\n<table>\n'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
        "</div>\n"
    )


def _drawing(drawing: Drawing) -> str:
    labels = {node.id: node for node in drawing.nodes}
    rows = [
        (labels[line.start].label, labels[line.start].kind, line.label or "has", labels[line.end].label,
         labels[line.end].kind)
        for line in drawing.lines
    ]  # fmt: skip
    table = _table("The same as a list", ("Who", "Kind", "What", "Of what", "Kind of that"), rows)
    counted = ", ".join(
        f"{number} {kind}s" for kind in _KINDS if (number := sum(node.kind == kind for node in drawing.nodes))
    )
    return f"<p>{escape(counted)}. An arrow from A to B says that A has B.</p>\n{_svg(drawing)}<h2>List</h2>\n{table}"


def _svg(drawing: Drawing) -> str:
    found = plan(drawing)
    lines = "".join(_line(found, line) for line in drawing.lines)
    boxes = "".join(_box(box) for box in found.boxes.values())
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Role graph">\n<svg role="img" '
        f'aria-labelledby="t d" width="{found.width:.0f}" height="{found.height:.0f}" '
        f'viewBox="0 0 {found.width:.0f} {found.height:.0f}" xmlns="http://www.w3.org/2000/svg">\n'
        f'<title id="t">{escape(drawing.question)}</title>\n'
        '<desc id="d">The list below says the same in words.</desc>\n'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 Z" style="fill: var(--line); stroke: none"/></marker></defs>\n'
        f"{lines}{boxes}</svg>\n</div>\n"
    )


def _line(found: Plan, line: Line) -> str:
    start, end = found.boxes[line.start], found.boxes[line.end]
    x1, y1 = start.x + WIDTH, start.y + HEIGHT / 2
    x2, y2 = end.x, end.y + HEIGHT / 2
    bend = max(40.0, abs(x2 - x1) / 2)
    path = f"M{x1:.0f},{y1:.0f} C{x1 + bend:.0f},{y1:.0f} {x2 - bend:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"
    text = f"{start.node.label} {line.label or 'has'} {end.node.label}"
    return f'<path d="{path}" marker-end="url(#a)"><title>{escape(text)}</title></path>\n'


def _box(box: Box) -> str:
    label = box.node.label
    shown = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
    kind = box.node.kind.replace(" ", "-")
    return (
        f'<g class="{escape(kind)}"><title>{escape(f"{box.node.kind} {label}")}</title>'
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<text x="{box.x + 10:.0f}" y="{box.y + HEIGHT / 2 + 4:.0f}">{escape(shown)}</text></g>\n'
    )
