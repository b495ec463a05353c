"""Steps of a plan as rows, renames, and the places where things are declared."""

from pathlib import Path

from account.picture import About, Picture, Source
from ops.review.locate import places
from ops.review.steps import object_name, renames, rows
from policies.plan import Plan, Step
from policies.risk import Danger

EMPTY = Picture(about=About(source=Source.PULUMI, stack="prod", environment="prod"))


def step(operation: str, kind: str, name: str, old: dict[str, object], new: dict[str, object]) -> Step:
    changed = tuple(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))
    token = f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"
    urn = f"urn:pulumi:prod::p::{token}::{name}"
    return Step(operation=operation, urn=urn, type=token, changed=changed, old=old, new=new)


def test_a_change_shows_both_values_and_long_ones_are_cut() -> None:
    long = step("update", "Warehouse", "loading", {"name": "W", "comment": "a"}, {"name": "W", "comment": "b" * 500})
    [row] = rows(Plan((long,)), EMPTY, EMPTY, ())
    assert row.object == "W"
    assert row.changed[0].startswith("comment: a → bbb")
    assert len(row.changed[0]) < 100


def test_components_and_providers_are_no_objects_of_the_account() -> None:
    provider = Step(operation="create", urn="urn::x::deployer", type="pulumi:providers:snowflake")
    assert rows(Plan((provider,)), EMPTY, EMPTY, ()) == ()


def test_a_deleted_role_is_lost_for_good() -> None:
    [row] = rows(Plan((step("delete", "AccountRole", "r", {"name": "R"}, {}),)), EMPTY, EMPTY, ())
    assert row.risk is not Danger.COSTLY


def test_names_are_those_of_the_account() -> None:
    assert object_name({"database": "D", "schema": "S", "name": "N"}) == "D.S.N"
    assert object_name({"privileges": ["SELECT"]}) == ""


def test_a_rename_counts_what_names_the_old_one() -> None:
    renamed = step("update", "AccountRole", "analyst", {"name": "A"}, {"name": "B"})
    grant = step("replace", "GrantAccountRole", "g", {"roleName": '"A"'}, {"roleName": '"B"'})
    [found] = renames(Plan((renamed, grant)))
    assert (found.old, found.new) == ("A", "B")
    assert found.breaks[0].startswith("1 GrantAccountRole")


def test_a_new_comment_is_no_rename() -> None:
    assert renames(Plan((step("update", "AccountRole", "r", {"name": "A"}, {"name": "A", "comment": "x"}),))) == ()


def test_a_finding_points_to_the_line_that_declares_its_subject(tmp_path: Path) -> None:
    folder = tmp_path / "stacks"
    folder.mkdir()
    (folder / "warehouses.py").write_text(
        'A = 1\nW = Warehouse(\n    key="loading", name=Identifier("LOADING_WH")\n)\n'
    )
    (folder / "broken.py").write_text("def (:\n")
    found = places(tmp_path)
    assert found.of("DEV_LOADING_WH") == ("stacks/warehouses.py", 3)
    assert found.of("ECOMMERCE.LOADING_WH") == ("stacks/warehouses.py", 3)
    assert found.of("nobody", "loading") == ("stacks/warehouses.py", 3)
    assert found.of("nobody") == ("", 0)
