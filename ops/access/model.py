"""Answers about access, as plain data; every format is made from this."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Way:
    """One access of one user or role.

    Attributes:
        right: privilege and object. path: from the user or role to what holds it, labels in order.
        potential: only for objects made from now on, or nothing lets in yet. why: what is not plain.
    """

    who: str
    kind: str
    access: str
    right: str
    path: tuple[str, ...]
    potential: bool
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question, with where it comes from."""

    question: str
    source: str
    ways: tuple[Way, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One user or role of a matrix: classes of access by column."""

    who: str
    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Who has which access to which database and warehouse. A cell is `-` for none."""

    question: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Node:
    """A user, role, database or warehouse of a drawing. `kind` decides its look."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """`start` has `end`; `label` says what of it, empty for a role."""

    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The role graph."""

    question: str
    source: str
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    doubts: tuple[str, ...] = ()


Result = Answer | Matrix | Drawing
