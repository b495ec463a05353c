"""Privileges on secrets, integrations, pipes, sequences and the like: on one, all and future ones, and to make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.data_objects import Grantable
from tests.e2e.programs.every_type.identities import Identities
from tests.e2e.programs.every_type.setting import after, either

PLURALS = {
    "SECRETS": ["READ"], "FILE FORMATS": ["USAGE"], "STAGES": ["USAGE"], "PIPES": ["OPERATE"], "SEQUENCES": ["USAGE"],
    "FUNCTIONS": ["USAGE"], "DYNAMIC TABLES": ["OPERATE"], "ALERTS": ["MONITOR"],
}  # fmt: skip
NO_BULK = ("PIPES", "STAGES")
"""Snowflake has no grants on all pipes; the stages here are of both sorts, which take different privileges."""
MAKES = ("ALERT", "DYNAMIC TABLE", "FILE FORMAT", "FUNCTION", "PIPE", "SECRET", "SEQUENCE", "STAGE")


def declare(places: Places, objects: Sequence[Grantable], people: Identities) -> None:
    """Register them."""
    role = people.role.fully_qualified_name
    schema = places.schema.fully_qualified_name
    everything = after(*(made.resource for made in objects))
    for made in objects:
        named = {"object_type": made.kind, "object_name": made.name}
        on: dict[str, Any] = {"on_account_object" if made.kind == "INTEGRATION" else "on_schema_object": named}
        snowflake.GrantPrivilegesToAccountRole(
            f"to-role-data-{made.kind.lower().replace(' ', '-')}",
            account_role_name=role,
            privileges=made.privileges,
            opts=after(made.resource),
            **on,
        )
    for plural, privileges in PLURALS.items():
        for which in ("future",) if plural in NO_BULK else ("all", "future"):
            group: dict[str, Any] = {
                "on_schema_object": {which: {"object_type_plural": plural, "in_schema": schema}},
            }
            snowflake.GrantPrivilegesToAccountRole(
                f"to-parent-{which}-{plural.lower().replace(' ', '-')}",
                account_role_name=people.parent.fully_qualified_name,
                privileges=privileges,
                opts=everything,
                **group,
            )
    snowflake.GrantPrivilegesToAccountRole(
        "to-role-make",
        account_role_name=role,
        privileges=[f"CREATE {kind}" for kind in either(MAKES, MAKES[:3])],
        on_schema={"schema_name": places.mixed.fully_qualified_name},
        opts=after(),
    )
    snowflake.GrantPrivilegesToAccountRole(
        "to-parent-account",
        account_role_name=people.parent.fully_qualified_name,
        privileges=either(["CREATE INTEGRATION"], ["CREATE INTEGRATION", "EXECUTE ALERT", "EXECUTE MANAGED ALERT"]),
        on_account=True,
        opts=after(),
    )
