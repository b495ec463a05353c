"""Secrets are found wherever they stand, and never repeated; files are what git would publish."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from policies import files
from policies.files import MAX_BYTES, read
from policies.rule import Evidence, Verdict
from policies.rules import RULES
from policies.secretscan import fingerprint, in_python, in_text, looks_random
from tests.policies.cases import ENVIRONMENTS, passing
from tests.policies.examples_secrets import EXAMPLES, KEY, RANDOM, TOKEN


def kinds(text: str) -> list[str]:
    return [hit.kind for hit in in_text(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TOKEN, "platform token"),
        ("".join(("ASIA", "IOSFODNN7MNOPQRS")), "cloud access key"),
        ("AI" + "za" + "B" * 35, "cloud API key"),
        ("AccountKey=" + "aB3/" * 21 + "==", "storage account key"),
        ("https://a.blob.core.windows.net/c?sv=1&sig=" + "aB3%2F" * 8, "shared access signature"),
        (".".join(("ey" + "JhbGciOiJIUzI1", "ey" + "JzdWIiOiIxMjM0", "dBjftJeZ4CVPmB92")), "signed token"),
        ("@".join(("postgresql://shop:Tr0ubador", "db/shop")), "password in an address"),
        (KEY, "private key"),
        (KEY.replace("\n", "\\n"), "private key"),
        ("PASSWORD = 'Tr0ubador'", "password in SQL"),
        ("credentials=(AWS_SECRET_KEY='Tr0ubador')", "aws secret key in SQL"),
    ],
)
def test_a_secret_is_known_by_its_shape(text: str, kind: str) -> None:
    assert kinds(f"before {text} after") == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD = '{{ password }}'",
        "password = '${PASSWORD}'",
        "PASSWORD = '<your password>'",
        "postgresql://shop:{password}@db/shop",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 2,
        "MUST_CHANGE_PASSWORD = TRUE",
        "the token is read from the environment",
    ],
)
def test_a_place_for_a_secret_is_none(text: str) -> None:
    assert kinds(text) == []


def test_a_hit_says_where_and_not_what() -> None:
    hit = next(in_text(f"one\ntwo\nTOKEN = {TOKEN}\n"))
    assert hit.line == 3
    assert hit.fingerprint == fingerprint(TOKEN)
    assert TOKEN not in str(hit)


def test_a_text_that_python_puts_together_is_looked_at_as_a_whole() -> None:
    source = f'"""A module."""\n\nvalue = f"{TOKEN[:12]}" + "{TOKEN[12:24]}" "{TOKEN[24:]}"\n'
    assert [(hit.line, hit.kind) for hit in in_python(source)] == [(3, "platform token")]


def test_a_module_that_does_not_parse_is_looked_through_as_text() -> None:
    assert [hit.kind for hit in in_python(f"def broken(:\n  x = '{TOKEN}'\n")] == ["platform token"]


@pytest.mark.parametrize(
    "source",
    [
        f"connect(password='{RANDOM}')",
        f"api_key = '{RANDOM}'",
        f"self.client_secret: str = '{RANDOM}'",
        f"settings = {{'private_key': '{RANDOM}'}}",
    ],
)
def test_a_random_literal_for_something_secret_is_found(source: str) -> None:
    assert list(in_python(source))


def test_a_word_is_not_random() -> None:
    assert not looks_random("snowflake_connector_python_package")
    assert not looks_random("SHORT1a")
    assert looks_random(RANDOM)


@pytest.mark.parametrize("example", [entry for entry in EXAMPLES if entry.verdict is Verdict.FAIL], ids=str)
def test_no_finding_repeats_a_secret(example: object) -> None:
    from policies.rule import Judgement
    from tests.policies.examples import Example

    assert isinstance(example, Example)
    rule = RULES[example.rule]
    case = example.change(passing(example.evidence, example.environment))
    found: list[Judgement] = rule.evaluate(case, rule.settings(**rule.defaults.get(example.environment, {})))
    said = repr(found)
    for secret in (TOKEN, TOKEN[:20], RANDOM, "hunter2", "Tr0ub4dor", "Tr0ubador&3", "MIIEvQIBADANBg"):
        assert secret not in said


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_program_marks_every_sensitive_input(environment: str) -> None:
    rule = RULES["SNW-SEC-003"]
    case = passing(Evidence.PULUMI, environment)
    assert all(resource.secrets is not None for resource in case.picture.resources), "mock runs tell"
    assert [found for found in rule.evaluate(case, rule.settings()) if found.verdict is not Verdict.PASS] == []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a tracked, a new, an ignored and a binary file."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name, content in (
        (".gitignore", b"*.p8\n"),
        ("a.py", b"a"),
        ("new.sql", b"b"),
        ("key.p8", b"c"),
        ("x.bin", b"\0"),
    ):
        (tmp_path / name).write_bytes(content)
    subprocess.run(["git", "add", "a.py", ".gitignore"], cwd=tmp_path, check=True)
    return tmp_path


def test_what_git_would_publish_is_read_and_what_it_ignores_is_not(repository: Path) -> None:
    found = read(repository)
    assert sorted(found.texts) == [".gitignore", "a.py", "new.sql"]
    assert found.tracked


def test_a_file_that_is_too_large_is_named_and_not_read(repository: Path) -> None:
    (repository / "dump.sql").write_bytes(b"x" * (MAX_BYTES + 1))
    found = read(repository)
    assert found.left_out == ("dump.sql",)
    assert "dump.sql" not in found.texts


def test_more_files_than_can_be_read_are_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    found = read(repository)
    assert len(found.texts) == 2
    assert found.left_out == ("new.sql",)


def test_without_git_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "module.py").write_text("x", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("a", encoding="utf-8")
    found = read(tmp_path)
    assert dict(found.texts) == {"sub/a.py": "a"}
    assert not found.tracked


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no folder"):
        read(tmp_path / "nowhere")
