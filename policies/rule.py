"""What a rule is: a value with its metadata and a function that judges one subject after the other.

A rule looks at a `Case`. It names its subjects (warehouses, users, resources, steps, files …) and judges each for
itself, so that a value that is not known leaves one subject undecided and not the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

from account.picture import Source
from account.pulumi import Resource
from account.things import Thing
from account.values import Undecided

if TYPE_CHECKING:
    from account.picture import Picture
    from policies.files import Files
    from policies.plan import Plan


class Severity(StrEnum):
    """How bad a violation is, whatever is done about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    """What a violation does in one environment."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


class Verdict(StrEnum):
    """What came out for one subject. Only PASS is a pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    ERROR = "error"


class Evidence(StrEnum):
    """What a rule can be judged on."""

    DECLARATION = "declaration"
    PULUMI = "pulumi"
    LIVE = "live"
    FILES = "files"
    PLAN = "plan"


PICTURES = frozenset({Evidence.DECLARATION, Evidence.PULUMI, Evidence.LIVE})
"""A rule over a picture can be judged wherever the picture comes from."""


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """A control of a published framework, e.g. cis-snowflake 1.0.0 1.6."""

    framework: str
    version: str
    id: str

    def __str__(self) -> str:
        return f"{self.framework}:{self.version}:{self.id}"


class Settings(BaseModel):
    """Values of a rule that a stack may set; each with a default. Unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a subject.

    Attributes:
        what: one sentence about this subject, without secrets.
        do: the one thing to change.
        path: the shortest way that gives an access, in words; empty where there is none.
    """

    what: str
    do: str
    path: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Which subject: kind and name as a person calls it, and where it is declared."""

    kind: str
    name: str
    urn: str = field(default="", compare=False)
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


ENVIRONMENTS = ("dev", "qa", "prod")
"""Environments, which are also the stacks."""
WHOLE = Address("ACCOUNT", "")
"""The account as a whole."""
Subject = Thing | Resource | Address


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is judged.

    Attributes:
        picture: the account; also there where plan or files are judged, as far as known.
        base: the account before the change, where there is one to compare with.
    """

    picture: Picture
    base: Picture | None = None
    plan: Plan | None = None
    files: Files | None = None

    @property
    def environment(self) -> str:
        """dev, qa or prod."""
        return self.picture.about.environment

    @property
    def evidence(self) -> frozenset[Evidence]:
        """What there is to judge on."""
        found = {_EVIDENCE[self.picture.about.source]}
        if self.plan is not None:
            found.add(Evidence.PLAN)
        if self.files is not None:
            found.add(Evidence.FILES)
        return frozenset(found)


_EVIDENCE = {
    Source.DECLARATION: Evidence.DECLARATION,
    Source.PULUMI: Evidence.PULUMI,
    Source.LIVE: Evidence.LIVE,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came out for one subject: without fault PASS; `reason` says why it is UNKNOWN or ERROR."""

    verdict: Verdict
    address: Address
    faults: tuple[Fault, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the book.

    Attributes:
        id: SNW-<AREA>-<NNN>, never reused. title: what holds when it passes.
        levels: by environment; another environment has prod's.
        evidence: what it can be judged on.
        per_resource: decidable on one resource at a time, so an `up` refuses it before the resource is changed.
        sees: kinds (as in `BlindSpot.kinds`) without sight of which the rule is undecided.
        settings: its values. defaults: other default values by environment.
        impossible: by evidence that one would expect and the rule does not have: the reason why not.
    """

    id: str
    title: str
    severity: Severity
    levels: Mapping[str, Level]
    controls: tuple[Control, ...]
    rationale: str
    remediation: str
    evidence: frozenset[Evidence]
    evaluate: Callable[[Case, Settings], list[Judgement]] = field(repr=False)
    settings: type[Settings] = Settings
    defaults: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    per_resource: bool = False
    sees: frozenset[str] = frozenset()
    impossible: Mapping[Evidence, str] = field(default_factory=dict)

    @property
    def area(self) -> str:
        """IAM of SNW-IAM-001."""
        return self.id.split("-")[1]

    def level(self, environment: str) -> Level:
        """Its level in an environment by default; prod's for one that is not listed."""
        return self.levels.get(environment, self.levels["prod"])


S = TypeVar("S", bound=Subject)
C = TypeVar("C", bound=Settings)


def judging(
    subjects: Callable[[Case], Iterable[S]],
    judge: Callable[[S, Case, C], Iterable[Fault]],
    settings: type[C],
) -> Callable[[Case, Settings], list[Judgement]]:
    """The function of a rule, from what names its subjects and what judges one of them."""

    def evaluate(case: Case, values: Settings) -> list[Judgement]:
        if not isinstance(values, settings):
            raise TypeError(f"settings of another rule: {type(values).__name__}")
        try:
            found = list(subjects(case))
        except Undecided as why:
            return [Judgement(Verdict.UNKNOWN, WHOLE, reason=str(why))]
        except Exception as error:  # noqa: BLE001 (a rule that breaks must not pass)
            return [Judgement(Verdict.ERROR, WHOLE, reason=type(error).__name__)]
        return [_one(subject, case, values, judge) for subject in found]

    return evaluate


def _one(subject: S, case: Case, values: C, judge: Callable[[S, Case, C], Iterable[Fault]]) -> Judgement:
    address = address_of(subject)
    faults: list[Fault] = []
    try:
        for fault in judge(subject, case, values):
            faults.append(fault)  # what was found before a value that is not known counts
    except Undecided as why:
        return Judgement(Verdict.FAIL if faults else Verdict.UNKNOWN, address, tuple(faults), reason=str(why))
    except Exception as error:  # noqa: BLE001 (a rule that breaks must not pass; its text may hold values)
        return Judgement(Verdict.ERROR, address, reason=type(error).__name__)
    return Judgement(Verdict.FAIL if faults else Verdict.PASS, address, tuple(faults))


def address_of(subject: Subject) -> Address:
    """How a person calls a subject."""
    if isinstance(subject, Address):
        return subject
    if isinstance(subject, Resource):
        return Address(subject.kind, subject.name, subject.urn, subject.file, subject.line)
    origin = subject.origin
    kind = getattr(subject, "kind", "THING")
    if origin is None:
        return Address(kind, str(subject.name))
    return Address(kind, str(subject.name), origin.urn, origin.file, origin.line)


def levels(dev: str, qa: str, prod: str) -> dict[str, Level]:
    """Levels of the three environments, each M (mandatory), A (advisory) or - (disabled)."""
    meaning = {"M": Level.MANDATORY, "A": Level.ADVISORY, "-": Level.DISABLED}
    return {"dev": meaning[dev], "qa": meaning[qa], "prod": meaning[prod]}


CIS_VERSION = "1.0.0"


def cis(*ids: str) -> tuple[Control, ...]:
    """Recommendations of the CIS Snowflake Foundations Benchmark 1.0.0."""
    return tuple(Control("cis-snowflake", CIS_VERSION, id) for id in ids)


def trust_center(*scanners: str) -> tuple[Control, ...]:
    """Scanners of the Trust Center, by package and scanner, e.g. CIS_BENCHMARKS_CIS1_6."""
    return tuple(Control("trust-center", "2026", scanner) for scanner in scanners)
