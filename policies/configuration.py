"""Levels and values of the rules for one stack: the rules' defaults, changed by policies/config/<stack>.yaml.

    SNW-WH-003: {level: mandatory, max_seconds: 120}

A misspelt rule or property is a mistake, never ignored. Rules of policies/config/floor.yaml stay mandatory in prod.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from policies import documents
from policies.errors import Mistake, RuleBookError
from policies.judge import PRODUCTION, Book, Chosen
from policies.rule import ENVIRONMENTS, Level, Rule, Settings
from policies.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER: Final = Path(__file__).parent / "config"
FLOOR: Final = "floor.yaml"
_LEVELS: Final = ", ".join(Level)


def environment_of(stack: str) -> str:
    """The environment of a stack: its name where it is one, else prod, whose rules are the strictest."""
    return stack if stack in ENVIRONMENTS else PRODUCTION


def load(
    stack: str,
    environment: str | None = None,
    *,
    rules: Mapping[str, Rule] = RULES,
    folder: Path = FOLDER,
) -> Book:
    """The rule book of a stack.

    Args:
        stack: names the file; a stack without one has the defaults of its environment.
        environment: decides the defaults; by default that of the stack.

    Raises:
        RuleBookError: a file names a rule or property that does not exist, a value of the wrong type or out of range,
            or a level below the floor; with every mistake.
    """
    environment = environment or environment_of(stack)
    mistakes: list[Mistake] = []
    floor = _floor(rules, folder, mistakes)
    path, named = folder / f"{stack}.yaml", _named(f"{stack}.yaml")
    content = documents.read(path, named) if path.is_file() else None
    changes = documents.mapping(content) if content is not None else {}
    if changes is None:
        raise RuleBookError([Mistake("File is no mapping of rules", named, "file", documents.shown(content), _EXAMPLE)])
    for name, value in changes.items():
        if name not in rules:
            where = f"{named}:{documents.line(value)}" if documents.line(value) else named
            mistakes.append(Mistake("Rule does not exist", where, name, documents.shown(value), _near(name, rules)))
    chosen: dict[str, Chosen] = {}
    for id, rule in sorted(rules.items()):
        found = _choose(rule, environment, changes.get(id, {}), named, mistakes)
        if environment == PRODUCTION and id in floor and found.level is not Level.MANDATORY:
            mistakes.append(
                Mistake("Rule is below its floor", named, f"{id}.level", found.level, f"use mandatory: {_named(FLOOR)}")
            )
        chosen[id] = found
    if mistakes:
        raise RuleBookError(mistakes)
    return Book(environment, rules, chosen)


_EXAMPLE: Final = "write one line per rule, e.g. SNW-WH-003: {level: mandatory, max_seconds: 120}"


def defaults(rule: Rule, environment: str) -> Settings:
    """The values of a rule in an environment before any stack changes them."""
    return rule.settings.model_validate(dict(rule.defaults.get(environment, {})))


def _named(file: str) -> str:
    return f"policies/config/{file}"


def _choose(rule: Rule, environment: str, value: object, named: str, mistakes: list[Mistake]) -> Chosen:
    usual = Chosen(level=rule.level(environment), settings=defaults(rule, environment))
    changes = documents.mapping(value)
    where = f"{named}:{documents.line(value)}" if documents.line(value) else named
    if changes is None:
        mistakes.append(Mistake("Rule has no mapping of values", where, rule.id, documents.shown(value), _EXAMPLE))
        return usual
    level, given = usual.level, changes.pop("level", None)
    if given is not None:
        try:
            level = Level(str(given))
        except ValueError:
            mistakes.append(
                Mistake(
                    "Level is not known", where, f"{rule.id}.level", documents.shown(given), f"use one of {_LEVELS}"
                )
            )
    if not changes:
        return Chosen(level=level, settings=usual.settings)
    merged = {
        **usual.settings.model_dump(mode="json"),
        **{key: documents.plain(inner) for key, inner in changes.items()},
    }
    try:
        settings = rule.settings.model_validate_json(json.dumps(merged, default=str), strict=True)
    except ValidationError as error:
        mistakes.extend(_wrong(rule, error, changes, where))
        return usual
    return Chosen(level=level, settings=settings)


def _wrong(rule: Rule, error: ValidationError, changes: Mapping[str, object], where: str) -> Iterator[Mistake]:
    names = ["level", *rule.settings.model_fields]
    for detail in error.errors():
        path = ".".join(str(part) for part in detail["loc"])
        unknown = detail["type"] == "extra_forbidden"
        what = "Property does not exist" if unknown else "Value is not acceptable"
        value = changes.get(path, detail["input"]) if unknown else detail["input"]
        yield Mistake(what, where, f"{rule.id}.{path}", documents.shown(value), documents.allowed(detail, names))


def _floor(rules: Mapping[str, Rule], folder: Path, mistakes: list[Mistake]) -> frozenset[str]:
    path = folder / FLOOR
    content = documents.read(path, _named(FLOOR)) if path.is_file() else []
    if not isinstance(content, list):
        mistakes.append(
            Mistake("Floor is no list of rules", _named(FLOOR), "file", documents.shown(content), "list rule ids")
        )
        return frozenset()
    for name in content:
        if str(name) not in rules:
            mistakes.append(
                Mistake("Rule does not exist", _named(FLOOR), str(name), str(name), _near(str(name), rules))
            )
    return frozenset(str(name) for name in content)


def _near(name: str, rules: Mapping[str, Rule]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name, rules, 3, 0.7)
    return f"did you mean {' or '.join(found)}?" if found else "docs/policies.md lists the rules"
