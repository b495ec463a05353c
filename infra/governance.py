"""Policies and tags of the GOVERNANCE schema, and the account's own policies in the stack that owns the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from infra.sql import sql
from stacks import Identifier, QualifiedName
from stacks.databases import GOVERNANCE
from stacks.governance import CLIENT_TYPES_OF_2X, AuthenticationPolicy, MaskedKind, PersonalData, SessionPolicy

if TYPE_CHECKING:
    from infra.databases import Databases

_MASKED = {
    MaskedKind.EMAIL: "REGEXP_REPLACE(VAL, '^[^@]*', '*****')",
    MaskedKind.PHONE: "CONCAT('*****', RIGHT(VAL, 2))",
    MaskedKind.ADDRESS: "'*****'",
}


class Governance(Topic):
    """Authentication, password and session policies; tags with their masking policies.

    Attributes:
        authentication: authentication policies by key.
        passwords: the people's password policy.
    """

    def __init__(self, context: Context, databases: Databases) -> None:
        super().__init__("governance", context)
        self.database = self.platform.governance_database
        self.schema = databases.schemas[str(self.database.path(GOVERNANCE))]
        self.authentication = {
            policy.key: self._authentication(policy) for policy in self.platform.governance.authentication
        }
        self.passwords_name = self.qualified(self.platform.governance.passwords.name)
        self.passwords = self._passwords()
        for data in self.platform.governance.personal_data:
            self._personal_data(data)
        if self.platform.governance.sessions is not None:
            self._sessions(self.platform.governance.sessions)
        self.register_outputs({})

    def qualified(self, name: Identifier) -> QualifiedName:
        """The qualified name of something in the GOVERNANCE schema."""
        return QualifiedName.of(self.database.name, GOVERNANCE, name)

    def _authentication(self, policy: AuthenticationPolicy) -> snowflake.AuthenticationPolicy:
        known = [kind for kind in policy.client_types if self.context.plugin.is_2x or kind not in CLIENT_TYPES_OF_2X]
        resource = snowflake.AuthenticationPolicy(
            policy.key,
            name=str(policy.name),
            database=str(self.database.name),
            schema=str(GOVERNANCE),
            authentication_methods=sorted(policy.methods),
            client_types=sorted(known) or None,
            mfa_enrollment="REQUIRED" if policy.mfa_required else None,
            comment=policy.comment,
            opts=self.deployed(self.schema),
        )
        if policy.on_account:
            snowflake.AccountAuthenticationPolicyAttachment(
                "account",
                authentication_policy=self.qualified(policy.name).quoted,
                opts=self.deployed(resource),
            )
        return resource

    def _passwords(self) -> snowflake.PasswordPolicy:
        policy = self.platform.governance.passwords
        resource = snowflake.PasswordPolicy(
            policy.key,
            name=str(policy.name),
            database=str(self.database.name),
            schema=str(GOVERNANCE),
            min_length=policy.min_length,
            max_age_days=policy.max_age_days,
            max_retries=policy.max_retries,
            lockout_time_mins=policy.lockout_minutes,
            history=policy.history,
            comment=policy.comment,
            opts=self.deployed(self.schema),
        )
        if policy.on_account:
            snowflake.AccountPasswordPolicyAttachment(
                "account", password_policy=self.passwords_name.quoted, opts=self.deployed(resource)
            )
        return resource

    def _personal_data(self, data: PersonalData) -> None:
        roles = [self.platform.role(key).name for key in data.clear_for]
        clear = " OR ".join(sql("IS_ROLE_IN_SESSION({role})", role=str(role)) for role in roles) or "FALSE"
        policy = snowflake.MaskingPolicy(
            data.kind.value,
            name=str(data.policy),
            database=str(self.database.name),
            schema=str(GOVERNANCE),
            arguments=[{"name": "VAL", "type": "VARCHAR"}],
            return_data_type="VARCHAR",
            body=f"CASE WHEN {clear} THEN VAL ELSE {_MASKED[data.kind]} END",
            comment=data.comment,
            opts=self.deployed(self.schema, stateful=True),
        )
        snowflake.Tag(
            data.kind.value,
            name=str(data.tag),
            database=str(self.database.name),
            schema=str(GOVERNANCE),
            comment=data.comment,
            masking_policies=[self.qualified(data.policy).quoted],
            opts=self.deployed(policy),
        )

    def _sessions(self, policy: SessionPolicy) -> None:
        resource = snowflake.SessionPolicy(
            policy.key,
            name=str(policy.name),
            database=str(self.database.name),
            schema=str(GOVERNANCE),
            session_idle_timeout_mins=policy.idle_minutes,
            session_ui_idle_timeout_mins=policy.ui_idle_minutes,
            comment=policy.comment,
            opts=self.deployed(self.schema),
        )
        snowflake.AccountSessionPolicyAttachment(
            policy.key, session_policy_name=self.qualified(policy.name).quoted, opts=self.deployed(resource)
        )
