"""The workflows: valid, without the usual security mistakes, and doing nothing that cannot be run here."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / ".github" / "actions" / "setup" / "action.yml"
TOOLS = Path(sys.executable).parent


def jobs() -> Iterator[tuple[str, dict[str, object]]]:
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            yield f"{path.stem}.{name}", job


def steps(job: dict[str, object]) -> list[dict[str, object]]:
    found = job.get("steps", [])
    return found if isinstance(found, list) else []


def checked(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_workflows_are_what_github_accepts() -> None:
    checked(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    checked(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)


def test_workflows_have_no_known_security_mistake() -> None:
    checked(TOOLS / "zizmor", "--offline", "--no-progress", "--min-severity", "medium", ROOT / ".github")


@pytest.mark.parametrize(("name", "job"), [pytest.param(*entry, id=entry[0]) for entry in jobs()])
def test_a_job_ends_and_has_only_the_rights_it_names(name: str, job: dict[str, object]) -> None:
    assert "permissions" in job
    assert "timeout-minutes" in job or "uses" in job


def test_a_pull_request_meets_no_secret_and_an_account_only_where_that_is_switched_on() -> None:
    text = (ROOT / ".github" / "workflows" / "pull-request.yml").read_text()
    assert "secrets." not in text
    assert "pull_request_target" not in text
    content = yaml.safe_load(text)["jobs"]
    for name, job in content.items():
        if job["permissions"].get("id-token"):
            assert "vars.REVIEW_REAL_ACCOUNT == 'true'" in job["if"], name
            assert "head.repo.full_name == github.repository" in job["if"], name


def test_prod_waits_for_qa_and_qa_for_dev() -> None:
    content = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    assert (content["qa"]["needs"], content["prod"]["needs"]) == ("dev", "qa")
    stack = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy-stack.yml").read_text())["jobs"]["up"]
    assert stack["environment"] == "${{ inputs.stack }}"


def test_every_command_of_a_workflow_is_a_script_or_target_of_this_repository() -> None:
    targets = (ROOT / "Makefile").read_text()
    for name, job in jobs():
        for step in steps(job):
            command = str(step.get("run", "")).split()
            if not command:
                continue
            if command[0] == "make":
                assert f"\n{command[1]}:" in targets, name
            else:
                assert os.access(ROOT / command[0], os.X_OK), f"{name}: {command[0]}"
