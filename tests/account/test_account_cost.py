"""What warehouses may cost: figures by hand, and what must never pass for nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account import rates
from account.cost import CostReport, Range, WarehouseCost, difference, exposure
from account.names import Name
from account.picture import Picture, Source
from account.rates import Assumptions, RatesError
from account.things import AnyThing, Monitor, Other, Warehouse
from account.values import UNKNOWN
from tests.account.pictures import ABOUT

WH = Warehouse(
    name=Name.of("WH"), size="SMALL", generation="1", auto_suspend=60, monitor=Name.of("RM"), query_acceleration=False
)
RM = Monitor(name=Name.of("RM"), quota=40, frequency="MONTHLY", suspend_at=100)
ASSUMED = Assumptions(
    hours_per_month=730,
    working_days_per_month=20,
    hours_per_working_day={"": 1, "BUSY_WH": 8},
    clusters=1,
    source="for this test",
    stated_on="2026-01-01",
)


def report(*things: AnyThing, source: Source = Source.DECLARATION, prefix: str = "") -> CostReport:
    about = replace(ABOUT, source=source, prefix=prefix)
    return exposure(Picture(about=about, things=things), assumptions=ASSUMED)


def only(*things: AnyThing, source: Source = Source.DECLARATION) -> WarehouseCost:
    found = report(*things, source=source)
    assert len(found.warehouses) == 1
    return found.warehouses[0]


def test_a_warehouse_that_suspends_costs_nothing_at_rest_and_its_quota_at_most() -> None:
    assert only(WH, RM).month == Range(floor=0, expected=40, ceiling=40)


def test_a_busy_hour_of_a_small_warehouse_is_two_credits() -> None:
    assert only(WH, replace(RM, quota=1000)).month.expected == 2 * 20


def test_without_a_monitor_the_ceiling_is_every_hour_of_every_cluster() -> None:
    found = only(replace(WH, monitor=None, max_clusters=3))
    assert found.month == Range(floor=0, expected=40, ceiling=2 * 3 * 730)
    assert found.monitor is None


def test_a_monitor_without_a_suspending_threshold_bounds_nothing() -> None:
    found = only(WH, replace(RM, suspend_at=None))
    assert found.month.ceiling == 2 * 730
    assert "no monitor stops it" in found.notes


def test_a_threshold_above_the_quota_lets_more_through() -> None:
    assert only(WH, replace(RM, suspend_at=None, suspend_immediately_at=110)).month.ceiling == pytest.approx(44)


def test_the_lower_of_two_thresholds_stops() -> None:
    assert only(WH, replace(RM, suspend_at=100, suspend_immediately_at=110)).month.ceiling == 40


@pytest.mark.parametrize(
    ("frequency", "ceiling"),
    [("DAILY", 40 * 730 / 24), ("WEEKLY", 40 * 730 / 168), ("YEARLY", 40), ("NEVER", 40), (None, 40), ("ODD", 1460)],
)
def test_a_quota_counts_as_often_as_it_is_renewed_in_a_month(frequency: str | None, ceiling: float) -> None:
    assert only(WH, replace(RM, frequency=frequency)).month.ceiling == pytest.approx(ceiling)


@pytest.mark.parametrize(
    ("seconds", "source", "floor"),
    [
        (0, Source.DECLARATION, 1460),
        (None, Source.LIVE, 1460),
        (None, Source.DECLARATION, 0),
        (60, Source.LIVE, 0),
    ],
)
def test_a_warehouse_that_never_suspends_is_paid_at_rest(seconds: int | None, source: Source, floor: float) -> None:
    found = only(replace(WH, auto_suspend=seconds, monitor=None), source=source)
    assert found.month.floor == floor


def test_a_warehouse_that_never_suspends_is_paid_for_its_least_clusters() -> None:
    found = only(replace(WH, auto_suspend=0, monitor=None, min_clusters=2, max_clusters=4))
    assert found.month == Range(floor=2 * 2 * 730, expected=2 * 2 * 730, ceiling=2 * 4 * 730)


@pytest.mark.parametrize(
    ("size", "generation", "type_", "hourly"),
    [
        ("XSMALL", "1", "STANDARD", 1),
        ("X6LARGE", "1", "STANDARD", 512),
        ("2X-Large", "1", "STANDARD", 32),
        ("XSMALL", "2", "STANDARD", 1.35),
        ("X4LARGE", "2", "STANDARD", 172.8),
        ("MEDIUM", None, "SNOWPARK-OPTIMIZED", 6),
        (None, "1", "STANDARD", 1),
        ("XSMALL", None, "STANDARD", 1.35),
    ],
)
def test_credits_per_hour_by_size_generation_and_type(
    size: str | None, generation: str | None, type_: str, hourly: float
) -> None:
    assert only(replace(WH, size=size, generation=generation, type=type_), RM).hourly == hourly


def test_generation_two_is_cheaper_on_azure_and_the_dearest_counts_where_the_cloud_is_not_given() -> None:
    account = Picture(about=ABOUT, things=(replace(WH, size="XSMALL", generation="2"), RM))
    assert exposure(account, cloud="AZURE").warehouses[0].hourly == 1.25
    found = exposure(account).warehouses[0]
    assert found.hourly == 1.35
    assert any("the cloud is not given" in note for note in found.notes)


@pytest.mark.parametrize(
    "change",
    [
        {"size": "X5LARGE", "generation": "2"},
        {"type": "ADAPTIVE"},
        {"type": "SNOWPARK-OPTIMIZED", "size": "XSMALL"},
        {"size": UNKNOWN},
        {"type": UNKNOWN},
        {"max_clusters": UNKNOWN},
        {"auto_suspend": UNKNOWN},
    ],
    ids=str,
)
def test_a_warehouse_without_a_rate_is_not_priced_and_not_counted_as_nothing(change: dict[str, object]) -> None:
    found = report(replace(WH, **change), RM)  # type: ignore[arg-type]
    assert found.warehouses == ()
    assert "warehouse WH" in [one.name for one in found.not_priced]


@pytest.mark.parametrize("change", [{"quota": UNKNOWN}, {"suspend_at": UNKNOWN}, {"frequency": UNKNOWN}], ids=str)
def test_a_monitor_that_is_not_known_bounds_nothing(change: dict[str, object]) -> None:
    found = only(WH, replace(RM, **change))  # type: ignore[arg-type]
    assert found.month.ceiling == 1460
    assert any("no ceiling by a monitor" in note for note in found.notes)


def test_a_monitor_that_two_warehouses_share_bounds_them_once() -> None:
    found = report(WH, replace(WH, name=Name.of("WH2")), RM)
    assert found.month.ceiling == 40
    assert [cost.month.ceiling for cost in found.warehouses] == [40, 40]


def test_the_monitor_of_the_account_bounds_the_total() -> None:
    other = replace(WH, name=Name.of("WH2"), monitor=None)
    account = Monitor(name=Name.of("ALL"), quota=100, suspend_at=90, on_account=True)
    found = report(WH, RM, other, account)
    assert found.month == Range(floor=0, expected=80, ceiling=90)


def test_expected_takes_the_assumed_hours_of_the_warehouse_whatever_the_prefix() -> None:
    busy = replace(WH, name=Name.of("DEV_BUSY_WH"), monitor=None)
    assert report(busy, prefix="DEV_").month.expected == 2 * 8 * 20


def test_the_report_says_what_it_rests_on_and_of_which_day() -> None:
    text = " ".join(report(WH, RM).basis)
    assert rates.shipped().date in text
    assert "for this test (stated on 2026-01-01)" in text


def test_dollars_come_only_from_a_price_in_the_file() -> None:
    account = Picture(about=ABOUT, things=(WH, RM))
    found = exposure(account, assumptions=ASSUMED, edition="ENTERPRISE", region="AWS US East")
    assert found.usd == Range(0, 120, 120)
    assert found.warehouses[0].usd == Range(0, 120, 120)
    assert exposure(account).usd is None
    unknown = exposure(account, edition="ENTERPRISE", region="Moon")
    assert unknown.usd is None
    assert "US dollars" in [one.name for one in unknown.not_priced]


@pytest.mark.parametrize(
    ("change", "priced"),
    [
        ({"query_acceleration": False}, True),
        ({"query_acceleration": True}, False),
        ({"query_acceleration": None, "generation": "2"}, False),
        ({"query_acceleration": None, "generation": "1"}, True),
        ({"query_acceleration": None, "type": "SNOWPARK-OPTIMIZED", "generation": None}, True),
        ({"query_acceleration": UNKNOWN}, False),
    ],
    ids=str,
)
def test_query_acceleration_is_not_priced_unless_it_is_off(change: dict[str, object], priced: bool) -> None:
    names = [one.name for one in report(replace(WH, **change), RM).not_priced]  # type: ignore[arg-type]
    assert ("query acceleration of WH" not in names) is priced


def test_what_is_billed_by_use_is_named() -> None:
    pipe = Other(kind="PIPE", name=Name.of("DB", "S", "P"))
    names = [one.name for one in report(WH, RM, pipe).not_priced]
    assert names == ["Snowpipe", "storage", "cloud services", "data transfer"]


def test_a_difference_shows_the_warehouses_that_change() -> None:
    bigger = replace(WH, size="MEDIUM", monitor=None)
    found = difference(report(WH, RM), report(bigger, RM))
    assert [change.name for change in found.warehouses] == [WH.name]
    before, after = found.warehouses[0].before, found.warehouses[0].after
    assert before is not None
    assert after is not None
    assert (before.hourly, after.hourly) == (2, 4)


def test_a_warehouse_that_comes_or_goes_has_one_side() -> None:
    found = difference(report(), report(WH, RM))
    assert [(change.before, change.after is None) for change in found.warehouses] == [(None, False)]
    assert difference(report(WH, RM), report()).warehouses[0].after is None


def test_a_warehouse_that_is_no_longer_priced_is_told() -> None:
    found = difference(report(WH, RM), report(replace(WH, type="ADAPTIVE"), RM))
    assert [one.name for one in found.unpriced] == ["warehouse WH"]


def test_equal_reports_have_no_difference() -> None:
    assert difference(report(WH, RM), report(WH, RM)).warehouses == ()


def broken(tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "rates.json"
    path.write_text(json.dumps({**json.loads(rates.FILE.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return path


def test_a_broken_rates_file_is_told_by_field(tmp_path: Path) -> None:
    with pytest.raises(RatesError, match=r"rates\.json: date"):
        rates.load(broken(tmp_path, date=7))
    with pytest.raises(RatesError, match=r"rates\.json: surprise"):
        rates.load(broken(tmp_path, surprise=1))
    with pytest.raises(RatesError, match="cannot be read"):
        rates.load(tmp_path / "none.json")


def test_every_figure_of_the_shipped_rates_has_a_source_and_a_day() -> None:
    shipped = rates.shipped()
    assert all(table.source and table.read_on for table in shipped.credits_per_hour)
    assert all(price.source and price.read_on for price in shipped.usd_per_credit)
    assert shipped.assumptions.source
    assert shipped.assumptions.stated_on


sizes = st.sampled_from(["XSMALL", "SMALL", "MEDIUM", "LARGE"])
warehouses = st.builds(
    lambda size, generation, least, more, suspend, monitor: replace(
        WH, size=size, generation=generation, min_clusters=least, max_clusters=least + more, auto_suspend=suspend,
        monitor=monitor,
    ),
    sizes, st.sampled_from(["1", "2"]), st.integers(1, 3), st.integers(0, 3), st.sampled_from([0, 60]),
    st.sampled_from([None, RM.name]),
)  # fmt: skip


@given(warehouses, st.integers(1, 500))
def test_floor_expected_and_ceiling_are_in_order(warehouse: Warehouse, quota: int) -> None:
    month = only(warehouse, replace(RM, quota=quota)).month
    assert 0 <= month.floor <= month.expected <= month.ceiling
