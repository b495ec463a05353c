"""How far a planned step reaches, and what it weakens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from account.names import Name
from account.things import Database
from account.values import UNKNOWN
from policies.plan import Step
from policies.risk import Danger, destructive_words, risk
from policies.rule import Evidence
from policies.weakening import weakenings
from tests.policies.cases import passing
from tests.policies.examples_changes import a_step

SAFE, COSTLY, DESTRUCTIVE, UNRECOVERABLE = Danger
WAREHOUSE = {"name": "LOADING_WH", "warehouseSize": "SMALL", "autoSuspend": 60.0, "resourceMonitor": "LOADING_RM"}


def changed(kind: str, old: Mapping[str, object], **new: object) -> Step:
    """An update of some inputs; None takes one out."""
    after = {key: value for key, value in {**old, **new}.items() if value is not None}
    return a_step("update", kind, old=old, new=after, changed=tuple(sorted(new)))


@pytest.mark.parametrize(
    ("step", "danger", "reason"),
    [
        (a_step("create", "Database"), SAFE, ""),
        (a_step("delete", "Database", old={"dataRetentionTimeInDays": 90}), DESTRUCTIVE, "within 90 days"),
        (a_step("delete", "Database", old={"dataRetentionTimeInDays": 1}), DESTRUCTIVE, "within 1 day"),
        (a_step("delete", "Database", old={"dataRetentionTimeInDays": 0}), UNRECOVERABLE, "no Time Travel"),
        (a_step("delete", "Database", old={"dataRetentionTimeInDays": UNKNOWN}), UNRECOVERABLE, "not known"),
        (a_step("delete", "Database"), DESTRUCTIVE, "default Time Travel"),
        (a_step("delete-replaced", "Schema", old={"dataRetentionTimeInDays": 7}), DESTRUCTIVE, "within 7 days"),
        (a_step("discard", "Table", old={"dataRetentionTimeInDays": 0}), UNRECOVERABLE, "no Time Travel"),
        (a_step("replace", "Schema", replaced_for=("name",)), DESTRUCTIVE, "another name"),
        (a_step("replace", "MaskingPolicy", replaced_for=("arguments[0].type",)), UNRECOVERABLE, "arguments"),
        (a_step("delete", "Tag"), DESTRUCTIVE, "UNDROP"),
        (a_step("delete", "AccountRole"), UNRECOVERABLE, "outside this declaration"),
        (a_step("delete", "DatabaseRole"), UNRECOVERABLE, "no UNDROP for roles"),
        (a_step("delete", "ServiceUser"), UNRECOVERABLE, "no UNDROP for users"),
        (a_step("delete", "StageInternal"), UNRECOVERABLE, "files in it"),
        (a_step("delete", "StageExternalS3"), SAFE, "no data"),
        (a_step("delete", "Share"), UNRECOVERABLE, "consumers"),
        (a_step("delete", "StorageIntegrationAws"), UNRECOVERABLE, "external id"),
        (a_step("delete", "Saml2Integration"), UNRECOVERABLE, "agreed"),
        (a_step("delete", "SecretWithGenericString"), UNRECOVERABLE, "nobody can read it back"),
        (a_step("delete", "NetworkPolicy"), UNRECOVERABLE, "network policies"),
        (a_step("delete", "StreamOnTable"), UNRECOVERABLE, "position"),
        (a_step("delete", "Pipe"), UNRECOVERABLE, "load history"),
        (a_step("delete", "GrantPrivilegesToAccountRole"), SAFE, "no data"),
        (a_step("delete", "NetworkPolicyAttachment"), SAFE, "no data"),
        (a_step("delete", "Warehouse"), SAFE, "no data"),
        (a_step("delete", "SomethingNew"), UNRECOVERABLE, "nobody has looked"),
        (a_step("delete", "Execute", old={"revert": "DROP TABLE A"}), UNRECOVERABLE, "runs DROP"),
        (a_step("delete", "Execute", old={"revert": "ALTER ACCOUNT UNSET RESOURCE_MONITOR"}), SAFE, "revert"),
        (a_step("create", "Execute", new={"execute": "TRUNCATE TABLE A"}), UNRECOVERABLE, "runs TRUNCATE"),
        (
            changed("Table", {"columns": [{"name": "A"}, {"name": "B"}]}, columns=[{"name": "A"}]),
            DESTRUCTIVE,
            "columns B go",
        ),
        (changed("Database", {"name": "A"}, name="B"), SAFE, "renamed from A to B in place"),
        (changed("Warehouse", WAREHOUSE, comment="x"), SAFE, ""),
        (changed("Warehouse", WAREHOUSE, warehouseSize="X-Large"), COSTLY, "gets bigger"),
        (changed("Warehouse", WAREHOUSE, warehouseSize="XSMALL"), SAFE, ""),
        (changed("Warehouse", WAREHOUSE, warehouseSize=UNKNOWN), COSTLY, "gets bigger"),
        (changed("Warehouse", WAREHOUSE, maxClusterCount=3.0), COSTLY, "3 clusters"),
        (changed("Warehouse", WAREHOUSE, autoSuspend=600.0), COSTLY, "600 s"),
        (changed("Warehouse", WAREHOUSE, autoSuspend=-1.0), COSTLY, "suspends after"),
        (changed("Warehouse", WAREHOUSE, enableQueryAcceleration="default"), COSTLY, "acceleration"),
        (changed("ResourceMonitor", {"creditQuota": 10.0}, creditQuota=11.0), COSTLY, "from 10 to 11"),
        (changed("ResourceMonitor", {"creditQuota": 10.0}, creditQuota=9.0), SAFE, ""),
    ],
    ids=lambda value: f"{value.operation}-{value.kind}-{'-'.join(value.changed)}" if isinstance(value, Step) else "",
)
def test_a_step_is_as_dangerous_as_what_it_takes_away(step: Step, danger: Danger, reason: str) -> None:
    found = risk(step)
    assert found.danger is danger, found
    assert reason in "; ".join(found.reasons)


def test_a_component_of_the_program_goes_without_loss() -> None:
    step = Step(operation="delete", urn="urn:pulumi:prod::p::platform:topic:Roles::roles", type="platform:topic:Roles")
    assert risk(step).danger is SAFE


@pytest.mark.parametrize(("days", "danger"), [(0, UNRECOVERABLE), (30, DESTRUCTIVE)])
def test_a_schema_has_the_retention_of_its_database_where_it_says_none(days: int, danger: Danger) -> None:
    picture = passing(Evidence.DECLARATION).picture
    database = Database(name=Name.of("SHOP"), retention_days=days)
    step = a_step("delete", "Schema", old={"database": "SHOP", "name": "A"})
    assert risk(step, before=replace(picture, things=(database,))).danger is danger


PEOPLE = '"ECOMMERCE_ANALYTICS"."GOVERNANCE"."PEOPLE_ADDRESSES"'
CLEAR = "CASE WHEN IS_ROLE_IN_SESSION('ECOMMERCE_ADMIN') THEN VAL ELSE '***' END"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (changed("Schema", {"dataRetentionTimeInDays": 7}, dataRetentionTimeInDays=-1.0), "to the default"),
        (changed("Schema", {"isTransient": "false"}, isTransient="true"), "transient"),
        (changed("Schema", {"withManagedAccess": "true"}, withManagedAccess="default"), "managed access"),
        (
            changed("NetworkRule", {"type": "IPV4", "valueLists": ["10.0.0.1"]}, valueLists=["0.0.0.0/0"]),
            "lets in more",
        ),
        (
            changed("NetworkRule", {"type": "AWSVPCEID", "valueLists": ["vpce-1"]}, valueLists=["vpce-1", "vpce-2"]),
            "vpce-2",
        ),
        (changed("NetworkPolicy", {"name": "A"}, allowedNetworkRuleLists=[PEOPLE]), "is allowed too"),
        (
            changed("NetworkPolicy", {"blockedNetworkRuleLists": [PEOPLE]}, blockedNetworkRuleLists=[]),
            "no longer blocked",
        ),
        (changed("NetworkPolicy", {"allowedIpLists": ["10.0.0.0/8"]}, allowedIpLists=["8.0.0.0/8"]), "did not before"),
        (changed("ServiceUser", {"networkPolicy": "A"}, networkPolicy=None), "no longer bound"),
        (changed("User", {"disableMfa": "default"}, disableMfa="true"), "second factor is switched off"),
        (changed("User", {"name": "A"}, minsToBypassMfa=10.0), "10 minutes"),
        (changed("User", {"disabled": "true"}, disabled="false"), "on again"),
        (changed("User", {"name": "A"}, password=UNKNOWN), "gets a password"),
        (changed("User", {"defaultSecondaryRolesOption": "NONE"}, defaultSecondaryRolesOption="ALL"), "secondary"),
        (changed("AuthenticationPolicy", {"mfaEnrollment": "REQUIRED"}, mfaEnrollment="OPTIONAL"), "fewer logins"),
        (changed("AuthenticationPolicy", {"mfaEnrollment": "REQUIRED"}, mfaEnrollment=None), "fewer logins"),
        (
            changed("AuthenticationPolicy", {"authenticationMethods": ["KEYPAIR"]}, authenticationMethods=["ALL"]),
            "more login methods",
        ),
        (
            changed("AuthenticationPolicy", {"authenticationMethods": ["KEYPAIR"]}, authenticationMethods=None),
            "more login methods",
        ),
        (changed("PasswordPolicy", {"minLength": 14}, minLength=8.0), "from 14 to 8"),
        (changed("PasswordPolicy", {"maxRetries": 5}, maxRetries=10.0), "from 5 to 10"),
        (changed("SessionPolicy", {"sessionIdleTimeoutMins": 60}, sessionIdleTimeoutMins=240.0), "240 minutes"),
        (changed("MaskingPolicy", {"body": CLEAR}, body="VAL"), "everybody too"),
        (
            changed("MaskingPolicy", {"body": CLEAR}, body=CLEAR.replace("ADMIN", "ANALYST")),
            "ECOMMERCE_ANALYST too",
        ),
        (changed("MaskingPolicy", {"body": CLEAR}, body=CLEAR.replace("***", "*")), "look at it"),
        (changed("RowAccessPolicy", {"body": "FALSE"}, body="TRUE"), "look at it"),
        (changed("Tag", {"maskingPolicies": ['"A"."B"."C"']}, maskingPolicies=[]), "no longer masks by A.B.C"),
        (changed("TagAssociation", {"objectIdentifiers": ["A", "B"]}, objectIdentifiers=["A"]), "B loses the tag"),
        (
            changed(
                "Table",
                {"columns": [{"name": "EMAIL", "maskingPolicy": "A.B.C"}]},
                columns=[{"name": "EMAIL"}],
            ),
            "EMAIL loses masking policy A.B.C",
        ),
        (changed("View", {"rowAccessPolicy": {"policyName": "A.B.C"}}, rowAccessPolicy=None), "row access policy"),
        (changed("ResourceMonitor", {"creditQuota": 10}, creditQuota=13.0), "from 10 to 13"),
        (changed("ResourceMonitor", {"creditQuota": 10}, creditQuota=None), "no limit"),
        (changed("ResourceMonitor", {"suspendTrigger": 100}, suspendTrigger=120.0), "120 %"),
        (changed("ResourceMonitor", {"suspendTrigger": 100}, suspendTrigger=None), "no limit"),
        (changed("Warehouse", WAREHOUSE, autoSuspend=61.0), "61 seconds"),
        (changed("Warehouse", WAREHOUSE, resourceMonitor=None), "no resource monitor"),
        (
            changed("AccountParameter", {"key": "PREVENT_UNLOAD_TO_INLINE_URL", "value": "true"}, value="false"),
            "PREVENT_UNLOAD_TO_INLINE_URL is switched off",
        ),
        (
            changed("AccountParameter", {"key": "MIN_DATA_RETENTION_TIME_IN_DAYS", "value": "7"}, value="1"),
            "from 7 to 1",
        ),
        (changed("CurrentAccount", {"preventUnloadToInlineUrl": True}, preventUnloadToInlineUrl=False), "switched off"),
        (changed("Share", {"accounts": ["A.B"]}, accounts=["A.B", "C.D"]), "C.D too"),
        (
            changed("StorageIntegrationAws", {"storageAllowedLocations": ["s3://a/b/"]}, storageAllowedLocations=["*"]),
            "*",
        ),
        (changed("AuthenticationPolicy", {"patPolicy": {"maxExpiryInDays": 30}}, patPolicy=None), "patPolicy changes"),
        (changed("NetworkPolicyAttachment", {"setForAccount": True}, setForAccount=False), "no longer in force"),
        (changed("NetworkPolicyAttachment", {"users": ["A", "B"]}, users=["A"]), "B is no longer bound"),
        (
            changed("UserPasswordPolicyAttachment", {"passwordPolicyName": "A"}, passwordPolicyName="B"),
            "bound to B instead of A",
        ),
        (changed("CurrentAccount", {"authenticationPolicy": "A"}, authenticationPolicy=None), "no longer bound to A"),
        (a_step("delete", "Execute"), "taken back"),
        (changed("Execute", {"execute": "ALTER ACCOUNT SET A = 1"}, execute="SELECT 1"), "another statement"),
        (a_step("delete", "MaskingPolicy"), "masking policy goes"),
        (a_step("delete", "TableColumnMaskingPolicyApplication"), "loses its masking policy"),
        (a_step("delete", "UserAuthenticationPolicyAttachment"), "no longer in force"),
        (
            a_step("delete", "AccountParameter", old={"key": "PREVENT_UNLOAD_TO_INLINE_URL"}),
            "PREVENT_UNLOAD_TO_INLINE_URL falls back",
        ),
    ],
    ids=lambda value: f"{value.operation}-{value.kind}-{'-'.join(value.changed)}" if isinstance(value, Step) else "",
)
def test_a_weaker_value_is_named(step: Step, sentence: str) -> None:
    assert sentence in "\n".join(weakenings(step))


@pytest.mark.parametrize(
    "step",
    [
        changed("Schema", {"dataRetentionTimeInDays": 7}, dataRetentionTimeInDays=8.0),
        changed("Schema", {"withManagedAccess": "default"}, withManagedAccess="true"),
        changed("NetworkRule", {"type": "IPV4", "valueLists": ["8.0.0.0/8"]}, valueLists=["8.8.0.0/16", "8.9.0.0/16"]),
        changed("ServiceUser", {"comment": "A"}, comment="B"),
        changed("User", {"disableMfa": "true"}, disableMfa="default"),
        changed("AuthenticationPolicy", {"authenticationMethods": ["ALL"]}, authenticationMethods=["KEYPAIR"]),
        changed("PasswordPolicy", {"minLength": 14}, minLength=16.0),
        changed("MaskingPolicy", {"body": CLEAR}, comment="B"),
        changed("ResourceMonitor", {"creditQuota": 10}, creditQuota=12.0),
        changed("Warehouse", WAREHOUSE, autoSuspend=30.0),
        changed("AccountParameter", {"key": "TIMEZONE", "value": "UTC"}, value="CET"),
        a_step("delete", "GrantAccountRole"),
        a_step("create", "NetworkRule", new={"valueLists": ["0.0.0.0/0"]}),
    ],
    ids=lambda step: f"{step.operation}-{step.kind}",
)
def test_a_stronger_or_other_value_is_no_weakening(step: Step) -> None:
    assert list(weakenings(step)) == []


def test_what_is_not_known_is_said_and_never_taken_for_unchanged() -> None:
    found = risk(changed("Schema", {"dataRetentionTimeInDays": 7}, dataRetentionTimeInDays=UNKNOWN))
    assert found.weakening == ("cannot be compared: not known before the change is made",)


def test_a_policy_is_compared_by_the_values_of_its_rules() -> None:
    picture = passing(Evidence.DECLARATION).picture
    services = PEOPLE.replace("PEOPLE", "SERVICES")
    step = changed(
        "NetworkPolicy", {"name": "A", "allowedNetworkRuleLists": [PEOPLE]}, allowedNetworkRuleLists=[services]
    )
    assert list(weakenings(step, picture, picture)) == []


def test_another_network_policy_is_compared_where_both_are_in_sight() -> None:
    picture = passing(Evidence.DECLARATION).picture
    old = {"networkPolicy": "ECOMMERCE_SERVICES_NETWORK"}
    step = changed("ServiceUser", old, networkPolicy="ECOMMERCE_PEOPLE_NETWORK")
    assert list(weakenings(step, picture, picture)) == []
    assert "nobody knows" in risk(step).weakening[0]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("ALTER ACCOUNT SET RESOURCE_MONITOR = A", ()),
        ("GRANT DELETE, TRUNCATE ON TABLE A TO ROLE B", ()),
        ("SELECT 'DROP TABLE A'", ()),
        ("SELECT 1 -- DROP TABLE A", ()),
        ('SELECT "DROP" FROM A', ()),
        ("UNDROP TABLE A", ("UNDROP",)),
        ("create or replace transient table A as select 1", ("CREATE OR REPLACE",)),
    ],
)
def test_destruction_is_read_from_words_and_not_from_texts(sql: str, words: tuple[str, ...]) -> None:
    assert destructive_words(sql) == words
