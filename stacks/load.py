"""The single entry into the declaration."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ValidationError

from stacks import adoption, dev, neighbours, prod, qa, validate
from stacks import config as stack_config
from stacks.adoption import NOTHING, Adoption
from stacks.build import build
from stacks.config import StackConfig
from stacks.errors import ConfigError, DeclarationError, Problem
from stacks.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from stacks.platform import Environment, Platform

ENVIRONMENTS: dict[str, Callable[[], Environment]] = {
    "dev": dev.environment,
    "qa": qa.environment,
    "prod": prod.environment,
}
"""The environments by the name of their Pulumi stack."""

_HERE = Path(__file__).parent
_MACHINERY = frozenset({"load.py", "build.py", "platform.py", "base.py", "names.py"})


def _declared_in(trace: TracebackType | None) -> str:
    """The innermost line of a declaring module that a traceback passed through, as `stacks/file.py:line`."""
    found = "stacks"
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.parent == _HERE and path.name not in _MACHINERY:
            found = f"stacks/{path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _model_named(name: str) -> type[BaseModel]:
    todo: list[type[BaseModel]] = [BaseModel]
    while todo:
        model = todo.pop()
        if model.__name__ == name:
            return model
        todo.extend(model.__subclasses__())
    return BaseModel


def _environment(name: str, file: str) -> Environment:
    if name not in ENVIRONMENTS:
        raise ConfigError(
            [
                Problem(
                    what="Environment is not declared",
                    file=file,
                    field="stack",
                    value=name,
                    why="a stack is named after its environment",
                    todo=f"use one of {', '.join(ENVIRONMENTS)}, or declare it in stacks/load.py",
                )
            ]
        )
    return ENVIRONMENTS[name]()


def _environment_prefixes() -> Iterable[Problem]:
    taken: dict[str, str] = {}
    for key, make in ENVIRONMENTS.items():
        environment = make()
        prefix = environment.prefix.upper()
        other = taken.setdefault(prefix, key)
        if other != key or environment.name != key:
            yield Problem(
                what="Two environments have colliding names",
                file=f"stacks/{key}.py",
                field="prefix" if other != key else "name",
                value=repr(environment.prefix if other != key else environment.name),
                why=f"{other} uses it too" if other != key else f"the stack is called {key}",
                todo="give every environment a prefix and a name of its own",
            )


def _plain(error: ValueError | AttributeError) -> Problem:
    """An identifier that is none, or a misspelt member of an enum; any other AttributeError is a bug and goes on."""
    where = _declared_in(error.__traceback__)
    if isinstance(error, ValueError):
        return Problem(
            "Declaration is not acceptable", where, "value", "<see the line>", str(error), "correct the line"
        )
    if not (isinstance(error.obj, type) and issubclass(error.obj, Enum)):
        raise error
    return Problem(
        what="Value is not known",
        file=where,
        field=error.obj.__name__,
        value=str(error.name),
        why="Snowflake knows a fixed list here",
        todo=f"use one of {', '.join(error.obj.__members__)}",
    )


def load(environment: str, config: StackConfig, file: str | None = None, adopted: Adoption = NOTHING) -> Platform:
    """Build and check the platform of one environment.

    Args:
        environment: name of the environment, which is also the name of the Pulumi stack.
        config: the stack's config.
        file: the config file to name in messages; `Pulumi.<environment>.yaml` by default.
        adopted: what was taken over from an account that was there before (`stacks.adoption.read`).

    Raises:
        ConfigError: the environment does not exist.
        DeclarationError: with every problem found; nothing may be registered then.
    """
    source = file or f"Pulumi.{environment}.yaml"
    try:
        platform = build(_environment(environment, source), config, source, adopted)
        prefixes = list(_environment_prefixes())
    except ValidationError as error:
        where = _declared_in(error.__traceback__)
        raise DeclarationError(explain(error, _model_named(error.title), where)) from None
    except (ValueError, AttributeError) as error:
        raise DeclarationError([_plain(error)]) from None
    found = [*prefixes, *validate.problems(platform, config)]
    if found:
        raise DeclarationError(found)
    return platform


def load_file(environment: str, path: Path) -> Platform:
    """Build and check the platform from a stack file (`Pulumi.<stack>.yaml`, or the local overlay).

    Encrypted texts pass unread. Other encrypted values count as not set, so a field that needs one is refused.

    Raises:
        ConfigError: the file cannot be read, or its config is not acceptable.
        DeclarationError: as `load`.
    """
    values = _stack_values(path)
    found = stack_config.check(values, path.name)
    if found:
        raise ConfigError(found)
    config = stack_config.read(stack_config.readable(values), path.name)
    return load(environment, config, path.name, adoption.read(path.parent, environment))


def glance(environment: str, path: Path) -> Platform | None:
    """The platform of a stack file, unchecked, to compare it with another; None if the file is not readable so far."""
    try:
        values = _stack_values(path)
        config = stack_config.read(stack_config.readable(values), path.name)
        adopted = adoption.read(path.parent, environment)
        return build(_environment(environment, path.name), config, path.name, adopted)
    except (ConfigError, DeclarationError, ValueError):
        return None


def _stack_values(path: Path) -> dict[str, object]:
    def problem(why: str) -> ConfigError:
        return ConfigError(
            [
                Problem(
                    what="Stack file cannot be read",
                    file=path.name,
                    field="config",
                    value=str(path),
                    why=why,
                    todo="write `config:` with keys like `snowflake-platform:organization`",
                )
            ]
        )

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise problem(error.strerror or "it cannot be opened") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise problem(f"it is not YAML{f' (line {mark.line + 1})' if mark else ''}") from None
    content = document.get("config") if isinstance(document, dict) else None
    if not isinstance(content, dict):
        raise problem("it has no `config:` mapping")
    return stack_config.plain({str(key): value for key, value in content.items()})


def together(platforms: Iterable[Platform]) -> None:
    """Check platforms that may share an account.

    Raises:
        DeclarationError: two of them declare the same name in one account, or both own it.
    """
    found = list(neighbours.problems(tuple(platforms)))
    if found:
        raise DeclarationError(found)
