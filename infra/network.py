"""R4: network rules, policies built from them, and the account's policy in the stack that owns the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from stacks.databases import GOVERNANCE

if TYPE_CHECKING:
    from infra.databases import Databases
    from stacks.network import NetworkPolicy


class Network(Topic):
    """Network policies by audience, in `policies`; users are created after the account's policy is attached."""

    def __init__(self, context: Context, databases: Databases) -> None:
        super().__init__("network", context)
        self.policies: dict[str, snowflake.NetworkPolicy] = {}
        self.on_account: list[snowflake.NetworkPolicyAttachment] = []
        schema = self.platform.governance_database.path(GOVERNANCE)
        for policy in self.platform.network:
            if policy.cidrs is not None:
                self._policy(policy, policy.cidrs, databases.schemas[str(schema)])
        self.register_outputs({})

    def _policy(self, policy: NetworkPolicy, cidrs: tuple[str, ...], schema: snowflake.Schema) -> None:
        database = self.platform.governance_database
        rule = snowflake.NetworkRule(
            policy.key,
            name=str(policy.rule),
            database=str(database.name),
            schema=str(GOVERNANCE),
            type="IPV4",
            mode="INGRESS",
            value_lists=sorted(cidrs),
            comment=policy.comment,
            opts=self.deployed(schema),
        )
        resource = snowflake.NetworkPolicy(
            policy.key,
            name=str(policy.name),
            allowed_network_rule_lists=[database.path(GOVERNANCE).quoted + f".{policy.rule.quoted}"],
            comment=policy.comment,
            opts=self.deployed(rule, stateful=True),
        )
        self.policies[policy.audience.value] = resource
        if policy.on_account:
            self.on_account.append(
                snowflake.NetworkPolicyAttachment(
                    "account",
                    network_policy_name=str(policy.name),
                    set_for_account=True,
                    opts=self.deployed(resource),
                )
            )
