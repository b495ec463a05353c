"""What the body of a masking policy shows to whom: its branches, and which of them give the value away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.sql import Kind, Token, Unreadable, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYBODY: Final = "everybody"
_ASKS: Final = frozenset(
    {"IS_ROLE_IN_SESSION", "IS_DATABASE_ROLE_IN_SESSION", "CURRENT_ROLE", "CURRENT_AVAILABLE_ROLES", "INVOKER_ROLE",
     "IS_GRANTED_TO_INVOKER_ROLE", "CURRENT_USER", "CURRENT_ACCOUNT", "INVOKER_SHARE", "EXISTS"}
)  # fmt: skip
"""Functions by which a condition tells who asks."""
_HIERARCHY: Final = frozenset(
    {"IS_ROLE_IN_SESSION", "IS_DATABASE_ROLE_IN_SESSION", "CURRENT_AVAILABLE_ROLES", "EXISTS"}
)
"""Those that count roles which come by another role."""
_SHOWS: Final = frozenset(
    {"COALESCE", "NVL", "IFNULL", "NVL2", "TO_VARCHAR", "TO_CHAR", "TRIM", "LTRIM", "RTRIM", "UPPER", "LOWER",
     "INITCAP", "CONCAT", "CAST", "TRY_CAST", "REVERSE", "TO_VARIANT", "PARSE_JSON", "GREATEST", "LEAST", "NULLIF"}
)  # fmt: skip
"""Functions whose result still tells the whole value."""
_NO_VALUES: Final = frozenset({"NULL", "TRUE", "FALSE", "AS", "VARCHAR", "STRING", "TEXT", "NUMBER", "CHAR"})
Tokens = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through a body. `condition` is empty for the default."""

    condition: Tokens
    result: Tokens

    @property
    def shows(self) -> bool:
        """Whether it gives the value away."""
        return _shows(self.result)

    @property
    def asks(self) -> frozenset[str]:
        """Functions of the condition that tell who asks."""
        return frozenset(token.text for token in self.condition if token.kind is Kind.WORD) & _ASKS

    @property
    def roles(self) -> tuple[str, ...]:
        """Names that the condition compares with, as written between quotes."""
        return tuple(token.text for token in self.condition if token.kind is Kind.STRING)

    @property
    def denies(self) -> bool:
        """Whether it holds for those who are not named: NOT, <> or !=."""
        found = [token.text for token in self.condition]
        return "NOT" in found or any(found[at : at + 2] in (["<", ">"], ["!", "="]) for at in range(len(found)))

    @property
    def follows_hierarchy(self) -> bool:
        """Whether roles that come by another role count."""
        return bool(self.asks & _HIERARCHY)


def branches(body: str) -> tuple[Branch, ...]:
    """The branches of a body; the default comes last, and is NULL where it is left out.

    Raises:
        Unreadable: the body is no SQL.
    """
    return _branches(tuple(tokens(body)))


def opened(old: str, new: str) -> tuple[str, ...]:
    """To whom a new body shows the value and an old one did not; `EVERYBODY` where no role is asked for."""
    try:
        before, after = _clear_for(branches(old)), _clear_for(branches(new))
    except Unreadable:
        return ()
    return tuple(sorted(after - before))


def _clear_for(found: Sequence[Branch]) -> frozenset[str]:
    names: set[str] = set()
    for branch in found:
        if branch.shows:
            names.update(branch.roles if branch.asks and not branch.denies else (EVERYBODY,))
    return frozenset(names)


def _branches(body: Tokens) -> tuple[Branch, ...]:
    inner = _bare(body)
    if _is_word(inner[:1], "CASE"):
        return _of_case(inner)
    if _is_word(inner[:1], "IFF") and len(inner) > 1 and inner[1].text == "(":
        parts = _split(inner[2:-1], ",")
        if len(parts) == 3:
            return (*_under(parts[0], parts[1]), *_branches(parts[2]))
    return (Branch((), inner),)


def _under(condition: Tokens, result: Tokens) -> tuple[Branch, ...]:
    """The branches of a result that is taken under a condition."""
    return tuple(Branch((*condition, *branch.condition), branch.result) for branch in _branches(result))


def _of_case(inner: Tokens) -> tuple[Branch, ...]:
    found: list[Branch] = []
    rest = _cut(inner[1:-1], ("WHEN", "THEN", "ELSE"))
    subject = rest[0][1] if rest and rest[0][0] == "" else ()
    condition: Tokens = ()
    default: tuple[Branch, ...] = (Branch((), ()),)
    for keyword, part in rest:
        if keyword == "WHEN":
            condition = (*subject, *part)
        elif keyword == "THEN":
            found.extend(_under(condition, part))
        elif keyword == "ELSE":
            default = _branches(part)
    return (*found, *default)


def _cut(inner: Tokens, keywords: tuple[str, ...]) -> list[tuple[str, Tokens]]:
    """The parts of a CASE by the keyword before each, nested ones left whole."""
    parts: list[tuple[str, list[Token]]] = [("", [])]
    depth = 0
    for token in inner:
        word = token.text if token.kind is Kind.WORD else ""
        depth += (word == "CASE" or (token.text == "(" and token.kind is Kind.SYMBOL)) - (
            word == "END" or (token.text == ")" and token.kind is Kind.SYMBOL)
        )
        if depth == 0 and word in keywords:
            parts.append((word, []))
        else:
            parts[-1][1].append(token)
    return [(keyword, tuple(part)) for keyword, part in parts if keyword or part]


def _split(inner: Tokens, symbol: str) -> list[Tokens]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in inner:
        depth += (token.text == "(") - (token.text == ")") if token.kind is Kind.SYMBOL else 0
        if depth == 0 and token == Token(Kind.SYMBOL, symbol):
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def _bare(inner: Tokens) -> Tokens:
    """Without parentheses around the whole."""
    while len(inner) > 1 and inner[0] == Token(Kind.SYMBOL, "(") and _closed_by_last(inner):
        inner = inner[1:-1]
    return inner


def _closed_by_last(inner: Tokens) -> bool:
    depth = 0
    for at, token in enumerate(inner):
        depth += (token == Token(Kind.SYMBOL, "(")) - (token == Token(Kind.SYMBOL, ")"))
        if depth == 0:
            return at == len(inner) - 1
    return False


def _is_word(found: Tokens, word: str) -> bool:
    return bool(found) and found[0] == Token(Kind.WORD, word)


def _shows(result: Tokens) -> bool:
    """Whether an expression tells the whole value: a name, and around it nothing but functions that keep it."""
    names, functions = 0, set()
    for at, token in enumerate(result):
        calls = result[at + 1 : at + 2] == (Token(Kind.SYMBOL, "("),)
        if token.kind is Kind.WORD and calls:
            functions.add(token.text)
        elif token.kind is Kind.QUOTED or (token.kind is Kind.WORD and token.text not in _NO_VALUES):
            names += 1
    return names > 0 and functions <= _SHOWS
