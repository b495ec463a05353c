"""Who gains and loses what, and what is opened or closed, in sentences."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from account.access import in_words as right_in_words
from account.access_changes import AccessChange, what_in_words
from account.difference import Difference, Op, difference
from account.exposure_changes import Direction, ExposureChange
from account.names import Name
from account.picture import Picture
from account.principals import BUILT_IN_ROLES, Principal, PrincipalKind
from account.privileges import Access
from ops.review.model import AccessRow

LOCK_OUT_TOPIC = "network"
CONTAINERS = frozenset({"DATABASE", "SCHEMA", "TABLE", "WAREHOUSE"})
_SIGNS = {Direction.WEAKER: "weaker", Direction.STRONGER: "stronger"}
PASSAGES = frozenset({"DATABASE", "SCHEMA"})


@dataclass(frozen=True)
class Compared:
    """The access and the exposure that a change brings. `undecided`: where there may be more than is told."""

    access: tuple[AccessRow, ...]
    exposure: tuple[str, ...]
    undecided: tuple[str, ...]


def compare(
    before: Picture, after: Picture, declared_before: Picture | None, declared_after: Picture | None
) -> Compared:
    """Both sides of a plan, and both declarations for the real account, whose address lists local runs replace."""
    found = difference(before, after)
    exposure = [change for change in found.exposure if declared_after is None or change.topic != LOCK_OUT_TOPIC]
    undecided = list(found.undecided)
    if declared_after is not None and declared_before is not None:
        declared = difference(declared_before, declared_after)
        exposure += [change for change in declared.exposure if change.topic == LOCK_OUT_TOPIC]
    elif declared_after is not None:
        undecided.append("address lists: the base does not tell what it declares for the real account")
    return Compared(
        tuple(_rows(found)),
        tuple(_sentences(exposure)),
        tuple(undecided),
    )


def _rows(found: Difference) -> Iterator[AccessRow]:
    """One row per kind of access and the one who has it first; who has it through somebody else is named there."""
    gone = [one.name for one in found.objects if one.op is Op.REMOVED and one.kind in CONTAINERS]
    outermost = [name for name in gone if not any(name != other and name.within(other) for other in gone)]
    told = [change for change in found.access if _told(change)]
    for name in sorted(outermost):
        yield from _with(name, [change for change in told if not change.gained and change.on.within(name)])
    kept = [change for change in told if change.gained or not any(change.on.within(name) for name in outermost)]
    groups: dict[_Key, list[AccessChange]] = {}
    for change in kept:
        if not _implied(change, kept):
            groups.setdefault(_key(change), []).append(change)
    rows = {(key.principal, key.gained, _what(entries)): entries for key, entries in groups.items()}
    through: dict[tuple[Principal, bool, str], list[str]] = {}
    for principal, gained, what in rows:
        through.setdefault(_first(rows, principal, gained, what), []).append(str(principal))
    for (principal, gained, what), names in through.items():
        path = right_in_words(rows[principal, gained, what][0].right)
        others = tuple(name for name in names if name != str(principal))
        yield AccessRow(gained=gained, who=str(principal), what=what, path=path, through=others)


@dataclass(frozen=True)
class _Key:
    """What changes of access have in common that one sentence tells."""

    principal: Principal
    gained: bool
    access: Access
    privilege: str
    kinds: tuple[str, ...]
    potential: bool
    database: Name


def _key(change: AccessChange) -> _Key:
    database = change.on.database if len(change.on) > 1 else change.on
    return _Key(
        change.principal, change.gained, change.access, change.privilege, change.kinds, change.potential, database
    )


def _what(entries: list[AccessChange]) -> str:
    first = what_in_words(entries[0])
    if len(entries) == 1:
        return first
    names = sorted(str(Name(entry.on[1:])) for entry in entries)
    return f"{first.replace(str(entries[0].on), str(entries[0].on.database), 1)}: {', '.join(names)}"


def _first(
    rows: Mapping[tuple[Principal, bool, str], list[AccessChange]], principal: Principal, gained: bool, what: str
) -> tuple[Principal, bool, str]:
    """The row of whoever somebody has this access from, as far as that one gains or loses the same."""
    for edge in reversed(rows[principal, gained, what][0].right.path):
        if (edge.role, gained, what) in rows:
            return edge.role, gained, what
    return principal, gained, what


def _implied(change: AccessChange, changes: list[AccessChange]) -> bool:
    """Passing through a database or schema says nothing beside what is done in it."""
    return change.access is Access.USE and any(
        other.principal == change.principal
        and other.gained == change.gained
        and other.access is not Access.USE
        and other.on.within(change.on)
        for other in changes
        if change.kinds[0] in PASSAGES
    )


def _with(name: Name, lost: list[AccessChange]) -> Iterator[AccessRow]:
    """Everybody loses what goes; that is one sentence."""
    names = tuple(sorted({str(change.principal) for change in lost}))
    if names:
        yield AccessRow(
            gained=False, who=names[0], what=f"everything in {name}, which goes", path="", through=names[1:]
        )


def _told(change: AccessChange) -> bool:
    """Snowflake's own roles have whatever is granted below them; what somebody else gains tells it already."""
    principal = change.principal
    return not (principal.kind is PrincipalKind.ROLE and principal.name.last in BUILT_IN_ROLES[:4])


def _sentences(changes: Iterable[ExposureChange]) -> Iterator[str]:
    """One sentence per kind of exposure that changes in the same way, with everything that it concerns."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for change in changes:
        sign = _SIGNS.get(change.direction, "different")
        on = f"{change.kind} {change.on}" if change.on else "the account"
        alike.setdefault((sign, change.what, change.before, change.after), []).append(on)
    for (sign, what, before, after), concerned in sorted(alike.items()):
        how = f"by {after}" if before == after else f"{before} → {after}"
        yield f"{sign}: {what}, {how}: {', '.join(sorted(set(concerned)))}"
