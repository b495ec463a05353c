"""Looks for secrets in text. A hit is told by kind, place and fingerprint; the text itself never leaves this module."""

from __future__ import annotations

import ast
import hashlib
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MADE_UP: Final = re.compile(
    r"\{[^{}]*\}|\$\{|^\$[A-Z_(]|<[^<>]+>|%\(|%s|\*{3,}|\.{3}|example|changeme|placeholder|redacted|\[secret\]|xxxx",
    re.IGNORECASE,
)
"""What stands where a value will be filled in."""
SHAPES: Final = {
    "private key": re.compile(
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----(?:\\n|\s|['\"+,])*[A-Za-z0-9+/=]{32}", re.IGNORECASE
    ),
    "cloud access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "cloud API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "storage account key": re.compile(r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
    "shared access signature": re.compile(r"[?&]sig=[A-Za-z0-9%/+]{40,}"),
    "platform token": re.compile(
        r"\b(?:gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,}"
        r"|xox[abposr]-[A-Za-z0-9-]{20,}|pul-[0-9a-f]{40}|sk_live_[A-Za-z0-9]{16,}|dop_v1_[0-9a-f]{40,})"
    ),
    "signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@{}$'\"<>]+:[^/\s:@{}$'\"<>]{6,}@"),
}
"""Shapes that nothing but a secret has."""
ASSIGNED: Final = re.compile(
    r"""(?P<key>\b(?:[A-Z0-9_]*_)?(?:PASSWORD|PASSPHRASE|CLIENT_SECRET|SECRET_STRING|AWS_SECRET_KEY|AWS_TOKEN
        |AZURE_SAS_TOKEN|PRIVATE_KEY))\s*=\s*'(?P<value>[^'\n]{4,})'""",
    re.IGNORECASE | re.VERBOSE,
)
"""Assignments of SQL: PASSWORD = '…', CREDENTIALS = (AWS_SECRET_KEY = '…')."""
SENSITIVE_KEY: Final = re.compile(
    r"(?:^|[_.\-:])(?:password|passwd|passphrase|secret|token|api_?key|private_?key|client_?secret|credentials?)$",
    re.IGNORECASE,
)
"""Names of settings whose value is a secret; public keys are none."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_MIN_ENTROPY: Final = 4.0


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A secret that was found. `fingerprint`: the start of the SHA-256 of its text, to recognise it again."""

    line: int
    kind: str
    fingerprint: str

    def __str__(self) -> str:
        return f"a {self.kind} (fingerprint {self.fingerprint})"


def fingerprint(text: str) -> str:
    """The first 12 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:12]


def in_text(text: str, first_line: int = 1, *, assignments: bool = True) -> Iterator[Hit]:
    """Secrets in a text.

    Args:
        first_line: the line of the text's first line.
        assignments: also what is assigned to a password or the like, whatever it looks like.
    """
    for kind, shape in SHAPES.items():
        for found in shape.finditer(text):
            if kind == "private key" or not _MADE_UP.search(found.group()):
                yield _hit(text, found, first_line, kind)
    for found in ASSIGNED.finditer(text) if assignments else ():
        if not _MADE_UP.search(found["value"]):
            yield _hit(text, found, first_line, f"{found['key'].lower().replace('_', ' ')} in SQL")


def _hit(text: str, found: re.Match[str], first_line: int, kind: str) -> Hit:
    return Hit(first_line + text.count("\n", 0, found.start()), kind, fingerprint(found.group()))


def in_python(source: str, *, assignments: bool = True) -> Iterator[Hit]:
    """Secrets in the text of a module: in its string literals, put together where Python does, and in comments."""
    found = set(in_text(source, assignments=assignments))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        yield from sorted(found)
        return
    for node in ast.walk(tree):
        literal = _literal(node)
        if literal:
            line = getattr(node, "lineno", 1)
            found.update(Hit(line, hit.kind, hit.fingerprint) for hit in in_text(literal, assignments=assignments))
        if assignments:
            found.update(_assigned(node))
    first: dict[str, Hit] = {}
    for hit in sorted(found):
        first.setdefault(hit.fingerprint, hit)
    yield from sorted(first.values())


def _literal(node: ast.AST) -> str:
    """The text of a literal, of an f-string's fixed parts, and of literals added to each other."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        return left + right if left and right else ""
    return ""


def _assigned(node: ast.AST) -> Iterator[Hit]:
    """password="…" as an argument, an assignment or an entry of a dict."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.keyword) and node.arg:
        pairs.append((node.arg, node.value))
    elif isinstance(node, ast.Assign):
        pairs.extend((_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        pairs.append((_name(node.target), node.value))
    elif isinstance(node, ast.Dict):
        pairs.extend((_literal(key), value) for key, value in zip(node.keys, node.values, strict=True) if key)
    for name, value in pairs:
        text = _literal(value)
        if SENSITIVE_KEY.search(name) and looks_random(text):
            yield Hit(value.lineno, f"literal for {name.lower()!r}", fingerprint(text))


def _name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def looks_random(text: str) -> bool:
    """Whether a text looks like a generated secret: long, without spaces, of mixed characters."""
    if not _TOKEN.fullmatch(text) or _MADE_UP.search(text):
        return False
    kinds = sum(any(test(character) for character in text) for test in (str.islower, str.isupper, str.isdigit))
    return kinds >= 2 and entropy(text) >= _MIN_ENTROPY


def entropy(text: str) -> float:
    """Shannon entropy of a text, in bits per character."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0
