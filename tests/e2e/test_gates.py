"""Nothing reaches an account that the rules refuse: not from the declaration, the program, the plan or a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.e2e import clone as clones
from tests.e2e.clone import Clone

pytestmark = [pytest.mark.timeout(280), pytest.mark.xdist_group("gates")]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A repository of the test's own with stack qa up on its local account."""
    made = clones.clone(tmp_path_factory.mktemp("gates") / "repository", tmp_path_factory.mktemp("gates-local"))
    made.ops("up", "--stack", "qa", "--no-proof")
    yield made
    made.ops("local", "stop", code=None)


@pytest.fixture(autouse=True)
def unchanged(clone: Clone) -> Iterator[None]:
    """What is refused changes nothing in the account, and the working tree is put back."""
    yield
    clone.restore()


def account(clone: Clone) -> str:
    """The whole catalogue of the local account as text."""
    data = clone.base / "accounts" / "MAIN"
    return clone.run(".venv-local/bin/python", "-m", "local", "dump", "--data-dir", str(data), code=0).stdout


def test_an_unsafe_declaration_is_refused_before_anything_starts(tmp_path: Path, clone: Clone) -> None:
    clone.edit("stacks/warehouses.py", "auto_suspend: Seconds = 60", "auto_suspend: Seconds = 3600")
    elsewhere = Clone(clone.folder, tmp_path / "local")
    done = elsewhere.ops("up", "--stack", "dev", code=1)
    assert "SNW-WH-003" in done.stderr
    assert not list(elsewhere.base.glob("accounts/*/catalogue.sqlite"))


def test_an_unsafe_program_is_refused_by_the_pack_before_anything_changes(clone: Clone) -> None:
    before = account(clone)
    clone.edit("infra/warehouses.py", "auto_suspend=warehouse.auto_suspend", "auto_suspend=3600")
    done = clone.ops("up", "--stack", "qa", code=1)
    assert "the rules refuse this preview of stack qa" in done.stderr
    assert account(clone) == before


def test_a_schema_is_not_deleted_without_an_approval_and_is_with_one(clone: Clone) -> None:
    before = account(clone)
    clone.edit("stacks/databases.py", 'source("ML", "Model registry and feature store"),', "")
    done = clone.ops("up", "--stack", "qa", code=1)
    assert "SNW-OPS-002" in done.stderr
    assert account(clone) == before
    today = datetime.now(UTC).date()
    subject = next(line for line in done.stderr.splitlines() if "SNW-OPS-002" in line).strip()
    waiver = {
        "rule": "SNW-OPS-002", "resource": subject.removeprefix("SNW-OPS-002 ").partition(":")[0], "stack": "qa",
        "owner": "data-platform", "reason": "Models moved to another platform.", "ticket": "DATA-2",
        "since": str(today), "expires": str(today + timedelta(days=3)),
    }  # fmt: skip
    (clone.folder / "policies" / "waivers.yaml").write_text(yaml.safe_dump([waiver]))
    clone.ops("up", "--stack", "qa")
    assert "QA_ECOMMERCE_ANALYTICS.ML" in before
    assert "QA_ECOMMERCE_ANALYTICS.ML" not in account(clone)


def test_a_preview_tells_what_the_rules_say_and_its_exit_code_says_it_too(clone: Clone) -> None:
    clone.edit("stacks/monitors.py", "suspend_at: Percent = 100", "suspend_at: Percent = 500")
    done = clone.ops("preview", "--stack", "qa", code=1)
    assert "SNW-WH-002" in done.stderr


def test_the_scripts_of_the_workflows_do_here_what_they_do_there(clone: Clone, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    done = clone.run(".ci/review.sh", code=0, STACK="qa", BASE="HEAD", GITHUB_STEP_SUMMARY=str(summary))
    assert done.stdout == ""
    out = clone.folder / "build" / "review" / "qa"
    assert json.loads((out / "review.json").read_text())["outcome"] == "clean"
    assert summary.read_text() == (out / "comment.md").read_text()
    clone.edit("stacks/warehouses.py", "auto_suspend: Seconds = 60", "auto_suspend: Seconds = 3600")
    blocked = clone.run(".ci/review.sh", code=1, STACK="qa", BASE="HEAD")
    assert "::error file=stacks/warehouses.py" in blocked.stdout
    assert "SNW-WH-003" in clone.run(".ci/deploy.sh", code=1, STACK="qa").stderr


def test_the_nightly_script_is_clean_until_somebody_grants_by_hand(clone: Clone) -> None:
    clone.run(".ci/nightly.sh", code=0, STACK="qa")
    out = clone.folder / "build" / "nightly" / "qa"
    assert "clean" in (out / "drift.md").read_text()
    by_hand = "GRANT USAGE ON DATABASE QA_ECOMMERCE_RAW TO ROLE PUBLIC"
    clone.ops("sql", "--stack", "qa", "--user", "LOCAL_ADMIN", "-q", by_hand)
    try:
        clone.run(".ci/nightly.sh", code=1, STACK="qa")
        report = (out / "report.md").read_text()
        assert "SNW-RBAC-008" in report
        assert "REVOKE USAGE ON DATABASE" in report
    finally:
        clone.ops(
            "sql",
            "--stack",
            "qa",
            "--user",
            "LOCAL_ADMIN",
            "-q",
            by_hand.replace("GRANT", "REVOKE").replace(" TO ", " FROM "),
        )


def test_a_runner_without_an_identity_is_told_what_is_missing(clone: Clone, tmp_path: Path) -> None:
    clone.edit("Pulumi.qa.yaml", "config:\n", "config:\n  snowflake-platform:login: workload_identity\n")
    variables = {"STACK": "qa", "RUNNER_TEMP": str(tmp_path), "GITHUB_ENV": str(tmp_path / "env")}
    done = clone.run(".ci/login.sh", code=2, **variables, ACTIONS_ID_TOKEN_REQUEST_URL="")
    assert "id-token: write" in done.stderr
