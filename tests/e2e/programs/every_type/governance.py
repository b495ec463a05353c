"""Network rules and policies, password, authentication, masking and row access policies, tags, and where they apply."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.relations import Relations
from tests.e2e.programs.every_type.setting import after, either, full

ANYWHERE = "0.0.0.0/0"
# An update of the value on what lives in a schema makes provider 1.2.1 panic ("comparing uncomparable type").
_PANICS = ("TABLE", "VIEW", "COLUMN")
_CHANGED = pulumi.ResourceOptions(replace_on_changes=["tagValue"], delete_before_replace=True)


@dataclass(frozen=True)
class Policies:
    """What is bound to users."""

    network_of_user: snowflake.NetworkPolicy
    password: snowflake.PasswordPolicy
    authentication: snowflake.AuthenticationPolicy
    for_account: list[pulumi.Resource]


def declare(places: Places, tables: Relations) -> Policies:
    """Register them; the account's are attached before there are users, who inherit the network policy."""
    network = _network(places)
    # Another one than the account's: where both are the same, the provider takes the user's for the account's.
    of_user = snowflake.NetworkPolicy("user-network", name="ET_USER_NETWORK", allowed_ip_lists=[ANYWHERE], opts=after())
    password, authentication = _logins(places)
    _masking(places, tables)
    _tags(places, tables)
    for_account: list[pulumi.Resource] = [
        snowflake.NetworkPolicyAttachment(
            "network-of-account", network_policy_name=network.name, set_for_account=True, opts=after()
        ),
        snowflake.AccountPasswordPolicyAttachment(
            "passwords-of-account", password_policy=password.fully_qualified_name, opts=after()
        ),
        snowflake.AccountAuthenticationPolicyAttachment(
            "logins-of-account", authentication_policy=authentication.fully_qualified_name, opts=after()
        ),
    ]
    return Policies(of_user, password, authentication, for_account)


def _network(places: Places) -> snowflake.NetworkPolicy:
    rules = [
        snowflake.NetworkRule(
            f"rule-{kind.lower()}-{mode.lower()}",
            database=places.database.name,
            schema=places.schema.name,
            name=f"{kind}_{mode}",
            type=kind,
            mode=mode,
            value_lists=either(plain, more),
            comment=full("rule"),
            opts=after(),
        )
        for kind, mode, plain, more in (
            ("IPV4", "INGRESS", [ANYWHERE], [ANYWHERE, "10.1.0.0/16"]),
            ("AWSVPCEID", "INTERNAL_STAGE", ["vpce-123abc3420c1931"], ["vpce-123abc3420c1931", "vpce-123abc3420c1932"]),
            ("HOST_PORT", "EGRESS", ["example.com:443"], ["example.com:443", "example.org"]),
            ("AZURELINKID", "INGRESS", ["123456789"], ["123456789", "987654321"]),
        )
    ]
    ingress = [rules[0].fully_qualified_name, rules[3].fully_qualified_name]
    return snowflake.NetworkPolicy(
        "network",
        name="ET_NETWORK",
        allowed_ip_lists=either([ANYWHERE], [ANYWHERE, "192.168.1.0/24"]),
        blocked_ip_lists=full(["192.168.1.99"]),
        # Lists of rules that were empty and then are not make provider 1.2.1 panic.
        allowed_network_rule_lists=either(ingress[:1], ingress),
        blocked_network_rule_lists=[rules[1].fully_qualified_name],
        comment=full("network"),
        opts=after(*rules),
    )


def _logins(places: Places) -> tuple[snowflake.PasswordPolicy, snowflake.AuthenticationPolicy]:
    password = snowflake.PasswordPolicy(
        "password",
        database=places.database.name,
        schema=places.schema.name,
        name="PASSWORDS",
        comment=full("passwords"),
        history=full(5),
        lockout_time_mins=full(30),
        max_age_days=full(60),
        max_length=full(128),
        max_retries=full(4),
        min_age_days=full(1),
        min_length=full(14),
        min_lower_case_chars=full(2),
        min_numeric_chars=full(2),
        min_special_chars=full(2),
        min_upper_case_chars=full(2),
        opts=after(),
    )
    authentication = snowflake.AuthenticationPolicy(
        "authentication",
        database=places.database.name,
        schema=places.schema.name,
        name="LOGINS",
        comment=full("logins"),
        authentication_methods=either(["ALL"], ["KEYPAIR", "PASSWORD"]),
        client_types=either(["ALL"], ["DRIVERS", "SNOWFLAKE_UI"]),
        mfa_authentication_methods=either(["PASSWORD", "SAML"], ["PASSWORD"]),
        mfa_enrollment=either("OPTIONAL", "REQUIRED"),
        security_integrations=["ALL"],
        opts=after(),
    )
    return password, authentication


