"""Waivers: a finding that somebody has accepted for a while, by name and with a reason.

They stand in policies/waivers.yaml, as a list. A waiver is put to the findings of one rule about one subject and to
nothing else: the address is compared as a whole, so no pattern can match everything. What a rule could not decide at
all (an error, something the account would not show) is not accepted by a waiver.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies import documents
from policies.errors import Mistake, RuleBookError
from policies.judge import BLIND_SPOT, WAIVERS
from policies.rule import WHOLE, Address, Evidence, Fault, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from policies.judge import Finding

MAX_DAYS: Final = 90
FILE: Final = "policies/waivers.yaml"
PATH: Final = Path(__file__).with_name("waivers.yaml")


class Waiver(BaseModel):
    """One accepted finding.

    Attributes:
        rule: id of the rule.
        resource: the subject as findings name it (`WAREHOUSE LOADING_WH`), exactly; no pattern can match everything.
        stack: the stack it holds for.
        owner: who answers for it. ticket: where it is dealt with.
        since, expires: days; at most 90 between them.
        evidence: what shows the finding, where only one does, e.g. live; it is then not missed on the others.
        line: where it stands in the file; 0 if not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[str, Field(pattern=r"^SNW-[A-Z]+-\d{3}$")]
    resource: Annotated[str, Field(min_length=3, pattern=r"^[^*?]+$")]
    stack: Annotated[str, Field(min_length=1)]
    owner: Annotated[str, Field(min_length=3)]
    reason: Annotated[str, Field(min_length=10)]
    ticket: Annotated[str, Field(min_length=2)]
    since: date
    expires: date
    evidence: Evidence | None = None
    line: int = 0

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.expires < self.since:
            raise ValueError("expires is before since")
        return self

    @property
    def address(self) -> Address:
        """How a finding about the waiver itself names it."""
        return Address("WAIVER", f"{self.rule} {self.resource} ({self.stack})", file=FILE, line=self.line)

    def covers(self, finding: Finding, today: date | None) -> bool:
        """Whether it holds for that finding on that day (today in UTC if None)."""
        return self.names(finding) and self.since <= _day(today) <= self.expires and waivable(finding)

    def names(self, finding: Finding) -> bool:
        """Whether it is about that finding's rule and subject, on whatever day."""
        return self.rule == finding.rule and self.resource == str(finding.address)


def waivable(finding: Finding) -> bool:
    """Whether somebody may accept a finding: what a rule says of a subject, but not that it broke or saw nothing."""
    if finding.rule == WAIVERS or finding.address.kind == BLIND_SPOT:
        return False
    return finding.verdict is Verdict.FAIL or (finding.verdict is Verdict.UNKNOWN and finding.address != WHOLE)


def load(path: Path = PATH) -> tuple[Waiver, ...]:
    """Every waiver of the repository, of all stacks; none if there is no such file.

    Raises:
        RuleBookError: the file is no list of waivers, or one lacks a field or has one that does not exist.
    """
    return _waivers(documents.read(path, FILE)) if path.is_file() else ()


def parse(text: str) -> tuple[Waiver, ...]:
    """The waivers of a text, as `load`."""
    return _waivers(documents.parse(text, FILE))


def faults(waiver: Waiver, today: date | None, rules: Collection[str], stacks: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a waiver, whatever it is put to."""
    if waiver.rule not in rules:
        yield Fault("waives a rule that does not exist", "correct the rule, or remove the waiver")
    elif waiver.rule == WAIVERS:
        yield Fault("waives the rule about waivers", "remove the waiver")
    if waiver.stack not in stacks:
        yield Fault("is for a stack that does not exist", f"use one of {', '.join(sorted(stacks))}")
    days = (waiver.expires - waiver.since).days
    if days > MAX_DAYS:
        latest = date.fromordinal(waiver.since.toordinal() + MAX_DAYS)
        yield Fault(f"runs for {days} days; at most {MAX_DAYS} are allowed", f"let it expire on {latest} at the latest")
    if waiver.expires < _day(today):
        yield Fault(f"expired on {waiver.expires}", "put right what it waives and remove it")


def unused(waiver: Waiver, findings: Collection[Finding], today: date | None) -> Iterator[Fault]:
    """That there is nothing which the waiver could cover.

    Args:
        findings: all findings of its rule, none of them covered by it.
    """
    if waiver.expires < _day(today):
        return
    if any(waiver.names(finding) and finding.verdict is not Verdict.PASS for finding in findings):
        if waiver.since <= _day(today):
            yield Fault("covers what no waiver can: a rule that broke, or saw nothing", "let the rule see its subject")
        return
    yield Fault("has nothing to waive", "remove it")


def _day(today: date | None) -> date:
    return today or datetime.now(UTC).date()


def _waivers(content: object) -> tuple[Waiver, ...]:
    if content is None:
        return ()
    if not isinstance(content, list):
        allowed = "write a list; each entry with rule, resource, stack, owner, reason, ticket, since and expires"
        raise RuleBookError([Mistake("File is no list of waivers", FILE, "file", documents.shown(content), allowed)])
    found: list[Waiver] = []
    mistakes: list[Mistake] = []
    for number, entry in enumerate(content, 1):
        try:
            values = documents.mapping(entry)
            if values is None or "line" in values:
                raise RuleBookError(
                    [_mistake(entry, number, "", documents.shown(entry), "write a mapping of its fields")]
                )
            text = json.dumps({**values, "line": documents.line(entry)}, default=str)
            found.append(Waiver.model_validate_json(text))
        except ValidationError as error:
            mistakes.extend(_wrong(error, entry, number))
        except RuleBookError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise RuleBookError(mistakes)
    return tuple(found)


def _wrong(error: ValidationError, entry: object, number: int) -> Iterator[Mistake]:
    names = [name for name in Waiver.model_fields if name != "line"]
    for detail in error.errors():
        field = ".".join(str(part) for part in detail["loc"])
        missing = detail["type"] == "missing"
        value = (
            "missing" if missing else documents.shown(detail["input"] if field else (documents.mapping(entry) or {}))
        )
        yield _mistake(entry, number, field, value, documents.allowed(detail, names))


def _mistake(entry: object, number: int, field: str, value: str, allowed: str) -> Mistake:
    where = f"{FILE}:{documents.line(entry)}" if documents.line(entry) else FILE
    path = f"[{number}].{field}" if field else f"[{number}]"
    return Mistake("Waiver is not acceptable", where, path, value, allowed)
