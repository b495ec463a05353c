"""Examples of rules: a case that passes, one change, and what one rule must then say.

    EXAMPLES = (
        Example("SNW-WH-003", "a warehouse never suspends", Evidence.DECLARATION,
                lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_suspend=None)),
        *on_pictures("SNW-WH-003", "the same on declaration and live account",
                lambda case: set_fields(case, Warehouse, "LOADING_WH", auto_suspend=None)),
        Example("SNW-WH-003", "the same on Pulumi's resources", Evidence.PULUMI,
                lambda case: inputs(case, "loading", "Warehouse", autoSuspend=-1)),
    )

`passing(evidence, environment)` is the case that a change starts from. Changes of a picture that was made from Pulumi
resources go through the resources (`inputs`, `resource`, `options`, `without`), so that the way from a resource to a
thing is part of the example; the others change the picture itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from account.names import Name
from account.picture import Attachment, BlindSpot, Picture, Source, TagUse
from account.principals import Grant, Membership
from account.pulumi import Resource
from account.things import AnyThing, Thing
from account.values import UNKNOWN, Maybe, Unknown
from policies.plan import Step
from policies.rule import Case, Evidence, Verdict
from tests.policies.cases import passing as passing
from tests.policies.cases import picture_of

T = TypeVar("T", bound=Thing)

Change = Callable[[Case], Case]


@dataclass(frozen=True, kw_only=True)
class _Expected:
    verdict: Verdict = Verdict.FAIL
    environment: str = "prod"
    what: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example(_Expected):
    """One change to a passing case and what a rule must say about it.

    Attributes:
        rule: its id. name: what the change does, as a short sentence; unique per rule and evidence.
        evidence: which passing case is changed. verdict: of at least one finding; PASS: of all findings.
        what: a part of the message that must be there (FAIL: of what, do or path; UNKNOWN: of the reason).
        beside: fields or inputs of the change that do not decide, left out when changed values are made unknown.
    """

    rule: str
    name: str
    evidence: Evidence
    change: Change

    def __str__(self) -> str:
        return f"{self.rule} {self.evidence} {self.environment} {self.name}"


def on_pictures(
    rule: str,
    name: str,
    change: Change,
    *,
    verdict: Verdict = Verdict.FAIL,
    environment: str = "prod",
    what: str = "",
    beside: tuple[str, ...] = (),
) -> tuple[Example, Example]:
    """The same change of a declaration and of a live account; what it adds must exist in both."""
    expected = {"verdict": verdict, "environment": environment, "what": what, "beside": beside}
    return (
        Example(rule, name, Evidence.DECLARATION, change, **expected),  # type: ignore[arg-type]
        Example(rule, name, Evidence.LIVE, change, **expected),  # type: ignore[arg-type]
    )


# ----------------------------------------------------------------------------------------------- changes of a picture


def set_fields(case: Case, kind: type[T], name: str | Name, /, **values: object) -> Case:
    """The case with other values in the fields of one thing, e.g. set_fields(case, Warehouse, "BI_WH", monitor=None).

    A name is SQL text ("DB.SCHEMA.TABLE") or a Name.
    """
    picture = _changeable(case)
    thing = picture.find(kind, _name(name))
    assert thing is not None, f"there is no {kind.__name__} {name}; there are {', '.join(_names(picture, kind))}"
    known = {entry.name: str(entry.type) for entry in fields(thing)}
    values = {key: _recorded(key, value, can_be="Maybe" in known[key]) for key, value in values.items()}
    changed = replace(thing, **values)  # type: ignore[arg-type]
    return _with(case, things=tuple(changed if entry is thing else entry for entry in picture.things))


def add(case: Case, *things: AnyThing) -> Case:
    """The case with more things; one of the same kind and name is replaced."""
    picture = _changeable(case)
    new = {(thing.kind, thing.name) for thing in things}
    kept = [thing for thing in picture.things if (thing.kind, thing.name) not in new]
    return _with(case, things=tuple(sorted([*kept, *things], key=lambda thing: (thing.kind, thing.name))))


def remove(case: Case, kind: type[T], name: str | Name) -> Case:
    """The case without one thing; what refers to it stays."""
    picture = _changeable(case)
    thing = picture.find(kind, _name(name))
    assert thing is not None, f"there is no {kind.__name__} {name}; there are {', '.join(_names(picture, kind))}"
    return _with(case, things=tuple(entry for entry in picture.things if entry is not thing))


def grant(case: Case, *grants: Grant) -> Case:
    """The case with more grants."""
    return _with(case, grants=(*_changeable(case).grants, *grants))


def revoke(case: Case, which: Callable[[Grant], bool]) -> Case:
    """The case without the grants for which `which` is true; there must be one."""
    kept = tuple(entry for entry in _changeable(case).grants if not which(entry))
    assert len(kept) < len(case.picture.grants), "no grant is revoked"
    return _with(case, grants=kept)


def member(case: Case, *memberships: Membership) -> Case:
    """The case with more memberships."""
    return _with(case, memberships=(*_changeable(case).memberships, *memberships))


def leave(case: Case, which: Callable[[Membership], bool]) -> Case:
    """The case without the memberships for which `which` is true; there must be one."""
    kept = tuple(entry for entry in _changeable(case).memberships if not which(entry))
    assert len(kept) < len(case.picture.memberships), "nobody leaves"
    return _with(case, memberships=kept)


def attach(case: Case, *attachments: Attachment) -> Case:
    """The case with more policies in force."""
    return _with(case, attachments=(*_changeable(case).attachments, *attachments))


def detach(case: Case, which: Callable[[Attachment], bool]) -> Case:
    """The case without the attachments for which `which` is true; there must be one."""
    kept = tuple(entry for entry in _changeable(case).attachments if not which(entry))
    assert len(kept) < len(case.picture.attachments), "nothing is detached"
    return _with(case, attachments=kept)


def tag(case: Case, *uses: TagUse) -> Case:
    """The case with more tags on things."""
    return _with(case, tag_uses=(*_changeable(case).tag_uses, *uses))


def untag(case: Case, which: Callable[[TagUse], bool]) -> Case:
    """The case without the tag uses for which `which` is true; there must be one."""
    kept = tuple(entry for entry in _changeable(case).tag_uses if not which(entry))
    assert len(kept) < len(case.picture.tag_uses), "nothing is untagged"
    return _with(case, tag_uses=kept)


def parameter(case: Case, name: str, value: Maybe[str] | None) -> Case:
    """The case with another value of an account parameter; None: left to Snowflake's default."""
    value = None if value is None else _recorded(name, value)  # type: ignore[assignment]
    kept = {key: known for key, known in _changeable(case).parameters.items() if key != name}
    return _with(case, parameters=kept if value is None else {**kept, name: value})


