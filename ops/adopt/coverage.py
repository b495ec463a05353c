"""Which facts of an account a declaration already says, so that they are not taken over a second time."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from account.names import Name
from account.picture import Attachment, Picture
from account.principals import Grant, Membership, Principal, Scope
from account.privileges import covers


@dataclass(frozen=True)
class Coverage:
    """Things by kind and name, and who has what."""

    things: frozenset[tuple[str, Name]] = frozenset()
    memberships: frozenset[Membership] = frozenset()
    attachments: frozenset[Attachment] = frozenset()
    parameters: frozenset[str] = frozenset()
    grants: frozenset[Grant] = frozenset()
    wide: dict[tuple[Principal, str], list[Grant]] = field(default_factory=dict)

    def holds(self, grant: Grant) -> bool:
        """Whether a grant is said, or comes from one on all or future objects."""
        return grant in self.grants or self.follows(grant)

    def follows(self, grant: Grant) -> bool:
        """Whether a grant on one object comes from one on all or future objects of its kind."""
        return grant.scope is Scope.OBJECT and any(
            covers(wide.kind, grant.kind) and grant.on != wide.on and grant.on.within(wide.on)
            for wide in self.wide.get((grant.grantee, grant.privilege), ())
        )


def coverage(*pictures: Picture) -> Coverage:
    """What these pictures of declarations say."""
    grants = [grant for picture in pictures for grant in picture.grants]
    return Coverage(
        things=frozenset((thing.kind, thing.name) for picture in pictures for thing in picture.things),
        memberships=frozenset(entry for picture in pictures for entry in picture.memberships),
        attachments=frozenset(entry for picture in pictures for entry in picture.attachments),
        parameters=frozenset(name for picture in pictures for name in picture.parameters),
        grants=frozenset(grants),
        wide=by_holder(grants),
    )


def by_holder(grants: Iterable[Grant]) -> dict[tuple[Principal, str], list[Grant]]:
    """Grants on many objects by who has which privilege."""
    found: dict[tuple[Principal, str], list[Grant]] = {}
    for grant in grants:
        if grant.scope is not Scope.OBJECT:
            found.setdefault((grant.grantee, grant.privilege), []).append(grant)
    return found


def plain(grant: Grant) -> Grant:
    """A grant without the right to pass it on."""
    return replace(grant, grant_option=False)
