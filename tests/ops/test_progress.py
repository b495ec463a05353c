"""What a person sees while an operation works."""

import io

import pytest
from rich.console import Console

from ops.engine import Outcome
from ops.events import Message, PropertyChange, Step
from ops.progress import Phases, Progress, summary

URN = "urn:pulumi:dev::p::snowflake:index/warehouse:Warehouse::loading"
WAREHOUSE = "snowflake:index/warehouse:Warehouse"


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to standard error."""
    stream = io.StringIO()
    monkeypatch.setattr("ops.console.err", Console(file=stream, width=200, soft_wrap=True))
    return stream


def step(operation: str, kind: str = WAREHOUSE, *, failed: bool = False, change: str = "") -> Step:
    """A finished step."""
    properties = (PropertyChange("warehouseSize", "update", '"XSMALL"', change),) if change else ()
    return Step(operation, URN, kind, planning=True, done=True, failed=failed, properties=properties)


def test_changes_are_shown_and_the_rest_is_counted(screen: io.StringIO) -> None:
    progress = Progress("preview")
    progress(step("same"))
    progress(step("update", change='"LARGE"'))
    assert screen.getvalue().splitlines() == [
        "  ~ Warehouse                    loading",
        '      warehouseSize: "XSMALL" -> "LARGE"',
    ]
    assert progress.seen == 2


def test_what_is_no_snowflake_object_is_shown_only_if_it_fails(screen: io.StringIO) -> None:
    progress = Progress("up")
    progress(step("create", "pulumi:providers:snowflake"))
    assert screen.getvalue() == ""
    progress(step("create", "pulumi:providers:snowflake", failed=True))
    assert "failed" in screen.getvalue()


def test_an_error_is_shown_once_although_the_bridge_logs_it_too(screen: io.StringIO) -> None:
    progress = Progress("up")
    progress(Message("error", "  sdk-v2/provider2.go:572: no such role", URN))
    progress(Message("error", "no such role", URN))
    assert screen.getvalue().splitlines() == ["error: loading: no such role"]


def test_markup_in_a_message_is_text(screen: io.StringIO) -> None:
    Progress("up")(Message("warning", "[red]x[/red]", ""))
    assert "[red]x[/red]" in screen.getvalue()


def test_the_summary_tells_what_happened_or_would() -> None:
    changes = {"create": 2, "same": 5, "update": 0}
    assert summary(Outcome("up", seconds=1.26, changes=changes)) == "2 created, 5 unchanged (1.3 s)"
    assert summary(Outcome("preview", seconds=1.0, changes=changes)) == "2 to create, 5 unchanged (1.0 s)"
    assert summary(Outcome("destroy", seconds=1.0)) == "nothing to do (1.0 s)"


def test_phases_are_measured_even_when_they_fail() -> None:
    phases = Phases()
    with pytest.raises(ZeroDivisionError), phases.phase("up"):
        raise ZeroDivisionError
    assert [name for name, _ in phases.entries] == ["up"]