def blind(case: Case, *spots: BlindSpot) -> Case:
    """The case with something that could not be seen."""
    return _with(case, blind_spots=(*case.picture.blind_spots, *spots))


def about(case: Case, **values: object) -> Case:
    """The case with other facts about its picture, e.g. about(case, prefix="")."""
    return _with(case, about=replace(case.picture.about, **values))  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------- changes of Pulumi resources


def inputs(case: Case, name: str, kind: str, /, **values: object) -> Case:
    """The case with other inputs of one resource, by the resource's name in the program and its kind ("Warehouse").

    None removes an input; UNKNOWN is what a preview does not know yet. A changed input is a literal: it no longer
    depends on other resources.
    """
    found = _resource(case, name, kind)
    values = {key: _recorded(key, value) for key, value in values.items()}
    kept = {key: value for key, value in found.inputs.items() if key not in values}
    changed = replace(
        found,
        inputs=kept | {key: value for key, value in values.items() if value is not None},
        dependencies={key: urns for key, urns in found.dependencies.items() if key not in values},
    )
    return _with_resources(case, [changed if entry is found else entry for entry in case.picture.resources])


def resource(case: Case, kind: str, name: str, /, *, provider_role: str | None = None, **values: object) -> Case:
    """The case with one more resource; `kind` is a type token, or the last part of one of the Snowflake provider.

    It goes through the provider of the deployment role, or through the one with `provider_role`.
    """
    token = kind if ":" in kind else f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"
    stack = case.picture.about.stack
    others = [entry for entry in case.picture.resources if entry.provider_role]
    like = next(
        (entry for entry in others if entry.provider_role == (provider_role or "ECOMMERCE_DEPLOYER")), others[0]
    )
    added = Resource(
        type=token,
        name=name,
        urn=f"urn:pulumi:{stack}::snowflake-platform::{token}::{name}",
        inputs={key: _recorded(key, value) for key, value in values.items() if value is not None},
        provider=like.provider,
        provider_role=provider_role if provider_role is not None else like.provider_role,
        file="infra/example.py",
        line=1,
    )
    return _with_resources(case, [*case.picture.resources, added])