def _masking(places: Places, tables: Relations) -> None:
    mask = snowflake.MaskingPolicy(
        "mask",
        database=places.database.name,
        schema=places.schema.name,
        name="MASK",
        arguments=[{"name": "VAL", "type": "VARCHAR"}, {"name": "WHO", "type": "NUMBER(38,0)"}],
        return_data_type="VARCHAR",
        body=either(
            "CASE WHEN CURRENT_ROLE() IN ('ACCOUNTADMIN') THEN VAL ELSE '***' END",
            "CASE WHEN WHO > 10 THEN VAL ELSE SHA2(VAL) END",
        ),
        comment=full("mask"),
        opts=after(),
    )
    plain = snowflake.MaskingPolicy(
        "mask-email",
        database=places.database.name,
        schema=places.schema.name,
        name="Mask email",
        arguments=[{"name": "val", "type": "VARCHAR"}],
        return_data_type="VARCHAR",
        body="'***'",
        exempt_other_policies="true",
        opts=after(mask),
    )
    snowflake.TableColumnMaskingPolicyApplication(
        "masked-email",
        table=tables.people.fully_qualified_name,
        column="EMAIL",
        masking_policy=plain.fully_qualified_name,
        # A replacement that sets the new policy first would then unset it with the old one.
        opts=pulumi.ResourceOptions.merge(after(tables.people), pulumi.ResourceOptions(delete_before_replace=True)),
    )
    rows = snowflake.RowAccessPolicy(
        "rows",
        database=places.database.name,
        schema=places.schema.name,
        name="ROWS_OF",
        arguments=[{"name": "ID", "type": "NUMBER(38,0)"}, {"name": "CUSTOMER", "type": "NUMBER(38,0)"}],
        body=either("CURRENT_ROLE() = 'ACCOUNTADMIN'", "ID > 5 AND CUSTOMER <> 7"),
        comment=full("rows"),
        opts=after(),
    )
    masked: snowflake.ViewColumnMaskingPolicyArgsDict = {
        "policy_name": mask.fully_qualified_name,
        "usings": ["STATUS", "CUSTOMER"],
    }
    guarded: snowflake.ViewRowAccessPolicyArgsDict = {
        "policy_name": rows.fully_qualified_name,
        "ons": ["ID", "CUSTOMER"],
    }
    snowflake.View(
        "guarded",
        database=places.database.name,
        schema=places.schema.name,
        name="guarded",
        statement=either(
            "SELECT ID, STATUS, CUSTOMER FROM ET.MAIN.ORDERS",
            "SELECT ID, STATUS, CUSTOMER FROM ET.MAIN.ORDERS WHERE STATUS <> 'closed'",
        ),
        columns=[
            {"column_name": "ID"},
            {
                "column_name": "STATUS",
                "masking_policy": full(masked),
            },
            {"column_name": "CUSTOMER"},
        ],
        row_access_policy=full(guarded),
        opts=after(tables.orders, mask, rows),
    )


def _tags(places: Places, tables: Relations) -> None:
    by_tag = [
        snowflake.MaskingPolicy(
            f"mask-of-tag-{kind.lower()}",
            database=places.database.name,
            schema=places.schema.name,
            name=f"MASK_{kind}",
            arguments=[{"name": "VAL", "type": kind}],
            return_data_type=kind,
            body="NULL",
            opts=after(),
        )
        for kind in ("DATE", "BOOLEAN")
    ]
    names = [policy.fully_qualified_name for policy in by_tag]
    tag = snowflake.Tag(
        "tag",
        database=places.database.name,
        schema=places.schema.name,
        name="KIND",
        allowed_values=either(["a", "b", "it's"], ["a", "b", "c"]),
        comment=full("tag"),
        masking_policies=either(names[:1], names),  # none at all and then some makes provider 1.2.1 panic
        opts=after(*by_tag),
    )
    for name, kind, identifiers in (
        ("tag-database", "DATABASE", [places.database.fully_qualified_name]),
        ("tag-warehouse", "WAREHOUSE", [places.warehouse.fully_qualified_name]),
        ("tag-schema", "SCHEMA", [places.schema.fully_qualified_name, places.mixed.fully_qualified_name]),
        ("tag-table", "TABLE", [tables.orders.fully_qualified_name]),
        ("tag-view", "VIEW", [tables.view.fully_qualified_name]),
        ("tag-column", "COLUMN", [tables.orders.fully_qualified_name.apply(lambda table: f'{table}."CUSTOMER"')]),
        ("tag-account", "ACCOUNT", ['"LOCAL"."MAIN"']),
    ):
        snowflake.TagAssociation(
            name,
            object_type=kind,
            object_identifiers=identifiers,
            tag_id=tag.fully_qualified_name,
            tag_value=either("a", "b"),
            opts=pulumi.ResourceOptions.merge(after(tag, places.warehouse), _CHANGED if kind in _PANICS else None),
        )
