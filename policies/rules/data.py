"""Data: how long it can be brought back, who may grant on it, and which ways lead out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from account.picture import Source
from account.things import Database, Schema, Table
from account.values import known
from policies.baseline import account_wide, ours
from policies.rule import PICTURES, Address, Case, Fault, Rule, Settings, Severity, cis, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.names import Name

LAYERS: Final = {"raw": r".*_RAW", "staging": r".*_STAGING", "analytics": r".*_ANALYTICS"}
"""Databases of a layer, as regular expressions of their names."""
OTHER: Final = "other"
MIN_DAYS: Final = {"raw": 7, "staging": 1, "analytics": 7, OTHER: 1}
_MIN_RETENTION: Final = "MIN_DATA_RETENTION_TIME_IN_DAYS"


class Retention(Settings):
    """How long Time Travel must reach back.

    Attributes:
        layers: databases of a layer, as regular expressions of their names.
        min_days: by layer; `other` is for databases of none. CIS 4.3 asks for 90 days of critical data.
    """

    layers: dict[str, str] = LAYERS
    min_days: dict[str, int] = MIN_DAYS


class Least(Settings):
    """Attributes: min_days: least Time Travel of the account; it raises shorter retentions, STAGING's of 1 day too."""

    min_days: int = 1


def layer_of(database: Name, layers: Mapping[str, str]) -> str:
    """The layer of a database, `OTHER` for none."""
    return next((layer for layer, pattern in layers.items() if re.fullmatch(pattern, database.last)), OTHER)


def _containers(case: Case) -> Iterator[Database | Schema | Table]:
    yield from ours(case.picture, Database)
    yield from ours(case.picture, Schema)
    yield from (table for table in ours(case.picture, Table) if table.type.upper() in ("TABLE", "DYNAMIC TABLE"))


def _retention(subject: Database | Schema | Table, case: Case, settings: Retention) -> Iterator[Fault]:
    del case
    days = known(subject.retention_days)
    layer = layer_of(subject.name.database, settings.layers)
    least = settings.min_days.get(layer, settings.min_days.get(OTHER, 0))
    if days is None:
        if isinstance(subject, Database):
            yield Fault("leaves Time Travel to the account's default", "say how many days")
    elif days < least:
        where = f"{layer.upper()} data" if layer != OTHER else "data"
        yield Fault(f"keeps {days} days of Time Travel; {where} needs at least {least}", f"set {least} days or more")


def _least(_: Address, case: Case, settings: Least) -> Iterator[Fault]:
    value = known(case.picture.parameters.get(_MIN_RETENTION, ""))
    if not value.isdigit() or int(value) < settings.min_days:
        said = value or "nothing"
        yield Fault(
            f"asks for {said} as the least Time Travel of any object",
            f"set the account parameter {_MIN_RETENTION} to {settings.min_days} or more",
        )


def _transient(subject: Database | Schema, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if known(subject.transient):
        yield Fault("is transient: no Fail-safe, and 1 day of Time Travel at most", "make it permanent")


def _containers_only(case: Case) -> Iterator[Database | Schema]:
    yield from ours(case.picture, Database)
    yield from ours(case.picture, Schema)


def _schemas(case: Case) -> Iterator[Schema]:
    return ours(case.picture, Schema)


def _managed(schema: Schema, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if known(schema.managed_access) is not True:
        yield Fault(
            "has no managed access, so whoever owns an object in it may grant on it",
            "switch managed access on",
        )


def _databases(case: Case) -> Iterator[Database]:
    return ours(case.picture, Database)


def _public_schema(database: Database, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    there = case.picture.find(Schema, (*database.name, "PUBLIC")) is not None
    if case.picture.about.source is Source.LIVE:
        drops: bool | None = not there
    else:
        drops = known(database.drops_public_schema)
    if drops is not True or there:
        yield Fault("has a PUBLIC schema that nobody declared", "drop the PUBLIC schema when the database is made")


_DEV_RETENTION = {"min_days": {"raw": 0, "staging": 0, "analytics": 0, OTHER: 0}}
_QA_RETENTION = {"min_days": {"raw": 3, "staging": 1, "analytics": 3, OTHER: 1}}
_CONTAINERS = frozenset({"DATABASE", "SCHEMA"})
RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-DATA-001",
        title="Time Travel reaches back as far as the layer needs",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=cis("4.3"),
        rationale="What was deleted by mistake comes back within this time only.",
        remediation="Set the retention on the database, and nothing lower inside it.",
        evidence=PICTURES,
        per_resource=True,
        sees=_CONTAINERS | {"TABLE"},
        settings=Retention,
        defaults={"dev": _DEV_RETENTION, "qa": _QA_RETENTION},
        evaluate=judging(_containers, _retention, Retention),
    ),
    Rule(
        id="SNW-DATA-002",
        title="The account keeps a least Time Travel",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "M"),
        controls=cis("4.4"),
        rationale="Without it, the owner of a table may set its retention to nothing and delete it for good.",
        remediation=f"Set the account parameter {_MIN_RETENTION}.",
        evidence=PICTURES,
        sees=frozenset({"PARAMETER"}),
        settings=Least,
        evaluate=judging(account_wide, _least, Least),
    ),
    Rule(
        id="SNW-DATA-003",
        title="Databases and schemas are permanent",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "M"),
        controls=cis("4.3"),
        rationale="Everything in a transient container loses Fail-safe and long Time Travel without saying so.",
        remediation="Make it permanent, and single tables transient where that is meant.",
        evidence=PICTURES,
        per_resource=True,
        sees=_CONTAINERS,
        evaluate=judging(_containers_only, _transient, Settings),
    ),
    Rule(
        id="SNW-DATA-004",
        title="Every schema has managed access",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Otherwise a program that owns a table decides who reads it.",
        remediation="Switch managed access on; `default` means off.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"SCHEMA"}),
        evaluate=judging(_schemas, _managed, Settings),
    ),
    Rule(
        id="SNW-DATA-013",
        title="No database keeps its PUBLIC schema",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="It has no managed access, and everybody expects to be allowed to use it.",
        remediation="Drop it when the database is made.",
        evidence=PICTURES,
        per_resource=True,
        sees=_CONTAINERS,
        evaluate=judging(_databases, _public_schema, Settings),
    ),
)
