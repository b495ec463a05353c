"""What a comparison of declaration, state and account found, as plain data; every format is made from this."""

from dataclasses import dataclass
from enum import StrEnum

CANNOT_BE_SEEN = "cannot be seen"


class Kind(StrEnum):
    """What is different. The last three are no drift: nobody changed the account behind the declaration's back."""

    MISSING = "missing"
    CHANGED = "changed"
    OWNER = "other owner"
    UNMANAGED = "unmanaged"
    EXTRA = "extra"
    UNTRACKED = "not in the state"
    NOT_APPLIED = "not applied yet"
    NOT_REMOVED = "not removed yet"

    @property
    def is_drift(self) -> bool:
        """Whether the account differs from what was applied."""
        return self not in (Kind.NOT_APPLIED, Kind.NOT_REMOVED)


class Topic(StrEnum):
    """What kind of fact differs."""

    OBJECT = "object"
    GRANT = "grant"
    MEMBERSHIP = "membership"
    ATTACHMENT = "attachment"
    PARAMETER = "parameter"


class Outcome(StrEnum):
    """What a comparison says as a whole."""

    CLEAN = "clean"
    DRIFT = "drift"
    UNDECIDED = "could not compare"


@dataclass(frozen=True, order=True)
class Change:
    """One field: what was applied, or is declared, and what the account has."""

    field: str
    wanted: str
    found: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference.

    Attributes:
        about: what differs, for people: kind and name, or a grant in words.
        statement: the SQL that puts it right; empty where a deployment does. do: what to do.
        stack: whose it is. file, line: where it is declared, or its container is.
    """

    kind: Kind
    topic: Topic
    about: str
    changes: tuple[Change, ...] = ()
    statement: str = ""
    do: str = ""
    stack: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The whole comparison of one stack.

    Attributes:
        stacks: all that stand in the account. taken: when the account was read; oldest: how far behind that may be.
        blind: what could not be seen and so not be compared; the comparison is undecided.
        not_compared: what no account tells, or the declaration does not say; no reason for doubt.
        statements, seconds: what reading took.
    """

    stack: str
    account: str
    stacks: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    blind: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    taken: str = ""
    oldest: str = ""
    statements: int = 0
    seconds: float = 0.0

    @property
    def drift(self) -> tuple[Difference, ...]:
        """Differences that somebody made in the account."""
        return tuple(entry for entry in self.differences if entry.kind.is_drift)

    @property
    def pending(self) -> tuple[Difference, ...]:
        """Changes of the declaration that nobody applied yet."""
        return tuple(entry for entry in self.differences if not entry.kind.is_drift)

    @property
    def outcome(self) -> Outcome:
        """What could not be seen comes first: it is no reason to be sure of anything."""
        if self.blind:
            return Outcome.UNDECIDED
        return Outcome.DRIFT if self.drift else Outcome.CLEAN
