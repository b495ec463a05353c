"""Resource monitors: that they warn, stop, and tell somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import Name
from account.things import Monitor, User
from account.values import known
from policies.rule import PICTURES, Case, Fault, Rule, Settings, Severity, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator


class Thresholds(Settings):
    """What a monitor must do.

    Attributes:
        at: thresholds that must be there, in percent of the quota.
        stop_by: highest percentage at which it must suspend.
        frequencies: how often the quota may start anew.
    """

    at: tuple[int, ...] = (75, 90, 100)
    stop_by: int = 100
    frequencies: tuple[str, ...] = ("DAILY", "WEEKLY", "MONTHLY")


class Told(Settings):
    """Attributes: at_least: people that a warehouse's monitor notifies by e-mail; alerts have routes of their own."""

    at_least: int = 0


def _monitors(case: Case) -> Iterator[Monitor]:
    return case.picture.all(Monitor)


def _thresholds(monitor: Monitor, case: Case, settings: Thresholds) -> Iterator[Fault]:
    del case
    quota, stops = known(monitor.quota), [known(monitor.suspend_at), known(monitor.suspend_immediately_at)]
    if not quota or quota < 0:
        yield Fault("has no quota, so none of its thresholds is ever reached", "set a monthly quota in credits")
    acts = {*known(monitor.notify_at), *(stop for stop in stops if stop)}
    missing = [str(percent) for percent in settings.at if percent not in acts]
    if missing:
        yield Fault(f"does nothing at {', '.join(missing)} % of its quota", "add these thresholds")
    if not any(stop and stop <= settings.stop_by for stop in stops):
        yield Fault(
            f"never stops anything by {settings.stop_by} % of its quota; it only sends messages",
            f"suspend at {settings.stop_by} % or before",
        )
    frequency = known(monitor.frequency)
    if frequency is None or frequency.upper() not in settings.frequencies:
        said = frequency or "nothing"
        yield Fault(
            f"starts its quota anew {said.lower()}", f"set the frequency to one of {', '.join(settings.frequencies)}"
        )
    if known(monitor.start) is None:
        yield Fault("has no start, and a frequency works only with one", "set the start timestamp")


def _told(monitor: Monitor, case: Case, settings: Told) -> Iterator[Fault]:
    names = known(monitor.notify_users)
    if len(names) < settings.at_least and not known(monitor.on_account):
        yield Fault(f"notifies {len(names)} people; at least {settings.at_least} are expected", "add people")
    for name in names:
        user = case.picture.find(User, Name.of(name))
        if user is None:
            yield Fault(f"notifies {name}, who is not there", "name declared people only")
        elif not known(user.email):
            yield Fault(f"notifies {name}, who has no e-mail address", "give the person an e-mail address")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-WH-002",
        title="Resource monitors warn at 75 and 90 % and stop at 100 %",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="A monitor without quota or without a stop looks like a limit and is none.",
        remediation="Set quota, frequency, start, the thresholds 75, 90 and 100 %, and suspend at 100 %.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"RESOURCE MONITOR"}),
        settings=Thresholds,
        evaluate=judging(_monitors, _thresholds, Thresholds),
    ),
    Rule(
        id="SNW-WH-007",
        title="Whom a monitor notifies can be told",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="A warning to nobody is no warning.",
        remediation="Name people who exist and have an e-mail address.",
        evidence=PICTURES,
        sees=frozenset({"RESOURCE MONITOR", "USER"}),
        settings=Told,
        evaluate=judging(_monitors, _told, Told),
    ),
)
