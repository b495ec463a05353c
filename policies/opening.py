"""What a planned step opens to the network: rules, policies, and who is bound to which policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import Name
from account.networks import resolve, wider
from account.registered.values import text, texts, upper
from account.things import NetworkPolicy, NetworkRule
from account.values import Undecided, known
from policies.comparing import sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from account.picture import Picture
    from policies.plan import Step


def rule(step: Step) -> Iterator[str]:
    """A network rule that lets in more than before."""
    if not step.differs("valueLists"):
        return
    old, new = (known(texts(side)) for side in sides(step, "valueLists"))
    kind = known(upper(step.new.get("type"))) or ""
    if (kind in ("IPV4", "IPV6") and _gained(old, new)) or (kind not in ("IPV4", "IPV6") and set(new) - set(old)):
        yield f"network rule lets in more: {', '.join(sorted(set(new) - set(old))) or 'other networks'}"


def _gained(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    return wider((old, ()), (new, ()))[0]


def network_policy(step: Step, before: Picture | None, after: Picture | None) -> Iterator[str]:
    """A network policy that lets in more than before, by the values of its rules where they are in sight."""
    if step.kind != "NetworkPolicy" or not step.compares:
        return
    both = [_lists(side, picture) for side, picture in ((step.old, before), (step.new, after))]
    if None in both:
        added = set(names(step.new, "allowedNetworkRuleLists")) - set(names(step.old, "allowedNetworkRuleLists"))
        taken = set(names(step.old, "blockedNetworkRuleLists")) - set(names(step.new, "blockedNetworkRuleLists"))
        yield from (f"network rule {name} is allowed too" for name in sorted(added))
        yield from (f"network rule {name} is no longer blocked" for name in sorted(taken))
        both = [_plain_lists(side) for side in (step.old, step.new)]
    old, new = both
    if old is not None and new is not None and wider(old, new)[0]:
        yield "the network policy lets in addresses that it did not before"


Lists = tuple[tuple[str, ...], tuple[str, ...]]


def names(inputs: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Names in a list of references, as Snowflake stores them."""
    return tuple(str(Name.loose(entry)) for entry in known(texts(inputs.get(key))))


def _plain_lists(inputs: Mapping[str, object]) -> Lists:
    return known(texts(inputs.get("allowedIpLists"))), known(texts(inputs.get("blockedIpLists")))


def _lists(inputs: Mapping[str, object], picture: Picture | None) -> Lists | None:
    """What a policy allows and blocks, by the rules of a picture; None where they are not in sight."""
    allowed, blocked = (names(inputs, f"{side}NetworkRuleLists") for side in ("allowed", "blocked"))
    if picture is None:
        return _plain_lists(inputs) if not allowed and not blocked else None
    plain = _plain_lists(inputs)
    policy = NetworkPolicy(
        name=Name.of(known(text(inputs.get("name"))) or ""),
        allowed_rules=tuple(Name.loose(name) for name in allowed),
        blocked_rules=tuple(Name.loose(name) for name in blocked),
        allowed_ips=plain[0],
        blocked_ips=plain[1],
    )
    if any(picture.find(NetworkRule, Name.loose(name)) is None for name in (*allowed, *blocked)):
        return None
    found = resolve(picture, policy)
    return found.entries, found.blocked


def bound_to(step: Step, before: Picture | None, after: Picture | None) -> Iterator[str]:
    """Another network policy on a user, an integration or the account; or none."""
    key = "networkPolicyName" if step.kind == "NetworkPolicyAttachment" else "networkPolicy"
    old, new = (known(text(side)) for side in sides(step, key)) if step.differs(key) else (None, None)
    if old is None or old == new:
        return
    if new is None:
        yield f"is no longer bound to network policy {old}"
        return
    both = [_policy(name, picture) for name, picture in ((old, before), (new, after))]
    if both[0] is None or both[1] is None:
        raise Undecided(f"nobody knows whether network policy {new} is wider than {old}")
    if wider(both[0], both[1])[0]:
        yield f"gets network policy {new} instead of {old}, and it lets in addresses that {old} does not"


def _policy(name: str, picture: Picture | None) -> Lists | None:
    policy = picture.find(NetworkPolicy, Name.loose(name)) if picture is not None else None
    if picture is None or policy is None:
        return None
    found = resolve(picture, policy)
    return found.entries, found.blocked
