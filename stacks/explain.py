"""Pydantic's complaints in the message form of `stacks.errors`."""

from __future__ import annotations

import re
import types
import typing
from enum import Enum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from stacks.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from pydantic import ValidationError

_SENSITIVE = re.compile(r"key|password|secret|token|email|phone", re.IGNORECASE)
_LONGEST = 80
_KIND_OF = {
    "extra_forbidden": ("Unknown field", "no such field is declared, so it would silently do nothing"),
    "missing": ("Field is missing", "the field is required"),
    "enum": ("Value is not known", "Snowflake knows a fixed list here"),
}


def shown(field: str, value: object) -> str:
    """The value as a message may show it: keys and secrets by their length only."""
    text = value if isinstance(value, str) else repr(value)
    if "PRIVATE KEY" in text or (_SENSITIVE.search(field) and isinstance(value, str)):
        return f"<{len(text)} characters, not shown>"
    return repr(value) if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{part}" if path else part
    return path


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (None, types.NoneType):
        return []
    return [model for argument in typing.get_args(annotation) for model in _models(argument)]


def _model_at(root: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    model = root
    for part in location:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        inner = _models(field.annotation) if field is not None else []
        if inner:
            model = inner[0]
    return model


def _enum_of(model: type[BaseModel], location: tuple[int | str, ...]) -> type[Enum] | None:
    def search(annotation: object) -> type[Enum] | None:
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return annotation
        return next((found for arg in typing.get_args(annotation) if (found := search(arg)) is not None), None)

    names = [part for part in location if isinstance(part, str) and part in model.model_fields]
    return search(model.model_fields[names[-1]].annotation) if names else None


def _todo(kind: str, model: type[BaseModel], location: tuple[int | str, ...], message: str) -> str:
    if kind == "extra_forbidden":
        return f"remove it, or use one of {', '.join(sorted(model.model_fields))}"
    if kind == "missing":
        return f"add {_path(location)}"
    allowed = _enum_of(model, location) if kind == "enum" else None
    if allowed is not None:
        return f"use one of {', '.join(str(member.value) for member in allowed)}"
    return "correct the value" if message.startswith("Value error, ") else message[:1].lower() + message[1:]


def explain(
    error: ValidationError,
    root: type[BaseModel],
    file: str,
    hidden: Collection[str] = (),
    unread: Collection[tuple[int | str, ...]] = (),
) -> tuple[Problem, ...]:
    """Turn a validation error into problems.

    Args:
        error: what pydantic raised.
        root: the model that was being read, to tell which fields and values are allowed.
        file: the file to name.
        hidden: top-level fields whose values are not repeated.
        unread: locations of encrypted values, which are there although they were left out.
    """
    problems = []
    for detail in error.errors(include_url=False, include_context=True):
        kind, location, value = detail["type"], detail["loc"], detail["input"]
        if kind == "missing" and location in unread:
            continue
        parent = location[:-1] if kind in ("extra_forbidden", "missing") else location
        model = _model_at(root, parent)
        default = detail["msg"] if kind == "value_error" else "it is not of the declared type or range"
        what, why = _KIND_OF.get(kind, ("Value is not acceptable", default))
        field = _path(location)
        secret = bool(location) and location[0] in hidden
        problems.append(
            Problem(
                what=what,
                file=file,
                field=field or root.__name__,
                value="<nothing>" if kind == "missing" else "<secret>" if secret else shown(field, value),
                why=why.removeprefix("Value error, "),
                todo=_todo(kind, model, location, detail["msg"]),
            )
        )
    return tuple(problems)
