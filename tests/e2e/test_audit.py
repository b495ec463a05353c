"""`ops audit` and `ops drift` on an account with dev, qa and prod: nothing on a clean one, and every planted fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ops import bootstrap, keypairs, query
from tests.e2e.conftest import running_copy, shared
from tests.e2e.faults import FAULTS, LOADER_KEY, Fault
from tests.e2e.workspace import Workspace

STACKS = ("prod", "dev", "qa")
Json = dict[str, object]


def read(workspace: Workspace, command: str, stack: str, *flags: str, code: int = 0) -> Json:
    """What a command says as JSON."""
    found: Json = json.loads(workspace.on(stack, command, "--format", "json", *flags, code=code).stdout)
    return found


def rows(report: Json, name: str) -> list[Json]:
    """A list of mappings in a report."""
    found = report[name]
    assert isinstance(found, list)
    return found


@dataclass
class Planted:
    """The reports about an account with every fault in it."""

    audit: Json
    drift: Json
    of_dev: Json


def plant(workspace: Workspace, faults: list[Fault], loader_key: str) -> None:
    """Runs the statements of one user's faults with the rights of one role only, as whoever plants them would."""
    planted = [sql.replace(LOADER_KEY, loader_key) for fault in faults for sql in fault.statements]
    statements = ["USE SECONDARY ROLES NONE", *planted]
    if faults[0].user:
        workspace.sql(statements, user=faults[0].user)
    else:
        workspace.sql(statements, role="ACCOUNTADMIN")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """All faults at once, in a copy of the account with all stacks."""
    made = shared(tmp_path_factory, "all-stacks", STACKS)
    with running_copy(made, tmp_path_factory.mktemp("faults")) as workspace:
        config = yaml.safe_load(workspace.place.overlay("prod").read_text(encoding="utf-8"))["config"]
        key = config["snowflake-platform:public_keys"]["SVC_ECOMMERCE_LOADER"]["rsa_public_key"]
        for user in dict.fromkeys(fault.user for fault in FAULTS):
            plant(workspace, [fault for fault in FAULTS if fault.user == user], key)
        yield Planted(
            audit=read(workspace, "audit", "prod", code=1),
            drift=read(workspace, "drift", "prod", code=1),
            of_dev=read(workspace, "audit", "dev", code=1),
        )


@pytest.mark.parametrize("stack", STACKS)
def test_audit_of_a_clean_account_has_no_finding(platform: Workspace, stack: str) -> None:
    report = read(platform, "audit", stack)
    assert (report["outcome"], report["rows"]) == ("clean", [])


def test_audit_right_after_a_deployment_has_no_finding_either(platform: Workspace) -> None:
    report = read(platform, "audit", "prod", "--fresh")
    assert (report["outcome"], report["rows"]) == ("clean", [])


@pytest.mark.parametrize("stack", STACKS)
def test_clean_account_has_no_drift(platform: Workspace, stack: str) -> None:
    report = read(platform, "drift", stack)
    assert (report["outcome"], report["differences"], report["blind"]) == ("clean", [], [])


def test_stack_alone_in_its_account_has_neither_findings_nor_drift(fresh: Callable[..., Workspace]) -> None:
    own = fresh("ALONE")
    own.up("prod")
    with_auditor(own)
    assert read(own, "audit", "prod")["rows"] == []
    assert read(own, "drift", "prod")["differences"] == []


def with_auditor(workspace: Workspace) -> None:
    """Runs the second bootstrap file, which makes the auditor."""
    public = keypairs.ensure(workspace.place.keys, ["SVC_ECOMMERCE_AUDITOR"])["SVC_ECOMMERCE_AUDITOR"].public
    script = bootstrap.render_auditor(Path(public).read_text(encoding="utf-8"), ["127.0.0.0/8"])
    workspace.sql(query.split(script), role="ACCOUNTADMIN")


def found(planted: Planted, rule: str, text: str) -> list[Json]:
    """Findings of a rule that say a text about their subject."""
    findings = [row["finding"] for row in rows(planted.audit, "rows")]
    return [
        one
        for one in findings
        if isinstance(one, dict)
        and one["rule"] == rule
        and text in f"{one['subject']}: {one['what']} {one['path']}"
    ]  # fmt: skip


@pytest.mark.parametrize("fault", [one for one in FAULTS if one.found], ids=lambda fault: str(fault.name))
def test_audit_finds(planted: Planted, fault: Fault) -> None:
    assert fault.found is not None
    assert found(planted, *fault.found)


@pytest.mark.parametrize("fault", [one for one in FAULTS if one.differs], ids=lambda fault: str(fault.name))
def test_drift_finds(planted: Planted, fault: Fault) -> None:
    assert fault.differs is not None
    kind, begins = fault.differs
    entries = rows(planted.drift, "differences")
    assert [one for one in entries if one["kind"] == kind and str(one["about"]).startswith(begins)]


def test_faults_are_of_25_kinds_at_least() -> None:
    assert len({fault.name for fault in FAULTS}) >= 25
    assert len({fault.found for fault in FAULTS if fault.found}) >= 25


def test_extra_grants_come_with_their_revoke(planted: Planted) -> None:
    extra = [one for one in rows(planted.drift, "differences") if one["kind"] == "extra" and one["topic"] == "grant"]
    assert all(str(one["statement"]).startswith("REVOKE ") for one in extra)
    assert "REVOKE USAGE ON DATABASE ECOMMERCE_RAW FROM ROLE PUBLIC;" in [one["statement"] for one in extra]


def test_every_difference_says_whose_it_is(planted: Planted) -> None:
    assert {one["stack"] for one in rows(planted.drift, "differences")} == {"prod"}
    monitor = next(one for one in rows(planted.drift, "differences") if "REPORTING_RM" in str(one["about"]))
    assert str(monitor["file"]).startswith("stacks/")


def test_faults_of_prod_are_not_told_of_dev(planted: Planted) -> None:
    subjects = {
        str(row["finding"]["subject"]) for row in rows(planted.of_dev, "rows") if isinstance(row["finding"], dict)
    }
    assert not {subject for subject in subjects if " ECOMMERCE_RAW" in subject or "LOADING_WH" in subject}
    assert planted.of_dev["elsewhere"]
