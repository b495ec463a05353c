"""Whose is what in a real account: the stacks that stand in it, by their stack files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from account.names import Name
from ops import declaration
from ops.declaration import Mistakes
from ops.drift import estate
from ops.drift.estate import BOOTSTRAP, NOBODY
from stacks import Platform
from stacks.errors import Problem
from tests import samples
from tests.ops.estates import stacks

MISTAKE = Problem(what="broken", file="Pulumi.qa.yaml", field="x", value="y", why="", todo="")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stands in for the stack files: a platform by stack, None for one that cannot be read."""

    def stand(**platforms: Platform | None) -> None:
        def read(stack: str, *_: object) -> Platform:
            found = platforms.get(stack)
            if found is None:
                raise Mistakes(stack, (MISTAKE,))
            return found

        monkeypatch.setattr(declaration, "load", read)
        monkeypatch.setattr(declaration, "outline", read)

    return stand


def test_stacks_of_the_same_account_stand_together(files: Callable[..., None]) -> None:
    elsewhere = samples.platform("qa", account="OTHER")
    files(prod=samples.platform("prod"), dev=samples.platform("dev", account="main"), qa=elsewhere)
    found = estate.load("prod", None)
    assert (tuple(found.platforms), found.is_local, dict(found.unread)) == (("dev", "prod"), False, {})


def test_stack_whose_file_cannot_be_read_is_named(files: Callable[..., None]) -> None:
    files(prod=samples.platform("prod"), dev=samples.platform("dev"), qa=None)
    assert tuple(estate.load("prod", None).unread) == ("qa",)


def test_stack_itself_has_to_be_readable(files: Callable[..., None]) -> None:
    files(prod=None)
    with pytest.raises(Mistakes):
        estate.load("prod", None)


@pytest.mark.parametrize(
    ("kind", "name", "owner"),
    [
        ("WAREHOUSE", Name.of("LOADING_WH"), "prod"),
        ("WAREHOUSE", Name.of("DEV_LOADING_WH"), "dev"),
        ("TABLE", Name.of("QA_ECOMMERCE_RAW", "POS", "T"), "qa"),
        ("ROLE", Name.of("ECOMMERCE_RAW", "ECOMMERCE_RAW_R"), "prod"),
        ("ROLE", Name.of("DEV_HANDMADE"), "dev"),
        ("TOKEN", Name.of("DEV_SVC_ECOMMERCE_DBT", "T"), "dev"),
        ("ROLE", Name.of("ECOMMERCE_DEPLOYER"), BOOTSTRAP),
        ("WAREHOUSE", Name.of("HANDMADE"), NOBODY),
        ("TABLE", Name.of("HANDMADE", "S", "T"), NOBODY),
    ],
)
def test_object_belongs_to_the_stack_that_declares_it_or_its_container(kind: str, name: Name, owner: str) -> None:
    assert stacks("prod").whose(kind, name) == owner


def test_bootstrap_is_looked_after_by_the_stack_that_owns_the_account() -> None:
    assert stacks("prod").answers_for(BOOTSTRAP)
    assert not stacks("dev").answers_for(BOOTSTRAP)
