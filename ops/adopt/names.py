"""Names of the account as names of the declaration, and stable keys for Pulumi."""

import re
from collections.abc import Iterable

from account.names import Name
from stacks import Identifier, QualifiedName
from stacks.adopted import AsIs

_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST = 120


def identifier(stored: str) -> Identifier:
    """One identifier; raises ValueError for one that the provider cannot refer to."""
    return Identifier(f'"{stored}"')


def path(name: Name) -> QualifiedName:
    """A name with its containers; raises ValueError as `identifier`."""
    return QualifiedName(tuple(identifier(part) for part in name))


def slug(*words: str) -> str:
    """Words as a key: lower case, digits and single hyphens, beginning with a letter."""
    text = _OTHER.sub("-", "-".join(words).lower()).strip("-")[:_LONGEST].rstrip("-")
    return text if text[:1].isalpha() else f"x-{text}".rstrip("-")


class Keys:
    """Gives each entry a key of its own within its topic; what was adopted before keeps its key."""

    def __init__(self, before: AsIs) -> None:
        self._kept: dict[tuple[str, str], str] = {}
        self._taken: dict[str, set[str]] = {}
        for topic in AsIs.model_fields:
            entries: object = getattr(before, topic)
            for entry in entries if isinstance(entries, tuple) else ():
                self._kept[topic, identity(entry)] = entry.key
                self._taken.setdefault(topic, set()).add(entry.key)

    def key(self, topic: str, same: str, *words: str) -> str:
        """The key of an entry; `same` tells whether it is the one from before, the words make a new one."""
        if (topic, same) in self._kept:
            return self._kept[topic, same]
        taken = self._taken.setdefault(topic, set())
        base = slug(*words)
        made = next(key for key in _numbered(base) if key not in taken)
        taken.add(made)
        self._kept[topic, same] = made
        return made


def _numbered(base: str) -> Iterable[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def identity(entry: object) -> str:
    """What makes an entry the same as one from before: its name, or who has what on what."""
    parts = ("name", "role", "to_role", "to_user", "to", "kind", "target", "future", "grant_option")
    return "|".join(f"{part}={getattr(entry, part)}" for part in parts if hasattr(entry, part))
