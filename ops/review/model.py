"""What a review found, as plain data; every format is made from this and nothing else."""

from dataclasses import dataclass, field
from enum import StrEnum

from policies.risk import Danger


class Outcome(StrEnum):
    """What a review says about the change."""

    CLEAN = "clean"
    BLOCKED = "blocked"
    UNDECIDED = "could not judge"


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One resource that changes.

    Attributes:
        object: the object's own name in the account where it has one. changed: each changed input as `name: old → new`.
        weakening: ways in which the account gets less safe. reasons: why the risk is what it is.
        approval: who approved it, with the ticket; empty where nobody did.
    """

    operation: str
    kind: str
    name: str
    object: str
    changed: tuple[str, ...]
    risk: Danger
    reasons: tuple[str, ...] = ()
    weakening: tuple[str, ...] = ()
    approval: str = ""


@dataclass(frozen=True, kw_only=True)
class AccessRow:
    """One sentence about somebody who gains or loses access.

    Attributes:
        path: how (or how it was). through: who else gains or loses the same, because they have it from `who`.
    """

    gained: bool
    who: str
    what: str
    path: str
    through: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """Credits per month of one warehouse (or all); None is not priced, and no zero.

    Attributes:
        hourly: credits per hour of one cluster before and after; of one warehouse only.
    """

    name: str
    hourly: tuple[float | None, float | None] = (None, None)
    before: tuple[float, float, float] | None
    after: tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What may be paid a month: floor, expected, ceiling. `rates` says where the prices come from and of which day."""

    rows: tuple[CostRow, ...] = ()
    total: CostRow | None = None
    dollars: CostRow | None = None
    not_priced: tuple[str, ...] = ()
    rates: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """One finding of a rule. `blocks`: the change cannot go on with it. `file`, `line`: where to mend it."""

    rule: str
    title: str
    verdict: str
    level: str
    severity: str
    subject: str
    what: str
    why: str
    path: str
    do: str
    blocks: bool
    file: str = ""
    line: int = 0
    urn: str = ""


@dataclass(frozen=True, kw_only=True)
class WaiverRow:
    """A waiver that covers a finding; `days` until it ends."""

    rule: str
    subject: str
    owner: str
    ticket: str
    expires: str
    days: int


@dataclass(frozen=True, kw_only=True)
class RenameRow:
    """A rename: what it breaks and the way to do it."""

    kind: str
    old: str
    new: str
    breaks: tuple[str, ...]
    way: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """The whole review of one stack.

    Attributes:
        base: what it was compared with. pack: the policy pack that ran in the preview; empty where none did.
        reasons: why it is blocked or could not be judged, most important first.
        counts: resources by operation. passed: number of rules without a finding.
        rules_changed: files of the rule book that the change touches.
        blind: what could not be seen.
    """

    stack: str
    base: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    pack: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    steps: tuple[StepRow, ...] = ()
    access: tuple[AccessRow, ...] = ()
    exposure: tuple[str, ...] = ()
    cost: Cost = field(default_factory=Cost)
    lockout: tuple[str, ...] = ()
    renames: tuple[RenameRow, ...] = ()
    new: tuple[FindingRow, ...] = ()
    existing: tuple[FindingRow, ...] = ()
    undecided: tuple[FindingRow, ...] = ()
    waived: tuple[WaiverRow, ...] = ()
    passed: int = 0
    judged: int = 0
    rules_changed: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
