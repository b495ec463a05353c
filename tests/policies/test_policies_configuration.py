"""Levels and values per stack, the floor, and the files of waivers: every mistake is named and stops everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies import configuration, docs, waivers
from policies.errors import RuleBookError
from policies.judge import Book
from policies.rule import Level
from policies.rules.warehouses import AutoSuspend

IDLE = "SNW-WH-003"


def book(folder: Path, stack: str = "prod", text: str = "", floor: str = "") -> Book:
    """The book of a stack whose file and floor hold these texts."""
    (folder / f"{stack}.yaml").write_text(text, encoding="utf-8")
    (folder / "floor.yaml").write_text(floor, encoding="utf-8") if floor else None
    return configuration.load(stack, folder=folder)


def seconds(found: Book) -> int:
    """What the rule on idle warehouses allows."""
    settings = found.chosen[IDLE].settings
    assert isinstance(settings, AutoSuspend)
    return settings.max_seconds


def mistake(folder: Path, text: str, stack: str = "prod", floor: str = "") -> str:
    """The message about a file with one mistake."""
    with pytest.raises(RuleBookError) as error:
        book(folder, stack, text, floor)
    assert len(error.value.mistakes) == 1, error.value
    return str(error.value)


def test_without_a_file_a_stack_has_the_defaults_of_its_environment(tmp_path: Path) -> None:
    assert [seconds(configuration.load(stack, folder=tmp_path)) for stack in ("dev", "qa", "prod")] == [60, 120, 300]


def test_a_stack_of_another_name_has_the_defaults_of_production(tmp_path: Path) -> None:
    assert configuration.load("sandbox", folder=tmp_path).environment == "prod"


def test_the_files_of_the_repository_are_in_order() -> None:
    for stack in ("dev", "qa", "prod"):
        assert configuration.load(stack).environment == stack
    waivers.load()


def test_a_stack_changes_a_level_and_a_value(tmp_path: Path) -> None:
    found = book(tmp_path, text=f"{IDLE}: {{level: advisory, max_seconds: 90}}")
    assert (found.chosen[IDLE].level, seconds(found)) == (Level.ADVISORY, 90)


def test_a_value_leaves_the_level_as_it_is(tmp_path: Path) -> None:
    assert book(tmp_path, text=f"{IDLE}: {{max_seconds: 90}}").chosen[IDLE].level is Level.MANDATORY


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert book(tmp_path).chosen == configuration.load("prod", folder=tmp_path / "none").chosen


def test_a_rule_that_does_not_exist_is_named_with_its_neighbours(tmp_path: Path) -> None:
    what, where, do = mistake(tmp_path, "\nSNW-WH-0003: {max_seconds: 90}").splitlines()
    assert what == "Rule does not exist"
    assert where == "  where: policies/config/prod.yaml:2: SNW-WH-0003 = {'max_seconds': 90}"
    assert "did you mean" in do and IDLE in do


def test_a_misspelt_property_is_named_with_those_there_are(tmp_path: Path) -> None:
    said = mistake(tmp_path, f"{IDLE}: {{max_second: 90}}")
    assert f"policies/config/prod.yaml:1: {IDLE}.max_second = 90" in said
    assert "use one of level, max_seconds" in said


@pytest.mark.parametrize("value", ["soon", "'90'", "1.5", "true", "[90]"])
def test_a_value_of_another_type_is_named_with_the_right_one(tmp_path: Path, value: str) -> None:
    said = mistake(tmp_path, f"{IDLE}: {{max_seconds: {value}}}")
    assert f"{IDLE}.max_seconds = " in said
    assert "use a valid integer" in said


def test_a_level_that_does_not_exist_is_named_with_those_there_are(tmp_path: Path) -> None:
    assert "use one of mandatory, advisory, disabled" in mistake(tmp_path, f"{IDLE}: {{level: warning}}")


@pytest.mark.parametrize("text", [f"{IDLE}: advisory", f"{IDLE}: [advisory]", f"{IDLE}:"])
def test_a_rule_needs_a_mapping(tmp_path: Path, text: str) -> None:
    assert "Rule has no mapping of values" in mistake(tmp_path, text)


@pytest.mark.parametrize("text", ["- SNW-WH-003", "advisory"])
def test_a_file_is_a_mapping_of_rules(tmp_path: Path, text: str) -> None:
    assert "File is no mapping of rules" in mistake(tmp_path, text)


@pytest.mark.parametrize(
    "text", [f"{IDLE}: {{", f"{IDLE}: {{}}\n{IDLE}: {{}}", f"{IDLE}: {{level: mandatory, level: disabled}}"]
)
def test_text_that_is_no_yaml_or_has_a_key_twice_is_refused(tmp_path: Path, text: str) -> None:
    assert "File is no acceptable YAML" in mistake(tmp_path, text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RuleBookError) as error:
        book(tmp_path, text=f"{IDLE}: {{level: warning, max_second: 1}}\nSNW-X-001: {{}}")
    assert len(error.value.mistakes) == 3


def test_a_rule_of_the_floor_stays_mandatory_in_production(tmp_path: Path) -> None:
    assert "Rule is below its floor" in mistake(tmp_path, f"{IDLE}: {{level: advisory}}", floor=f"[{IDLE}]")


def test_the_floor_is_for_production_only(tmp_path: Path) -> None:
    assert book(tmp_path, "qa", f"{IDLE}: {{level: advisory}}", f"[{IDLE}]").chosen[IDLE].level is Level.ADVISORY


def test_a_misspelt_rule_of_the_floor_is_named(tmp_path: Path) -> None:
    assert "policies/config/floor.yaml: SNW-WH-0003" in mistake(tmp_path, "{}", floor="[SNW-WH-0003]")


def test_the_floor_of_the_repository_keeps_what_gives_away_the_account() -> None:
    floor = (configuration.FOLDER / "floor.yaml").read_text(encoding="utf-8")
    assert {"SNW-RBAC-001", "SNW-RBAC-008", "SNW-IAM-003", "SNW-NET-002", "SNW-MON-003"} <= set(floor.split())


# -------------------------------------------------------------------------------------------------------------- waivers

GOOD = """
- rule: SNW-WH-003
  resource: WAREHOUSE LOADING_WH
  stack: prod
  owner: data-platform
  reason: until it is split
  ticket: DATA-1
  since: 2026-11-01
  expires: 2026-12-01
