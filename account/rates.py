"""Prices and assumptions for `account.cost`: a dated file, each number with its source and the day it was read.

Snowflake's own table of rates is a PDF that changes; a figure that is not in the file is "not priced", never 0.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat, ValidationError

FILE = Path(__file__).with_name("rates.json")
Cloud = Literal["AWS", "AZURE", "GCP"]
Confidence = Literal["high", "medium", "low"]


class RatesError(Exception):
    """The file of rates is missing or not as it should be; the text names file and field."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hourly(_Model):
    """Credits per hour and cluster by size, for one type and generation. Without clouds it holds for all of them."""

    type: str
    generation: str
    clouds: tuple[Cloud, ...]
    sizes: dict[str, PositiveFloat]
    source: str
    read_on: str
    confidence: Confidence


class Price(_Model):
    """US dollars per credit by edition, list price of one region."""

    region: str
    editions: dict[str, PositiveFloat]
    source: str
    read_on: str
    confidence: Confidence


class Assumptions(_Model):
    """What `expected` rests on.

    Attributes:
        hours_per_month: hours that something runs that never stops.
        hours_per_working_day: busy hours by warehouse, named without the prefix of the environment; "" for all others.
        clusters: clusters that run then.
    """

    hours_per_month: PositiveFloat
    working_days_per_month: PositiveFloat
    hours_per_working_day: dict[str, float]
    clusters: int
    source: str
    stated_on: str

    def hours(self, warehouse: str, prefix: str = "") -> float:
        """Busy hours of a warehouse per month."""
        name = warehouse.removeprefix(prefix)
        per_day = self.hours_per_working_day.get(name, self.hours_per_working_day.get("", 0.0))
        return min(per_day * self.working_days_per_month, self.hours_per_month)


class Rates(_Model):
    """All figures; `date` is the day on which the file was last looked through."""

    date: str
    credits_per_hour: tuple[Hourly, ...]
    usd_per_credit: tuple[Price, ...]
    assumptions: Assumptions

    def hourly(self, type: str, size: str, generation: str, cloud: Cloud | None = None) -> Hourly | None:
        """The table that prices a warehouse; where the cloud is not known the dearest one, None where there is none."""
        found = [
            table
            for table in self.credits_per_hour
            if table.type == type
            and table.generation in ("", generation)
            and size in table.sizes
            and (cloud is None or not table.clouds or cloud in table.clouds)
        ]
        return max(found, key=lambda table: table.sizes[size], default=None)

    def price(self, edition: str, region: str) -> Price | None:
        """The list prices of a region, if the file has them for that edition."""
        return next((one for one in self.usd_per_credit if one.region == region and edition in one.editions), None)


def load(path: Path = FILE) -> Rates:
    """The rates of a file.

    Raises:
        RatesError: it cannot be read, or a field is missing, unknown or of the wrong type.
    """
    try:
        return Rates.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RatesError(f"{path.name} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise RatesError(f"{path.name}: {field or 'the file'}: {first['msg']}") from error


@cache
def shipped() -> Rates:
    """The rates that come with the platform."""
    return load()
