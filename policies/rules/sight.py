"""What the rules could not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.judge import BLIND_SPOT
from policies.rule import PICTURES, Address, Case, Fault, Level, Rule, Settings, Severity, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 4


def _blind_spots(case: Case) -> Iterator[Address]:
    for what in dict.fromkeys(spot.what for spot in case.picture.blind_spots):
        yield Address(BLIND_SPOT, what)


def _not_needed(subject: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    from policies import rules

    del settings
    spots = [spot for spot in case.picture.blind_spots if spot.what == subject.name]
    missing = {kind for spot in spots for kind in spot.kinds}
    needing = [
        id
        for id, rule in rules.RULES.items()
        if rule.sees & missing
        and rule.level(case.environment) is Level.MANDATORY
        and rule.evidence & case.evidence & PICTURES
    ]
    if needing:
        more = f" and {len(needing) - SHOWN} more" if len(needing) > SHOWN else ""
        why = "; ".join(dict.fromkeys(spot.why for spot in spots))
        yield Fault(
            f"was not seen ({why}), so {', '.join(needing[:SHOWN])}{more} cannot be decided",
            "let the reader see it, or declare it in a way that can be read",
        )


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-MON-004",
        title="Everything that mandatory rules need was seen",
        severity=Severity.HIGH,
        levels=levels("-", "A", "M"),
        controls=(),
        rationale="A rule that could not look has not passed; one gap that nobody counts grows into many.",
        remediation="Give the reading role the right, or declare what only SQL says as a resource.",
        evidence=PICTURES,
        evaluate=judging(_blind_spots, _not_needed, Settings),
    ),
)