"""


def test_a_waiver_knows_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(GOOD, encoding="utf-8")
    (found,) = waivers.load(tmp_path / "waivers.yaml")
    assert (found.address.file, found.address.line) == ("policies/waivers.yaml", 2)


def test_there_may_be_no_waivers(tmp_path: Path) -> None:
    assert waivers.load(tmp_path / "none.yaml") == ()


@pytest.mark.parametrize(
    ("old", "new", "where", "do"),
    [
        ("  owner: data-platform\n", "", "policies/waivers.yaml:2: [1].owner = missing", "add it"),
        ("owner:", "owners:", "[1].owners", "use one of rule, resource, stack, owner"),
        ("2026-12-01", "soon", "[1].expires = 'soon'", "date"),
        ("2026-12-01", "2026-10-01", "[1]", "expires is before since"),
        ("LOADING_WH", "LOADING_*", "[1].resource", "match pattern"),
        ("SNW-WH-003", "WH-003", "[1].rule", "match pattern"),
        ("until it is split", "x", "[1].reason", "at least 10 characters"),
    ],
)
def test_a_mistake_in_a_waiver_is_named(old: str, new: str, where: str, do: str) -> None:
    with pytest.raises(RuleBookError) as error:
        waivers.parse(GOOD.replace(old, new))
    assert where in str(error.value)
    assert do in str(error.value)


@pytest.mark.parametrize("text", ["rule: SNW-WH-003", "- SNW-WH-003", "- {line: 3}", "- {"])
def test_a_file_that_is_no_list_of_waivers_is_refused(text: str) -> None:
    with pytest.raises(RuleBookError, match=r"policies/waivers\.yaml"):
        waivers.parse(text)


# ------------------------------------------------------------------------------------------------------------- document


def test_the_document_of_the_rules_is_current() -> None:
    assert docs.DOCUMENT.read_text(encoding="utf-8") == docs.render(), "run python -m policies docs"


def test_the_check_of_the_document_notices_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs, "DOCUMENT", tmp_path / "policies.md")
    assert docs.main(["--check"]) == 1
    assert "python -m policies docs" in capsys.readouterr().err
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
