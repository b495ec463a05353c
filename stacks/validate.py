"""Whether the objects of a declaration fit together: names, references, quotas, editions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stacks import validate_adopted, validate_login, validate_network
from stacks.databases import Layer
from stacks.edition import STANDARD_RETENTION_DAYS, Feature, lacks
from stacks.errors import Problem
from stacks.monitors import MAX_NOTIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacks.base import AccountObject
    from stacks.config import StackConfig
    from stacks.platform import Platform


def _topics(platform: Platform) -> dict[str, tuple[AccountObject, ...]]:
    return {
        "databases": platform.databases,
        "warehouses": platform.warehouses,
        "monitors": platform.monitors,
        "network": platform.network,
        "roles": platform.roles,
        "users": (*platform.service_users, *platform.people),
    }


def _repeated(names: Iterable[str]) -> Iterator[str]:
    return (name for name, count in Counter(names).items() if count > 1)


def _duplicates(platform: Platform) -> Iterator[Problem]:
    for topic, objects in _topics(platform).items():
        where = f"{platform.file} or stacks/users.py" if topic == "users" else f"stacks/{topic}.py"
        for field in ("name", "key"):
            for value in _repeated(str(getattr(entry, field)) for entry in objects):
                yield Problem(
                    what=f"Two {topic} have the same {field}",
                    file=where,
                    field=f"{topic}[].{field}",
                    value=value,
                    why="both would be the same object of the account",
                    todo=f"give every entry a {field} of its own",
                )
    for database in platform.databases:
        for name in _repeated(schema.name for schema in database.schemas):
            yield Problem(
                what="Two schemas have the same name",
                file="stacks/databases.py",
                field=f"databases[{database.key}].schemas[].name",
                value=name,
                why="both would be the same schema",
                todo="give every schema of a database a name of its own",
            )


def _reference(file: str, field: str, key: str, kind: str, known: Iterable[str]) -> Iterator[Problem]:
    allowed = sorted(known)
    if key not in allowed:
        yield Problem(
            what=f"{kind.capitalize()} is missing",
            file=file,
            field=field,
            value=key,
            why=f"no {kind} with this key is declared",
            todo=f"declare it, or use one of {', '.join(allowed)}",
        )


def _references(platform: Platform) -> Iterator[Problem]:
    databases = {entry.key for entry in platform.databases}
    warehouses = {entry.key for entry in platform.warehouses}
    monitors = {entry.key for entry in platform.monitors if not entry.for_account}
    roles = {entry.key for entry in platform.roles}
    for warehouse in platform.warehouses:
        field = f"warehouses[{warehouse.key}].monitor"
        yield from _reference("stacks/warehouses.py", field, warehouse.monitor, "monitor", monitors)
    for role in platform.roles:
        for access in role.access:
            field = f"roles[{role.key}].access"
            yield from _reference("stacks/roles.py", field, access.database, "database", databases)
        for key in role.warehouses:
            yield from _reference("stacks/roles.py", f"roles[{role.key}].warehouses", key, "warehouse", warehouses)
        for key in role.includes:
            yield from _reference("stacks/roles.py", f"roles[{role.key}].includes", key, "role", roles)
    for user in platform.service_users:
        yield from _reference("stacks/users.py", f"users[{user.key}].role", user.role, "role", roles)
        yield from _reference(
            "stacks/users.py", f"users[{user.key}].warehouse", user.warehouse, "warehouse", warehouses
        )
    for person in platform.people:
        for key in person.roles:
            yield from _reference(platform.file, f"people[{platform.in_config(person.name)}].roles", key, "role", roles)
    for data in platform.governance.personal_data:
        for key in data.clear_for:
            field = f"personal_data[{data.kind.value}].clear_for"
            yield from _reference("stacks/governance.py", field, key, "role", roles)
    yield from _reference(
        "stacks/governance.py", "governance.database", platform.governance.database, "database", databases
    )


def _cycles(platform: Platform) -> Iterator[Problem]:
    includes = {role.key: role.includes for role in platform.roles}
    for start in includes:
        reached, todo = set[str](), list(includes[start])
        while todo:
            key = todo.pop()
            if key not in reached:
                reached.add(key)
                todo.extend(includes.get(key, ()))
        if start in reached:
            yield Problem(
                what="Role includes itself",
                file="stacks/roles.py",
                field=f"roles[{start}].includes",
                value=", ".join(includes[start]),
                why="a role cannot be granted to itself, directly or through others",
                todo="remove one of the grants on the way round",
            )


def _overrides(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    databases = [entry.key for entry in platform.databases]
    warehouses = [entry.key for entry in platform.warehouses]
    monitors = [entry.key for entry in platform.monitors]
    for field, keys, known, kind in (
        ("retention_days", config.retention_days, databases, "database"),
        ("warehouse_sizes", config.warehouse_sizes, warehouses, "warehouse"),
        ("max_clusters", config.max_clusters, warehouses, "warehouse"),
        ("quotas", config.quotas, monitors, "monitor"),
    ):
        for key in keys:
            yield from _reference(platform.file, f"{field}.{key}", key, kind, known)


def _monitors(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    shared = _repeated(warehouse.monitor for warehouse in platform.warehouses)
    for key in shared:
        yield Problem(
            what="Two warehouses share a monitor",
            file="stacks/warehouses.py",
            field="warehouses[].monitor",
            value=key,
            why="each warehouse has a monitor of its own, so that one cannot spend the other's quota",
            todo="declare another monitor in stacks/monitors.py",
        )
    people = {person.name for person in platform.people}
    for name in config.monitor_notify:
        if name.prefixed(platform.prefix) not in people:
            yield Problem(
                what="Person to notify is missing",
                file=platform.file,
                field="monitor_notify",
                value=name,
                why="a monitor can only notify a user of this account",
                todo="add the person to `people`, or remove the name",
            )
    if len(config.monitor_notify) > MAX_NOTIFIED:
        yield Problem(
            what="Too many people to notify",
            file=platform.file,
            field="monitor_notify",
            value=f"{len(config.monitor_notify)} names",
            why=f"a monitor notifies at most {MAX_NOTIFIED} people who are no administrators",
            todo=f"name {MAX_NOTIFIED} or fewer",
        )


def _editions(platform: Platform) -> Iterator[Problem]:
    def problem(feature: Feature, field: str, value: str, todo: str) -> Problem:
        return Problem(
            what=f"{platform.edition.value} edition lacks {feature.value}",
            file=platform.file,
            field=field,
            value=value,
            why=f"`edition` is {platform.edition.value}",
            todo=f"{todo}, or set `edition` to what the account really has",
        )

    if not lacks(platform.edition, Feature.LONG_TIME_TRAVEL):
        return
    for database in platform.databases:
        if database.retention_days > STANDARD_RETENTION_DAYS:
            days = str(database.retention_days)
            yield problem(Feature.LONG_TIME_TRAVEL, f"retention_days.{database.key}", days, "set it to 1 or 0")
    for warehouse in platform.warehouses:
        if warehouse.max_clusters > 1:
            clusters = str(warehouse.max_clusters)
            yield problem(Feature.MULTI_CLUSTER, f"max_clusters.{warehouse.key}", clusters, "set it to 1")
        if warehouse.query_acceleration:
            field = f"warehouses[{warehouse.key}].query_acceleration"
            yield problem(Feature.QUERY_ACCELERATION, field, "true", "set it to false in stacks/warehouses.py")
    if platform.governance.personal_data:
        yield problem(Feature.MASKING, "masking", "true", "set it to false")


def _settings(platform: Platform) -> Iterator[Problem]:
    settings = platform.settings
    if settings is None:
        return
    shortest = min(database.retention_days for database in platform.databases)
    if settings.minimum_retention_days > max(shortest, 1):
        yield Problem(
            what="Account minimum raises a declared retention",
            file="stacks/account.py",
            field="minimum_retention_days",
            value=str(settings.minimum_retention_days),
            why=f"a database is declared with {shortest} days, and Snowflake would keep the account's minimum",
            todo=f"use {max(shortest, 1)} or less",
        )


def _layers(platform: Platform) -> Iterator[Problem]:
    for layer in _repeated(database.layer.value for database in platform.databases):
        yield Problem(
            what="Two databases of one layer",
            file="stacks/databases.py",
            field="databases[].layer",
            value=layer,
            why="access is declared per layer, one database each",
            todo=f"use each of {', '.join(entry.value for entry in Layer)} once",
        )


def _retention(platform: Platform) -> Iterator[Problem]:
    for database in platform.databases:
        if database.retention_days == 0 and platform.environment.production:
            yield Problem(
                what="Time Travel is switched off in production",
                file=platform.file,
                field=f"retention_days.{database.key}",
                value="0",
                why="nothing that is dropped by mistake could be brought back",
                todo="use 1 to 90 days",
            )


def problems(platform: Platform, config: StackConfig) -> Iterator[Problem]:
    """Every problem of a platform, from all topics. Cheap and pure: nothing is read or connected to."""
    yield from validate_adopted.problems(platform)
    if platform.bare:
        return
    yield from _duplicates(platform)
    yield from _layers(platform)
    yield from _references(platform)
    yield from _cycles(platform)
    yield from _overrides(platform, config)
    yield from _monitors(platform, config)
    yield from _editions(platform)
    yield from _retention(platform)
    yield from _settings(platform)
    yield from validate_network.problems(platform)
    yield from validate_login.problems(platform, config)
