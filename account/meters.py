"""What costs money in an account besides the credits of warehouses, and for which there is no figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from account.picture import Picture
from account.things import Table, Warehouse
from account.values import Undecided, known

_METERS = {
    "PIPE": "Snowpipe", "TASK": "serverless tasks", "ALERT": "serverless alerts", "COMPUTE POOL": "compute pools",
    "MATERIALIZED VIEW": "maintenance of materialized views", "CORTEX SEARCH SERVICE": "Cortex search",
    "SERVICE": "container services", "REPLICATION GROUP": "replication", "FAILOVER GROUP": "replication",
}  # fmt: skip
_ALWAYS = (
    ("storage", "depends on how much data is kept, Time Travel and Fail-safe included"),
    (
        "cloud services",
        "free up to 10 % of the warehouse credits of each UTC day; what goes beyond depends on the work",
    ),
    ("data transfer", "depends on where data goes"),
)


@dataclass(frozen=True, slots=True)
class NotPriced:
    """Something that costs, or may cost, and for which there is no figure."""

    name: str
    why: str


def meters(picture: Picture) -> Iterator[NotPriced]:
    """Everything in a picture that costs by use, whatever its size."""
    for warehouse in picture.all(Warehouse):
        why = _acceleration(warehouse)
        if why:
            yield NotPriced(f"query acceleration of {warehouse.name}", why)
    kinds = {thing.type if isinstance(thing, Table) else thing.kind for thing in picture.things}
    for meter in sorted({meter for kind, meter in _METERS.items() if kind in kinds}):
        yield NotPriced(meter, "serverless: billed by use, and not stopped by resource monitors")
    yield from (NotPriced(name, why) for name, why in _ALWAYS)


def _acceleration(warehouse: Warehouse) -> str:
    """Why query acceleration of a warehouse may cost; empty where it is off."""
    try:
        on, generation = known(warehouse.query_acceleration), known(warehouse.generation)
        standard = known(warehouse.type).upper() == "STANDARD"
    except Undecided as undecided:
        return f"{undecided}"
    if on:
        return "comes on top of the warehouse, and of its ceiling"
    if on is None and standard and generation != "1":
        # docs.snowflake.com/en/user-guide/warehouses-gen2, "Query Acceleration Service"
        return "not set: on by default in a new warehouse of generation 2"
    return ""
