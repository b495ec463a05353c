"""Puts the shared declaration, an environment and a stack's config together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks import databases, governance, monitors, network, roles, users, warehouses
from stacks.adoption import NOTHING, Declaration, shipped
from stacks.governance import Governance
from stacks.platform import DEPLOYER_ROLE, Connection, Platform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.adoption import Adoption
    from stacks.config import StackConfig
    from stacks.platform import Environment
    from stacks.warehouses import WarehouseSize


def _databases(declared: Declaration, config: StackConfig, prefix: str) -> tuple[databases.Database, ...]:
    return tuple(
        database.named_for(prefix).model_copy(
            update={"retention_days": config.retention_days.get(database.key, database.retention_days)}
        )
        for database in declared.databases
    )


def _warehouses(
    declared: Declaration, environment: Environment | None, config: StackConfig, prefix: str
) -> tuple[warehouses.Warehouse, ...]:
    usual = environment.warehouse_sizes if environment else {}
    sizes: Mapping[str, WarehouseSize] = {**usual, **config.warehouse_sizes}
    return tuple(
        warehouse.named_for(prefix).model_copy(
            update={
                "size": sizes.get(warehouse.key, warehouse.size),
                "max_clusters": config.max_clusters.get(warehouse.key, warehouse.max_clusters),
            }
        )
        for warehouse in declared.warehouses
    )


def _monitors(
    declared: Declaration, environment: Environment | None, config: StackConfig, prefix: str
) -> tuple[monitors.Monitor, ...]:
    quotas = {**(environment.quotas if environment else {}), **config.quotas}
    notify = tuple(name.prefixed(prefix) for name in config.monitor_notify)
    return tuple(
        monitor.named_for(prefix).model_copy(
            update={
                "quota": quotas.get(monitor.key, monitor.quota),
                "suspend_immediately_at": environment.suspend_immediately_at
                if environment
                else monitor.suspend_immediately_at,
                "notify": () if monitor.for_account else notify,
            }
        )
        for monitor in declared.monitors
        if config.owns_account or not monitor.for_account
    )


def _network(declared: Declaration, config: StackConfig, prefix: str) -> tuple[network.NetworkPolicy, ...]:
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
        for policy in declared.network
    )


def _service_users(declared: Declaration, config: StackConfig, prefix: str) -> tuple[users.ServiceUser, ...]:
    return tuple(
        user.named_for(prefix).model_copy(update={"keys": config.public_keys.get(user.name, users.PublicKeys())})
        for user in declared.service_users
        if config.bi_user or not user.optional
    )


def _person_key(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-").replace("@", "-at-").strip("-")


def _people(declared: Declaration, config: StackConfig, prefix: str) -> tuple[users.Person, ...]:
    declared_roles = {role.key: role for role in declared.roles}
    usual = next((warehouse.key for warehouse in declared.warehouses if warehouse.key == "reporting"), None)

    def warehouse(role_keys: tuple[str, ...]) -> str | None:
        role = declared_roles.get(role_keys[0])
        return next(iter(role.warehouses), usual) if role else None

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


def _governance(declared: Governance, config: StackConfig) -> Governance:

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


_BARE = Declaration(
    databases=(),
    warehouses=(),
    monitors=(),
    roles=(),
    network=(),
    service_users=(),
    governance=Governance(authentication=()),
)
"""A platform that declares nothing: everything in the account was taken over as it is."""


def build(environment: Environment, config: StackConfig, file: str, adoption: Adoption = NOTHING) -> Platform:
    """Put the shared declaration, an environment and a config together. Nothing is checked across objects here.

    An adopted declaration takes the place of the shared one and of the environment's numbers.

    Raises:
        pydantic.ValidationError: an object of the declaration is not acceptable by itself.
    """
    prefix = environment.prefix if config.shared_account else ""
    usual = environment if adoption.platform == "shipped" else None
    declared = adoption.platform if isinstance(adoption.platform, Declaration) else shipped() if usual else _BARE
    bare = declared is _BARE
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
        databases=_databases(declared, config, prefix),
        warehouses=_warehouses(declared, usual, config, prefix),
        monitors=_monitors(declared, usual, config, prefix),
        network=_network(declared, config, prefix),
        roles=tuple(role.named_for(prefix) for role in declared.roles),
        service_users=_service_users(declared, config, prefix),
        people=() if bare else _people(declared, config, prefix),
        governance=declared.governance if bare else _governance(declared.governance, config),
        settings=declared.settings if config.owns_account else None,
        adopted=adoption.as_is,
    )
