"""``[WITH] TAG (name = 'value', …)`` of CREATE statements."""

from __future__ import annotations

from collections.abc import Sequence

from local.model import Obj
from local.names import Path
from local.reader import Reader
from local.session import Context

Pairs = Sequence[tuple[Path, str]]


def read_tags(reader: Reader) -> Pairs:
    """The tags and their values, none if the clause does not come next."""
    from local.statements.tags import read_tag

    if reader.accept("WITH", "TAG") or reader.accept("TAG"):
        return reader.parenthesised(read_tag)
    return ()


def tag_new(context: Context, obj: Obj, pairs: Pairs) -> None:
    """Put the tags on an object that was just made."""
    from local.statements.tags import set_tags

    if pairs:
        set_tags(context, obj, pairs)


def start_properties(reader: Reader) -> None:
    """Take the WITH that may stand before the properties, but not the one of WITH TAG."""
    if reader.at("WITH") and not reader.at("WITH", "TAG"):
        reader.expect("WITH")
