"""Whether stacks that share an account keep out of each other's way."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from stacks import validate_adopted
from stacks.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stacks.platform import Platform


def names(platform: Platform) -> frozenset[tuple[str, str]]:
    """Kind and name of every account-level object that a platform declares."""
    adopted = ((kind, str(name)) for _, kind, name in validate_adopted.account_level(platform))
    return validate_adopted.declared(platform) | frozenset(adopted)


def problems(platforms: Sequence[Platform]) -> Iterator[Problem]:
    """Problems between platforms: the same name twice in one account, or two owners of it."""
    for one, other in combinations(platforms, 2):
        if one.connection.organization != other.connection.organization:
            continue
        if one.connection.account != other.connection.account:
            continue
        account = f"{one.connection.organization}-{one.connection.account}"
        if one.owns_account and other.owns_account:
            yield Problem(
                what="Two stacks own one account",
                file=other.file,
                field="owns_account",
                value="true",
                why=f"{one.environment.name} ({one.file}) owns {account} too, and both would set its policies",
                todo="set owns_account to false in all but one stack of the account",
            )
        for kind, name in sorted(names(one) & names(other))[:1]:
            yield Problem(
                what="Two environments have colliding names",
                file=other.file,
                field="shared_account",
                value=str(other.prefix != "").lower(),
                why=f"{kind} {name} in {account} is also declared by {one.environment.name} ({one.file})",
                todo="set shared_account to true in every stack of a shared account, or give each its own",
            )
