"""Which properties a warehouse may have together, and what it has when nothing is said.

Source: docs.snowflake.com CREATE WAREHOUSE and "Snowflake generation 2 standard warehouses". A new account is assumed
to be young enough for generation 2 to be the default.
"""

from __future__ import annotations

from collections.abc import Mapping

from local.errors import compilation_error, unsupported
from local.model import Json
from local.parameters import SIZES
from local.reader import Value
from local.statements.common import one_of

DEFAULTS: dict[str, Json] = {
    "WAREHOUSE_TYPE": "STANDARD",
    "WAREHOUSE_SIZE": "X-Small",
    "GENERATION": "2",
    "RESOURCE_CONSTRAINT": None,
    "MAX_CLUSTER_COUNT": 1,
    "MIN_CLUSTER_COUNT": 1,
    "SCALING_POLICY": "STANDARD",
    "AUTO_SUSPEND": 600,
    "AUTO_RESUME": True,
    "ENABLE_QUERY_ACCELERATION": False,
    "QUERY_ACCELERATION_MAX_SCALE_FACTOR": 8,
}
"""What UNSET and CREATE give; a new generation 2 or multi-cluster warehouse accelerates queries with factor 2."""

STANDARD, SNOWPARK = "STANDARD", "SNOWPARK-OPTIMIZED"
_ORDER = tuple(dict.fromkeys(SIZES.values()))
_GENERATIONS = {"STANDARD_GEN_1": "1", "STANDARD_GEN_2": "2"}
_MEMORY = {
    "MEMORY_1X": ("X-Small", "4X-Large"),
    "MEMORY_1X_X86": ("X-Small", "4X-Large"),
    "MEMORY_16X": ("Medium", "6X-Large"),
    "MEMORY_16X_X86": ("Medium", "4X-Large"),
    "MEMORY_64X": ("Large", "4X-Large"),
    "MEMORY_64X_X86": ("Large", "4X-Large"),
}
"""Resource constraints of Snowpark-optimized warehouses with the smallest and largest size."""

MAX_CLUSTERS = {
    "X-Small": 300,
    "Small": 300,
    "Medium": 300,
    "Large": 160,
    "X-Large": 80,
    "2X-Large": 40,
    "3X-Large": 20,
}
"""Upper limits by size (docs: Multi-cluster warehouses), 10 for the sizes above."""


def new_properties(given: Mapping[str, Value]) -> dict[str, Json]:
    """All properties of a new warehouse from those in its CREATE."""
    values: dict[str, Json] = {n: v for n, v in given.items() if not isinstance(v, tuple)}
    kind = str(values.get("WAREHOUSE_TYPE") or STANDARD)
    defaults = dict(DEFAULTS)
    if kind == SNOWPARK:
        defaults |= {"WAREHOUSE_SIZE": "Medium", "GENERATION": None, "RESOURCE_CONSTRAINT": "MEMORY_16X"}
    props = defaults | {name: value for name, value in values.items() if value is not None or name == "AUTO_SUSPEND"}
    _align_generation(props, set(values))
    clusters = props["MAX_CLUSTER_COUNT"]
    multi = isinstance(clusters, int) and clusters > 1
    if "ENABLE_QUERY_ACCELERATION" not in values and (props["GENERATION"] == "2" or multi):
        props["ENABLE_QUERY_ACCELERATION"] = True
        props["QUERY_ACCELERATION_MAX_SCALE_FACTOR"] = values.get("QUERY_ACCELERATION_MAX_SCALE_FACTOR") or 2
    return props


def _align_generation(props: dict[str, Json], given: set[str]) -> None:
    """RESOURCE_CONSTRAINT = STANDARD_GEN_n is another way of saying GENERATION; both must agree."""
    constraint = str(props.get("RESOURCE_CONSTRAINT") or "").upper()
    if constraint not in _GENERATIONS:
        return
    if "GENERATION" in given and props.get("GENERATION") != _GENERATIONS[constraint]:
        raise compilation_error("GENERATION and RESOURCE_CONSTRAINT do not agree.")
    props["GENERATION"] = _GENERATIONS[constraint]
    props["RESOURCE_CONSTRAINT"] = None


