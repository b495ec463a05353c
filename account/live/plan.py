"""Which statements to ask next, until there is nothing more to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.live.answers import Answers, Ask
from account.live.sources import STATEMENTS, Statement, When

if TYPE_CHECKING:
    from account.live.subjects import Subject
    from account.names import Name


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def written(statement: Statement, subject: Subject) -> str:
    """The statement about one subject; names are quoted and literals escaped."""
    words = {
        "{name}": subject.sql or subject.name.quoted,
        "{text}": _literal(subject.name.quoted),
        "{kind}": _literal(subject.kind),
    }
    before, brace, rest = statement.sql.partition("{")
    sql = before
    while brace:
        word, _, rest = rest.partition("}")
        after, brace, rest = rest.partition("{")
        sql += words["{" + word + "}"] + after
    return sql


class _Round:
    """What can be asked now, by fact."""

    def __init__(self, answers: Answers, fresh: bool) -> None:
        self._answers = answers
        self._fresh = fresh
        self._asked: set[tuple[str, Name, str]] = {
            (answer.ask.key, answer.ask.on, answer.ask.sql) for answer in answers
        }
        self._told: dict[str, tuple[list[Ask], bool]] = {}

    def chosen(self, statement: Statement) -> bool:
        if statement.when is When.ALWAYS:
            return True
        if statement.when is When.BULK:
            return not self._fresh
        bulk = [other.key for other in STATEMENTS if other.fact == statement.fact and other.when is When.BULK]
        return self._fresh or any(self._answers.failed(key) for key in bulk)

    def of(self, fact: str) -> tuple[list[Ask], bool]:
        """What to ask for a fact, and whether it still waits for other facts."""
        if fact not in self._told:
            asks: list[Ask] = []
            waiting = False
            for statement in STATEMENTS:
                if statement.fact != fact or not self.chosen(statement):
                    continue
                if any(asks_of or waits for asks_of, waits in map(self.of, statement.after)):
                    waiting = True
                    continue
                for subject in statement.per(self._answers):
                    ask = Ask(statement.key, written(statement, subject), subject.name)
                    if (ask.key, ask.on, ask.sql) not in self._asked:
                        asks.append(ask)
            self._told[fact] = (asks, waiting)
        return self._told[fact]


def following(answers: Answers, *, fresh: bool = False) -> tuple[Ask, ...]:
    """The statements that can be asked now, each once; nothing when everything was answered.

    Args:
        fresh: ask what has no delay, one statement per role or policy, instead of the views of ACCOUNT_USAGE.
    """
    now = _Round(answers, fresh)
    facts = dict.fromkeys(statement.fact for statement in STATEMENTS)
    return tuple(ask for fact in facts for ask in now.of(fact)[0])
