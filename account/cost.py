"""Cost exposure: what the warehouses of an account may cost, per hour and per month, before anything has run.

Credits of warehouses only; everything else is listed as not priced. Three figures per month:
floor: paid if nobody runs anything; 0 unless a warehouse never suspends itself.
expected: the busy hours that the rates file assumes, with its date; an assumption, not a measurement.
ceiling: all clusters at all hours, or what a suspending resource monitor lets through, whichever is less. (Statements
that run when it suspends may finish, and what they use comes on top.)
A month has 730 hours. Billing is per second with 60 s minimum at each start, which `expected` does not model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from account.meters import NotPriced as NotPriced
from account.meters import meters
from account.names import Name
from account.picture import Picture, Source
from account.rates import Assumptions, Cloud, Rates, shipped
from account.things import Monitor, Warehouse
from account.values import Undecided, known

MONTHS_WORTH: Mapping[str, float] = {"DAILY": 730 / 24, "WEEKLY": 730 / 168, "MONTHLY": 1, "YEARLY": 1, "NEVER": 1}
"""How often a quota of this frequency may be used up in one month."""
_SIZES = {"X-SMALL": "XSMALL", "X-LARGE": "XLARGE", "2X-LARGE": "XXLARGE", "X2LARGE": "XXLARGE", "2XLARGE": "XXLARGE",
          "3X-LARGE": "XXXLARGE", "X3LARGE": "XXXLARGE", "3XLARGE": "XXXLARGE", "4X-LARGE": "X4LARGE",
          "4XLARGE": "X4LARGE", "5X-LARGE": "X5LARGE", "5XLARGE": "X5LARGE", "6X-LARGE": "X6LARGE",
          "6XLARGE": "X6LARGE"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Range:
    """Three amounts per month, in credits or US dollars."""

    floor: float
    expected: float
    ceiling: float

    def __add__(self, other: Range) -> Range:
        return Range(self.floor + other.floor, self.expected + other.expected, self.ceiling + other.ceiling)

    def times(self, factor: float) -> Range:
        """The same amounts in another unit."""
        return Range(self.floor * factor, self.expected * factor, self.ceiling * factor)

    def at_most(self, limit: float) -> Range:
        """The same amounts, none above a limit."""
        return Range(min(self.floor, limit), min(self.expected, limit), min(self.ceiling, limit))


NOTHING = Range(0, 0, 0)


@dataclass(frozen=True, slots=True)
class WarehouseCost:
    """One warehouse.

    Attributes:
        hourly: credits per hour of one cluster.
        month: credits per month; usd the same in US dollars, None where the rates have no price.
        monitor: the monitor that bounds the ceiling, None where nothing does.
        notes: what the figures rest on besides the rates.
    """

    name: Name
    hourly: float
    month: Range
    usd: Range | None
    monitor: Name | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CostReport:
    """Every warehouse, the total and what is not in it.

    Attributes:
        month: total credits per month of the priced warehouses; monitors that several share, and the account's monitor,
            bound it once.
        not_priced: never counted as 0; a total with a warehouse in here is too small.
        basis: date and sources of rates and assumptions, one sentence each.
    """

    warehouses: tuple[WarehouseCost, ...]
    month: Range
    usd: Range | None
    not_priced: tuple[NotPriced, ...]
    basis: tuple[str, ...]


def exposure(
    picture: Picture,
    rates: Rates | None = None,
    *,
    assumptions: Assumptions | None = None,
    cloud: Cloud | None = None,
    edition: str = "",
    region: str = "",
) -> CostReport:
    """What the warehouses of a picture may cost.

    Args:
        rates: those that come with the platform by default.
        assumptions: busy hours for `expected`; those of the rates by default.
        cloud: of the account; where it is not given the dearest one counts.
        edition, region: as in the rates file; without both there are no dollars.
    """
    used = shipped() if rates is None else rates
    assumed = used.assumptions if assumptions is None else assumptions
    price = used.price(edition, region)
    usd = price.editions[edition] if price else None
    priced: list[WarehouseCost] = []
    missing: list[NotPriced] = []
    for warehouse in picture.all(Warehouse):
        try:
            found = _warehouse(picture, warehouse, used, assumed, cloud, usd)
        except Undecided as undecided:
            found = NotPriced(f"warehouse {warehouse.name}", f"{undecided}")
        if isinstance(found, NotPriced):
            missing.append(found)
        else:
            priced.append(found)
    month = _total(picture, priced)
    basis = [f"Rates of {used.date}", f"Expected: {assumed.source} (stated on {assumed.stated_on})"]
    if price:
        basis.append(f"{usd:g} USD per credit: {edition} in {region}, {price.source}, read on {price.read_on}")
    elif edition or region:
        missing.append(NotPriced("US dollars", f"no price for {edition or 'an edition'} in {region or 'a region'}"))
    missing += meters(picture)
    return CostReport(tuple(priced), month, None if usd is None else month.times(usd), tuple(missing), tuple(basis))


def _warehouse(
    picture: Picture, warehouse: Warehouse, rates: Rates, assumed: Assumptions, cloud: Cloud | None, usd: float | None
) -> WarehouseCost | NotPriced:
    """The figures of one warehouse.

    Raises:
        Undecided: a value that decides is not known.
    """
    notes: list[str] = []
    type_, size = known(warehouse.type).upper().replace("_", "-"), _size(warehouse, notes)
    generation = _generation(warehouse, notes) if type_ == "STANDARD" else ""
    table = rates.hourly(type_, size, generation, cloud)
    if table is None:
        of = f"generation {generation} " if generation else ""
        return NotPriced(f"warehouse {warehouse.name}", f"the rates have none for {type_} {of}{size}")
    if cloud is None and table.clouds:
        notes.append(f"rate of {' and '.join(table.clouds)}, because the cloud is not given")
    hourly, hours = table.sizes[size], assumed.hours_per_month
    least, most = known(warehouse.min_clusters) or 1, known(warehouse.max_clusters) or 1
    always = _never_suspends(picture, warehouse)
    if always:
        notes.append("never suspends itself")
    running = hours if always else assumed.hours(warehouse.name.last, picture.about.prefix)
    month = Range(
        floor=hourly * least * hours if always else 0.0,
        expected=hourly * max(least, min(assumed.clusters, most)) * running,
        ceiling=hourly * most * hours,
    )
    monitor, limit = _limit(picture, warehouse, notes)
    if limit is not None:
        month = month.at_most(limit)
    name = None if limit is None or monitor is None else monitor.name
    return WarehouseCost(warehouse.name, hourly, month, None if usd is None else month.times(usd), name, tuple(notes))


def _size(warehouse: Warehouse, notes: list[str]) -> str:
    size = known(warehouse.size)
    if size is None:
        notes.append("size not set: XSMALL is Snowflake's default")
        return "XSMALL"
    return _SIZES.get(size.upper(), size.upper())


def _generation(warehouse: Warehouse, notes: list[str]) -> str:
    generation = known(warehouse.generation)
    if generation is None:
        # docs.snowflake.com/en/user-guide/warehouses-gen2: default where the region has it.
        notes.append("generation not set: 2 is Snowflake's default, and dearer than 1")
        return "2"
    return generation[-1:]


def _never_suspends(picture: Picture, warehouse: Warehouse) -> bool:
    """0 and NULL switch auto-suspend off; a declaration that leaves it out gets Snowflake's 600 s."""
    seconds = known(warehouse.auto_suspend)
    if seconds is None:
        return picture.about.source is Source.LIVE
    return seconds == 0


