"""What a person (or a program) sees after an `up`: what stands, who may do what, where to connect, how long it took."""

from collections import Counter
from collections.abc import Mapping

from ops import console, engine, outputs
from ops.deploy import Applied
from ops.local import ADMINISTRATOR
from ops.progress import summary


def show(applied: Applied) -> None:
    """Prints the tables; after an `up` without changes only that, and where the account listens."""
    run = applied.run
    if applied.unchanged:
        console.out.print(f"\nno changes: stack {run.stack} stands as declared on local account {run.account.name}")
    else:
        state = engine.export(run.target)
        _resources(state)
        _access(applied)
        _warehouses(applied)
        _outputs(outputs.of_state(state))
        if applied.proof is not None:
            console.out.print(f"\nSecond preview: [bold green]no changes[/] ({summary(applied.proof)})")
    _connect(applied)
    _times(applied)


def record(applied: Applied) -> dict[str, object]:
    """The same for programs."""
    run = applied.run
    state = engine.export(run.target)
    return {
        "stack": run.stack,
        "account": run.account.name,
        "url": run.server.url,
        "changed": applied.change.changed if applied.change else 0,
        "second_preview_changes": applied.proof.changed if applied.proof else None,
        "recovered": applied.recovered,
        "resources": dict(resources_by_type(state)),
        "outputs": outputs.of_state(state),
        "seconds": {name: round(seconds, 2) for name, seconds in applied.phases.entries},
        "total_seconds": round(applied.phases.total, 2),
    }


def resources_by_type(state: Mapping[str, object]) -> Counter[str]:
    """Number of Snowflake resources in a state by the last part of their type."""
    deployment = state.get("deployment")
    resources = deployment.get("resources") if isinstance(deployment, dict) else None
    types = (str(entry.get("type", "")) for entry in resources or () if isinstance(entry, dict))
    return Counter(kind.rpartition(":")[2] for kind in types if kind.startswith("snowflake:"))


def _resources(state: Mapping[str, object]) -> None:
    counted = resources_by_type(state)
    table = console.table(f"{sum(counted.values())} resources by type", "type", "number", right=("number",))
    for kind, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(kind, str(number))
    console.show(table)


def _outputs(values: Mapping[str, object]) -> None:
    table = console.table("Stack outputs (ops outputs --format json shows all)", "output", "value")
    for name, value in values.items():
        table.add_row(name, _short(value))
    console.show(table)


def _short(value: object) -> str:
    if isinstance(value, dict):
        named = (
            entry.get("name", key) if isinstance(entry, dict) else f"{key}={entry}" for key, entry in value.items()
        )
        return ", ".join(str(name) for name in named) or "none"
    return str(value)


def _connect(applied: Applied) -> None:
    run, account, port = applied.run, applied.run.account, applied.run.server.port
    user = f"{'' if run.stack == 'prod' else run.stack + '_'}svc_ecommerce_loader"
    user = user if (account.keys / f"{user}.p8").exists() else "svc_ecommerce_loader"
    question = "-q 'SELECT CURRENT_ROLE()'"
    lines = [
        f"The local Snowflake of account {account.name} listens at {run.server.url}; the keys lie in {account.keys}",
        f"  ops     .venv/bin/ops sql --stack {run.stack} --user {user.upper()} {question}",
        f"  snow    snow --config-file {account.snow_toml} sql --connection {user} {question}",
        f"  Python  snowflake.connector.connect(account='{run.server.organization}-{account.name}',",
        f"              user='{user.upper()}', private_key_file='{account.keys / user}.p8',",
        f"              host='127.0.0.1', port={port}, protocol='http')",
        f'  Pulumi  eval "$(.venv/bin/ops local env --stack {run.stack})"',
        f'          pulumi preview --stack {run.stack} --config-file "$PLATFORM_CONFIG"',
        f"Its administrator is {ADMINISTRATOR}. It is a stand-in for tests and learning, never a production database.",
    ]
    console.out.print()
    for line in lines:
        console.out.print(line, markup=False)


def _times(applied: Applied) -> None:
    parts = [f"{name} {seconds:.1f} s" for name, seconds in applied.phases.entries]
    console.out.print(f"\nTime: {', '.join(parts)}; together {applied.phases.total:.1f} s", markup=False)


def _access(applied: Applied) -> None:
    from account.access import by_database, classes_in_words, matrix
    from account.declaration import from_platform
    from account.names import Name
    from account.principals import role

    platform = applied.run.platform
    databases = [str(database.name) for database in platform.databases]
    schemas = sorted(
        Name.of(str(database.name), str(schema.name)) for database in platform.databases for schema in database.schemas
    )
    warehouses = sorted(Name.of(str(warehouse.name)) for warehouse in platform.warehouses)
    roles = [role(str(entry.name)) for entry in platform.roles] + [role(str(platform.deployer_role))]
    found = matrix(from_platform(platform), roles)
    title = "Effective access, from the declaration"
    table = console.table(title, "role", *databases, "warehouses", lines=True)
    for principal in roles:
        access = {name: classes for (holder, name), classes in found.items() if holder == principal}
        cells = [by_database(access, database, schemas) for database in databases]
        used = [f"{name} ({classes_in_words(access[name])})" for name in warehouses if name in access]
        table.add_row(str(principal), *cells, "\n".join(used) or "-")
    console.show(table)


def _warehouses(applied: Applied) -> None:
    platform = applied.run.platform
    title, last = "Warehouses and their monitors", "credits a month"
    table = console.table(title, "warehouse", "size", "clusters", "monitor", last, right=(last,))
    for warehouse in platform.warehouses:
        monitor = platform.monitor(warehouse.monitor)
        clusters = "1" if warehouse.max_clusters == 1 else f"1 to {warehouse.max_clusters}"
        table.add_row(str(warehouse.name), warehouse.size.value, clusters, str(monitor.name), str(monitor.quota))
    if platform.account_monitor is not None:
        monitor = platform.account_monitor
        table.add_row("(the whole account)", "", "", str(monitor.name), str(monitor.quota))
    console.show(table)
