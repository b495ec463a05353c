"""SQL is read as words: comments, case, white space and quotes hide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rules.deployment import changes_rights
from policies.sql import Kind, Token, Unreadable, statements, words

GRANT = "GRANT ROLE A TO ROLE B"


@pytest.mark.parametrize(
    "text",
    [
        "grant role a to role b",
        "GRANT\n\tROLE A\r\nTO ROLE B",
        "/* a */GRANT/**/ROLE/* b\n */A TO--c\nROLE//d\nB",
    ],
)
def test_spelling_does_not_change_the_words_of_a_statement(text: str) -> None:
    assert [words(statement) for statement in statements(text)] == [("GRANT", "ROLE", "A", "TO", "ROLE", "B")]


@pytest.mark.parametrize(
    ("text", "kind", "inner"),
    [
        ("'it''s'", Kind.STRING, "it's"),
        (r"'a\'b'", Kind.STRING, r"a\'b"),
        ("$$ ' -- \n ; $$", Kind.STRING, " ' -- \n ; "),
        ('"a""b"', Kind.QUOTED, 'a"b'),
        ('"a -- b"', Kind.QUOTED, "a -- b"),
        ("abc$1", Kind.WORD, "ABC$1"),
        ("1.5e3", Kind.NUMBER, "1.5e3"),
    ],
)
def test_a_token_is_what_stands_between_its_quotes(text: str, kind: Kind, inner: str) -> None:
    assert statements(text) == ((Token(kind, inner),),)


@pytest.mark.parametrize("text", ["'open", '"open', "/* open", "$$ open", "SELECT 'a''"])
def test_what_is_opened_and_never_closed_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable, match="not closed"):
        statements(text)


def test_statements_end_at_semicolons_outside_texts_and_comments() -> None:
    found = statements("SELECT ';' /* ; */ -- ;\n; ;SHOW ROLES;")
    assert [words(statement) for statement in found] == [("SELECT",), ("SHOW", "ROLES")]


@given(st.lists(st.sampled_from([" ", "\n", "/* x */", "-- y\n", "// z\n", "\t"]), min_size=6, max_size=6))
def test_no_comment_or_white_space_hides_a_grant(between: list[str]) -> None:
    text = "".join(part for word, gap in zip(GRANT.split(), between, strict=True) for part in (gap, word, " "))
    assert [changes_rights(statement) for statement in statements(text)] == ["runs GRANT"]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = statements(text)
    except Unreadable:
        return
    assert all(statement for statement in found)
