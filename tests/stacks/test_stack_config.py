"""A stack's config: what is read, and how what is wrong is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from stacks import ConfigError, PlatformError, config, glance, load_file
from stacks.config import NAMESPACE
from stacks.sealed import SEALED
from tests import samples

FILE = "Pulumi.dev.yaml"


def problem(**changes: object) -> str:
    """The only problem of a config in which some keys were changed, as text."""
    with pytest.raises(ConfigError) as caught:
        config.read(samples.values("dev", **changes), FILE)
    (found,) = caught.value.problems
    return str(found)


def write(folder: Path, values: dict[str, object], stack: str = "dev") -> Path:
    path = folder / f"Pulumi.{stack}.yaml"
    path.write_text(yaml.safe_dump({"config": {f"{NAMESPACE}:{key}": value for key, value in values.items()}}))
    return path


def test_a_good_config_is_read() -> None:
    read = config.read(samples.values("dev"), FILE)
    assert read.account_identifier == "LOCAL-MAIN"


def test_a_message_says_what_where_why_and_what_to_do() -> None:
    assert problem(edition="GOLD") == (
        "Value is not known\n"
        "  where: Pulumi.dev.yaml: edition = 'GOLD'\n"
        "  why:   Snowflake knows a fixed list here\n"
        "  do:    use one of STANDARD, ENTERPRISE, BUSINESS_CRITICAL"
    )


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    text = problem(acount="X")
    assert "Unknown field" in text
    assert "acount = 'X'" in text
    assert "use one of account, " in text


def test_a_missing_field_is_named() -> None:
    assert "Pulumi.dev.yaml: owns_account = <nothing>" in problem(owns_account=None)


def test_a_wrong_size_lists_the_sizes() -> None:
    text = problem(warehouse_sizes={"loading": "Smal"})
    assert "warehouse_sizes.loading = 'Smal'" in text
    assert "use one of XSMALL, SMALL, MEDIUM" in text


def test_a_nested_field_is_named_by_its_path() -> None:
    person = {"name": "ANNA", "email": "anna@example.org", "roles": ["admin"], "mail": "x"}
    text = problem(people=[person])
    assert "people[0].mail" in text
    assert "rsa_public_key" in text


def test_several_problems_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        config.read(samples.values("dev", edition="GOLD", account="!", quotas={"loading": 0}), FILE)
    assert {entry.field for entry in caught.value.problems} == {"edition", "account", "quotas.loading"}


@pytest.mark.parametrize("secret", ["canary-7f3a", "-----BEGIN PRIVATE KEY-----canary-7f3a"])
def test_keys_and_secrets_are_never_repeated(secret: str) -> None:
    text = problem(public_keys={"SVC_ECOMMERCE_LOADER": {"private_key": secret}})
    assert "public_keys.SVC_ECOMMERCE_LOADER.private_key" in text
    assert "canary" not in text


def test_values_of_secret_keys_are_never_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        config.read(samples.values("dev", host=["canary-7f3a"]), FILE, secret={"host"})
    assert "canary" not in str(caught.value)


def test_texts_from_pulumi_become_values_again() -> None:
    values = samples.values("prod")
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    assert config.read(config.from_texts(texts), FILE) == config.read(values, FILE)


def test_a_text_that_looks_like_a_number_stays_a_text() -> None:
    texts = {"account": "12", "host": "12", "port": "12"}
    assert config.from_texts(texts) == {"account": "12", "host": "12", "port": 12}


def test_encrypted_values_pass_unread() -> None:
    values = samples.values("dev", host={"secure": "v1:abc"}, organization={"secure": "v1:def"})
    values["people"] = [{"name": "ANNA", "email": {"secure": "v1:ghi"}, "roles": ["admin"]}]
    assert config.check(values, FILE) == ()


def test_what_can_be_read_beside_encrypted_values_is_checked() -> None:
    values = samples.values("dev", organization={"secure": "v1:def"}, edition="GOLD")
    (found,) = config.check(values, FILE)
    assert found.field == "edition"


def test_a_stack_file_is_loaded_without_pulumi(tmp_path: Path) -> None:
    platform = load_file("dev", write(tmp_path, samples.values("dev")))
    assert platform.prefix == "DEV_"
    assert platform.file == FILE


def test_a_stack_file_with_encrypted_texts_is_loaded(tmp_path: Path) -> None:
    values = samples.values("dev", organization={"secure": "v1:def"}, quotas={"secure": "v1:xyz"})
    sealed_key = {"secure": "v1:mno"}
    values["people"] = [
        {"name": "ANNA", "email": {"secure": "v1:ghi"}, "roles": ["admin"], "rsa_public_key": sealed_key}
    ]
    keys = values["public_keys"]
    assert isinstance(keys, dict)
    keys["SVC_ECOMMERCE_DBT"] = {"rsa_public_key": {"secure": "v1:jkl"}}
    platform = load_file("dev", write(tmp_path, values))
    assert platform.people[0].email == SEALED
    assert platform.people[0].keys.present == (SEALED,)
    assert platform.service_users[1].keys.present == (SEALED,)


@pytest.mark.parametrize(
    ("text", "why"),
    [("config: [", "not YAML"), ("- 1", "no `config:`"), ("config:\n  other:x: 1\n", "organization")],
)
def test_a_broken_stack_file_is_told(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / FILE
    path.write_text(text)
    with pytest.raises(ConfigError, match=why):
        load_file("dev", path)


def test_a_missing_stack_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_file("dev", tmp_path / FILE)


def test_an_unknown_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="use one of dev, qa, prod"):
        load_file("production", write(tmp_path, samples.values("dev"), "production"))


def test_a_glance_needs_no_sound_config(tmp_path: Path) -> None:
    seen = glance("dev", write(tmp_path, samples.values("dev", public_keys={})))
    assert seen is not None
    assert seen.prefix == "DEV_"
    assert glance("dev", tmp_path / "none.yaml") is None


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_the_shipped_stack_files_lack_nothing_but_keys(environment: str) -> None:
    path = Path(__file__).parents[2] / f"Pulumi.{environment}.yaml"
    with pytest.raises(PlatformError) as caught:
        load_file(environment, path)
    assert {entry.what for entry in caught.value.problems} == {"User has no way in"}
    assert len(caught.value.problems) == 3


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")
    keys = text.partition("|---|")[2]
    assert [name for name in config.StackConfig.model_fields if f"`{name}`" not in keys] == []
