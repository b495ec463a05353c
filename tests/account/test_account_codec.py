"""Pictures as text and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from account import things
from account.codec import VERSION, PictureError, dump, load, read
from account.names import Name
from account.origin import Origin
from account.picture import About, Attachment, BlindSpot, Picture, TagUse
from account.principals import Grant, Membership
from account.pulumi import Resource
from account.resources import from_resources
from account.things import User, Warehouse
from account.values import Undecided, Unknown, is_known
from tests.account.capture import captured
from tests.account.made import ABOUT, made, pictured

NAMES = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3).map(Name)
st.register_type_strategy(Name, NAMES)
st.register_type_strategy(Unknown, st.builds(Unknown, st.text(max_size=8)))
KINDS = {kind.__dataclass_fields__["kind"].default for kind in get_args(things.Known)}
OTHERS = st.builds(things.Other, kind=st.text(min_size=1).filter(lambda kind: kind not in KINDS))
THINGS = st.one_of(*(st.from_type(kind) for kind in get_args(things.Known)), OTHERS)
RESOURCES = st.builds(Resource, inputs=st.just({}), dependencies=st.just({}))


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


PICTURES = st.builds(
    Picture,
    about=st.from_type(About),
    things=some(THINGS),
    memberships=some(st.from_type(Membership)),
    grants=some(st.from_type(Grant)),
    attachments=some(st.from_type(Attachment)),
    tag_uses=some(st.from_type(TagUse)),
    parameters=st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=8), st.from_type(Unknown))),
    blind_spots=some(st.from_type(BlindSpot)),
    resources=some(RESOURCES),
)


def _whole(picture: Picture) -> str:
    """Everything a picture says, also what comparing leaves out."""
    return repr((picture, [thing.origin for thing in picture.things], picture.about.taken, picture.about.rescuers))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PICTURES)
def test_a_picture_comes_back_as_it_was_written(picture: Picture) -> None:
    loaded = load(dump(picture))
    assert loaded == picture
    assert _whole(loaded) == _whole(picture)


@pytest.mark.parametrize("kind", get_args(things.Known), ids=lambda kind: kind.__name__)
def test_every_kind_of_thing_comes_back_as_its_own_class(kind: type[things.Known]) -> None:
    thing = kind(name=Name.of("DB", 'a "b'), comment="ü", origin=Origin(urn="u", file="f.py", line=3))
    (found,) = load(dump(Picture(about=ABOUT, things=(thing,)))).things
    assert (type(found), found, found.origin) == (kind, thing, thing.origin)


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_the_platform_comes_back_as_it_was_written(environment: str) -> None:
    picture = from_resources(captured(environment), ABOUT)
    assert load(dump(picture)) == picture


def test_the_same_picture_gives_the_same_text() -> None:
    resources = captured("dev")
    assert dump(from_resources(resources, ABOUT)) == dump(from_resources(tuple(reversed(resources)), ABOUT))


def test_what_is_not_known_stays_so() -> None:
    picture = pictured(made("Warehouse", {"name": "X", "autoSuspend": Unknown("it is computed")}))
    (found,) = load(dump(picture)).all(Warehouse)
    assert isinstance(found.auto_suspend, Unknown)
    assert found.auto_suspend.unknown == "it is computed"
    assert is_known(found.auto_resume)


def test_no_input_of_a_resource_is_written() -> None:
    user = made("User", {"name": "X", "password": "canary-7f3a", "displayName": "canary-7f3a"})
    picture = pictured(replace(user, dependencies={"password": ("canary-7f3a",)}))
    assert "canary" not in dump(picture)
    (found,) = picture.all(User)
    assert found.has_password is True


def test_inputs_of_a_loaded_resource_are_undecided_and_not_empty() -> None:
    (resource,) = load(dump(pictured(made("Warehouse", {"name": "X"})))).resources
    assert resource.kind == "Warehouse"
    with pytest.raises(Undecided):
        resource.inputs.get("name")
    with pytest.raises(Undecided):
        assert "name" not in resource.inputs
    with pytest.raises(Undecided):
        assert not list(resource.inputs)


def document() -> dict[str, object]:
    loaded: dict[str, object] = json.loads(dump(pictured(made("Warehouse", {"name": "X", "autoSuspend": 60.0}))))
    return loaded


def _thing(**changes: object) -> list[dict[str, object]]:
    found = document()["things"]
    assert isinstance(found, list)
    return [{**found[0], **changes}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": VERSION + 1}, "version"),
        ({"version": None}, "version"),
        ({"about": {"source": "guess"}}, r"about\.source"),
        ({"things": "none"}, "things"),
        ({"things": _thing(auto_suspend="soon")}, r"things\[0\]\.WAREHOUSE\.auto_suspend"),
        ({"things": _thing(name=1)}, r"things\[0\]\.WAREHOUSE\.name"),
        ({"things": _thing(autosuspend=60)}, r"things\[0\]\.autosuspend"),
        ({"grants": [{"privilege": "SELECT"}]}, r"grants\[0\]\.grantee"),
        ({"notes": "x"}, "notes"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_picture_is_refused_with_the_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(PictureError, match=rf"where: external\.json: {field}"):
        load(json.dumps({**document(), **change}), "external.json")


def test_a_missing_part_is_refused() -> None:
    with pytest.raises(PictureError, match="grants = None\n  why:   this part is missing"):
        load(json.dumps({key: value for key, value in document().items() if key != "grants"}))


@pytest.mark.parametrize("text", ["", "{", "[]", '"picture"'])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(PictureError, match="Picture cannot be read"):
        load(text)


def test_a_file_is_named_in_messages(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"where: external\.json: file"):
        read(tmp_path / "external.json")


def test_a_file_is_read(tmp_path: Path) -> None:
    picture = pictured(made("Warehouse", {"name": "X"}))
    path = tmp_path / "external.json"
    path.write_text(dump(picture), encoding="utf-8")
    assert read(path) == picture
