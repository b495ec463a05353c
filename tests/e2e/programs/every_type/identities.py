"""Roles, users of each type, their keys and their policies."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.governance import Policies
from tests.e2e.programs.every_type.parameters import of_users
from tests.e2e.programs.every_type.setting import after, either, full

# Public keys of two throw-away key pairs.
KEYS: tuple[str, ...] = tuple(pulumi.Config().require_object("keys"))


@dataclass(frozen=True)
class Identities:
    """Who gets grants."""

    role: snowflake.AccountRole
    parent: snowflake.AccountRole
    owner: snowflake.AccountRole
    in_database: snowflake.DatabaseRole
    parent_in_database: snowflake.DatabaseRole
    user: snowflake.User


def declare(places: Places, policies: Policies) -> Identities:
    """Register them."""
    role = snowflake.AccountRole("role", name="ET_ROLE", comment=full("it's a role"), opts=after())
    parent = snowflake.AccountRole("parent", name="ET_PARENT", opts=after())
    owner = snowflake.AccountRole("owner", name="ET_OWNER", opts=after())
    in_database = snowflake.DatabaseRole(
        "database-role", database=places.database.name, name="READERS", comment=full("readers"), opts=after()
    )
    parent_in_database = snowflake.DatabaseRole(
        "database-parent", database=places.database.name, name="Writers", opts=after()
    )
    user = _users(places, policies, role)
    return Identities(role, parent, owner, in_database, parent_in_database, user)


def _users(places: Places, policies: Policies, role: snowflake.AccountRole) -> snowflake.User:
    user = snowflake.User(
        "user",
        name="ET_USER",
        login_name=full("et_user_login"),
        display_name=full("Every Type"),
        first_name=full("Every"),
        middle_name=full("T."),
        last_name=full("Type"),
        email=full("every@example.com"),
        password=either("Correct Horse 12 #$ battery", "Correct Horse 34 #$ battery"),
        must_change_password=full("true"),
        disabled=full("true"),
        disable_mfa=full("true"),
        days_to_expiry=full(8),
        mins_to_unlock=full(9),
        mins_to_bypass_mfa=full(10),
        default_warehouse=full(places.warehouse.name),
        default_namespace=full("ET.MAIN"),
        default_role=full(role.name),
        default_secondary_roles_option=either("NONE", "ALL"),
        comment=full("user"),
        rsa_public_key=full(KEYS[0]),
        rsa_public_key2=full(KEYS[1]),
        opts=after(*policies.for_account),
        **of_users(),
    )
    service = snowflake.ServiceUser(
        "service",
        name="ET_SERVICE",
        login_name=full("et_service_login"),
        display_name=full("Service"),
        email=full("service@example.com"),
        disabled=full("true"),
        days_to_expiry=full(8),
        mins_to_unlock=full(9),
        default_warehouse=full(places.warehouse.name),
        default_namespace=full("ET.MAIN"),
        default_role=full(role.name),
        default_secondary_roles_option=full("NONE"),
        comment=full("service"),
        rsa_public_key=either(KEYS[0], KEYS[1]),
        rsa_public_key2=full(KEYS[0]),
        opts=after(*policies.for_account),
        **of_users(),
    )
    snowflake.LegacyServiceUser(
        "legacy",
        name="ET_LEGACY",
        password=either("Correct Horse 12 #$ battery", "Correct Horse 34 #$ battery"),
        must_change_password=full("true"),
        display_name=full("Legacy"),
        email=full("legacy@example.com"),
        default_secondary_roles_option=full("ALL"),
        comment=full("legacy"),
        opts=after(*policies.for_account),
        **of_users(),
    )
    bare = snowflake.Execute(
        "bare-user",
        execute="CREATE USER ET_BARE_USER TYPE = SERVICE",
        revert="DROP USER ET_BARE_USER",
        opts=after(*policies.for_account),
    )
    snowflake.UserPublicKeys(
        "keys", name="ET_BARE_USER", rsa_public_key=either(KEYS[0], KEYS[1]), rsa_public_key2=full(KEYS[0]),
        opts=after(bare),
    )  # fmt: skip
    _bound(policies, user, service, bare)
    return user


def _bound(policies: Policies, user: snowflake.User, service: snowflake.ServiceUser, bare: snowflake.Execute) -> None:
    snowflake.NetworkPolicyAttachment(
        "network-of-user",
        network_policy_name=policies.network_of_user.name,
        users=["ET_BARE_USER"],
        set_for_account=False,
        opts=after(bare),
    )
    snowflake.UserPasswordPolicyAttachment(
        "passwords-of-user",
        password_policy_name=policies.password.fully_qualified_name,
        user_name=user.name,
        opts=after(),
    )
    snowflake.UserAuthenticationPolicyAttachment(
        "logins-of-service",
        authentication_policy_name=policies.authentication.fully_qualified_name,
        user_name=service.name,
        opts=after(),
    )
