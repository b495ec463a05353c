"""Login profiles in the provider's TOML form."""

import stat
import tomllib
from pathlib import Path

import pytest

from ops import keypairs, logins
from ops.errors import BadInput, OpsError
from ops.logins import Login


@pytest.fixture
def login(tmp_path: Path) -> Login:
    """A login with a real key at a port where nothing listens."""
    pair = keypairs.generate(keypairs.pair(tmp_path, "A"))
    text = pair.private.read_text(encoding="utf-8")
    return Login("LOCAL", "MAIN", "SVC", text, "ROLE", host="127.0.0.1", port=9, protocol="http")


def test_profiles_survive_writing_and_reading(login: Login, tmp_path: Path) -> None:
    path = tmp_path / "config" / "snowflake.toml"
    assert logins.write_profiles(path, {"deployer": login})
    assert not logins.write_profiles(path, {"deployer": login})
    read = logins.read_profile(path, "deployer")
    assert read.private_key.strip() == login.private_key.strip()
    assert (read.user, read.role, read.host, read.port) == ("SVC", "ROLE", "127.0.0.1", 9)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_user_with_quotes_and_line_ends_stays_one_value(login: Login, tmp_path: Path) -> None:
    path = tmp_path / "snowflake.toml"
    odd = Login("LOCAL", "MAIN", 'A"\nrole = "ACCOUNTADMIN', login.private_key)
    logins.write_profiles(path, {"deployer": odd})
    assert logins.read_profile(path, "deployer").user == odd.user
    assert "role" not in tomllib.loads(path.read_text(encoding="utf-8"))["deployer"]


def test_a_missing_profile_is_answered_with_those_that_are_there(login: Login, tmp_path: Path) -> None:
    path = tmp_path / "snowflake.toml"
    logins.write_profiles(path, {"deployer": login})
    with pytest.raises(BadInput) as caught:
        logins.read_profile(path, "admin")
    assert "deployer" in caught.value.do


def test_a_missing_file_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        logins.read_profile(tmp_path / "none.toml", "deployer")
    assert "SNOWFLAKE_CONFIG_PATH" in caught.value.do


def test_the_key_is_not_in_the_representation(login: Login) -> None:
    assert "PRIVATE" not in repr(login)
    assert login.private_key.splitlines()[1] not in repr(login)


def test_a_broken_key_is_no_stack_trace(login: Login) -> None:
    broken = Login("LOCAL", "MAIN", "SVC", "nonsense")
    with pytest.raises(BadInput) as caught:
        logins.connect(broken)
    assert "nonsense" not in " ".join(caught.value.lines())


def test_a_server_that_is_not_there_is_one_message(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "LOGIN_SECONDS", 1)
    with pytest.raises(OpsError) as caught:
        logins.connect(login)
    assert "SVC cannot log in" in caught.value.what
