"""Identifiers: case, quoting, prefixing."""

from __future__ import annotations

import pytest

from stacks import Identifier, QualifiedName
from stacks.base import Model


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("loading_wh", "LOADING_WH"),
        ("LOADING_WH", "LOADING_WH"),
        ('"Loading WH"', "Loading WH"),
        ("_LOADER", "_LOADER"),
        ('"é"', "é"),
    ],
)
def test_an_identifier_is_what_snowflake_stores(written: str, stored: str) -> None:
    assert Identifier(written) == stored


@pytest.mark.parametrize(
    "written", ["", '""', "1ST", "A B", "A.B", '"A.B"', '"A|B"', '"A"B"', "x" * 256, '"a\n"', "a;b"]
)
def test_what_is_no_identifier_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"identifier|letters"):
        Identifier(written)


def test_sql_quotes_only_where_it_must() -> None:
    assert Identifier("loading_wh").sql == "LOADING_WH"
    assert Identifier('"Loading"').sql == '"Loading"'


def test_references_are_always_quoted() -> None:
    assert QualifiedName.of("raw", "_loader", '"t"').quoted == '"RAW"."_LOADER"."t"'
    assert str(QualifiedName.of("raw", '"t"')) == 'RAW."t"'


def test_a_prefix_keeps_the_rest_as_it_is() -> None:
    assert Identifier('"Loading"').prefixed("dev_") == "DEV_Loading"
    assert Identifier("LOADING_WH").prefixed("") == "LOADING_WH"


class Named(Model):
    """Something with a name."""

    name: Identifier


@pytest.mark.parametrize("written", ['"Loading"', '"loading wh"'])
def test_a_name_in_stored_form_keeps_its_case_in_a_model(written: str) -> None:
    assert Named(name=Identifier(written)).name == written.strip('"')


def test_a_name_as_text_is_read_as_sql_by_a_model() -> None:
    assert Named.model_validate({"name": "loading"}).name == "LOADING"
