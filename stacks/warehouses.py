"""R2: warehouses."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.base import AccountObject, Key, Seconds
from stacks.names import Identifier


class WarehouseSize(StrEnum):
    """Sizes of a standard warehouse; each doubles the credits per hour of the one before, starting at 1."""

    XSMALL = "XSMALL"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"
    XLARGE = "XLARGE"
    XXLARGE = "XXLARGE"
    XXXLARGE = "XXXLARGE"
    X4LARGE = "X4LARGE"
    X5LARGE = "X5LARGE"
    X6LARGE = "X6LARGE"


class Generation(StrEnum):
    """Hardware generation. A warehouse created without one is Gen2, which costs more credits per hour."""

    GEN1 = "1"
    GEN2 = "2"


class Warehouse(AccountObject):
    """A warehouse, created suspended, with a resource monitor of its own.

    Attributes:
        auto_suspend: seconds of idleness after which it stops.
        max_clusters: more than one needs Enterprise edition; further clusters start only when queries queue.
        statement_timeout: seconds after which a running statement is cancelled.
        queued_timeout: seconds a statement may wait in the queue.
        monitor: key of its resource monitor.
        query_acceleration: stated because Snowflake turns it on where it is left out.
        generation: used where the plugin knows it (2.x).
    """

    comment: str
    size: WarehouseSize
    auto_suspend: Seconds = 60
    max_clusters: Annotated[int, Field(ge=1, le=10)] = 1
    statement_timeout: Seconds
    queued_timeout: Seconds = 600
    monitor: Key
    query_acceleration: bool = False
    generation: Generation = Generation.GEN1


def declared() -> tuple[Warehouse, ...]:
    """The warehouses of the platform. A new warehouse is a new entry here (and a monitor in `monitors.py`)."""
    return (
        Warehouse(
            key="loading",
            name=Identifier("LOADING_WH"),
            comment="Loads source data into RAW",
            size=WarehouseSize.SMALL,
            statement_timeout=3600,
            monitor="loading",
        ),
        Warehouse(
            key="transforming",
            name=Identifier("TRANSFORMING_WH"),
            comment="Runs dbt",
            size=WarehouseSize.MEDIUM,
            statement_timeout=3600,
            monitor="transforming",
        ),
        Warehouse(
            key="reporting",
            name=Identifier("REPORTING_WH"),
            comment="Dashboards and analysts",
            size=WarehouseSize.SMALL,
            max_clusters=2,
            statement_timeout=900,
            monitor="reporting",
        ),
    )
