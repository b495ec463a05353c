"""The plain pulumi command line with the exports of `ops local env`."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.workspace import REPOSITORY, Workspace, said

FILES = ("Pulumi.dev.yaml", "Pulumi.qa.yaml", "Pulumi.prod.yaml", "Pulumi.yaml")


def digests(folder: Path) -> dict[str, str]:
    """Fingerprints of the stack files."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose Pulumi.prod.yaml holds a real salt and an encrypted value; environments are shared by links."""
    folder = tmp_path / "checkout"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    untracked = subprocess.run(
        ["git", "ls-files", "-zo", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, check=True
    ).stdout
    for name in (tracked + untracked).decode().split("\0"):
        if name and (REPOSITORY / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((REPOSITORY / name).read_bytes())
            target.chmod((REPOSITORY / name).stat().st_mode)
    for name in (".venv", ".venv-local"):
        (folder / name).symlink_to(REPOSITORY / name)
    return folder


def test_preview_with_a_real_salt_and_secure_values_leaves_the_stack_file_unchanged(
    dev: Workspace, checkout: Path, tmp_path: Path
) -> None:
    exports = dev.ops("local", "env", "--stack", "prod").stdout
    environment = {**dev.environment, "REAL_BACKEND": f"file://{tmp_path}/real", "PULUMI_CONFIG_PASSPHRASE": "real"}
    (tmp_path / "real").mkdir()
    script = f"""
set -e
{exports}
(
  export PULUMI_BACKEND_URL="$REAL_BACKEND"; unset PULUMI_CONFIG_PASSPHRASE_FILE
  pulumi stack init prod --non-interactive
  pulumi config set --stack prod --secret snowflake-platform:saml_integration REAL_SECRET_NAME --non-interactive
)
"""
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, said(done)
    assert "encryptionsalt" in (checkout / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert "secure:" in (checkout / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    before = digests(checkout)
    preview = subprocess.run(
        [
            "bash",
            "-c",
            'eval "$(.venv/bin/ops local env --stack prod)" && '
            'pulumi preview --stack prod --config-file "$PLATFORM_CONFIG" --non-interactive',
        ],
        cwd=checkout,
        env={name: value for name, value in dev.environment.items() if name != "PULUMI_CONFIG_PASSPHRASE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert preview.returncode == 0, said(preview)
    assert "to create" in preview.stdout
    assert digests(checkout) == before
    assert "warning" not in said(preview).lower()


def test_bad_config_stops_plain_pulumi_before_anything_is_registered(dev: Workspace, tmp_path: Path) -> None:
    overlay = dev.place.overlay("dev")
    bad = tmp_path / "Pulumi.dev.yaml"
    bad.write_text(overlay.read_text(encoding="utf-8").replace("127.0.0.0/8", "0.0.0.0/0"), encoding="utf-8")
    done = dev.pulumi("dev", "preview", "--config-file", str(bad), code=None)
    text = said(done)
    assert done.returncode != 0
    assert "0.0.0.0/0" in text
    assert "service_cidrs" in text
    assert "Traceback" not in text
    assert "snowflake:index" not in text


def test_nothing_of_the_callers_pulumi_is_used(dev: Workspace) -> None:
    assert os.environ.get("PULUMI_BACKEND_URL") is None
    assert "no changes" in dev.on("dev", "up").stdout.lower()
