"""A review in every form: what a person reads, and what programs read."""

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ops.review.formats import FORMATS
from ops.review.markdown import LIMIT, comment, marker, plain
from ops.review.model import (
    AccessRow,
    Cost,
    CostRow,
    FindingRow,
    Outcome,
    RenameRow,
    Review,
    StepRow,
    WaiverRow,
)
from policies.risk import Danger

GOLDEN = Path(__file__).parent / "golden"


def finding(rule: str = "SNW-WH-003", subject: str = "WAREHOUSE LOADING_WH", **changed: object) -> FindingRow:
    values: dict[str, object] = {
        "rule": rule, "title": "Warehouses suspend by themselves", "verdict": "fail", "level": "mandatory",
        "severity": "high", "subject": subject, "what": "never suspends", "why": "An idle warehouse costs.",
        "path": "", "do": "set auto-suspend", "blocks": True, "file": "stacks/warehouses.py", "line": 65,
    }  # fmt: skip
    return FindingRow(**{**values, **changed})  # type: ignore[arg-type]


def everything() -> Review:
    """A review with something in each section."""
    step = StepRow(
        operation="delete", kind="Schema", name="analytics-ml", object="ANALYTICS.ML", changed=(),
        risk=Danger.DESTRUCTIVE, reasons=("UNDROP brings it back within 30 days",), approval="data-platform (DATA-1)",
    )  # fmt: skip
    grants = [
        StepRow(operation="create", kind="GrantAccountRole", name=f"g{n}", object="", changed=(), risk=Danger.SAFE)
        for n in range(6)
    ]
    dearer = StepRow(
        operation="update", kind="Warehouse", name="loading", object="LOADING_WH", changed=("size: SMALL → LARGE",),
        risk=Danger.COSTLY, reasons=("it gets bigger",), weakening=("the limit goes up",),
    )  # fmt: skip
    return Review(
        stack="prod",
        base="base 0123456789ab",
        outcome=Outcome.BLOCKED,
        reasons=("SNW-WH-003 Warehouses suspend by themselves: WAREHOUSE LOADING_WH",),
        pack="policy pack snowflake-platform 0.1.0",
        counts={"delete": 1, "update": 1, "create": 6},
        steps=(step, dearer, *grants),
        access=(
            AccessRow(gained=True, who="ANALYST", what="read TABLES in RAW: POS", path="ANALYST -> R", through=("BI",)),
            AccessRow(gained=False, who="LOADER", what="use WAREHOUSE LOADING_WH", path=""),
        ),
        exposure=("weaker: Time Travel in days of DATABASE RAW: 90 → 30",),
        cost=Cost(
            rows=(CostRow(name="LOADING_WH", hourly=(2, 8), before=(0, 42, 60), after=(0, 60, 60)),),
            total=CostRow(name="all warehouses", before=(0, 242, 260), after=(0, 260, 260)),
            not_priced=("storage: depends on the data",),
            rates="Rates of 2026-11-21",
        ),
        lockout=("Deployer would be locked out",),
        renames=(RenameRow(kind="AccountRole", old="A", new="B", breaks=("2 GrantAccountRole",), way="beside it"),),
        new=(finding(), finding(subject="WAREHOUSE REPORTING_WH")),
        existing=(finding("SNW-GOV-002", blocks=False, level="advisory", what="no purpose"),),
        undecided=(finding("SNW-IAM-004", "USER X", verdict="unknown", what="not known", path="X -> Y"),),
        waived=(
            WaiverRow(
                rule="SNW-OPS-002", subject="Schema analytics-ml", owner="data-platform", ticket="DATA-1",
                expires="2026-12-01", days=10,
            ),
        ),
        judged=90,
        rules_changed=("policies/waivers.yaml",),
        blind=("tasks: the role may not see them",),
    )  # fmt: skip


@pytest.mark.parametrize(("form", "name"), [("md", "comment.md"), ("sarif", "review.sarif"), ("junit", "junit.xml"), ("github", "annotations.txt"), ("json", "review.json")])  # fmt: skip  # noqa: E501
def test_each_form_is_as_it_was_read_and_agreed_to(form: str, name: str) -> None:
    text = FORMATS[form](everything())
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"run with GOLDEN=write and look at the difference of {path}"


def test_programs_can_read_what_is_for_programs() -> None:
    assert json.loads(FORMATS["json"](everything()))["version"] == 1
    sarif = json.loads(FORMATS["sarif"](everything()))
    assert sarif["version"] == "2.1.0"
    assert ElementTree.fromstring(FORMATS["junit"](everything())).tag == "testsuites"  # noqa: S314


def test_a_waived_finding_is_a_suppressed_result() -> None:
    results = json.loads(FORMATS["sarif"](everything()))["runs"][0]["results"]
    [waived] = [result for result in results if "suppressions" in result]
    assert waived["ruleId"] == "SNW-OPS-002"


def test_the_comment_begins_with_the_marker_that_finds_it_again() -> None:
    assert comment(everything()).startswith(marker("prod") + "\n")


def test_findings_that_say_the_same_are_one_entry() -> None:
    assert comment(everything()).count("never suspends") == 1


def test_grants_are_counted_because_the_section_on_access_tells_them() -> None:
    assert "6 GrantAccountRole" in comment(everything())


def test_a_comment_fits_into_one_comment_of_github() -> None:
    many = tuple(finding(f"SNW-WH-{n:03}", what="x" * 3000) for n in range(60))
    text = comment(Review(stack="prod", base="b", outcome=Outcome.BLOCKED, new=many))
    assert len(text) <= LIMIT
    assert "cut here" in text


def test_text_from_the_account_is_shown_as_it_is_and_mentions_nobody() -> None:
    shown = plain("<img> @team | `x` [a](b) *b*")
    assert "<img>" not in shown.replace("\\<", "")
    assert "@team" not in shown
    assert "\\|" in shown


def test_a_name_cannot_break_out_of_its_code_span() -> None:
    review = Review(
        stack="prod", base="b", outcome=Outcome.CLEAN, access=(AccessRow(gained=True, who="A`<b>|", what="x", path=""),)
    )
    assert "`A'<b>\\|`" in comment(review)
