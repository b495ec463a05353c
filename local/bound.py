"""Values bound to ``?`` in statements that have no expressions: names and options."""

from __future__ import annotations

from collections.abc import Sequence

from local.errors import compilation_error, unsupported
from local.lexer import TokenKind, quote_text, tokenize
from local.session import Binding


def bind_text(sql: str, bindings: Sequence[Binding]) -> str:
    """The statement with bound texts in place of ``?``; 002049 if the numbers do not match."""
    marks = [t for t in tokenize(sql) if t.kind is TokenKind.PUNCTUATION and t.value == "?"]
    if len(marks) > len(bindings):
        raise compilation_error("Bind variable ? not set.", "002049", "42601")
    parts: list[str] = []
    last = 0
    for mark, binding in zip(marks, bindings, strict=False):
        if isinstance(binding.value, tuple):
            raise unsupported("array binding outside INSERT")
        parts += [sql[last : mark.start], "NULL" if binding.value is None else quote_text(binding.value)]
        last = mark.end
    return "".join(parts) + sql[last:]
