"""Service users and people, with the policies of their audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account import keys
from account.declared.common import ADMINISTRATOR, ENCRYPTED, declared_in, one, open_text
from account.picture import PolicyKind
from account.things import PublicKey, User, UserType
from stacks.keys import normalise
from stacks.network import Audience
from stacks.sealed import Sealed

if TYPE_CHECKING:
    from account.declared.common import Context
    from account.names import Name
    from account.origin import Origin
    from stacks.users import Person, PublicKeys, ServiceUser


def declare(context: Context) -> None:
    """Everything that `infra/users.py` registers."""
    for service in context.platform.service_users:
        _add(context, _service_user(context, service), Audience.SERVICES, declared_in("users"))
    for person in context.platform.people:
        user = _person(context, person)
        _add(context, user, Audience.PEOPLE, context.from_config)
        passwords = context.governed(context.platform.governance.passwords.name)
        context.builder.attach(PolicyKind.PASSWORD, passwords, "USER", user.name, context.from_config)


def _add(context: Context, user: User, audience: Audience, origin: Origin) -> None:
    context.builder.add(user)
    policy = context.governed(context.platform.authentication(audience).name)
    context.builder.attach(PolicyKind.AUTHENTICATION, policy, "USER", user.name, origin)
    network = _network(context, audience)
    if network is not None:
        context.builder.attach(PolicyKind.NETWORK, network, "USER", user.name, origin)


def _network(context: Context, audience: Audience) -> Name | None:
    policy = context.platform.network_policy(audience)
    return None if policy.cidrs is None else one(policy.name)


def _keys(declared: PublicKeys) -> tuple[PublicKey, ...]:
    """Keys in the form that the program gives them. An encrypted one is there, and no more is known of it."""
    slots = (("1", declared.rsa_public_key), ("2", declared.rsa_public_key_2))
    return tuple(
        keys.public_key(slot, ENCRYPTED if isinstance(text, Sealed) else normalise(text))
        for slot, text in slots
        if text is not None
    )


def _service_user(context: Context, user: ServiceUser) -> User:
    platform = context.platform
    return User(
        name=one(user.name),
        owner=context.deployer,
        comment=user.comment,
        origin=declared_in("users"),
        type=UserType.SERVICE,
        default_role=str(platform.role(user.role).name),
        default_warehouse=str(platform.warehouse(user.warehouse).name),
        default_secondary_roles=(),
        public_keys=_keys(user.keys),
        network_policy=_network(context, Audience.SERVICES),
        statement_timeout=user.statement_timeout,
    )


def _person(context: Context, person: Person) -> User:
    platform = context.platform
    return User(
        name=one(person.name),
        owner=ADMINISTRATOR if person.break_glass else context.deployer,
        origin=context.from_config,
        type=UserType.PERSON,
        email=open_text(person.email),
        default_role=str(platform.role(person.roles[0]).name) if person.roles else None,
        default_warehouse=str(platform.warehouse(person.warehouse).name) if person.warehouse else None,
        default_secondary_roles=(),
        has_password=False,
        public_keys=_keys(person.keys),
        network_policy=_network(context, Audience.PEOPLE),
    )
