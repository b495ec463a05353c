"""Examples of the rules on warehouses and what they may cost."""

from __future__ import annotations

from account.things import Warehouse
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, inputs, on_pictures, set_fields

EXAMPLES: tuple[Example, ...] = (
    *on_pictures(
        "SNW-WH-003",
        "a warehouse never suspends by itself",
        lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_suspend=None),
        what="never suspends",
    ),
    *on_pictures(
        "SNW-WH-003",
        "a warehouse runs idle for too long",
        lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_suspend=301),
        what="301 s",
    ),
    *on_pictures(
        "SNW-WH-003",
        "a warehouse does not resume by itself",
        lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_resume=False),
    ),
    *on_pictures(
        "SNW-WH-003",
        "nobody knows when a warehouse suspends",
        lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_suspend=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-WH-003",
        "a warehouse with the provider's word for unset",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", autoSuspend=-1.0),
    ),
    Example(
        "SNW-WH-003",
        "a warehouse that leaves resuming to the default in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", autoResume="false"),
    ),
)
