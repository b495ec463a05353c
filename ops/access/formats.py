"""Answers for programs and browsers; tables for people are made by the command."""

import json
from dataclasses import asdict

from ops.access import html, mermaid
from ops.access.model import Answer, Drawing, Matrix, Result
from ops.errors import BadInput

VERSION = 1


def as_json(result: Result) -> str:
    """Everything, in a form of its own with a version."""
    kind = {Answer: "answer", Matrix: "matrix", Drawing: "graph"}[type(result)]
    content = {"version": VERSION, "kind": kind, **asdict(result)}
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_mermaid(result: Result) -> str:
    """A Mermaid flow chart; raises BadInput for a matrix, which is none."""
    if isinstance(result, Matrix):
        raise BadInput("a matrix is no chart", where="--format", do="take table, json or html; or ops access graph")
    return mermaid.chart(result)


def as_html(result: Result) -> str:
    """One HTML file that needs nothing else."""
    return html.page(result)


FORMATS = {"json": as_json, "mermaid": as_mermaid, "html": as_html}
