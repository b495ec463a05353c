"""What a change opens or closes besides grants: networks, policies, retention, limits, guards and logins."""

from __future__ import annotations

from collections.abc import Iterator

from account.exposed import ExposureChange as ExposureChange
from account.exposed import pairs, shown
from account.names import ACCOUNT, Name
from account.network_changes import network_changes
from account.picture import Attachment, Picture, PolicyKind
from account.things import Table
from account.values import Undecided, Unknown, is_known, known
from account.watched import GUARDS, WATCHED, Compare, gone_is_weaker, less_is_weaker, off_is_weaker
from account.watched import Direction as Direction


def exposure_changes(before: Picture, after: Picture) -> tuple[ExposureChange, ...]:
    """Everything that protects less, more or differently, on what is in both pictures.

    Values that are not known on one side only are told with the direction UNKNOWN, never left out.
    """
    found = [
        *_fields(before, after),
        *_columns(before, after),
        *_attachments(before, after),
        *_parameters(before, after),
        *network_changes(before, after),
    ]
    return tuple(sorted(found, key=lambda one: (one.topic, one.kind, one.on, one.what, one.before, one.after)))


def _change(
    compare: Compare, topic: str, kind: str, on: Name, what: str, old: object, new: object
) -> Iterator[ExposureChange]:
    if is_known(old) and is_known(new):
        try:
            if old == new:
                return
            direction = compare(old, new)
        except Undecided:
            direction = Direction.UNKNOWN
        if direction is None:
            return
    elif is_known(old) or is_known(new):
        direction = Direction.UNKNOWN
    else:
        return
    secret = topic == "login" and what in ("public keys", "workload identity")
    texts = [_count(value) if secret or what.startswith(("what ", "which ")) else shown(value) for value in (old, new)]
    yield ExposureChange(direction, topic, kind, on, what, *texts)


def _count(value: object) -> str:
    """Keys and policy bodies are not spelt out."""
    if isinstance(value, tuple):
        return str(len(value))
    return "not known" if isinstance(value, Unknown) else "set" if value else "not set"


def _fields(before: Picture, after: Picture) -> Iterator[ExposureChange]:
    for was, will_be in pairs(before, after):
        for watch in WATCHED:
            if isinstance(was, watch.of) and isinstance(will_be, watch.of):
                old, new = getattr(was, watch.field), getattr(will_be, watch.field)
                yield from _change(watch.compare, watch.topic, was.kind, was.name, watch.what, old, new)


def _columns(before: Picture, after: Picture) -> Iterator[ExposureChange]:
    for was, will_be in pairs(before, after):
        if not isinstance(was, Table) or not isinstance(will_be, Table):
            continue
        new = {column.name: column for column in will_be.columns or ()}
        for column in was.columns or ():
            if column.name in new:
                what = f"masking policy of column {column.name}"
                yield from _change(
                    gone_is_weaker, "masking", "TABLE", was.name, what, column.masking_policy,
                    new[column.name].masking_policy,
                )  # fmt: skip


def _place(attachment: Attachment) -> tuple[object, ...]:
    return attachment.policy_kind, attachment.on, attachment.target, attachment.column, attachment.audience


def _attachments(before: Picture, after: Picture) -> Iterator[ExposureChange]:
    """Policies that come, go or are replaced on what stays; network policies are compared by what they let in."""
    sides, unclear = [], list[set[tuple[str, str, str]]]()
    for picture in (before, after):
        own = [one for one in picture.attachments if one.policy_kind is not PolicyKind.NETWORK]
        sides.append({_place(one): one for one in own if is_known(one.target)})
        unclear.append({(one.policy_kind.value, one.on, shown(one.policy)) for one in own if not is_known(one.target)})
    for kind, on, policy in sorted(unclear[0] ^ unclear[1]):
        what = f"{kind.lower()} policy {policy} on something that is not known"
        yield ExposureChange(Direction.UNKNOWN, "policy", on, ACCOUNT, what, "not known", "not known")
    old, new = sides
    dropped = {thing.name for thing in before.things} - {thing.name for thing in after.things}
    for place in sorted({*old, *new}, key=str):
        one = old.get(place) or new[place]
        target = known(one.target)
        if target in dropped and place not in new:
            continue
        masks = one.policy_kind in (PolicyKind.MASKING, PolicyKind.ROW_ACCESS)
        what = f"{one.policy_kind.value.lower()} policy" + (f" of column {one.column}" if one.column else "")
        what += f" for {one.audience}" if one.audience else ""
        policies = [side[place].policy if place in side else None for side in sides]
        topic = "masking" if masks else "policy"
        yield from _change(gone_is_weaker, topic, one.on, target, what, policies[0], policies[1])


def _parameters(before: Picture, after: Picture) -> Iterator[ExposureChange]:
    for name in sorted({*before.parameters, *after.parameters}):
        old, new = before.parameters.get(name), after.parameters.get(name)
        if name in GUARDS:
            flags = [value if isinstance(value, Unknown) else str(value).lower() == "true" for value in (old, new)]
            yield from _change(off_is_weaker, "guard", "ACCOUNT", ACCOUNT, name, flags[0], flags[1])
        elif name == "MIN_DATA_RETENTION_TIME_IN_DAYS":
            days = [value if isinstance(value, Unknown) else int(value or 0) for value in (old, new)]
            yield from _change(less_is_weaker, "retention", "ACCOUNT", ACCOUNT, name, days[0], days[1])
