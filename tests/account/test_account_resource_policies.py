"""Policies in force, tags and parameters that resources make."""

from __future__ import annotations

from typing import Final

import pytest

from account.names import ACCOUNT, Name
from account.picture import Attachment, PolicyKind, TagUse
from account.pulumi import Resource
from account.things import Column, Monitor, Table, User, Warehouse
from tests.account.made import made, pictured

IN_S: Final = {"database": "DB", "schema": "S"}
X = Name.of("DB", "S", "X")
POLICY = Name.of("DB", "S", "P")
REFERENCE = '"DB"."S"."P"'

ATTACHED: list[tuple[str, dict[str, object], Attachment]] = [
    ("User", {"name": "X", "networkPolicy": "N"},
     Attachment(PolicyKind.NETWORK, Name.of("N"), "USER", Name.of("X"))),
    ("ScimIntegration", {"name": "X", "enabled": True, "networkPolicy": "N"},
     Attachment(PolicyKind.NETWORK, Name.of("N"), "INTEGRATION", Name.of("X"))),
    ("NetworkPolicyAttachment", {"networkPolicyName": '"N"', "setForAccount": True},
     Attachment(PolicyKind.NETWORK, Name.of("N"), "ACCOUNT", ACCOUNT)),
    ("NetworkPolicyAttachment", {"networkPolicyName": "N", "setForAccount": False, "users": ['"U"']},
     Attachment(PolicyKind.NETWORK, Name.of("N"), "USER", Name.of("U"))),
    ("AccountParameter", {"key": "network_policy", "value": "N"},
     Attachment(PolicyKind.NETWORK, Name.of("N"), "ACCOUNT", ACCOUNT)),
    ("CurrentAccount", {"networkPolicy": "N"}, Attachment(PolicyKind.NETWORK, Name.of("N"), "ACCOUNT", ACCOUNT)),
    ("CurrentAccount", {"authenticationPolicy": REFERENCE},
     Attachment(PolicyKind.AUTHENTICATION, POLICY, "ACCOUNT", ACCOUNT)),
    ("AccountAuthenticationPolicyAttachment", {"authenticationPolicy": REFERENCE},
     Attachment(PolicyKind.AUTHENTICATION, POLICY, "ACCOUNT", ACCOUNT)),
    ("AccountAuthenticationPolicyAttachment", {"authenticationPolicy": REFERENCE, "forAllServiceUsers": True},
     Attachment(PolicyKind.AUTHENTICATION, POLICY, "ACCOUNT", ACCOUNT, audience="SERVICE")),
    ("AccountSessionPolicyAttachment", {"sessionPolicyName": REFERENCE, "forAllPersonUsers": True},
     Attachment(PolicyKind.SESSION, POLICY, "ACCOUNT", ACCOUNT, audience="PERSON")),
    ("AccountPasswordPolicyAttachment", {"passwordPolicy": REFERENCE},
     Attachment(PolicyKind.PASSWORD, POLICY, "ACCOUNT", ACCOUNT)),
    ("UserAuthenticationPolicyAttachment", {"userName": "U", "authenticationPolicyName": REFERENCE},
     Attachment(PolicyKind.AUTHENTICATION, POLICY, "USER", Name.of("U"))),
    ("UserPasswordPolicyAttachment", {"userName": '"U"', "passwordPolicyName": REFERENCE},
     Attachment(PolicyKind.PASSWORD, POLICY, "USER", Name.of("U"))),
    ("UserSessionPolicyAttachment", {"userName": "U", "sessionPolicyName": REFERENCE},
     Attachment(PolicyKind.SESSION, POLICY, "USER", Name.of("U"))),
    ("Tag", {**IN_S, "name": "X", "maskingPolicies": [REFERENCE]},
     Attachment(PolicyKind.MASKING, POLICY, "TAG", X)),
    ("Table", {**IN_S, "name": "X", "columns": [{"name": "C", "type": "VARCHAR", "maskingPolicy": REFERENCE}]},
     Attachment(PolicyKind.MASKING, POLICY, "COLUMN", X, column="C")),
    ("TableColumnMaskingPolicyApplication", {"table": "DB.S.X", "column": "C", "maskingPolicy": REFERENCE},
     Attachment(PolicyKind.MASKING, POLICY, "COLUMN", X, column="C")),
    ("View", {**IN_S, "name": "X", "rowAccessPolicy": {"policyName": REFERENCE, "ons": ["C"]}},
     Attachment(PolicyKind.ROW_ACCESS, POLICY, "VIEW", X)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"), ATTACHED, ids=[f"{row[0]}-{at}" for at, row in enumerate(ATTACHED)]
)
def test_a_policy_in_force_is_an_attachment(kind: str, inputs: dict[str, object], expected: Attachment) -> None:
    assert pictured(made(kind, inputs)).attachments == (expected,)


def test_a_network_policy_attached_to_a_user_is_the_users_policy() -> None:
    attachment = made("NetworkPolicyAttachment", {"networkPolicyName": "N", "users": ["X"]})
    (user,) = pictured(made("User", {"name": "X"}), attachment).all(User)
    assert user.network_policy == ("N",)


def test_a_policy_applied_to_a_column_is_seen_in_its_table() -> None:
    table = made("Table", {**IN_S, "name": "X", "columns": [{"name": "C", "type": "VARCHAR"}]})
    applied = made("TableColumnMaskingPolicyApplication", {"table": "DB.S.X", "column": "C", "maskingPolicy": "DB.S.P"})
    (found,) = pictured(table, applied).all(Table)
    assert found.columns == (Column(name="C", type="VARCHAR", masking_policy=POLICY),)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"objectType": "TABLE", "objectIdentifiers": ['"DB"."S"."X"']}, TagUse(POLICY, "TABLE", X, "", "v")),
        ({"objectType": "column", "objectIdentifiers": ["DB.S.X.C"]}, TagUse(POLICY, "COLUMN", X, "C", "v")),
        ({"objectType": "ACCOUNT", "objectIdentifiers": ["ORG.ACC"]}, TagUse(POLICY, "ACCOUNT", ACCOUNT, "", "v")),
    ],
)  # fmt: skip
def test_a_tag_is_seen_on_what_carries_it(inputs: dict[str, object], expected: TagUse) -> None:
    picture = pictured(made("TagAssociation", {"tagId": REFERENCE, "tagValue": "v", **inputs}))
    assert picture.tag_uses == (expected,)


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("AccountParameter", {"key": "periodic_data_rekeying", "value": "TRUE"}, {"PERIODIC_DATA_REKEYING": "true"}),
        ("ObjectParameter", {"key": "MIN_DATA_RETENTION_TIME_IN_DAYS", "value": "7", "onAccount": True},
         {"MIN_DATA_RETENTION_TIME_IN_DAYS": "7"}),
        ("CurrentAccount", {"minDataRetentionTimeInDays": 7.0, "s3StageVpceDnsName": "n",
                            "preventUnloadToInlineUrl": True, "timestampDayIsAlways24h": False},
         {"MIN_DATA_RETENTION_TIME_IN_DAYS": "7", "PREVENT_UNLOAD_TO_INLINE_URL": "true",
          "S3_STAGE_VPCE_DNS_NAME": "n", "TIMESTAMP_DAY_IS_ALWAYS_24H": "false"}),
    ],
)  # fmt: skip
def test_parameters_of_the_account_are_texts_by_snowflakes_name(
    kind: str, inputs: dict[str, object], expected: dict[str, str]
) -> None:
    assert pictured(made(kind, inputs)).parameters == expected


def test_a_parameter_of_an_object_is_one_of_its_fields() -> None:
    parameter = made(
        "ObjectParameter",
        {"key": "STATEMENT_TIMEOUT_IN_SECONDS", "value": "60", "objectType": "WAREHOUSE",
         "objectIdentifiers": [{"name": "X"}]},
    )  # fmt: skip
    (warehouse,) = pictured(made("Warehouse", {"name": "X"}), parameter).all(Warehouse)
    assert warehouse.statement_timeout == 60


@pytest.mark.parametrize(
    "assignment",
    [
        made("CurrentAccount", {"resourceMonitor": "X"}),
        made("Execute", {"execute": 'ALTER ACCOUNT SET RESOURCE_MONITOR = "X"'}),
        made("Execute", {"execute": "alter account set resource_monitor=x;"}),
    ],
    ids=["CurrentAccount", "Execute", "Execute in lower case"],
)
def test_the_monitor_of_the_account_is_marked(assignment: Resource) -> None:
    picture = pictured(made("ResourceMonitor", {"name": "X"}), assignment)
    (monitor,) = picture.all(Monitor)
    assert monitor.on_account is True
