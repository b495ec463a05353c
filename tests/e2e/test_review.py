"""`ops review` of a repository of the test's own: changes from harmless to unsafe, against a base that is kept."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.e2e import clone as clones
from tests.e2e.clone import Clone

pytestmark = [pytest.mark.timeout(280), pytest.mark.xdist_group("review")]
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return clones.clone(tmp_path_factory.mktemp("review") / "repository", tmp_path_factory.mktemp("review-local"))


@pytest.fixture(autouse=True)
def unchanged(clone: Clone) -> Iterator[None]:
    yield
    clone.restore()


def same_everywhere(comment: str) -> str:
    """A comment without what differs from run to run: the commit."""
    return re.sub(r"base [0-9a-f]{12}", "base COMMIT", comment)


def check_golden(name: str, text: str) -> None:
    """Compares with a file of tests/e2e/golden; GOLDEN=write writes it anew."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"run with GOLDEN=write and look at the difference of {path}"


def test_no_change_is_clean(clone: Clone) -> None:
    done = clone.review(code=0)
    check_golden("review_clean.md", same_everywhere(done.stdout))


def test_an_unsafe_change_is_blocked_with_everything_it_does(clone: Clone, tmp_path: Path) -> None:
    clone.edit(
        "stacks/roles.py",
        'access=_access("analytics", read),',
        'access=(*_access("analytics", read), *_access("raw", read)),',
    )
    clone.edit("stacks/warehouses.py", "size=WarehouseSize.MEDIUM", "size=WarehouseSize.XLARGE")
    clone.edit("stacks/databases.py", 'source("ML", "Model registry and feature store"),', "")
    clone.edit("stacks/databases.py", "retention_days=30", "retention_days=2")
    clone.edit("Pulumi.prod.yaml", "service_cidrs: [198.51.100.0/24]", "service_cidrs: [0.0.0.0/1, 128.0.0.0/1]")
    done = clone.review("--output", str(tmp_path), code=1)
    check_golden("review_unsafe.md", same_everywhere(done.stdout))
    found = json.loads((tmp_path / "review.json").read_text())
    assert (found["outcome"], found["version"]) == ("blocked", 1)
    [gained] = [row for row in found["access"] if row["gained"]]
    assert (gained["who"], gained["through"]) == ("ECOMMERCE_ANALYST", ["SVC_ECOMMERCE_DASHBOARD"])
    sarif = json.loads((tmp_path / "review.sarif").read_text())
    rules = {result["ruleId"] for result in sarif["runs"][0]["results"]}
    assert {"SNW-RBAC-011", "SNW-DATA-001", "SNW-OPS-002", "SNW-OPS-003"} <= rules
    assert (tmp_path / "junit.xml").read_text().startswith("<?xml")
    secrets = [path.read_text() for path in clone.base.rglob("*.p8")]
    everything = "".join(path.read_text() for path in tmp_path.iterdir())
    assert secrets
    assert not any(secret.split("\n")[1] in everything for secret in secrets)


def test_an_approved_weakening_goes_through_and_says_who_approved_it(clone: Clone) -> None:
    clone.edit("stacks/prod.py", '"loading": 60', '"loading": 600')
    refused = clone.review("--format", "json", code=1)
    blocking = [row for row in json.loads(refused.stdout)["new"] if row["blocks"]]
    assert [row["rule"] for row in blocking] == ["SNW-OPS-003"], blocking
    [finding] = blocking
    today = datetime.now(UTC).date()
    waiver = {
        "rule": finding["rule"], "resource": finding["subject"], "stack": "prod", "owner": "data-platform",
        "reason": "The quota follows the new contract.", "ticket": "DATA-1",
        "since": str(today), "expires": str(today + timedelta(days=7)),
    }  # fmt: skip
    (clone.folder / "policies" / "waivers.yaml").write_text(yaml.safe_dump([waiver]))
    approved = json.loads(clone.review("--format", "json", code=0).stdout)
    [step] = [step for step in approved["steps"] if step["kind"] == "ResourceMonitor"]
    assert step["approval"] == "data-platform (DATA-1)"
    assert [row["days"] for row in approved["waived"]] == [7]
    assert approved["rules_changed"] == ["policies/waivers.yaml"]


def test_a_rename_is_told_with_what_it_breaks_and_how_to_do_it(clone: Clone) -> None:
    clone.edit("stacks/roles.py", 'Identifier("ECOMMERCE_ANALYST")', 'Identifier("ECOMMERCE_READER")')
    found = json.loads(clone.review("--format", "json", code=1).stdout)
    [rename] = found["renames"]
    assert (rename["kind"], rename["old"], rename["new"]) == ("AccountRole", "ECOMMERCE_ANALYST", "ECOMMERCE_READER")
    assert any("GrantAccountRole" in text for text in rename["breaks"])
    assert "beside it" in rename["way"]


def test_a_program_that_fails_is_not_judged(clone: Clone) -> None:
    clone.edit("infra/program.py", "def run(", "raise RuntimeError('broken')\n\n\ndef run(")
    done = clone.review(code=2)
    assert "could not judge" in done.stdout
    assert "broken" in done.stdout


def test_a_declaration_that_is_not_acceptable_is_not_judged(clone: Clone) -> None:
    clone.edit("stacks/databases.py", "retention_days=90", "retention_days=91")
    assert "retention_days" in clone.review(code=2).stderr


def test_a_broken_waiver_file_is_named(clone: Clone) -> None:
    (clone.folder / "policies" / "waivers.yaml").write_text("- rule: SNW-WH-003\n  because: it is late\n")
    said = clone.review(code=2).stderr
    assert "policies/waivers.yaml" in said
    assert "because" in said


def test_a_misspelt_rule_in_the_configuration_is_named(clone: Clone) -> None:
    folder = clone.folder / "policies" / "config"
    folder.mkdir(exist_ok=True)
    path = folder / "prod.yaml"
    before = path.read_text() if path.exists() else None
    path.write_text("SNW-WH-03: {level: advisory}\n")
    try:
        said = clone.review(code=2).stderr
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert "SNW-WH-03" in said
    assert "SNW-WH-003" in said


def test_a_state_that_cannot_be_decrypted_is_not_judged(clone: Clone, tmp_path: Path) -> None:
    clone.review(code=0)
    other = Clone(clone.folder, tmp_path / "local")
    shutil.copytree(clone.base, other.base)
    for path in other.base.glob("bases/*/passphrase"):
        path.write_text("another one")
    done = other.review(code=2)
    assert "passphrase" in done.stdout + done.stderr
    assert "another one" not in done.stdout + done.stderr


def test_a_base_that_is_not_there_is_told(clone: Clone) -> None:
    done = clone.review("--base", "no-such-commit", code=2)
    assert "no-such-commit" in done.stderr


def test_an_empty_base_shows_the_whole_platform(clone: Clone) -> None:
    found = json.loads(clone.review("--base", "none", "--format", "json", code=0, stack="dev").stdout)
    assert found["counts"]["create"] > 150
    [marts] = [row for row in found["access"] if row["what"].startswith("read") and "MARTS" in row["what"]]
    assert "DEV_SVC_ECOMMERCE_DASHBOARD" in marts["through"]
