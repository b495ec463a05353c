"""Nothing that is secret appears in state, previews, logs, errors or outputs."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterable
from pathlib import Path

from tests.e2e.workspace import Workspace, said

SKIPPED = {".p8", ".toml", ".duckdb"}
"""Key files and the provider's profiles hold private keys on purpose (mode 0600)."""


def key_lines(workspace: Workspace) -> set[str]:
    """A line from the middle of every private key: random text that must appear nowhere else."""
    return {path.read_text(encoding="utf-8").splitlines()[5] for path in workspace.place.keys.rglob("*.p8")}


def texts(folder: Path) -> Iterable[tuple[Path, str]]:
    """Every file of a folder as text, compressed ones decompressed."""
    for path in folder.rglob("*"):
        if not path.is_file() or path.suffix in SKIPPED or path.name == "passphrase":
            continue
        if path.suffix == ".zst":
            done = subprocess.run(["zstd", "-dcq", str(path)], capture_output=True, check=False)
            yield path, done.stdout.decode("utf-8", "replace")
        else:
            yield path, path.read_bytes().decode("utf-8", "replace")


def test_private_keys_are_in_no_state_log_or_overlay(platform: Workspace) -> None:
    canaries = key_lines(platform)
    assert len(canaries) >= 10
    found = [path for path, text in texts(platform.base) if any(canary in text for canary in canaries)]
    assert found == []


def test_state_as_exported_holds_no_private_key_and_no_passphrase(platform: Workspace) -> None:
    secrets = key_lines(platform) | {platform.place.passphrase.read_text(encoding="utf-8").strip()}
    state = platform.pulumi("prod", "stack", "export").stdout
    assert json.loads(state)["deployment"]["resources"]
    assert not [secret for secret in secrets if secret in state]


def test_outputs_and_previews_hold_no_secret(platform: Workspace) -> None:
    secrets = key_lines(platform)
    printed = [
        platform.ops("outputs", "--stack", "prod", "--format", form).stdout
        for form in ("json", "env", "dbt", "airflow")
    ]
    printed.append(
        said(platform.pulumi("prod", "preview", "--diff", "--config-file", str(platform.place.overlay("prod"))))
    )
    assert not [text for text in printed for secret in secrets if secret in text]


def test_password_in_a_statement_is_in_no_log_and_no_error(dev: Workspace) -> None:
    canary = f"Canary-{uuid.uuid4()}"
    dev.sql([f"CREATE USER CANARY PASSWORD = '{canary}'", f"ALTER USER CANARY SET PASSWORD = '{canary}2'"])
    failed = dev.ops("sql", "--stack", "dev", "-q", f"CREATE USER CANARY PASSWORD = '{canary}'", code=None)
    assert failed.returncode == 1
    assert canary not in said(failed)
    dev.stop()
    assert [path for path, text in texts(dev.base) if canary in text] == []
    catalogue = (dev.place.data / "catalogue.sqlite").read_bytes()
    assert canary.encode() not in catalogue
