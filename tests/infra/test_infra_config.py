"""From the engine's config to a checked platform, before anything is registered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pytest
import yaml
from pulumi.runtime import config as runtime_config
from pulumi.runtime import mocks

from infra import program
from infra.plugin import VERSION_VARIABLE, Plugin
from stacks import DeclarationError, PlatformError
from stacks.config import NAMESPACE
from tests import samples
from tests.infra.conftest import Recorded, RecordingMonitor

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT = Plugin("1.3.0")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in (program.CONFIG_VARIABLE, VERSION_VARIABLE, "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    yield
    runtime_config.set_all_config({}, [])


def configure(values: dict[str, object], *secret: str) -> None:
    texts = {
        f"{NAMESPACE}:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }
    runtime_config.set_all_config({**texts, "pulumi:autonaming": "x"}, [f"{NAMESPACE}:{key}" for key in secret])


def test_the_engines_config_makes_the_platform() -> None:
    configure(samples.values("dev"))
    platform = program.checked_platform("dev", BUILT)
    assert platform == samples.platform("dev")


def test_other_namespaces_are_not_our_business() -> None:
    configure(samples.values("dev"))
    assert program.checked_platform("dev", BUILT).file == "Pulumi.dev.yaml"


def test_messages_name_the_file_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(program.CONFIG_VARIABLE, str(tmp_path / "overlay" / "Pulumi.dev.yaml"))
    configure(samples.values("dev", edition="GOLD"))
    with pytest.raises(PlatformError, match=r"where: Pulumi\.dev\.yaml: edition"):
        program.checked_platform("dev", BUILT)


def test_a_secret_value_is_not_repeated() -> None:
    configure(samples.values("dev", port="canary-7f3a"), "port")
    with pytest.raises(PlatformError) as caught:
        program.checked_platform("dev", BUILT)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"), [("session_policy", True), ("grants", "inherited"), ("login", "workload_identity")]
)
def test_what_needs_the_newer_plugin_is_refused_with_the_older(field: str, value: object) -> None:
    configure(samples.values("prod", **{field: value}))
    with pytest.raises(DeclarationError, match="Plugin is too old"):
        program.checked_platform("prod", BUILT)
    assert program.checked_platform("prod", Plugin(None))


def test_stacks_beside_this_one_are_compared(tmp_path: Path) -> None:
    other = {f"{NAMESPACE}:{key}": value for key, value in samples.values("prod", public_keys={}).items()}
    (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": other}))
    breakers = samples.values("prod")["break_glass"]
    configure(samples.values("dev", owns_account=True, break_glass=breakers))
    with pytest.raises(DeclarationError, match="Two stacks own one account"):
        program.checked_platform("dev", BUILT)


def test_unreadable_stacks_beside_this_one_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("config: [")
    configure(samples.values("dev"))
    assert program.checked_platform("dev", BUILT)


@pytest.mark.parametrize("values", [{"nonsense": 1}, {"service_cidrs": ["0.0.0.0/0"]}])
def test_nothing_is_registered_before_everything_is_checked(values: dict[str, object]) -> None:
    configure(samples.values("dev", **values))
    recorded = Recorded()
    mocks.set_mocks(recorded.mocks, NAMESPACE, "dev", preview=True, monitor=RecordingMonitor(recorded))
    with pytest.raises(pulumi.RunError, match="nothing was changed"):
        program.run()
    assert recorded.resources == []


def test_a_good_config_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VERSION_VARIABLE, "1.3.0")
    configure(samples.values("dev"))
    recorded = Recorded()
    mocks.set_mocks(recorded.mocks, NAMESPACE, "dev", preview=True, monitor=RecordingMonitor(recorded))
    pulumi.runtime.test(program.run)()  # type: ignore[no-untyped-call]
    assert len(recorded.of("Database")) == 3
