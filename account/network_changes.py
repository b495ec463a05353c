"""From where one may log in, before and after: the account, each user and each integration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from account.exposed import ExposureChange, pairs
from account.names import ACCOUNT, Name
from account.networks import EVERYWHERE, account_policy, policy_of, resolve, wider
from account.picture import Picture
from account.things import Integration, NetworkPolicy, User
from account.values import Undecided, known
from account.watched import Direction

EVERYBODY = "everybody"
Subject = User | Integration | None
"""Whose policy it is; None for the account."""


@dataclass(frozen=True, slots=True)
class _Let:
    """What the policy that applies lets in, or why that is not known. `name` is for people."""

    name: str
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    private: frozenset[str] = frozenset()
    unknown: str = ""


def network_changes(before: Picture, after: Picture) -> Iterator[ExposureChange]:
    """Where more or fewer addresses are let in, by the policy that applies to each."""
    yield from _compare("ACCOUNT", ACCOUNT, _let_in(before, None), _let_in(after, None))
    for was, will_be in pairs(before, after):
        if isinstance(was, User | Integration) and isinstance(will_be, User | Integration):
            yield from _compare(was.kind, was.name, _let_in(before, was), _let_in(after, will_be))


def _policy(picture: Picture, subject: Subject) -> Name | None:
    if isinstance(subject, User):
        return policy_of(picture, subject)[0]
    return known(subject.network_policy) if isinstance(subject, Integration) else account_policy(picture)


def _let_in(picture: Picture, subject: Subject) -> _Let:
    name: Name | None = None
    try:
        name = _policy(picture, subject)
        if name is None:
            return _Let(EVERYBODY, EVERYWHERE)
        policy = picture.find(NetworkPolicy, name)
        if policy is None:
            return _Let(str(name), unknown="the policy is not in the picture")
        resolved = resolve(picture, policy)
        return _Let(str(name), resolved.entries, resolved.blocked, frozenset(resolved.private))
    except Undecided as undecided:
        return _Let(str(name) if name is not None else "not known", unknown=str(undecided))


def _compare(kind: str, on: Name, was: _Let, will_be: _Let) -> Iterator[ExposureChange]:
    if was == will_be:
        return
    if was.unknown or will_be.unknown:
        yield _change(Direction.UNKNOWN, kind, on, was, will_be)
        return
    more, less = wider((was.allowed, was.blocked), (will_be.allowed, will_be.blocked))
    more, less = more or bool(will_be.private - was.private), less or bool(was.private - will_be.private)
    if more or less:
        direction = Direction.MIXED if more and less else Direction.WEAKER if more else Direction.STRONGER
        yield _change(direction, kind, on, was, will_be)


def _change(direction: Direction, kind: str, on: Name, was: _Let, will_be: _Let) -> ExposureChange:
    return ExposureChange(direction, "network", kind, on, "addresses let in", _shown(was), _shown(will_be))


def _shown(side: _Let) -> str:
    return f"{side.name} ({side.unknown})" if side.unknown and side.name != "not known" else side.name
