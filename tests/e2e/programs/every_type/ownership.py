"""Ownership moved to other roles: of one object, of all and of future ones, keeping or revoking other grants."""

from __future__ import annotations

import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places, path
from tests.e2e.programs.every_type.identities import Identities
from tests.e2e.programs.every_type.setting import after


def declare(places: Places, people: Identities) -> None:
    """Register objects of their own, since owners change what the account's administrator sees of them."""
    made = snowflake.Execute(
        "owned-objects",
        execute="CREATE TABLE ET.OWNED.ONE (X NUMBER) AS SELECT 1",
        revert="DROP TABLE ET.OWNED.ONE",
        opts=after(places.owned),
    )
    more = snowflake.Execute(
        "owned-views",
        execute="CREATE VIEW ET.OWNED.SEEN AS SELECT X FROM ET.OWNED.ONE",
        revert="DROP VIEW ET.OWNED.SEEN",
        opts=after(made),
    )
    files = snowflake.Execute(
        "owned-stage", execute="CREATE STAGE ET.OWNED.FILES", revert="DROP STAGE ET.OWNED.FILES", opts=after(made)
    )
    hierarchy = snowflake.GrantAccountRole(
        "owner-to-administrator",
        role_name=people.owner.fully_qualified_name,
        parent_role_name="ACCOUNTADMIN",
        opts=after(),
    )
    usage = snowflake.GrantPrivilegesToAccountRole(
        "owner-reads",
        account_role_name=people.role.fully_qualified_name,
        privileges=["SELECT"],
        on_schema_object={"object_type": "TABLE", "object_name": path("ET", "OWNED", "ONE")},
        opts=after(made),
    )
    owner = people.owner.fully_qualified_name
    snowflake.GrantOwnership(
        "of-table",
        account_role_name=owner,
        outbound_privileges="COPY",
        on={"object_type": "TABLE", "object_name": path("ET", "OWNED", "ONE")},
        opts=after(hierarchy, usage, more),
    )
    snowflake.GrantOwnership(
        "of-stage",
        database_role_name=people.in_database.fully_qualified_name,
        outbound_privileges="REVOKE",
        on={"object_type": "STAGE", "object_name": path("ET", "OWNED", "FILES")},
        opts=after(hierarchy, files),
    )
    snowflake.GrantOwnership(
        "of-all-views",
        account_role_name=owner,
        outbound_privileges="REVOKE",
        on={"all": {"object_type_plural": "VIEWS", "in_schema": places.owned.fully_qualified_name}},
        opts=after(hierarchy, more),
    )
    snowflake.GrantOwnership(
        "of-future-tables",
        account_role_name=owner,
        on={"future": {"object_type_plural": "TABLES", "in_schema": places.owned.fully_qualified_name}},
        opts=after(hierarchy, more),
    )
    snowflake.GrantOwnership(
        "of-future-views",
        database_role_name=people.in_database.fully_qualified_name,
        on={"future": {"object_type_plural": "VIEWS", "in_schema": places.owned.fully_qualified_name}},
        opts=after(hierarchy, more),
    )
