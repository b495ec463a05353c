"""What the account does not tell about a stack, read from its declaration: who owns the account, who must get in.

Whoever makes a picture (of a declaration, of resources, of the live account) takes its `About` from here, so that the
rules on lock-out and on what an account has only once have something to go by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.picture import About, Source
from stacks import adoption, load
from stacks import config as stack_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks import Platform


def about(platform: Platform, source: Source, *, whole: bool = False, taken: str = "") -> About:
    """What a picture of this platform shows."""
    connection = platform.connection
    return About(
        source=source,
        stack=platform.environment.name,
        environment=platform.environment.name,
        prefix=platform.prefix,
        account=f"{connection.organization}-{connection.account}",
        whole=whole,
        taken=taken,
        owns_account=platform.owns_account,
        deployer_cidrs=platform.deployer_cidrs,
        rescuers=tuple((str(person.name), person.addresses) for person in platform.people if person.break_glass),
    )


def from_config(stack: str, texts: Mapping[str, str], source: Source) -> About:
    """The same from a stack's config as a Pulumi program gets it: every value a text, by its key without namespace.

    Raises:
        stacks.PlatformError: the config or the declaration is not acceptable, with every problem found.
    """
    file = f"Pulumi.{stack}.yaml"
    config = stack_config.read(stack_config.from_texts(texts), file, tuple(texts))
    return about(load(stack, config, file, adoption.in_use(stack)), source)
