"""The declaration as a Mermaid flow chart: who logs in, which roles that gives, what they reach."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Platform

NO_WORD = re.compile(r"\W")


def mermaid(platform: "Platform") -> str:
    """A chart of a platform; the same declaration always gives the same text."""
    lines = ["flowchart LR", *_nodes(platform), *sorted(set(_edges(platform)))]
    return "\n".join(lines) + "\n"


def _nodes(platform: "Platform") -> "Iterator[str]":
    yield "  subgraph users"
    for user in platform.service_users:
        yield f"    {_id(user.name)}([{user.name}])"
    for person in platform.people:
        yield f"    {_id(person.name)}([{person.name}])"
    yield "  end"
    yield "  subgraph roles"
    for role in platform.roles:
        yield f"    {_id(role.name)}[{role.name}]"
    yield "  end"
    for database in platform.databases:
        yield f"  subgraph {database.name}"
        for level in ("R", "RW", "OWN"):
            yield f"    {_id(f'{database.name}_{level}')}[/{database.name}_{level}/]"
        for schema in database.schemas:
            built = f"built by {schema.built_by.value}"
            yield f'    {_id(f"{database.name}_{schema.name}")}[("{schema.name}<br/>{built}")]'
        yield "  end"
    yield "  subgraph warehouses"
    for warehouse in platform.warehouses:
        yield f'    {_id(warehouse.name)}{{{{"{warehouse.name}<br/>{warehouse.size.value}"}}}}'
    yield "  end"
    for monitor in platform.monitors:
        yield f'  {_id(monitor.name)}>"{monitor.name}<br/>{monitor.quota} credits a month"]'


def _edges(platform: "Platform") -> "Iterator[str]":
    from stacks.grants import Scope, role_grants, schema_grants, user_grants

    for grant in (*user_grants(platform), *role_grants(platform)):
        grantee = grant.to_user or grant.to_role
        holder = grantee if isinstance(grantee, str) or grantee is None else grantee.name
        yield f"  {_id(str(holder))} --> {_id(grant.role.name)}"
    for privilege in schema_grants(platform):
        if privilege.scope is Scope.OBJECT:
            yield f"  {_id(privilege.to.name)} -.-> {_id('_'.join(privilege.on.parts))}"
    for role in platform.roles:
        for key in role.warehouses:
            yield f"  {_id(role.name)} --> {_id(platform.warehouse(key).name)}"
    for warehouse in platform.warehouses:
        yield f"  {_id(platform.monitor(warehouse.monitor).name)} -.- {_id(warehouse.name)}"


def _id(name: str) -> str:
    return NO_WORD.sub("_", name)
