"""The stack file of the local target."""

import stat
from pathlib import Path

import pytest
import yaml

from ops import overlay
from ops.errors import BadInput
from ops.layout import Account
from ops.overlay import Place

USERS = ["SVC_ECOMMERCE_LOADER"]
REAL = """\
encryptionsalt: v1:real
config:
  snowflake-platform:organization: EXAMPLE
  snowflake-platform:account: ECOMMERCE
  snowflake-platform:host: example.snowflakecomputing.com
  snowflake-platform:quotas: {loading: 60}
  snowflake-platform:people_cidrs: [203.0.113.0/24]
  snowflake-platform:token:
    secure: v1:abc
  snowflake-platform:people:
    - name: ANNA
      email: {secure: "v1:def"}
      roles: [analyst]
"""


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real stack file in the place of the repository's."""
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(REAL, encoding="utf-8")
    monkeypatch.setattr(overlay, "stack_file", lambda stack: tmp_path / f"Pulumi.{stack}.yaml")
    return path


def written(account: Account, stack: str = "prod", *, shared: bool = True) -> dict[str, object]:
    """The overlay's config after it was written, without the namespace."""
    overlay.write(account, Place(stack, shared, "ENTERPRISE"), USERS, "v1:local")
    content = yaml.safe_load(account.overlay(stack).read_text(encoding="utf-8"))
    assert content["encryptionsalt"] == "v1:local"
    return {key.removeprefix("snowflake-platform:"): value for key, value in content["config"].items()}


def test_everything_about_the_real_account_is_replaced(real: Path, account: Account) -> None:
    config = written(account)
    assert (config["organization"], config["account"]) == ("LOCAL", "MAIN")
    assert config["people_cidrs"] == ["127.0.0.0/8"]
    assert "host" not in config
    assert config["quotas"] == {"loading": 60}


def test_encrypted_values_are_left_out_and_the_real_file_is_not_touched(real: Path, account: Account) -> None:
    assert "token" not in written(account)
    assert "secure" not in account.overlay("prod").read_text(encoding="utf-8")
    assert real.read_text(encoding="utf-8") == REAL


def test_only_the_owner_of_the_account_has_break_glass_people(real: Path, account: Account) -> None:
    prod, dev = written(account), written(account, "dev")
    assert [prod["owns_account"], dev["owns_account"]] == [True, False]
    assert isinstance(prod["break_glass"], list)
    assert len(prod["break_glass"]) == 2
    assert dev["break_glass"] == []


def test_in_an_account_of_its_own_a_stack_owns_it_without_prefix(real: Path, account: Account) -> None:
    dev = written(account, "dev", shared=False)
    assert [dev["owns_account"], dev["shared_account"]] == [True, False]
    assert (account.keys / "svc_ecommerce_loader.p8").exists()


def test_keys_are_named_after_the_user_in_the_account(real: Path, account: Account) -> None:
    written(account, "dev")
    assert (account.keys / "dev_svc_ecommerce_loader.p8").exists()


def test_a_rotation_survives_the_next_run(real: Path, account: Account) -> None:
    written(account)
    path = account.overlay("prod")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys = content["config"]["snowflake-platform:public_keys"][USERS[0]]
    keys["rsa_public_key_2"] = "NEXT"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert overlay.slots(overlay.load(path), USERS[0]) == keys
    assert written(account)["public_keys"] == {USERS[0]: keys}


def test_lost_keys_are_replaced_by_the_ones_that_are_there(real: Path, account: Account) -> None:
    before = written(account)["public_keys"]
    for path in account.keys.glob("svc_*"):
        path.unlink()
    assert written(account)["public_keys"] != before


def test_the_overlay_is_private_and_written_only_when_it_changes(real: Path, account: Account) -> None:
    place = Place("prod", shared=True, edition="ENTERPRISE")
    assert overlay.write(account, place, USERS, "v1:local")
    assert not overlay.write(account, place, USERS, "v1:local")
    assert stat.S_IMODE(account.overlay("prod").stat().st_mode) == 0o600


def test_a_stack_file_that_is_no_yaml_is_named(real: Path, account: Account) -> None:
    real.write_text("config: [", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        written(account)
    assert caught.value.where == str(real)
