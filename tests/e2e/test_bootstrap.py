"""The bootstrap file gives the two deployment identities what they need, and nothing more."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.workspace import REPOSITORY, Workspace, said

BOOTSTRAP = REPOSITORY / "bootstrap/account.sql"
GRANT = re.compile(r"^GRANT (?P<what>.+) TO ROLE ECOMMERCE_DEPLOYER;$", re.MULTILINE)
AT_ONCE = 3


def granted() -> list[str]:
    """Every privilege that the file gives to the deployment role, as `CREATE USER ON ACCOUNT`."""
    return [match["what"] for match in GRANT.finditer(BOOTSTRAP.read_text(encoding="utf-8"))]


def up_without(bootstrapped: Workspace, base: Path, privilege: str) -> str | None:
    """None if an `up` of prod fails in an account where the privilege is taken away, else what it printed."""
    workspace = bootstrapped.copy(base)
    workspace.start()
    try:
        workspace.sql(f"REVOKE {privilege} FROM ROLE ECOMMERCE_DEPLOYER")
        done = workspace.on("prod", "up", "--no-proof", code=None)
        assert "Traceback" not in said(done)
        return None if done.returncode == 1 else said(done)
    finally:
        workspace.stop()


@pytest.mark.timeout(600)
def test_no_privilege_of_the_deployment_role_is_superfluous(tmp_path: Path) -> None:
    bootstrapped = Workspace(tmp_path / "bootstrapped")
    bootstrapped.start()
    bootstrapped.stop()
    privileges = granted()
    assert len(privileges) >= 8
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(
            lambda pair: up_without(bootstrapped, tmp_path / f"without{pair[0]}", pair[1]), enumerate(privileges)
        )
        superfluous = [privilege for privilege, result in zip(privileges, results, strict=True) if result is not None]
    assert superfluous == []


def test_deployment_role_holds_no_manage_grants_and_is_granted_to_sysadmin_only(platform: Workspace) -> None:
    held = {str(row[1]) for row in platform.sql("SHOW GRANTS TO ROLE ECOMMERCE_DEPLOYER") if row[2] == "ACCOUNT"}
    assert "MANAGE GRANTS" not in held
    holders = {(str(row[2]), str(row[3])) for row in platform.sql("SHOW GRANTS OF ROLE ECOMMERCE_DEPLOYER")}
    assert holders == {("ROLE", "SYSADMIN"), ("USER", "SVC_ECOMMERCE_DEPLOYER")}


def test_only_the_monitor_administrator_of_the_service_users_is_accountadmin(platform: Workspace) -> None:
    holders = {str(row[3]) for row in platform.sql("SHOW GRANTS OF ROLE ACCOUNTADMIN") if row[2] == "USER"}
    assert {name for name in holders if "SVC_" in name} == {"SVC_ECOMMERCE_MONITOR_ADMIN"}


def test_running_the_bootstrap_again_changes_nothing(dev: Workspace) -> None:
    before = json.loads(dev.dump())
    (dev.place.data / "bootstrap.json").unlink(missing_ok=True)
    dev.stop()
    dev.start()
    assert json.loads(dev.dump()) == before