def suspends_at(monitor: Monitor) -> int | None:
    """The lowest threshold at which a monitor stops warehouses, in percent of its quota.

    Raises:
        Undecided: a threshold is not known.
    """
    thresholds = (known(monitor.suspend_at), known(monitor.suspend_immediately_at))
    return min((percent for percent in thresholds if percent is not None), default=None)


def monthly_limit(monitor: Monitor) -> float | None:
    """Credits per month that a monitor lets through, None where it stops nothing.

    Raises:
        Undecided: quota, frequency or a threshold are not known.
    """
    quota, percent = known(monitor.quota), suspends_at(monitor)
    if quota is None or percent is None:
        return None
    frequency = (known(monitor.frequency) or "MONTHLY").upper()
    return quota * percent / 100 * MONTHS_WORTH.get(frequency, float("inf"))


def _limit(picture: Picture, warehouse: Warehouse, notes: list[str]) -> tuple[Monitor | None, float | None]:
    """The monitor of a warehouse and its limit; a value that is not known bounds nothing."""
    try:
        name = known(warehouse.monitor)
        monitor = picture.find(Monitor, name) if name is not None else None
        limit = monthly_limit(monitor) if monitor is not None else None
    except Undecided as undecided:
        notes.append(f"no ceiling by a monitor: {undecided}")
        return None, None
    if limit is None:
        notes.append("no monitor stops it")
    return monitor, limit


def _total(picture: Picture, priced: list[WarehouseCost]) -> Range:
    groups: dict[Name | None, Range] = {}
    for cost in priced:
        groups[cost.monitor] = groups.get(cost.monitor, NOTHING) + cost.month
    total = NOTHING
    for name, amount in groups.items():
        limit = _known_limit(picture.find(Monitor, name)) if name is not None else None
        total += amount if limit is None else amount.at_most(limit)
    for monitor in picture.all(Monitor):
        limit = _known_limit(monitor, of_account=True)
        total = total if limit is None else total.at_most(limit)
    return total


def _known_limit(monitor: Monitor | None, *, of_account: bool = False) -> float | None:
    """The limit of a monitor; None where a value is not known."""
    try:
        if monitor is None or (of_account and not known(monitor.on_account)):
            return None
        return monthly_limit(monitor)
    except Undecided:
        return None


@dataclass(frozen=True, slots=True)
class WarehouseChange:
    """A warehouse before and after; None where it is not there or not priced."""

    name: Name
    before: WarehouseCost | None
    after: WarehouseCost | None


@dataclass(frozen=True, slots=True)
class CostDifference:
    """Two reports beside each other; `warehouses` has those whose figures differ."""

    before: CostReport
    after: CostReport
    warehouses: tuple[WarehouseChange, ...]

    @property
    def unpriced(self) -> tuple[NotPriced, ...]:
        """What came and is not priced."""
        return tuple(one for one in self.after.not_priced if one not in self.before.not_priced)


def difference(before: CostReport, after: CostReport) -> CostDifference:
    """What changes in cost from one report to another."""
    old, new = ({cost.name: cost for cost in report.warehouses} for report in (before, after))
    changed = (
        WarehouseChange(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if _figures(old.get(name)) != _figures(new.get(name))
    )
    return CostDifference(before, after, tuple(changed))


def _figures(cost: WarehouseCost | None) -> tuple[float, Range] | None:
    return (cost.hourly, cost.month) if cost else None
