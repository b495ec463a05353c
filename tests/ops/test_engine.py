"""The pulumi process: what is passed to it, what comes back, how it fails."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ops import engine
from ops.engine import Target
from ops.errors import OpsError
from ops.events import Event

Program = Callable[[str, str], Path]


def target(tmp_path: Path) -> Target:
    """A target whose pulumi is found on the PATH of the test."""
    return Target("dev", dict(os.environ), tmp_path / "Pulumi.dev.yaml")


def test_preview_names_stack_and_config_and_asks_for_events(program: Program, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program("pulumi", f"import sys, pathlib; pathlib.Path({str(seen)!r}).write_text(chr(10).join(sys.argv[1:]))")
    engine.operate(target(tmp_path), "preview")
    arguments = seen.read_text(encoding="utf-8").splitlines()
    assert arguments[:5] == ["preview", "--stack", "dev", "--config-file", str(tmp_path / "Pulumi.dev.yaml")]
    assert {"--json", "--non-interactive"} <= set(arguments)
    assert "--yes" not in arguments


def test_changes_steps_and_errors_are_collected(program: Program, tmp_path: Path) -> None:
    lines = [
        {"resOutputsEvent": {"metadata": {"op": "create", "urn": "a::b", "type": "snowflake:index/x:X"}}},
        {"resOutputsEvent": {"metadata": {"op": "same", "urn": "a::c", "type": "snowflake:index/x:X"}}},
        {"diagnosticEvent": {"message": "it broke", "severity": "error"}},
        {"summaryEvent": {"resourceChanges": {"create": 1, "same": 1}}},
    ]
    program("pulumi", f"import sys\nfor line in {[json.dumps(line) for line in lines]!r}: print(line)\nsys.exit(255)")
    heard: list[Event] = []
    outcome = engine.operate(target(tmp_path), "up", listen=heard.append)
    assert not outcome.ok
    assert outcome.errors == ["it broke"]
    assert [step.name for step in outcome.steps] == ["b"]
    assert outcome.changed == 1
    assert len(heard) == 4


def test_a_failure_without_events_shows_what_pulumi_printed(program: Program, tmp_path: Path) -> None:
    program("pulumi", "import sys; sys.exit('error: no stack named dev found')")
    assert engine.operate(target(tmp_path), "up").errors == ["error: no stack named dev found"]


def test_pulumi_ends_soon_where_the_account_is_gone(program: Program, tmp_path: Path) -> None:
    program("pulumi", "import time; time.sleep(60)")
    began = time.monotonic()
    outcome = engine.operate(target(tmp_path), "up", needed=lambda: time.monotonic() - began < 1.0)
    assert outcome.errors == ["pulumi up was killed (signal 9)"]
    assert time.monotonic() - began < 20


def test_a_question_that_fails_gives_the_reason(program: Program, tmp_path: Path) -> None:
    program("pulumi", "import sys; sys.exit('error: passphrase must be set')")
    with pytest.raises(OpsError) as caught:
        engine.export(target(tmp_path))
    assert "passphrase must be set" in caught.value.why


def test_without_pulumi_the_message_says_what_to_do(tmp_path: Path) -> None:
    empty = Target("dev", {"PATH": str(tmp_path)}, None)
    with pytest.raises(OpsError) as caught:
        engine.export(empty)
    assert "make toolchain" in caught.value.do
