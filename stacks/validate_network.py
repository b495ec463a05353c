"""R4: allow-lists are sane, wide enough for those who deploy and rescue, and not open to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.errors import Problem
from stacks.network import MAX_PUBLIC_SHARE, Audience, covers, parse, public_share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network

    from stacks.network import NetworkPolicy
    from stacks.platform import Platform

_FIELD = {Audience.SERVICES: "service_cidrs", Audience.PEOPLE: "people_cidrs"}
_EXAMPLE = "use IPv4 networks like 198.51.100.0/24 or addresses like 198.51.100.7"


def _readable(platform: Platform, field: str, cidrs: tuple[str, ...]) -> tuple[list[IPv4Network], list[Problem]]:
    networks, problems = [], []
    for index, cidr in enumerate(cidrs):
        try:
            networks.append(parse(cidr))
        except ValueError as error:
            problems.append(
                Problem(
                    what="Address is not an IPv4 network",
                    file=platform.file,
                    field=f"{field}[{index}]",
                    value=cidr,
                    why=str(error),
                    todo=_EXAMPLE,
                )
            )
    return networks, problems


def _open(platform: Platform, field: str, cidrs: tuple[str, ...]) -> Iterator[Problem]:
    networks, unreadable = _readable(platform, field, cidrs)
    yield from unreadable
    if not cidrs:
        yield Problem(
            what="Allow-list is empty",
            file=platform.file,
            field=field,
            value="[]",
            why="a policy without addresses restricts nothing",
            todo=f"{_EXAMPLE}; outside prod, remove the key to have no policy",
        )
    share = public_share(networks)
    if share > MAX_PUBLIC_SHARE:
        yield Problem(
            what="Allow-list is wide open",
            file=platform.file,
            field=field,
            value=", ".join(cidrs),
            why=f"they cover {share:.1%} of all public addresses, and more than {MAX_PUBLIC_SHARE:.1%} is too much",
            todo="list the networks that really connect",
        )


def _audience(platform: Platform, policy: NetworkPolicy) -> Iterator[Problem]:
    field = _FIELD[policy.audience]
    if policy.cidrs is not None:
        yield from _open(platform, field, policy.cidrs)
    elif platform.environment.production:
        yield Problem(
            what="Production without network policy",
            file=platform.file,
            field=field,
            value="<nothing>",
            why="in prod every user is bound to a list of addresses",
            todo=f"add {field}; {_EXAMPLE}",
        )


def _inside(
    platform: Platform, policy: NetworkPolicy, field: str, cidrs: tuple[str, ...], who: str
) -> Iterator[Problem]:
    wanted, unreadable = _readable(platform, field, cidrs)
    yield from unreadable
    allowed = [network for cidr in policy.cidrs or () if (network := _try(cidr)) is not None]
    for network in wanted:
        if allowed and not covers(allowed, network):
            yield Problem(
                what=f"{who} would be locked out",
                file=platform.file,
                field=field,
                value=str(network),
                why=f"the list that is about to apply ({_FIELD[policy.audience]}) does not contain it",
                todo=f"add it to {_FIELD[policy.audience]}, or correct {field}",
            )


def _try(cidr: str) -> IPv4Network | None:
    try:
        return parse(cidr)
    except ValueError:
        return None


def _lockout(platform: Platform) -> Iterator[Problem]:
    people = platform.network_policy(Audience.PEOPLE)
    if platform.deployer_cidrs == () or (platform.deployer_cidrs is None and platform.environment.production):
        yield Problem(
            what="Address of the deployment is not known",
            file=platform.file,
            field="deployer_cidrs",
            value="<nothing>" if platform.deployer_cidrs is None else "[]",
            why="without it nobody can tell whether the new network policy locks the deployment out",
            todo="add the networks that deployments connect from",
        )
    elif platform.deployer_cidrs is not None:
        yield from _open(platform, "deployer_cidrs", platform.deployer_cidrs)
        if people.on_account:
            yield from _inside(platform, people, "deployer_cidrs", platform.deployer_cidrs, "The deployment")
    for person in platform.people:
        if person.break_glass:
            field = f"break_glass[{platform.in_config(person.name)}].addresses"
            yield from _inside(platform, people, field, person.addresses, "A break-glass person")


def _on_account(platform: Platform) -> Iterator[Problem]:
    people = platform.network_policy(Audience.PEOPLE)
    if platform.owns_account and platform.environment.production and not people.on_account:
        yield Problem(
            what="Production account without network policy",
            file=platform.file,
            field="network_policy_on_account",
            value="false",
            why="users outside this declaration could connect from anywhere",
            todo="set it to true, or remove it",
        )


def problems(platform: Platform) -> Iterator[Problem]:
    """Problems with addresses."""
    for policy in platform.network:
        yield from _audience(platform, policy)
    yield from _lockout(platform)
    yield from _on_account(platform)
