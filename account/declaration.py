"""The account that a declaration makes: what `infra/` registers, one to one, without Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.about import about
from account.builder import Builder
from account.declared import adopted, databases, governance, grants, users, warehouses
from account.declared.common import Context
from account.picture import Source

if TYPE_CHECKING:
    from account.picture import Picture
    from stacks import Platform


def from_platform(platform: Platform) -> Picture:
    """The account as this declaration wants it: its own part, as the program registers it.

    What the declaration does not say is `Unknown`: encrypted texts, and the SQL of masking policies. Generation and
    client types are those of plugin 2.x.
    """
    context = Context(platform, Builder())
    if not platform.bare:
        for topic in (databases, governance, users, warehouses, grants):
            topic.declare(context)
    adopted.declare(context)
    return context.builder.picture(about(platform, Source.DECLARATION))