def without(case: Case, name: str, kind: str) -> Case:
    """The case without one resource."""
    found = _resource(case, name, kind)
    return _with_resources(case, [entry for entry in case.picture.resources if entry is not found])


def options(case: Case, name: str, kind: str, /, **values: object) -> Case:
    """The case with other options of one resource: protect, ignore_changes, delete_before_replace, provider_role …"""
    found = _resource(case, name, kind)
    changed = replace(found, **values)  # type: ignore[arg-type]
    return _with_resources(case, [changed if entry is found else entry for entry in case.picture.resources])


# ------------------------------------------------------------------------------------------- changes of files and plans


def file(case: Case, path: str, text: str | None) -> Case:
    """The case with another text of one file; None: without the file."""
    assert case.files is not None, "this case has no files"
    kept = {known: content for known, content in case.files.texts.items() if known != path}
    return replace(case, files=replace(case.files, texts=kept if text is None else {**kept, path: text}))


def edit(case: Case, path: str, old: str, new: str) -> Case:
    """The case with `old` replaced by `new` in one file, where it must occur."""
    assert case.files is not None, "this case has no files"
    assert old in case.files.texts[path], f"{path} does not say {old!r}"
    return file(case, path, case.files.texts[path].replace(old, new))


def step(case: Case, *steps: Step) -> Case:
    """The case with more planned steps."""
    assert case.plan is not None, "this case has no plan"
    return replace(case, plan=replace(case.plan, steps=(*case.plan.steps, *steps)))


def flags(case: Case, *given: str) -> Case:
    """The case of a plan made with these flags."""
    assert case.plan is not None, "this case has no plan"
    return replace(case, plan=replace(case.plan, flags=given))


def before(case: Case, change: Change) -> Case:
    """The case with a change to the account as it is before the plan."""
    assert case.base is not None, "this case has no base"
    return replace(case, base=change(replace(case, picture=case.base)).picture)


# --------------------------------------------------------------------------------------------- values that are unknown


@dataclass
class _Recording:
    target: int = -1
    beside: tuple[str, ...] = ()
    fields: list[str] | None = None


_recording: _Recording | None = None


def _recorded(name: str, value: object, *, can_be: bool = True) -> object:
    """The value, or UNKNOWN for the one that a recording asks for."""
    if _recording is None or not can_be or isinstance(value, Unknown) or name in _recording.beside:
        return value
    seen = _recording.fields = [*(_recording.fields or []), name]
    return UNKNOWN if len(seen) - 1 == _recording.target else value


@contextmanager
def _record(recording: _Recording) -> Iterator[None]:
    global _recording
    _recording, before_ = recording, _recording
    try:
        yield
    finally:
        _recording = before_


def with_unknowns(example: Example) -> Iterator[tuple[str, Case]]:
    """The example's case again, once for each value that it sets, with that value not known: its field and the case."""
    recording = _Recording(beside=example.beside)
    case = passing(example.evidence, example.environment)
    with _record(recording):
        example.change(case)
    for number, name in enumerate(recording.fields or []):
        with _record(_Recording(number, example.beside)):
            yield name, example.change(case)


# ------------------------------------------------------------------------------------------------------------- helpers


def _name(name: str | Name) -> Name:
    return name if isinstance(name, Name) else Name.parse(name)


def _names(picture: Picture, kind: type[Thing]) -> list[str]:
    return [str(thing.name) for thing in picture.all(kind)]


def _changeable(case: Case) -> Picture:
    made = case.picture.about.source is Source.PULUMI
    assert not made, "a picture of Pulumi resources is changed by inputs(), resource(), options() or without()"
    return case.picture


def _with(case: Case, **values: object) -> Case:
    return replace(case, picture=replace(case.picture, **values))  # type: ignore[arg-type]


def _resource(case: Case, name: str, kind: str) -> Resource:
    found = [entry for entry in case.picture.resources if entry.kind == kind and entry.name == name]
    assert found, f"there is no {kind} {name}; there are {_near(case, kind)}"
    return found[0]


def _near(case: Case, kind: str) -> str:
    return ", ".join(entry.name for entry in case.picture.resources if re.fullmatch(kind, entry.kind)) or "none"


def _with_resources(case: Case, resources: list[Resource]) -> Case:
    in_order = tuple(sorted(resources, key=lambda entry: entry.urn))
    return replace(case, picture=picture_of(in_order, case.picture.about))
