"""Puts the shared declaration, an environment and a stack's config together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks import account, databases, governance, monitors, network, roles, users, warehouses
from stacks.governance import Governance
from stacks.platform import DEPLOYER_ROLE, Connection, Platform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.config import StackConfig
    from stacks.platform import Environment
    from stacks.warehouses import WarehouseSize


def _databases(config: StackConfig, prefix: str) -> tuple[databases.Database, ...]:
    return tuple(
        database.named_for(prefix).model_copy(
            update={"retention_days": config.retention_days.get(database.key, database.retention_days)}
        )
        for database in databases.declared()
    )


def _warehouses(environment: Environment, config: StackConfig, prefix: str) -> tuple[warehouses.Warehouse, ...]:
    sizes: Mapping[str, WarehouseSize] = {**environment.warehouse_sizes, **config.warehouse_sizes}
    return tuple(
        warehouse.named_for(prefix).model_copy(
            update={
                "size": sizes.get(warehouse.key, warehouse.size),
                "max_clusters": config.max_clusters.get(warehouse.key, warehouse.max_clusters),
            }
        )
        for warehouse in warehouses.declared()
    )


def _monitors(environment: Environment, config: StackConfig, prefix: str) -> tuple[monitors.Monitor, ...]:
    quotas = {**environment.quotas, **config.quotas}
    notify = tuple(name.prefixed(prefix) for name in config.monitor_notify)
    return tuple(
        monitor.named_for(prefix).model_copy(
            update={
                "quota": quotas.get(monitor.key, monitor.quota),
                "suspend_immediately_at": environment.suspend_immediately_at,
                "notify": () if monitor.for_account else notify,
            }
        )
        for monitor in monitors.declared()
        if config.owns_account or not monitor.for_account
    )


def _network(config: StackConfig, prefix: str) -> tuple[network.NetworkPolicy, ...]:
    cidrs = {network.Audience.SERVICES: config.service_cidrs, network.Audience.PEOPLE: config.people_cidrs}
    return tuple(
        policy.named_for(prefix).model_copy(
            update={
                "cidrs": cidrs[policy.audience],
                "on_account": policy.audience is network.Audience.PEOPLE
                and config.owns_account
                and config.network_policy_on_account,
            }
        )
        for policy in network.declared()
    )


def _service_users(config: StackConfig, prefix: str) -> tuple[users.ServiceUser, ...]:
    return tuple(
        user.named_for(prefix).model_copy(update={"keys": config.public_keys.get(user.name, users.PublicKeys())})
        for user in users.declared()
        if config.bi_user or not user.optional
    )


def _person_key(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-").replace("@", "-at-").strip("-")


def _people(config: StackConfig, prefix: str) -> tuple[users.Person, ...]:
    declared_roles = {role.key: role for role in roles.declared()}

    def warehouse(role_keys: tuple[str, ...]) -> str | None:
        role = declared_roles.get(role_keys[0])
        return next(iter(role.warehouses), "reporting") if role else None

    colleagues = (
        users.Person(
            key=_person_key(person.name),
            name=person.name.prefixed(prefix),
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            roles=person.roles,
            warehouse=warehouse(person.roles),
            keys=users.PublicKeys(rsa_public_key=person.rsa_public_key, rsa_public_key_2=person.rsa_public_key_2),
        )
        for person in config.people
    )
    emergency = (
        users.Person(
            key=_person_key(person.name),
            name=person.name,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            system_roles=(roles.SystemRole.ACCOUNTADMIN,),
            keys=users.PublicKeys(rsa_public_key=person.rsa_public_key, rsa_public_key_2=person.rsa_public_key_2),
            break_glass=True,
            addresses=person.addresses,
        )
        for person in config.break_glass
    )
    return (*colleagues, *emergency)


def _governance(config: StackConfig) -> Governance:
    declared = governance.declared()

    def policy(declared_policy: governance.AuthenticationPolicy) -> governance.AuthenticationPolicy:
        people = declared_policy.audience is network.Audience.PEOPLE
        methods = config.people_methods if people and config.people_methods else declared_policy.methods
        return declared_policy.model_copy(update={"methods": methods, "on_account": people and config.owns_account})

    return declared.model_copy(
        update={
            "authentication": tuple(policy(entry) for entry in declared.authentication),
            "passwords": declared.passwords.model_copy(update={"on_account": config.owns_account}),
            "sessions": governance.SessionPolicy() if config.session_policy and config.owns_account else None,
            "personal_data": declared.personal_data if config.masking else (),
        }
    )


def build(environment: Environment, config: StackConfig, file: str) -> Platform:
    """Put the shared declaration, an environment and a config together. Nothing is checked across objects here.

    Raises:
        pydantic.ValidationError: an object of the declaration is not acceptable by itself.
    """
    prefix = environment.prefix if config.shared_account else ""
    return Platform(
        environment=environment,
        file=file,
        prefix=prefix,
        connection=Connection(
            organization=config.organization.upper(),
            account=config.account.upper(),
            host=config.host,
            port=config.port,
            protocol=config.protocol,
            login=config.login,
        ),
        edition=config.edition,
        region=config.region,
        owns_account=config.owns_account,
        deployer_cidrs=config.deployer_cidrs,
        deployer_role=DEPLOYER_ROLE,
        saml_integration=config.saml_integration,
        grant_style=config.grants,
        databases=_databases(config, prefix),
        warehouses=_warehouses(environment, config, prefix),
        monitors=_monitors(environment, config, prefix),
        network=_network(config, prefix),
        roles=tuple(role.named_for(prefix) for role in roles.declared()),
        service_users=_service_users(config, prefix),
        people=_people(config, prefix),
        governance=_governance(config),
        settings=account.declared() if config.owns_account else None,
    )