def checked(props: Mapping[str, Json], edition: str, given: set[str] | None = None) -> dict[str, Json]:
    """The properties in stored spelling; 001008 for values that are out of range or do not go together.

    ``given`` are the names that the running ALTER sets or unsets.
    """
    result = dict(props)
    size = str(result["WAREHOUSE_SIZE"])
    result["WAREHOUSE_SIZE"] = SIZES[one_of("WAREHOUSE_SIZE", size.upper(), SIZES)]
    result["SCALING_POLICY"] = one_of("SCALING_POLICY", str(result["SCALING_POLICY"]), ("STANDARD", "ECONOMY"))
    if result["WAREHOUSE_TYPE"] == "ADAPTIVE":
        raise unsupported("WAREHOUSE_TYPE = ADAPTIVE")
    one_of("WAREHOUSE_TYPE", str(result["WAREHOUSE_TYPE"]), (STANDARD, SNOWPARK))
    _align_generation(result, given or set())
    _check_kind(result, given or set())
    _check_clusters(result, edition)
    _between("AUTO_SUSPEND", result["AUTO_SUSPEND"], 0, 2**31 - 1)
    _between("QUERY_ACCELERATION_MAX_SCALE_FACTOR", result["QUERY_ACCELERATION_MAX_SCALE_FACTOR"], 0, 100)
    if edition == STANDARD and result["ENABLE_QUERY_ACCELERATION"]:
        if "ENABLE_QUERY_ACCELERATION" in (given or set()):
            raise unsupported("QUERY ACCELERATION")
        result["ENABLE_QUERY_ACCELERATION"] = False
    return result


def _check_kind(props: dict[str, Json], given: set[str]) -> None:
    constraint = str(props.get("RESOURCE_CONSTRAINT") or "").upper()
    size = _ORDER.index(str(props["WAREHOUSE_SIZE"]))
    if props["WAREHOUSE_TYPE"] == STANDARD:
        if constraint and "RESOURCE_CONSTRAINT" in given:
            raise compilation_error(f"RESOURCE_CONSTRAINT '{constraint}' needs WAREHOUSE_TYPE = 'SNOWPARK-OPTIMIZED'.")
        props["RESOURCE_CONSTRAINT"] = None
        generation = one_of("GENERATION", str(props.get("GENERATION") or "2"), ("1", "2"))
        if generation == "2" and size > _ORDER.index("4X-Large"):
            raise compilation_error("Generation 2 warehouses go up to size 4X-Large.")
        props["GENERATION"] = generation
        return
    if "GENERATION" in given and props.get("GENERATION") is not None:
        raise compilation_error("GENERATION does not apply to Snowpark-optimized warehouses.")
    props["GENERATION"] = None
    smallest, largest = _MEMORY[one_of("RESOURCE_CONSTRAINT", constraint or "MEMORY_16X", _MEMORY)]
    if not _ORDER.index(smallest) <= size <= _ORDER.index(largest):
        raise compilation_error(f"Resource constraint {constraint} needs a size from {smallest} to {largest}.")
    props["RESOURCE_CONSTRAINT"] = (constraint or "MEMORY_16X").replace("X86", "x86")


def _check_clusters(props: Mapping[str, Json], edition: str) -> None:
    limit = 1 if edition == STANDARD else MAX_CLUSTERS.get(str(props["WAREHOUSE_SIZE"]), 10)
    least, most = props["MIN_CLUSTER_COUNT"], props["MAX_CLUSTER_COUNT"]
    _between("MAX_CLUSTER_COUNT", most, 1, limit)
    _between("MIN_CLUSTER_COUNT", least, 1, limit)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        raise compilation_error(f"MIN_CLUSTER_COUNT ({least}) must not be greater than MAX_CLUSTER_COUNT ({most}).")


def _between(name: str, value: Json, low: int, high: int) -> None:
    if value is not None and not (isinstance(value, int) and low <= value <= high):
        raise compilation_error(f"invalid value [{value}] for parameter '{name}'. Allowed: {low} to {high}")
