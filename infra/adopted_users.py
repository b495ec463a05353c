"""Adopted users with the policies that are set on them, as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.adopted_parameters import make
from stacks.adopted import AdoptedUserType

if TYPE_CHECKING:
    import pulumi

    from infra.adopted import Adopted
    from stacks.adopted import AdoptedUser


def register(topic: Adopted) -> None:
    """Users, and the authentication and password policies that are set on them."""
    for user in topic.adopted.users:
        resource = _user(topic, user)
        topic.made["USER", str(user.name)] = resource
        if user.authentication_policy is not None:
            snowflake.UserAuthenticationPolicyAttachment(
                user.key,
                user_name=str(user.name),
                authentication_policy_name=user.authentication_policy.quoted,
                opts=topic.options(user, ("USER", user.name), ("AUTHENTICATION POLICY", user.authentication_policy)),
            )
        if user.password_policy is not None:
            snowflake.UserPasswordPolicyAttachment(
                user.key,
                user_name=str(user.name),
                password_policy_name=user.password_policy.quoted,
                opts=topic.options(user, ("USER", user.name), ("PASSWORD POLICY", user.password_policy)),
            )


def _user(topic: Adopted, user: AdoptedUser) -> pulumi.Resource:
    kept: dict[str, object] = {
        "name": str(user.name),
        "login_name": user.login_name,
        "display_name": user.display_name,
        "email": user.email,
        "comment": user.comment,
        "disabled": str(user.disabled).lower(),
        "default_role": None if user.default_role is None else str(user.default_role),
        "default_warehouse": None if user.default_warehouse is None else str(user.default_warehouse),
        "default_namespace": user.default_namespace,
        "default_secondary_roles_option": user.secondary_roles,
        "rsa_public_key": user.rsa_public_key,
        "rsa_public_key2": user.rsa_public_key_2,
    }
    policy = str(user.parameters.get("NETWORK_POLICY", ""))
    options = topic.options(user, ("NETWORK POLICY", policy))
    if user.type is AdoptedUserType.SERVICE:
        return make(snowflake.ServiceUser, user.key, opts=options, parameters=user.parameters, **kept)
    kept["must_change_password"] = str(user.must_change_password).lower()
    if user.type is AdoptedUserType.LEGACY_SERVICE:
        return make(snowflake.LegacyServiceUser, user.key, opts=options, parameters=user.parameters, **kept)
    named = {"first_name": user.first_name, "middle_name": user.middle_name, "last_name": user.last_name}
    return make(snowflake.User, user.key, opts=options, parameters=user.parameters, **kept, **named)
