"""Records in memory with indexes, and the journal that makes a statement all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Generic, TypeVar

R = TypeVar("R")


class Journal:
    """What the running statement has changed: how to take it back, and what to write to the store."""

    def __init__(self) -> None:
        self.active = False
        self.undo: list[Callable[[], None]] = []
        self.writes: dict[tuple[str, str], str | None] = {}

    def clear(self) -> None:
        """Forget everything recorded and end the statement."""
        self.active = False
        self.undo.clear()
        self.writes.clear()

    def roll_back(self) -> None:
        """Undo in reverse order, then forget."""
        for step in reversed(self.undo):
            step()
        self.clear()


class Relation(Generic[R]):
    """Records by a text key, with secondary indexes that ``put`` and ``delete`` keep.

    Every change goes through the journal; one outside a statement is a programming error and raises RuntimeError.
    """

    def __init__(
        self,
        name: str,
        journal: Journal,
        key: Callable[[R], str],
        encode: Callable[[R], str],
        indexes: Mapping[str, Callable[[R], Hashable]],
    ) -> None:
        self.name = name
        self.version = 0
        self._journal = journal
        self._key = key
        self._encode = encode
        self._indexes = indexes
        self._records: dict[str, R] = {}
        self._buckets: dict[str, dict[Hashable, dict[str, R]]] = {name: {} for name in indexes}

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> R | None:
        """The record with this key."""
        return self._records.get(key)

    def first(self) -> R | None:
        """The record that was made first of those there are."""
        return next(iter(self._records.values()), None)

    def by(self, index: str, value: Hashable) -> list[R]:
        """Records whose index value is ``value``, in the order they were made."""
        return list(self._buckets[index].get(value, {}).values())

    def load(self, record: R) -> None:
        """Take a record from the store, without journal."""
        self._set(self._key(record), record)

    def put(self, record: R) -> None:
        """Insert or replace."""
        key = self._key(record)
        before = self._records.get(key)
        self._record(key, before, self._encode(record))
        self._set(key, record)

    def delete(self, record: R) -> None:
        """Remove the record with this record's key, if there is one."""
        key = self._key(record)
        before = self._records.get(key)
        if before is not None:
            self._record(key, before, None)
            self._set(key, None)

    def _record(self, key: str, before: R | None, write: str | None) -> None:
        if not self._journal.active:
            raise RuntimeError(f"change of {self.name} outside a transaction")
        self._journal.undo.append(lambda: self._set(key, before))
        self._journal.writes[(self.name, key)] = write

    def _set(self, key: str, record: R | None) -> None:
        self.version += 1
        before = self._records.get(key)
        for index, value_of in self._indexes.items():
            buckets = self._buckets[index]
            old = None if before is None else value_of(before)
            new = None if record is None else value_of(record)
            if before is not None and (record is None or old != new):
                bucket = buckets[old]
                del bucket[key]
                if not bucket:
                    del buckets[old]
            if record is not None:
                buckets.setdefault(new, {})[key] = record
        if record is None:
            self._records.pop(key, None)
        else:
            self._records[key] = record
