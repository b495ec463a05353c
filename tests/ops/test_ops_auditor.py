"""bootstrap/auditor.sql: a user that reads how the account is set up, and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ops import bootstrap, query
from ops.errors import BadInput
from ops.keypairs import ensure
from tests.ops.conftest import Ended

RIGHTS = {
    "DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER",
    "DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER",
    "DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER",
    "RESOLVE ALL ON ACCOUNT",
    "USAGE ON WAREHOUSE ECOMMERCE_DEPLOYER_WH",
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return ensure(tmp_path / "keys", ["AUDITOR"])["AUDITOR"].public


def statements(key: Path) -> list[str]:
    text = bootstrap.render_auditor(key.read_text(encoding="utf-8"), ["203.0.113.7/32"])
    return [" ".join(statement.split()) for statement in query.split(text)]


def test_the_auditor_gets_these_rights_and_no_other(key: Path) -> None:
    granted = {
        found.group(1)
        for statement in statements(key)
        if (found := re.fullmatch(r"GRANT (?!ROLE )(.*) TO ROLE ECOMMERCE_AUDITOR", statement))
    }
    assert granted == RIGHTS


def test_the_auditor_is_a_service_user_with_a_key_and_a_network_policy(key: Path) -> None:
    [made] = [statement for statement in statements(key) if statement.startswith("CREATE USER")]
    assert "TYPE = SERVICE" in made and "NETWORK_POLICY = ECOMMERCE_AUDITOR_NETWORK" in made
    assert "PASSWORD" not in made and "DEFAULT_SECONDARY_ROLES = ()" in made


def test_networks_and_key_stand_in_the_file(key: Path) -> None:
    text = "\n".join(statements(key))
    assert "ALLOWED_IP_LIST = ('203.0.113.7/32')" in text and "{{" not in text


@pytest.mark.parametrize("cidrs", [[], ["anywhere"], ["0.0.0.0/0; DROP"]])
def test_bad_networks_are_refused(key: Path, cidrs: list[str]) -> None:
    with pytest.raises(BadInput):
        bootstrap.render_auditor(key.read_text(encoding="utf-8"), cidrs)


def test_the_command_prints_the_file(ops: Callable[..., Ended], key: Path) -> None:
    ended = ops("bootstrap", "render-auditor", "--key", str(key), "--cidr", "203.0.113.7/32")
    assert ended.code == 0 and "CREATE USER IF NOT EXISTS SVC_ECOMMERCE_AUDITOR" in ended.out
