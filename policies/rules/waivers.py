"""Waivers themselves: whether those of the repository are in order.

What a waiver is put to is seen where findings are, so that it has nothing to waive is added by `policies.judge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies import waivers
from policies.errors import RuleBookError
from policies.judge import WAIVERS
from policies.rule import ENVIRONMENTS, Address, Case, Evidence, Fault, Rule, Settings, Severity, judging, levels
from policies.waivers import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterator


def _texts(case: Case) -> Iterator[Address]:
    if case.files is not None and waivers.FILE in case.files.texts:
        yield Address("FILE", waivers.FILE, file=waivers.FILE)


def _in_order(subject: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    from policies import rules

    del settings
    text = case.files.texts[subject.file] if case.files is not None else ""
    try:
        found = waivers.parse(text)
    except RuleBookError as error:
        for mistake in error.mistakes:
            yield Fault(f"{mistake.what}: {mistake.field} = {mistake.value}", mistake.allowed)
        return
    for waiver in found:
        for fault in waivers.faults(waiver, None, rules.RULES, ENVIRONMENTS):
            yield Fault(f"{_named(waiver)} {fault.what}", fault.do)


def _named(waiver: Waiver) -> str:
    return f"the waiver of {waiver.address.name}"


RULES: tuple[Rule, ...] = (
    Rule(
        id=WAIVERS,
        title="Waivers are in force, short and needed",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="A waiver that nobody looks at again is a rule switched off.",
        remediation="Remove waivers that have expired or have nothing to waive; give others at most 90 days.",
        evidence=frozenset({Evidence.FILES}),
        evaluate=judging(_texts, _in_order, Settings),
    ),
)
