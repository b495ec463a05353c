"""The rule book as a policy pack of plain Pulumi, on the local Snowflake."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from policies.evidence import PackRun, executed, version
from policies.judge import PRODUCTION
from policies.rule import Evidence, Level
from policies.rules import RULES
from tests.e2e.workspace import REPOSITORY, SECONDS, Workspace, said

PROGRAM = ("infra", "stacks", "account", "policies")
Done = subprocess.CompletedProcess[str]


class Checkout:
    """A copy of the program and the rule book, in which a line can be changed."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.folder = folder
        self.workspace = workspace
        folder.mkdir()
        for name in PROGRAM:
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(REPOSITORY / name, folder)
        (folder / ".venv").symlink_to(REPOSITORY / ".venv")

    def edit(self, path: str, old: str, new: str) -> None:
        """Change the text of a file, in which `old` must stand."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def pulumi(self, *arguments: str, stack: str = "dev") -> Done:
        """Plain pulumi in this checkout, with what `ops local env` exports."""
        place = self.workspace
        exported = json.loads(place.ops("local", "env", "--stack", stack, "--account", place.account, "--json").stdout)
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**place.environment, **exported, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def preview(self, *flags: str, stack: str = "dev") -> Done:
        """A preview of a stack."""
        file = str(self.workspace.place.overlay(stack))
        return self.pulumi("preview", "--stack", stack, "--config-file", file, *flags, stack=stack)


@pytest.fixture
def checkout(dev: Workspace, tmp_path: Path) -> Checkout:
    """A checkout of its own beside an account in which stack dev is up."""
    return Checkout(tmp_path / "checkout", dev)


def _run(done: Done) -> PackRun:
    return executed(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def _mandatory(environment: str) -> list[str]:
    return [
        id
        for id, rule in RULES.items()
        if Evidence.PULUMI in rule.evidence and rule.level(environment) is Level.MANDATORY
    ]


@pytest.mark.parametrize("stack", ["dev", PRODUCTION])
def test_the_platform_passes_and_every_mandatory_rule_was_judged(checkout: Checkout, stack: str) -> None:
    done = checkout.preview("--policy-pack", "policies", "--json", stack=stack)
    assert done.returncode == 0, said(done)
    run = _run(done)
    assert (run.ran, run.version) == (True, version())
    assert run.missing(_mandatory(stack)) == ()
    assert [violation.message for violation in run.violations] == []


def test_a_preview_without_the_pack_is_no_proof(checkout: Checkout) -> None:
    run = _run(checkout.preview("--json"))
    assert (run.ran, run.version) == (False, "")
    assert run.missing(_mandatory("dev")) == tuple(sorted(_mandatory("dev")))


def test_an_unsafe_program_is_refused_before_anything_changes(checkout: Checkout) -> None:
    checkout.edit("infra/warehouses.py", 'auto_resume="true"', 'auto_resume="false"')
    done = checkout.preview("--policy-pack", "policies")
    assert done.returncode != 0
    text = said(done)
    assert "[mandatory] [severity: high]  SNW-WH-003  (snowflake:index:Warehouse: loading)" in text
    assert "SNW-WH-003 WAREHOUSE DEV_LOADING_WH: does not resume by itself" in text
    assert "Traceback" not in text
    file = str(checkout.workspace.place.overlay("dev"))
    flags = ("--stack", "dev", "--config-file", file, "--policy-pack", "policies", "--yes", "--skip-preview")
    done = checkout.pulumi("up", *flags)
    assert done.returncode != 0
    assert "does not resume by itself" in said(done)
    assert checkout.workspace.changes("dev") == {}


def test_a_broken_rule_configuration_stops_everything(checkout: Checkout) -> None:
    (checkout.folder / "policies/config/dev.yaml").write_text("SNW-WH-003: {max_second: 90}\n", encoding="utf-8")
    done = checkout.preview("--policy-pack", "policies")
    assert done.returncode != 0
    assert "policies/config/dev.yaml:1: SNW-WH-003.max_second = 90" in said(done)
    assert "use one of level, max_seconds" in said(done)


def test_no_configuration_from_the_command_line_changes_a_level(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"all": "disabled"}', encoding="utf-8")
    done = checkout.preview("--policy-pack", "policies", "--policy-pack-config", str(tmp_path / "config.json"))
    assert done.returncode != 0
    assert "does not support config" in said(done)


def test_a_state_can_be_judged_without_program_and_account(checkout: Checkout, tmp_path: Path) -> None:
    exported = checkout.pulumi("stack", "export", "--stack", "dev")
    state = tmp_path / "state.json"
    state.write_text(exported.stdout, encoding="utf-8")
    analyze = ("policy", "analyze", "--file", str(state), "--policy-pack", "policies")
    done = checkout.pulumi(*analyze)
    assert done.returncode == 0, said(done)
    state.write_text(exported.stdout.replace('"autoResume": "true"', '"autoResume": "false"'), encoding="utf-8")
    done = checkout.pulumi(*analyze)
    assert done.returncode != 0
    assert "SNW-WH-003 WAREHOUSE DEV_LOADING_WH: does not resume by itself" in said(done)
