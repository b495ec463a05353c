"""Warehouses: what they may cost, and that they stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.things import Monitor, User, Warehouse
from account.values import known
from policies.baseline import ours
from policies.rule import PICTURES, Case, Fault, Rule, Settings, Severity, judging, levels
from policies.rules.network import SERVICES, users

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (
    "XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE", "XXLARGE", "XXXLARGE", "X4LARGE", "X5LARGE", "X6LARGE",
)  # fmt: skip
"""Sizes, each at twice the price of the one before."""


class AutoSuspend(Settings):
    """Attributes: max_seconds: the longest idle time that is paid for."""

    max_seconds: int = 300


class Timeouts(Settings):
    """How long statements may run or wait.

    Attributes:
        max_statement, max_queued: seconds after which a statement is cancelled, running or waiting.
        exempt: users that the bootstrap makes; their warehouse has a timeout, and migrations may run as long as that.
    """

    max_statement: int = 7200
    max_queued: int = 3600
    exempt: tuple[str, ...] = ("SVC_ECOMMERCE_DEPLOYER", "SVC_ECOMMERCE_MONITOR_ADMIN")


class Sizes(Settings):
    """Attributes: max_size: the largest size. max_clusters: of one warehouse."""

    max_size: str = "LARGE"
    max_clusters: int = 4


class Acceleration(Settings):
    """Attributes: max_factor: highest scale factor where query acceleration is on; 0 has no limit and is refused."""

    max_factor: int = 8


def _warehouses(case: Case) -> Iterator[Warehouse]:
    return ours(case.picture, Warehouse)


def _monitored(warehouse: Warehouse, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    name = known(warehouse.monitor)
    if name is None:
        yield Fault("has no resource monitor", "assign a resource monitor of its own")
    elif case.picture.find(Monitor, name) is None:
        yield Fault(f"names resource monitor {name}, which is not there", "declare the monitor, or name another")


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


def _too_long(seconds: int | None, most: int, what: str) -> Iterator[Fault]:
    if not seconds:
        yield Fault(f"has no {what} timeout", f"set it to at most {most} seconds")
    elif seconds > most:
        yield Fault(f"has a {what} timeout of {seconds} s; at most {most} s are allowed", f"set at most {most} seconds")


def _warehouses_and_users(case: Case) -> Iterator[Warehouse | User]:
    yield from _warehouses(case)
    yield from users(case)


def _timeouts(subject: Warehouse | User, case: Case, settings: Timeouts) -> Iterator[Fault]:
    del case
    if isinstance(subject, Warehouse):
        yield from _too_long(known(subject.statement_timeout), settings.max_statement, "statement")
        yield from _too_long(known(subject.queued_timeout), settings.max_queued, "queue")
    elif known(subject.type) in SERVICES and subject.name.last not in settings.exempt:
        yield from _too_long(known(subject.statement_timeout), settings.max_statement, "statement")


def _size(warehouse: Warehouse, case: Case, settings: Sizes) -> Iterator[Fault]:
    del case
    size = known(warehouse.size)
    if size is not None and size not in SIZES:
        yield Fault(f"has size {size}, which nobody knows the price of", f"use one of {', '.join(SIZES)}")
    elif size is not None and SIZES.index(size) > SIZES.index(settings.max_size):
        yield Fault(f"is {size}; at most {settings.max_size} is allowed", f"choose {settings.max_size} or smaller")
    clusters = known(warehouse.max_clusters)
    if clusters > settings.max_clusters:
        yield Fault(
            f"grows to {clusters} clusters; at most {settings.max_clusters} are allowed",
            f"set at most {settings.max_clusters} clusters",
        )


def _acceleration(warehouse: Warehouse, case: Case, settings: Acceleration) -> Iterator[Fault]:
    del case
    on = known(warehouse.query_acceleration)
    if on is None:
        yield Fault(
            "leaves query acceleration to Snowflake, which turns it on",
            "say whether query acceleration is on or off",
        )
    elif on:
        factor = known(warehouse.query_acceleration_factor)
        if factor == 0 or (8 if factor is None else factor) > settings.max_factor:
            limit = "without limit" if factor == 0 else f"up to {8 if factor is None else factor} times"
            yield Fault(
                f"may accelerate queries {limit} of its own price",
                f"set a scale factor from 1 to {settings.max_factor}",
            )


_SEES = frozenset({"WAREHOUSE"})
RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-WH-001",
        title="Every warehouse has a resource monitor",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="Nothing else stops a warehouse that spends more than anybody planned.",
        remediation="Give the warehouse a monitor of its own.",
        evidence=PICTURES,
        sees=_SEES | {"RESOURCE MONITOR"},
        evaluate=judging(_warehouses, _monitored, Settings),
    ),
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
        sees=_SEES,
        settings=AutoSuspend,
        defaults={"dev": {"max_seconds": 60}, "qa": {"max_seconds": 120}},
        evaluate=judging(_warehouses, _auto_suspend, AutoSuspend),
    ),
    Rule(
        id="SNW-WH-004",
        title="Statements on warehouses and of service users are cancelled after a while",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="By default a runaway statement keeps a warehouse busy for two days.",
        remediation="Set both timeouts on the warehouse, and the statement timeout on the service user.",
        evidence=PICTURES,
        per_resource=True,
        sees=_SEES | {"USER"},
        settings=Timeouts,
        evaluate=judging(_warehouses_and_users, _timeouts, Timeouts),
    ),
    Rule(
        id="SNW-WH-005",
        title="Warehouses stay within size and clusters of the environment",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Each size costs twice the one before it, and each cluster as much as the first.",
        remediation="Choose a smaller size or fewer clusters.",
        evidence=PICTURES,
        per_resource=True,
        sees=_SEES,
        settings=Sizes,
        defaults={"dev": {"max_size": "SMALL", "max_clusters": 2}, "qa": {"max_size": "MEDIUM", "max_clusters": 2}},
        evaluate=judging(_warehouses, _size, Sizes),
    ),
    Rule(
        id="SNW-WH-006",
        title="Query acceleration is decided, not defaulted",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="Snowflake turns it on where nothing is said, and it is paid for by the second.",
        remediation="Set it to false, or to true with a scale factor.",
        evidence=PICTURES,
        per_resource=True,
        sees=_SEES,
        settings=Acceleration,
        evaluate=judging(_warehouses, _acceleration, Acceleration),
    ),
)
