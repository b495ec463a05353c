"""Puts a picture together: sorted, each fact once, so that equal accounts give equal pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from account.names import Name
from account.picture import About, Attachment, BlindSpot, Picture, PolicyKind, TagUse
from account.principals import Grant, Membership
from account.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from account.origin import Origin
    from account.principals import Principal
    from account.pulumi import Resource
    from account.things import AnyThing
    from account.values import Maybe

Key = tuple[str, Name]


def _text(value: object) -> str:
    """A value to sort by; unknown ones come last."""
    return "\U0010ffff" if isinstance(value, Unknown) else repr(tuple(value) if isinstance(value, Name) else value)


def _grant_order(grant: Grant) -> tuple[object, ...]:
    return (grant.grantee, grant.kind, tuple(grant.on), grant.scope.value, grant.privilege, grant.grant_option)


def _attachment_order(entry: Attachment) -> tuple[str, ...]:
    return (
        entry.policy_kind.value, entry.on, _text(entry.target), entry.column, entry.audience, _text(entry.policy)
    )  # fmt: skip


def _use_order(use: TagUse) -> tuple[object, ...]:
    return (use.on, tuple(use.target), use.column, tuple(use.tag), use.value)


class Builder:
    """Collects the facts of one account. What is told twice is kept once; two things of one name are a blind spot."""

    def __init__(self) -> None:
        self.things: dict[Key, AnyThing] = {}
        self.memberships: list[Membership] = []
        self.grants: list[Grant] = []
        self.attachments: list[Attachment] = []
        self.tag_uses: list[TagUse] = []
        self.parameters: dict[str, Maybe[str]] = {}
        self.blind_spots: list[BlindSpot] = []

    def add(self, thing: AnyThing) -> None:
        """Add a thing. The first of two that have one name is kept."""
        if self.things.setdefault((thing.kind, thing.name), thing) is not thing:
            self.blind(
                f"{thing.kind} {thing.name}", "it is declared twice, and only one of the two was looked at", thing.kind
            )

    def change(self, kind: str, name: Name, **fields: object) -> bool:
        """Change fields of a thing that was added; False if there is none of that name."""
        found = self.things.get((kind, name))
        if found is None:
            return False
        changed: AnyThing = replace(found, **fields)  # type: ignore[arg-type]
        self.things[kind, name] = changed
        return True

    def member(self, held: Principal, member: Principal, origin: Origin | None = None) -> None:
        """Say that `member` has the role `held`."""
        self.memberships.append(Membership(held, member, origin))

    def attach(
        self,
        policy_kind: PolicyKind,
        policy: Maybe[Name],
        on: str,
        target: Maybe[Name],
        origin: Origin | None = None,
        *,
        column: str = "",
        audience: str = "",
    ) -> None:
        """Say that a policy is in force on something; see `Attachment`."""
        self.attachments.append(Attachment(policy_kind, policy, on, target, column, audience, origin))

    def blind(self, what: str, why: str, *kinds: str) -> None:
        """Say what could not be seen; `kinds` as in `BlindSpot`."""
        self.blind_spots.append(BlindSpot(what=what, why=why, kinds=kinds))

    def picture(self, about: About, resources: Iterable[Resource] = ()) -> Picture:
        """The picture of everything collected so far."""
        return Picture(
            about=about,
            things=tuple(sorted(self.things.values(), key=lambda thing: (thing.kind, tuple(thing.name)))),
            memberships=tuple(sorted(dict.fromkeys(self.memberships), key=lambda edge: (edge.role, edge.member))),
            grants=tuple(sorted(dict.fromkeys(self.grants), key=_grant_order)),
            attachments=tuple(sorted(dict.fromkeys(self.attachments), key=_attachment_order)),
            tag_uses=tuple(sorted(dict.fromkeys(self.tag_uses), key=_use_order)),
            parameters=dict(sorted(self.parameters.items())),
            blind_spots=tuple(sorted(dict.fromkeys(self.blind_spots), key=lambda spot: (spot.what, spot.why))),
            resources=tuple(resources),
        )
