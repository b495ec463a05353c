"""Policies in force and parameters of the account."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from account.names import Name
from account.picture import Attachment
from account.values import Unknown, is_known, known
from ops.drift import statements
from ops.drift.model import Change, Difference, Kind, Topic
from ops.drift.sides import Sides, sort_out
from ops.drift.values import shown
from stacks.grants import GrantStyle

Place = tuple[str, str, Name, str]
"""What a policy is on: kind of policy and of target, name and column."""
_TARGETS: Final = frozenset({"ACCOUNT", "USER", "TAG", "INTEGRATION"})
"""Targets of which a declaration says everything. Tables and columns get policies from migrations and dbt, too."""
_FOR_INHERITED: Final = frozenset({"FEATURE_RBAC_INHERITED_GRANTS"})
_DO: Final = {
    Kind.MISSING: "ops up --refresh puts it in force again",
    Kind.CHANGED: "ops up --refresh puts the declared one in force",
    Kind.EXTRA: "take it off, or declare it",
    Kind.NOT_APPLIED: "ops up puts it in force",
    Kind.NOT_REMOVED: "ops up takes it off",
    Kind.UNTRACKED: "the next up finds it in force and then knows it",
}


def differences(sides: Sides) -> Iterator[Difference]:
    """Every difference of attachments and parameters."""
    yield from _attachments(sides)
    yield from _parameters(sides)


def _attachments(sides: Sides) -> Iterator[Difference]:
    estate = sides.estate
    declared, applied, live = (
        _by_place(picture.attachments) for picture in (sides.declared, sides.applied, sides.live)
    )
    foreign = set(_by_place(estate.made_before.attachments).items())
    for picture in estate.others:
        foreign |= set(_by_place(picture.attachments).items())
    changed = {place for place in declared.keys() & live.keys() if declared[place] != live[place]}
    for place in sorted(changed):
        pending = place in applied and applied[place] == live[place]
        yield _difference(sides, Kind.NOT_APPLIED if pending else Kind.CHANGED, place, declared[place], live[place])

    def expected(fact: tuple[Place, Name]) -> bool:
        (_, on, target, _), _ = fact
        return fact in foreign or fact[0] in changed or on not in _TARGETS or not _concerns(sides, on, target)

    wanted, made = (
        [(place, policy) for place, policy in side.items() if place not in changed] for side in (declared, applied)
    )
    found = sort_out(wanted, made, live.items(), expected)
    for kind in (Kind.MISSING, Kind.EXTRA, Kind.NOT_APPLIED, Kind.NOT_REMOVED, Kind.UNTRACKED):
        for place, policy in found[kind]:
            if kind is not Kind.MISSING or "ATTACHMENT" not in sides.unseen:
                yield _difference(sides, kind, place, policy, None)


def _by_place(attachments: Iterable[Attachment]) -> Mapping[Place, Name]:
    """Policies by what they are on, where both are known. For which users of the account one is, no account tells."""
    return {
        (entry.policy_kind.value, entry.on, known(entry.target), entry.column): known(entry.policy)
        for entry in attachments
        if is_known(entry.target) and is_known(entry.policy)
    }


def _concerns(sides: Sides, on: str, target: Name) -> bool:
    estate = sides.estate
    return estate.answers_for_account if on == "ACCOUNT" else estate.answers_for(estate.whose(on, target))


def _difference(sides: Sides, kind: Kind, place: Place, policy: Name, found: Name | None) -> Difference:
    policy_kind, on, target, column = place
    where = f"{on} {target}{f'.{column}' if column else ''}".strip() if on != "ACCOUNT" else "the account"
    entry = next(
        one for one in (*sides.declared.attachments, *sides.applied.attachments, *sides.live.attachments)
        if one.policy_kind.value == policy_kind and one.on == on and is_known(one.target) and one.target == target
    )  # fmt: skip
    takes_away = kind in (Kind.EXTRA, Kind.NOT_REMOVED)
    file, line = sides.place(on, target, policy)
    return Difference(
        kind=kind,
        topic=Topic.ATTACHMENT,
        about=f"{policy_kind.lower()} policy {policy} on {where}",
        changes=() if found is None else (Change("policy", str(policy), str(found)),),
        statement=statements.detach(entry, target) if takes_away else statements.attach(entry, policy, target),
        do=_DO[kind],
        stack=sides.estate.stack,
        file=file,
        line=line,
    )


def _needed(sides: Sides) -> frozenset[str]:
    """Parameters that a person switches on because some stack's grants need them."""
    styles = {platform.grant_style for platform in sides.estate.platforms.values()}
    return _FOR_INHERITED if GrantStyle.INHERITED in styles else frozenset()


def _parameters(sides: Sides) -> Iterator[Difference]:
    """Parameters of the account, in the stack that looks after them."""
    declared, applied, live = (picture.parameters for picture in (sides.declared, sides.applied, sides.live))
    if not sides.estate.answers_for_account or "PARAMETER" in sides.unseen:
        return
    for name in sorted({*declared, *applied, *live}):
        wanted, made, found = declared.get(name), applied.get(name), live.get(name)
        if isinstance(wanted, Unknown) or isinstance(made, Unknown) or isinstance(found, Unknown):
            continue
        if wanted == found or (wanted is None and name in _needed(sides)):
            continue
        if wanted is None and made is None:
            kind = Kind.EXTRA
        elif made == found:
            kind = Kind.NOT_APPLIED if wanted is not None else Kind.NOT_REMOVED
        else:
            kind = Kind.MISSING if found is None else Kind.CHANGED
        yield Difference(
            kind=kind, topic=Topic.PARAMETER, about=f"account parameter {name}",
            changes=(Change(name, shown(wanted), shown(found)),), statement=statements.parameter(name, wanted),
            do="set it as declared" if wanted is not None else "leave it to Snowflake again, or declare it",
            stack=sides.estate.stack, file="stacks/account.py" if wanted is not None else "",
        )  # fmt: skip
