"""R6: service users and people, each bound to the policies of its audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from stacks.keys import normalise
from stacks.network import Audience

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.governance import Governance
    from infra.network import Network
    from stacks.users import Person, ServiceUser

    Options = Callable[..., pulumi.ResourceOptions]
    """`Topic.deployed` or `Topic.administered`: who does it."""


def _key(text: str | None) -> str | None:
    return None if text is None else normalise(text)


class Users(Topic):
    """Users, by name, in `by_name`.

    The network policy is a property of the user, not an attachment: provider and attachment would otherwise undo each
    other at every run. Users come after the account's network policy, whose inherited value they would else report.
    """

    def __init__(self, context: Context, network: Network, governance: Governance) -> None:
        super().__init__("users", context)
        self.network = network
        self.governance = governance
        self.by_name: dict[str, pulumi.Resource] = {}
        for user in self.platform.service_users:
            self._service_user(user)
        for person in self.platform.people:
            self._person(person)
        self.register_outputs({})

    def _network(self, audience: Audience) -> tuple[str | None, list[pulumi.Resource]]:
        policy = self.network.policies.get(audience.value)
        if policy is None:
            return None, [*self.network.on_account]
        return str(self.platform.network_policy(audience).name), [policy, *self.network.on_account]

    def _service_user(self, user: ServiceUser) -> None:
        policy, after = self._network(Audience.SERVICES)
        resource = snowflake.ServiceUser(
            user.key,
            name=str(user.name),
            display_name=str(user.name),
            comment=user.comment,
            default_role=str(self.platform.role(user.role).name),
            default_warehouse=str(self.platform.warehouse(user.warehouse).name),
            default_secondary_roles_option="NONE",
            rsa_public_key=_key(user.keys.rsa_public_key),
            rsa_public_key2=_key(user.keys.rsa_public_key_2),
            network_policy=policy,
            statement_timeout_in_seconds=user.statement_timeout,
            opts=self.deployed(*after),
        )
        self.by_name[str(user.name)] = resource
        self._authentication(user.key, str(user.name), Audience.SERVICES, resource, self.deployed)

    def _person(self, person: Person) -> None:
        """A break-glass person belongs to ACCOUNTADMIN: whoever owns a user can give it a key and become it."""
        policy, after = self._network(Audience.PEOPLE)
        options = self.administered if person.break_glass else self.deployed
        resource = snowflake.User(
            person.key,
            name=str(person.name),
            display_name=str(person.name),
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            default_role=str(self.platform.role(person.roles[0]).name) if person.roles else None,
            default_warehouse=str(self.platform.warehouse(person.warehouse).name) if person.warehouse else None,
            default_secondary_roles_option="NONE",
            rsa_public_key=_key(person.keys.rsa_public_key),
            rsa_public_key2=_key(person.keys.rsa_public_key_2),
            network_policy=policy,
            opts=options(*after),
        )
        self.by_name[str(person.name)] = resource
        self._authentication(person.key, str(person.name), Audience.PEOPLE, resource, options)
        snowflake.UserPasswordPolicyAttachment(
            person.key,
            user_name=str(person.name),
            password_policy_name=self.governance.passwords_name.quoted,
            opts=options(resource, self.governance.passwords),
        )

    def _authentication(
        self, key: str, user: str, audience: Audience, resource: pulumi.Resource, options: Options
    ) -> None:
        policy = self.platform.authentication(audience)
        snowflake.UserAuthenticationPolicyAttachment(
            key,
            user_name=user,
            authentication_policy_name=self.governance.qualified(policy.name).quoted,
            opts=options(resource, self.governance.authentication[policy.key]),
        )
