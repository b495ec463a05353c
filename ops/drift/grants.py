"""Grants and memberships: missing ones with their GRANT, extra ones with their REVOKE."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from account.facts import kind_of
from account.graph import label
from account.names import Name
from account.picture import Picture
from account.principals import Grant, Membership, Principal, PrincipalKind, Scope
from account.privileges import covers, plural
from account.things import AnyThing
from account.values import is_known
from ops.drift import statements
from ops.drift.model import Difference, Kind, Topic
from ops.drift.sides import Sides, sort_out

_NAMED: Final = 5
_FACTS: Final = {Scope.FUTURE: "FUTURE GRANT", Scope.INHERITED: "INHERITED GRANT"}
_DO: Final = {
    Kind.MISSING: "grant it again",
    Kind.EXTRA: "revoke it, or declare it",
    Kind.NOT_APPLIED: "ops up grants it",
    Kind.NOT_REMOVED: "ops up revokes it",
    Kind.UNTRACKED: "the next up grants it again and then knows it",
}


class _Wanted:
    """Grants that somebody declares: each for itself, and those on many objects by their containers."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self.exact = {_plain(grant) for grant in grants}
        self.wide: dict[tuple[Principal, str], list[Grant]] = {}
        for grant in self.exact:
            if grant.scope is not Scope.OBJECT:
                self.wide.setdefault((grant.grantee, grant.privilege), []).append(grant)

    def holds(self, grant: Grant) -> bool:
        """Whether a grant of the account is one of them, or comes of one on all or future objects."""
        if _plain(grant) in self.exact:
            return True
        return grant.scope is Scope.OBJECT and any(
            covers(wide.kind, grant.kind) and grant.on != wide.on and grant.on.within(wide.on)
            for wide in self.wide.get((grant.grantee, grant.privilege), ())
        )


def _plain(grant: Grant) -> Grant:
    return replace(grant, grant_option=False) if grant.grant_option else grant


def differences(sides: Sides) -> Iterator[Difference]:
    """Every difference of grants and memberships."""
    yield from _grants(sides)
    yield from _on_all(sides)
    yield from _options(sides)
    yield from _memberships(sides)


def _grants(sides: Sides) -> Iterator[Difference]:
    estate = sides.estate
    foreign = _Wanted(grant for picture in estate.others for grant in picture.grants)
    own = _Wanted((*sides.declared.grants, *sides.applied.grants))

    def expected(grant: Grant) -> bool:
        known = own.holds(grant) or foreign.holds(grant) or grant in estate.made_before.grants
        return known or not sides.concerns(grant.grantee, grant.kind, grant.on)

    live = [_plain(grant) for grant in sides.live.grants]
    found = sort_out(_facts(sides.declared), _facts(sides.applied), live, expected)
    for kind in (Kind.MISSING, Kind.EXTRA, Kind.NOT_APPLIED, Kind.NOT_REMOVED, Kind.UNTRACKED):
        for grant in found[kind]:
            if kind is not Kind.MISSING or not {"GRANT", _FACTS.get(grant.scope, "GRANT")} & sides.unseen:
                yield _of_grant(sides, kind, grant)


def _facts(picture: Picture) -> Iterator[Grant]:
    """Grants that an account lists; one on all objects is there as a grant on each of them."""
    return (grant for grant in picture.grants if grant.scope is not Scope.ALL)


def _on_all(sides: Sides) -> Iterator[Difference]:
    """Objects that lack what is granted on all of their kind."""
    if "GRANT" in sides.unseen:
        return
    held = {_plain(grant) for grant in sides.live.grants if grant.scope is Scope.OBJECT}
    inside: dict[Name, list[AnyThing]] = {}
    for thing in sides.live.things:
        if len(thing.name) > 2:
            for container in (thing.name.database, thing.name.schema):
                inside.setdefault(container, []).append(thing)
    applied = {grant for grant in sides.applied.grants if grant.scope is Scope.ALL}
    for wanted in sides.declared.grants:
        if wanted.scope is not Scope.ALL or wanted not in applied:
            continue
        lacking = [
            thing.name
            for thing in inside.get(wanted.on, ())
            if covers(wanted.kind, kind_of(thing))
            and is_known(thing.owner)
            and thing.owner != wanted.grantee
            and replace(wanted, scope=Scope.OBJECT, kind=kind_of(thing), on=thing.name) not in held
        ]
        if lacking:
            yield _of_grant(sides, Kind.MISSING, wanted, lacking)


