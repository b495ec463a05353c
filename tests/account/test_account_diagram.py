"""The picture in docs/architecture.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from account.diagram import BEGIN, END, block, mermaid, refresh
from stacks import glance
from tests import samples

ROOT = Path(__file__).parents[2]


def test_the_committed_picture_is_current() -> None:
    platform = glance("prod", ROOT / "Pulumi.prod.yaml")
    assert platform is not None
    assert block(platform) in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_picture_names_everything_that_is_declared() -> None:
    platform = samples.platform("dev")
    chart = mermaid(platform)
    objects = (*platform.databases, *platform.warehouses, *platform.roles, *platform.service_users)
    assert all(str(entry.name) in chart for entry in objects)


def test_the_picture_does_not_depend_on_people_or_keys() -> None:
    assert mermaid(samples.platform("dev", people=[])) == mermaid(samples.platform("dev"))


def test_a_document_is_refreshed_between_its_markers(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    platform = samples.platform("dev")
    assert refresh(document, platform)
    assert not refresh(document, platform)
    text = document.read_text(encoding="utf-8")
    assert text == f"before\n{block(platform)}\nafter\n"


def test_a_document_without_markers_is_told(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="has no lines"):
        refresh(document, samples.platform("dev"))
