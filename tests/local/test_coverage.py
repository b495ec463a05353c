from __future__ import annotations

from local import coverage, registry, statements
from local.registry import Level


def test_coverage_file_is_up_to_date() -> None:
    assert coverage.PATH.read_text(encoding="utf-8") == coverage.render(), "run 'python -m local coverage'"


def test_every_line_names_its_source() -> None:
    statements.load()
    assert [line.statement for line in registry.COVERAGE if not line.source.strip()] == []


def test_partial_support_says_what_is_missing() -> None:
    assert [line.statement for line in registry.COVERAGE if line.level is Level.PARTLY and not line.notes] == []


def test_no_statement_is_both_supported_and_refused() -> None:
    refused = {line.statement for line in registry.COVERAGE if line.level is Level.REFUSED}
    covered = {line.statement for line in registry.COVERAGE if line.level is not Level.REFUSED}
    assert refused & covered == set()
