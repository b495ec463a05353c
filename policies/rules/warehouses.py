"""Warehouses and what they may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.things import Warehouse
from account.values import known
from policies.rule import PICTURES, Case, Fault, Rule, Settings, Severity, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator


class AutoSuspend(Settings):
    """Attributes: max_seconds: the longest idle time that is paid for."""

    max_seconds: int = 300


def _warehouses(case: Case) -> Iterator[Warehouse]:
    return case.picture.all(Warehouse)


def _auto_suspend(warehouse: Warehouse, case: Case, settings: AutoSuspend) -> Iterator[Fault]:
    del case
    seconds = known(warehouse.auto_suspend)
    if not seconds:
        yield Fault("never suspends by itself", f"set auto-suspend to at most {settings.max_seconds} seconds")
    elif seconds > settings.max_seconds:
        yield Fault(
            f"suspends after {seconds} s of idleness; at most {settings.max_seconds} s are allowed",
            f"set auto-suspend to at most {settings.max_seconds} seconds",
        )
    if known(warehouse.auto_resume) is not True:
        yield Fault("does not resume by itself", "switch auto-resume on")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-WH-003",
        title="Warehouses suspend and resume by themselves",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="An idle warehouse that runs costs as much as a busy one.",
        remediation="Set auto-suspend in seconds and auto-resume.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"WAREHOUSE"}),
        settings=AutoSuspend,
        defaults={"dev": {"max_seconds": 60}, "qa": {"max_seconds": 120}},
        evaluate=judging(_warehouses, _auto_suspend, AutoSuspend),
    ),
)