def _options(sides: Sides) -> Iterator[Difference]:
    """Grants as declared, but with the right to pass them on."""
    declared = {grant for picture in (sides.declared, *sides.estate.others) for grant in picture.grants}
    for grant in sides.live.grants:
        if grant.grant_option and grant not in declared and sides.concerns(grant.grantee, grant.kind, grant.on):
            file, line = sides.place("ROLE", grant.grantee.name, grant.on.schema, grant.on.database)
            yield Difference(
                kind=Kind.EXTRA, topic=Topic.GRANT, about=f"grant option: {in_words(grant)}",
                statement=statements.revoke(grant, only_option=True), do="revoke the grant option",
                stack=sides.estate.stack, file=file, line=line,
            )  # fmt: skip


def _of_grant(sides: Sides, kind: Kind, grant: Grant, lacking: Iterable[Name] = ()) -> Difference:
    file, line = sides.place("ROLE", grant.grantee.name, grant.on, grant.on.schema, grant.on.database)
    names = [str(name) for name in lacking]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    on = f", not held on {', '.join(names[:_NAMED])}{more}" if names else ""
    takes_away = kind in (Kind.EXTRA, Kind.NOT_REMOVED)
    return Difference(
        kind=kind, topic=Topic.GRANT, about=in_words(grant) + on, do=_DO[kind], stack=sides.estate.stack, file=file,
        line=line, statement=statements.revoke(grant) if takes_away else statements.grant(grant),
    )  # fmt: skip


def in_words(grant: Grant) -> str:
    """A grant for people: `SELECT on future TABLES in DB.MARTS to DB.DB_R (database role)`."""
    if grant.kind == "ACCOUNT":
        what = f"{grant.privilege} on the account"
    elif grant.scope is Scope.OBJECT:
        what = f"{grant.privilege} on {grant.kind} {grant.on}"
    else:
        which = {Scope.ALL: "all", Scope.FUTURE: "future", Scope.INHERITED: "inherited"}[grant.scope]
        what = f"{grant.privilege} on {which} {plural(grant.kind)} in {grant.on or 'the account'}"
    return f"{what} to {label(grant.grantee)}"


def _memberships(sides: Sides) -> Iterator[Difference]:
    estate = sides.estate
    foreign = {entry for picture in estate.others for entry in picture.memberships} | estate.made_before.memberships

    def expected(entry: Membership) -> bool:
        if entry in foreign:
            return True
        role = "ROLE" if entry.role.kind is PrincipalKind.ROLE else entry.role.kind.value
        return not sides.concerns(entry.member, role, entry.role.name)

    found = sort_out(sides.declared.memberships, sides.applied.memberships, sides.live.memberships, expected)
    for kind in (Kind.MISSING, Kind.EXTRA, Kind.NOT_APPLIED, Kind.NOT_REMOVED, Kind.UNTRACKED):
        for entry in found[kind]:
            if kind is Kind.MISSING and "MEMBERSHIP" in sides.unseen:
                continue
            file, line = sides.place("ROLE", entry.role.name, entry.member.name)
            takes_away = kind in (Kind.EXTRA, Kind.NOT_REMOVED)
            yield Difference(
                kind=kind, topic=Topic.MEMBERSHIP, about=f"{label(entry.role)} granted to {label(entry.member)}",
                statement=statements.remove_member(entry) if takes_away else statements.add_member(entry),
                do=_DO[kind], stack=estate.stack, file=file, line=line,
            )  # fmt: skip
