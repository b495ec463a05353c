"""R7: what must never be committed is ignored by git, and nothing of the kind is committed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUST_BE_IGNORED = (
    ".env",
    "loaders/.env",
    ".env.prod",
    "profiles.yml",
    "transform/profiles.yml",
    "data.csv",
    "export/customers.csv",
    "stacks/__pycache__/names.cpython-311.pyc",
    "svc_ecommerce_loader.p8",
    "keys/rsa_key.pem",
    ".local/state/MAIN/.pulumi/stacks/snowflake-platform/dev.json",
    ".local/keys/local_admin.p8",
    ".local/passphrase",
    "snowflake.toml",
    "connections.toml",
    ".venv/bin/python",
    ".venv-local/bin/python",
)
MUST_BE_KEPT = (
    "transform/seeds/countries.csv",
    "seeds/countries.csv",
    ".env.example",
    "Pulumi.prod.yaml",
    "bootstrap/account.sql",
    "requirements/product.txt",
)
SECRETS = {
    "private key": re.compile(
        r"-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*\n\s*[A-Za-z0-9+/=]{40}"
    ),
    "cloud access key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "platform token": re.compile(r"\b(?:ghp|gho|github_pat|glpat|xox[abp]|pul)[-_][A-Za-z0-9_-]{20,}\b"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@{}$'\"]+:[^/\s:@{}$'\"]{6,}@"),
}
REQUIREMENTS = sorted(path.stem for path in (ROOT / "requirements").glob("*.in"))
INDEX = re.compile(r"(?:--(?:extra-)?index-url|--find-links|--trusted-host|https?://)", re.IGNORECASE)


def git(*arguments: str) -> str:
    """Output of a git command in the repository."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def ignored(path: str) -> bool:
    """Whether git ignores a path, whether or not it exists."""
    return subprocess.run(["git", "check-ignore", "-q", "--no-index", path], cwd=ROOT, check=False).returncode == 0


def tracked() -> list[Path]:
    """Files that git would commit."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", MUST_BE_IGNORED)
def test_git_ignores(path: str) -> None:
    assert ignored(path)


@pytest.mark.parametrize("path", MUST_BE_KEPT)
def test_git_does_not_ignore(path: str) -> None:
    assert not ignored(path)


def test_no_ignored_file_is_committed() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == ""


def test_no_secret_is_in_a_tracked_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {kind}"
        for path in tracked()
        for kind, pattern in SECRETS.items()
        if pattern.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.[it][nx]*")), ids=lambda path: path.name)
def test_requirements_name_no_registry(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if INDEX.search(line)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry and not entry.startswith("#")]
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_tools_change_no_pin_of_either_environment() -> None:
    pins = {name: _pins(name) for name in ("product", "local", "tools")}
    for environment in ("product", "local"):
        shared = pins["tools"].keys() & pins[environment].keys()
        assert {name: pins["tools"][name] for name in shared} == {name: pins[environment][name] for name in shared}


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def test_every_direct_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    names = set()
    for name in REQUIREMENTS:
        lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
        names |= {re.split(r"[=<>~!\[ ]", line)[0].lower() for line in lines if line and line[0] not in "#-"}
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_modules_fit_on_a_few_screens() -> None:
    long = {
        str(path.relative_to(ROOT)): number
        for path in tracked()
        if path.suffix == ".py" and (number := len(path.read_text(encoding="utf-8").splitlines())) > _longest(path)
    }
    assert long == {}


def _longest(path: Path) -> int:
    return 500 if path.is_relative_to(ROOT / "tests") else 400
