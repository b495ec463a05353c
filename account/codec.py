"""A picture as JSON text with a version: to keep one, to bring one from another stack, to show one to a program.

Inputs of Pulumi resources may hold secrets, so they are never written; whoever asks a resource of a loaded picture for
one gets `Undecided` and not an empty answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Never, TypeVar, Union, get_args

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from account import things
from account.picture import About, Attachment, BlindSpot, Picture, TagUse
from account.principals import Grant, Membership
from account.pulumi import Resource
from account.values import Maybe, Undecided
from stacks.errors import PlatformError, Problem

VERSION: Final = 1
"""Raised with every change that older code would read wrongly."""
T = TypeVar("T")
_TODO: Final = "write the file again with this version of ops"
_MOST: Final = 10


class PictureError(PlatformError):
    """A text is no picture, or not one that this version can read."""


class NotKept(Mapping[str, object]):
    """The inputs of a resource that was read from a file. There are none, so nothing can be said about them."""

    def _undecided(self) -> Never:
        raise Undecided("inputs of resources are not kept in files")

    def __getitem__(self, key: str) -> object:
        self._undecided()

    def __iter__(self) -> Iterator[str]:
        self._undecided()

    def __len__(self) -> int:
        self._undecided()


_KINDS: Final = {str(kind.__dataclass_fields__["kind"].default): kind for kind in get_args(things.Known)}
_OTHER: Final = "OTHER"


def _kind(value: object) -> str:
    found = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return found if isinstance(found, str) and found in _KINDS else _OTHER


_MEMBERS: Final = {**_KINDS, _OTHER: things.Other}
_THING: Final = Annotated[
    Union[tuple(Annotated[kind, Tag(name)] for name, kind in _MEMBERS.items())],  # noqa: UP007 - made at run time
    Discriminator(_kind),
]
_THINGS: Final[TypeAdapter[tuple[things.AnyThing, ...]]] = TypeAdapter(tuple[_THING, ...])  # type: ignore[valid-type]
_ABOUT: Final = TypeAdapter(About)
_MEMBERSHIPS: Final = TypeAdapter(tuple[Membership, ...])
_GRANTS: Final = TypeAdapter(tuple[Grant, ...])
_ATTACHMENTS: Final = TypeAdapter(tuple[Attachment, ...])
_TAG_USES: Final = TypeAdapter(tuple[TagUse, ...])
_PARAMETERS: Final[TypeAdapter[Mapping[str, Maybe[str]]]] = TypeAdapter(Mapping[str, Maybe[str]])
_BLIND_SPOTS: Final = TypeAdapter(tuple[BlindSpot, ...])
_RESOURCES: Final = TypeAdapter(tuple[Resource, ...])
_NEVER_WRITTEN: Final = {"__all__": {"inputs": True, "dependencies": True}}


def _document(picture: Picture) -> dict[str, object]:
    def plain(adapter: TypeAdapter[T], value: T) -> object:
        return adapter.dump_python(value, mode="json", exclude_none=True)

    resources = _RESOURCES.dump_python(picture.resources, mode="json", exclude_none=True, exclude=_NEVER_WRITTEN)
    return {
        "version": VERSION,
        "about": plain(_ABOUT, picture.about),
        "things": plain(_THINGS, picture.things),
        "memberships": plain(_MEMBERSHIPS, picture.memberships),
        "grants": plain(_GRANTS, picture.grants),
        "attachments": plain(_ATTACHMENTS, picture.attachments),
        "tag_uses": plain(_TAG_USES, picture.tag_uses),
        "parameters": plain(_PARAMETERS, dict(picture.parameters)),
        "blind_spots": plain(_BLIND_SPOTS, picture.blind_spots),
        "resources": resources,
    }


def dump(picture: Picture) -> str:
    """A picture as text that `load` reads; the same picture always gives the same text."""
    parts = (f"{json.dumps(name)}: {_lines(value)}" for name, value in _document(picture).items())
    return "{" + ",\n".join(parts) + "}\n"


def _lines(value: object) -> str:
    """One fact per line, so that a change of a kept picture is easy to read."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def _refused(file: str, field: str, value: object, why: str, todo: str = _TODO) -> PictureError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return PictureError([Problem("Picture cannot be read", file, field, shown, why, todo)])


def _parsed(text: str, file: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _refused(file, "text", text[:40], f"it is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise _refused(file, "text", type(document).__name__, "a picture is a JSON object")
    if document.get("version") != VERSION:
        why = f"this version of ops reads version {VERSION}"
        raise _refused(file, "version", document.get("version"), why)
    return document


def _field(part: str, location: tuple[int | str, ...]) -> str:
    return part + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)


def _explained(error: ValidationError, part: str, file: str) -> PictureError:
    found = error.errors(include_url=False, include_context=False)[:_MOST]
    return PictureError(
        [
            Problem(
                "Picture cannot be read", file, _field(part, entry["loc"]), type(entry["input"]).__name__,
                entry["msg"], _TODO,
            )
            for entry in found
        ]
    )  # fmt: skip


def _lost(written: object, read: object, path: str = "") -> Iterator[str]:
    """Where a text says something that the picture made from it does not."""
    if isinstance(written, dict) and isinstance(read, dict):
        for key, value in written.items():
            if key in read:
                yield from _lost(value, read[key], f"{path}.{key}" if path else key)
            elif value is not None:
                yield f"{path}.{key}" if path else key
    elif isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        for at, (one, other) in enumerate(zip(written, read, strict=True)):
            yield from _lost(one, other, f"{path}[{at}]")


def load(text: str, file: str = "picture.json") -> Picture:
    """Read a picture.

    Args:
        text: what `dump` wrote.
        file: the file to name in messages.

    Raises:
        PictureError: no JSON, another version, or a field that is wrong or that this version does not know.
    """
    document = _parsed(text, file)

    def part(name: str, adapter: TypeAdapter[T]) -> T:
        if name not in document:
            raise _refused(file, name, None, "this part is missing")
        try:
            return adapter.validate_python(document[name])
        except ValidationError as error:
            raise _explained(error, name, file) from None

    picture = Picture(
        about=part("about", _ABOUT),
        things=part("things", _THINGS),
        memberships=part("memberships", _MEMBERSHIPS),
        grants=part("grants", _GRANTS),
        attachments=part("attachments", _ATTACHMENTS),
        tag_uses=part("tag_uses", _TAG_USES),
        parameters=part("parameters", _PARAMETERS),
        blind_spots=part("blind_spots", _BLIND_SPOTS),
        resources=tuple(replace(entry, inputs=NotKept()) for entry in part("resources", _RESOURCES)),
    )
    for field in _lost(document, _document(picture)):
        raise _refused(file, field, "...", "this version does not know the field")
    return picture


def read(path: Path) -> Picture:
    """Read a picture from a file.

    Raises:
        PictureError: the file cannot be read, or as `load`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(
            path.name, "file", str(path), f"it cannot be read: {error}", "name a file that ops wrote"
        ) from None
    return load(text, path.name)
