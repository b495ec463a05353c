"""The files of an import: declaration, stack file values, import file, report. Nothing is overwritten by accident."""

import json
import os
import tempfile
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import yaml
from pydantic import BaseModel

from ops.errors import BadInput, OpsError
from ops.layout import PROJECT
from stacks import Identifier, QualifiedName
from stacks.adoption import Adoption

WIDTH = 110
_ADOPTION = """\
# What account {account} had when stack {stack} took it over; docs/adoption.md tells how to go on.
# It is yours from here: an entry that goes is dropped or revoked by the next `ops up`, one that changes is changed.
"""
_VALUES = "# Stack {stack} as account {account} has it; written by ops import.\n"


def plain(value: object) -> object:
    """Models as YAML has them: names as SQL writes them, what is left to its default left out."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        kept = {
            name: getattr(value, name)
            for name, field in fields.items()
            if field.is_required() or getattr(value, name) != field.get_default(call_default_factory=True)
        }
        return {name: plain(entry) for name, entry in kept.items()}
    if isinstance(value, Identifier):
        return value.sql
    if isinstance(value, QualifiedName):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    return value


def dump(content: object) -> str:
    """YAML in the order of the models; the same content gives the same text."""
    return yaml.safe_dump(plain(content), sort_keys=False, allow_unicode=True, width=WIDTH)


def adoption_text(adoption: Adoption, stack: str, account: str) -> str:
    """The text of `Adopted.<stack>.yaml`."""
    content = {"version": adoption.version, "platform": adoption.platform, "as_is": adoption.as_is}
    return _ADOPTION.format(stack=stack, account=account) + dump(content)


def values_text(values: Mapping[str, object], stack: str, account: str) -> str:
    """The text of a stack file with these values; keys without namespace."""
    config = {f"{PROJECT}:{key}": value for key, value in values.items()}
    return _VALUES.format(stack=stack, account=account) + dump({"config": config})


def json_text(content: object) -> str:
    """JSON with sorted keys."""
    return json.dumps(plain(content), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(texts: Mapping[Path, str], *, force: bool) -> list[Path]:
    """Writes the files that differ, all or none; returns which.

    Raises:
        BadInput: a file is there with other content and `force` is not given. OpsError: one cannot be written.
    """
    differing = {path: text for path, text in texts.items() if _content(path) != text}
    there = [path for path in differing if path.exists()]
    if there and not force:
        raise BadInput(
            f"{there[0].name} is there already and differs",
            where=", ".join(str(path) for path in there),
            do="give another --output, or --force to overwrite what is listed",
        )
    for path, text in differing.items():
        _write(path, text)
    return sorted(differing)


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise OpsError(f"{path} cannot be written", why=error.strerror or str(error)) from error
