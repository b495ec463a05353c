"""The sides of a comparison: what is declared, what was applied, what the account has, what others may have made."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from account.names import ACCOUNT, Name
from account.picture import Picture
from account.principals import Principal
from ops.drift.estate import Estate
from ops.drift.model import Kind
from ops.review.locate import Places

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
NO_PLACE = ("", 0)


@dataclass(frozen=True)
class Sides:
    """Everything that a comparison looks at.

    Attributes:
        applied: what the state says; the declaration again where there is no state to ask.
        has_state: `applied` comes from a state, so that what is not applied yet can be told from drift.
    """

    estate: Estate
    applied: Picture
    live: Picture
    places: Places
    has_state: bool = True

    @property
    def declared(self) -> Picture:
        """What this stack declares."""
        return self.estate.own

    @cached_property
    def unseen(self) -> frozenset[str]:
        """Kinds of things and facts of which not everything was seen; nothing of them is called missing."""
        return frozenset(kind for spot in self.live.blind_spots for kind in spot.kinds)

    @cached_property
    def _modules(self) -> Mapping[tuple[str, Name], str]:
        return {(thing.kind, thing.name): thing.origin.file for thing in self.declared.things if thing.origin}

    def place(self, kind: str, *names: Name) -> tuple[str, int]:
        """File and line that declare an object, else its module; of several names the first that is declared."""
        for name in names:
            found = self.places.of(str(name))
            if found != NO_PLACE:
                return found
        return next(((self._modules[kind, name], 0) for name in names if (kind, name) in self._modules), NO_PLACE)

    def concerns(self, grantee: Principal, kind: str, on: Name) -> bool:
        """Whether something that is granted touches what this stack looks after, on either end."""
        estate = self.estate
        if estate.answers_for(estate.whose_principal(grantee)):
            return True
        if on == ACCOUNT:
            system = grantee.kind.value == "ROLE" and estate.whose_principal(grantee) == "" and _is_system(grantee)
            return system and estate.answers_for_account
        return estate.answers_for(estate.whose("ROLE" if kind == "DATABASE ROLE" else kind, on))


def _is_system(grantee: Principal) -> bool:
    from account.live import baseline

    return baseline.role(grantee.name.last)


@dataclass(frozen=True)
class Sorted(Generic[K]):
    """Facts by what became of them, each group in the order in which it came."""

    by_kind: Mapping[Kind, tuple[K, ...]]

    def __getitem__(self, kind: Kind) -> tuple[K, ...]:
        return self.by_kind.get(kind, ())


def sort_out(
    declared: Iterable[K], applied: Iterable[K], live: Iterable[K], expected: Callable[[K], bool]
) -> Sorted[K]:
    """Which facts are missing, extra, not applied or not removed yet, or there without the state knowing them.

    Args:
        expected: whether a fact of the account is somebody else's and no surprise.
    """
    wanted, made, there = (dict.fromkeys(facts) for facts in (declared, applied, live))
    groups: dict[Kind, list[K]] = {}
    for fact in {**wanted, **made}:
        kind = _became(fact in wanted, fact in made, fact in there)
        if kind is not None:
            groups.setdefault(kind, []).append(fact)
    extra = [fact for fact in there if fact not in wanted and fact not in made and not expected(fact)]
    groups[Kind.EXTRA] = extra
    return Sorted({kind: tuple(facts) for kind, facts in groups.items()})


def _became(declared: bool, applied: bool, live: bool) -> Kind | None:
    if declared and applied:
        return None if live else Kind.MISSING
    if declared:
        return Kind.UNTRACKED if live else Kind.NOT_APPLIED
    return Kind.NOT_REMOVED if live else None
