"""Examples of the rules on the rule book itself: waivers, and what was not seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from account.picture import BlindSpot
from account.values import UNKNOWN
from policies.rule import Case, Evidence, Verdict
from policies.waivers import FILE
from tests.policies.examples import Example, blind, file, inputs, on_pictures

TODAY = datetime.now(UTC).date()


def _waiver(case: Case, since: int = 0, days: int = 30, **changes: str) -> Case:
    """The case with one waiver that began some days ago and runs for some days."""
    begin = TODAY - timedelta(days=since)
    values = {
        "rule": "SNW-WH-003", "resource": "WAREHOUSE LOADING_WH", "stack": "prod", "owner": "data-platform",
        "reason": "until it is split", "ticket": "DATA-1", "since": f"{begin}", "expires": f"{begin + timedelta(days)}",
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in {**values, **changes}.items() if value]
    return file(case, FILE, "- " + "\n  ".join(lines))


def _files(name: str, since: int = 0, days: int = 30, what: str = "", **changes: str) -> Example:
    return Example("SNW-MON-003", name, Evidence.FILES, lambda case: _waiver(case, since, days, **changes), what=what)


EXAMPLES: tuple[Example, ...] = (
    _files("a waiver expired yesterday", since=31, what="expired on"),
    _files("a waiver runs for 91 days", days=91, what="91 days; at most 90"),
    _files("a waiver of a rule that does not exist", rule="SNW-WH-999", what="does not exist"),
    _files("a waiver of the rule about waivers", rule="SNW-MON-003", what="rule about waivers"),
    _files("a waiver for a stack that does not exist", stack="production", what="use one of dev, prod, qa"),
    _files("a waiver without owner", owner="", what="owner = missing"),
    _files("a waiver for everything", resource="WAREHOUSE *", what="resource"),
    _files("a waiver that ends before it begins", days=-1, what="before"),
    _files("a waiver with a misspelt field", ticked="DATA-1", what="ticked"),
    Example("SNW-MON-003", "a waiver that ends today", Evidence.FILES, lambda case: _waiver(case, 30),
            verdict=Verdict.PASS),
    Example("SNW-MON-003", "a waiver of 90 days", Evidence.FILES, lambda case: _waiver(case, 0, 90),
            verdict=Verdict.PASS),
    Example("SNW-MON-003", "text that is no YAML", Evidence.FILES, lambda case: file(case, FILE, "- {"), what="YAML"),
    *on_pictures(
        "SNW-MON-004",
        "grants that were not shown",
        lambda case: blind(case, BlindSpot("grants of role X", "the role may not show them", kinds=("GRANT",))),
        what="the role may not show them",
    ),
    *on_pictures(
        "SNW-MON-004",
        "a gap that no rule needs",
        lambda case: blind(case, BlindSpot("pipes", "the role may not show them", kinds=("PIPE",))),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-MON-004",
        "a grant whose role is not known",
        Evidence.PULUMI,
        lambda case: inputs(case, "admin-transformer", "GrantAccountRole", roleName=UNKNOWN),
        what="GrantAccountRole",
    ),
)  # fmt: skip
