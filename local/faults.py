"""Faults on purpose, for tests of whoever talks to the server; active only with ``serve --faults FILE``.

The file is a JSON list of rules:

- ``{"mode": "first-seen-shape", "cycle": ["error", "error-after", "close", "close-after", "delay"], "delay": 2.0}``:
  every statement shape (literals and identifiers left out) fails the first time it is seen, in turn with error 000603
  before the statement ran or after it ran, a connection closed before or after it ran, or a delay in seconds. An
  optional ``"only"`` is a regular expression that the beginning of a shape must match.
- ``{"mode": "kill-after", "statements": N, "when": "before" | "after"}``: the server kills itself (SIGKILL) before the
  N-th statement runs, or after it ran and before it is answered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import SnowflakeError
from local.lexer import TokenKind, tokenize

_LOG = logging.getLogger("local.faults")
_ACTIONS = ("error", "error-after", "close", "close-after", "delay")


class FaultsInvalid(ValueError):
    """The file of rules is not what this module's description says."""


class CloseConnection(Exception):
    """Close the client's connection without an answer."""


@dataclass
class ShapeRule:
    """``first-seen-shape``."""

    cycle: tuple[str, ...]
    delay: float
    only: re.Pattern[str] | None = None
    seen: set[str] = field(default_factory=set)

    def action(self, sql: str) -> str | None:
        """What to do with this statement; None for a shape seen before."""
        shape = shape_of(sql)
        if shape in self.seen or (self.only is not None and self.only.match(shape) is None):
            return None
        self.seen.add(shape)
        return self.cycle[(len(self.seen) - 1) % len(self.cycle)]


@dataclass
class KillRule:
    """``kill-after``; ``kill`` is replaced in tests."""

    statements: int
    after: bool
    count: int = 0
    kill: Callable[[], None] = field(default=lambda: os.kill(os.getpid(), signal.SIGKILL))


@dataclass
class Faults:
    """The rules of one server."""

    shapes: list[ShapeRule] = field(default_factory=list)
    kills: list[KillRule] = field(default_factory=list)
    _after: dict[str, str] = field(default_factory=dict)

    async def before(self, sql: str) -> None:
        """Called before a statement runs: may wait, raise 000603 or CloseConnection, or end the process."""
        for kill in self.kills:
            kill.count += 1
            if kill.count == kill.statements and not kill.after:
                kill.kill()
        for rule in self.shapes:
            action = rule.action(sql)
            if action is not None:
                _LOG.info("fault %s: %s", action, shape_of(sql))
            match action:
                case "error":
                    raise _aborted()
                case "close":
                    raise CloseConnection
                case "close-after" | "error-after" as late:
                    self._after[sql] = late
                case "delay":
                    await asyncio.sleep(rule.delay)
                case _:
                    pass

    def after(self, sql: str) -> None:
        """Called when a statement has run and is not answered yet: may raise as `before` does, or end the process."""
        for kill in self.kills:
            if kill.count >= kill.statements and kill.after:
                kill.kill()
        match self._after.pop(sql, None):
            case "close-after":
                raise CloseConnection
            case "error-after":
                raise _aborted()
            case _:
                pass


def _aborted() -> SnowflakeError:
    return SnowflakeError("000603", "XX000", "Processing aborted by error 300010:1; incident 0000001.")


def shape_of(sql: str) -> str:
    """A statement with literals as ``?`` and quoted identifiers as ``_``; the provider quotes every identifier."""
    parts: list[str] = []
    for token in tokenize(sql):
        match token.kind:
            case TokenKind.STRING | TokenKind.NUMBER:
                parts.append("?")
            case TokenKind.QUOTED:
                parts.append("_")
            case TokenKind.END:
                pass
            case _:
                parts.append(token.value.upper())
    return " ".join(parts)


def load(path: Path) -> Faults:
    """Read the rules; FaultsInvalid names the first thing that is wrong."""
    try:
        rules = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FaultsInvalid(f"{path}: {error}") from error
    if not isinstance(rules, list):
        raise FaultsInvalid(f"{path}: expected a JSON list of rules")
    faults = Faults()
    for rule in rules:
        match rule:
            case {"mode": "first-seen-shape", "cycle": [*cycle]} if cycle and all(a in _ACTIONS for a in cycle):
                faults.shapes.append(ShapeRule(tuple(cycle), float(rule.get("delay", 1.0)), _only(path, rule)))
            case {"mode": "kill-after", "statements": int(statements)} if rule.get("when", "after") in (
                "before",
                "after",
            ):
                faults.kills.append(KillRule(statements, rule.get("when", "after") == "after"))
            case _:
                raise FaultsInvalid(f"{path}: not a rule: {json.dumps(rule)}")
    return faults


def _only(path: Path, rule: dict[str, object]) -> re.Pattern[str] | None:
    try:
        return re.compile(str(rule["only"])) if "only" in rule else None
    except re.error as error:
        raise FaultsInvalid(f"{path}: not a regular expression: {rule['only']}") from error
