"""Adopted network rules, policies and tags, as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from stacks import QualifiedName

if TYPE_CHECKING:
    import pulumi

    from infra.adopted import Adopted
    from stacks.adopted import AdoptedBodyPolicy, AdoptedPasswordPolicy


def _place(name: QualifiedName) -> tuple[str, str, str]:
    database, schema, last = name.parts
    return str(database), str(schema), str(last)


def _schema(name: QualifiedName) -> tuple[str, object]:
    return "SCHEMA", QualifiedName(name.parts[:2])


def _all(names: tuple[str, ...]) -> list[str] | None:
    return sorted(names) or None


def register(topic: Adopted) -> None:
    """Everything that lies in schemas, and the network policies that are made of rules."""
    _network(topic)
    for policy in topic.adopted.authentication_policies:
        database, schema, name = _place(policy.name)
        topic.made["AUTHENTICATION POLICY", str(policy.name)] = snowflake.AuthenticationPolicy(
            policy.key,
            name=name,
            database=database,
            schema=schema,
            authentication_methods=_all(policy.methods),
            mfa_authentication_methods=_all(policy.mfa_methods),
            mfa_enrollment=policy.mfa_enrollment,
            client_types=_all(policy.client_types),
            security_integrations=_all(policy.integrations),
            comment=policy.comment,
            opts=topic.options(policy, _schema(policy.name)),
        )
    for password in topic.adopted.password_policies:
        topic.made["PASSWORD POLICY", str(password.name)] = _passwords(topic, password)
    for kind, bodies in (
        ("MASKING POLICY", topic.adopted.masking_policies),
        ("ROW ACCESS POLICY", topic.adopted.row_access_policies),
    ):
        for body in bodies:
            topic.made[kind, str(body.name)] = _body(topic, body)
    for tag in topic.adopted.tags:
        database, schema, name = _place(tag.name)
        masks = (("MASKING POLICY", mask) for mask in tag.masking_policies)
        topic.made["TAG", str(tag.name)] = snowflake.Tag(
            tag.key,
            name=name,
            database=database,
            schema=schema,
            comment=tag.comment,
            allowed_values=_all(tag.allowed_values),
            masking_policies=_all(tuple(mask.quoted for mask in tag.masking_policies)),
            opts=topic.options(tag, _schema(tag.name), *masks),
        )


def _network(topic: Adopted) -> None:
    for rule in topic.adopted.network_rules:
        database, schema, name = _place(rule.name)
        topic.made["NETWORK RULE", str(rule.name)] = snowflake.NetworkRule(
            rule.key,
            name=name,
            database=database,
            schema=schema,
            type=rule.type,
            mode=rule.mode,
            value_lists=sorted(rule.values),
            comment=rule.comment,
            opts=topic.options(rule, _schema(rule.name)),
        )
    for policy in topic.adopted.network_policies:
        rules = (("NETWORK RULE", rule) for rule in (*policy.allowed_rules, *policy.blocked_rules))
        topic.made["NETWORK POLICY", str(policy.name)] = snowflake.NetworkPolicy(
            policy.key,
            name=str(policy.name),
            comment=policy.comment,
            allowed_network_rule_lists=_all(tuple(rule.quoted for rule in policy.allowed_rules)),
            blocked_network_rule_lists=_all(tuple(rule.quoted for rule in policy.blocked_rules)),
            allowed_ip_lists=_all(policy.allowed_ips),
            blocked_ip_lists=_all(policy.blocked_ips),
            opts=topic.options(policy, *rules, stateful=True),
        )


def _passwords(topic: Adopted, policy: AdoptedPasswordPolicy) -> pulumi.Resource:
    database, schema, name = _place(policy.name)
    return snowflake.PasswordPolicy(
        policy.key,
        name=name,
        database=database,
        schema=schema,
        min_length=policy.min_length,
        max_length=policy.max_length,
        min_upper_case_chars=policy.min_upper_case_chars,
        min_lower_case_chars=policy.min_lower_case_chars,
        min_numeric_chars=policy.min_numeric_chars,
        min_special_chars=policy.min_special_chars,
        min_age_days=policy.min_age_days,
        max_age_days=policy.max_age_days,
        max_retries=policy.max_retries,
        lockout_time_mins=policy.lockout_minutes,
        history=policy.history,
        comment=policy.comment,
        opts=topic.options(policy, _schema(policy.name)),
    )


def _body(topic: Adopted, policy: AdoptedBodyPolicy) -> pulumi.Resource:
    database, schema, name = _place(policy.name)
    if policy.returns is None:
        return snowflake.RowAccessPolicy(
            policy.key,
            name=name,
            database=database,
            schema=schema,
            arguments=[{"name": entry.name, "type": entry.type} for entry in policy.arguments],
            body=policy.body,
            comment=policy.comment,
            opts=topic.options(policy, _schema(policy.name), stateful=True),
        )
    return snowflake.MaskingPolicy(
        policy.key,
        name=name,
        database=database,
        schema=schema,
        arguments=[{"name": entry.name, "type": entry.type} for entry in policy.arguments],
        return_data_type=policy.returns,
        body=policy.body,
        comment=policy.comment,
        opts=topic.options(policy, _schema(policy.name), stateful=True),
    )
