"""Which thing each type of Pulumi resource makes."""

from __future__ import annotations

import pytest

from account.names import Name
from account.principals import database_role, role
from account.things import (
    AnyThing,
    AuthenticationPolicy,
    Column,
    Database,
    Integration,
    MaskingPolicy,
    Monitor,
    NetworkPolicy,
    NetworkRule,
    Other,
    PasswordPolicy,
    Procedure,
    PublicKey,
    Role,
    RowAccessPolicy,
    Schema,
    SessionPolicy,
    Share,
    Stage,
    Table,
    Tag,
    Task,
    Token,
    TokenRules,
    User,
    UserType,
    Warehouse,
    WorkloadIdentity,
    WorkloadRules,
)
from account.values import is_known
from tests.account.made import made, only, pictured
from tests.samples import public_key

OWNER = role("DEPLOYER")
IN_S = {"database": "DB", "schema": "S"}
X = Name.of("DB", "S", "X")
POLICY = Name.of("DB", "S", "P")
REFERENCE = '"DB"."S"."P"'

THINGS: list[tuple[str, dict[str, object], AnyThing]] = [
    (
        "User",
        {
            "name": "X", "email": "x@example.org", "disabled": "true", "defaultRole": "R", "defaultWarehouse": '"W"',
            "defaultSecondaryRolesOption": "ALL", "password": "hidden", "disableMfa": "true", "minsToBypassMfa": 30.0,
            "networkPolicy": "N", "statementTimeoutInSeconds": 60.0, "daysToExpiry": 5.0, "comment": "c",
        },
        User(
            name=Name.of("X"), owner=OWNER, comment="c", email="x@example.org", disabled=True, default_role="R",
            default_warehouse="W", default_secondary_roles=("ALL",), has_password=True, mfa_disabled=True,
            bypass_mfa_minutes=30, network_policy=Name.of("N"), statement_timeout=60, days_to_expiry=5,
        ),
    ),
    (
        "User",
        {"name": "X", "disabled": "default", "disableMfa": "default", "minsToBypassMfa": -1.0, "email": ""},
        User(name=Name.of("X"), owner=OWNER, has_password=False),
    ),
    (
        "ServiceUser",
        {"name": "X", "defaultSecondaryRolesOption": "NONE"},
        User(name=Name.of("X"), owner=OWNER, type=UserType.SERVICE, default_secondary_roles=()),
    ),
    (
        "ServiceUser",
        {"name": "X", "defaultWorkloadIdentity": {"oidc": {"issuer": "https://i", "subject": "s"}}},
        User(
            name=Name.of("X"), owner=OWNER, type=UserType.SERVICE,
            workload_identity=WorkloadIdentity(type="OIDC", issuer="https://i", subject="s"),
        ),
    ),
    (
        "ServiceUser",
        {"name": "X", "defaultWorkloadIdentity": {"aws": {"arn": "arn:aws:iam::1:role/r"}}},
        User(
            name=Name.of("X"), owner=OWNER, type=UserType.SERVICE,
            workload_identity=WorkloadIdentity(type="AWS", subject="arn:aws:iam::1:role/r"),
        ),
    ),
    (
        "LegacyServiceUser",
        {"name": "X", "password": "hidden"},
        User(name=Name.of("X"), owner=OWNER, type=UserType.LEGACY_SERVICE, has_password=True),
    ),
    (
        "UserProgrammaticAccessToken",
        {"user": '"U"', "name": "T", "roleRestriction": "R", "daysToExpiry": 30.0,
         "minsToBypassNetworkPolicyRequirement": 10.0},
        Token(name=Name.of("U", "T"), role="R", days_to_expiry=30, bypass_network_minutes=10),
    ),
    ("AccountRole", {"name": "X", "comment": "c"}, Role(name=Name.of("X"), owner=OWNER, comment="c")),
    ("DatabaseRole", {"name": "X", "database": "DB"}, Role(name=Name.of("DB", "X"), owner=OWNER)),
    (
        "Database",
        {"name": "X", "dataRetentionTimeInDays": 7.0, "isTransient": True, "dropPublicSchemaOnCreation": True},
        Database(name=Name.of("X"), owner=OWNER, retention_days=7, transient=True, drops_public_schema=True),
    ),
    ("SharedDatabase", {"name": "X", "fromShare": "A.S"},
     Database(name=Name.of("X"), owner=OWNER, type="IMPORTED DATABASE")),
    (
        "Schema",
        {"name": "X", "database": "DB", "withManagedAccess": "true", "isTransient": "default",
         "dataRetentionTimeInDays": 0.0},
        Schema(name=Name.of("DB", "X"), owner=OWNER, managed_access=True, retention_days=0),
    ),
    ("Schema", {"name": "X", "database": "DB", "withManagedAccess": "default"},
     Schema(name=Name.of("DB", "X"), owner=OWNER)),
    (
        "Warehouse",
        {"name": "X", "warehouseSize": "2X-Large", "warehouseType": "standard", "autoSuspend": 60.0,
         "autoResume": "true", "maxClusterCount": 3.0, "resourceMonitor": '"RM"', "enableQueryAcceleration": "false",
         "queryAccelerationMaxScaleFactor": -1.0, "resourceConstraint": "STANDARD_GEN_2",
         "statementTimeoutInSeconds": 900.0, "statementQueuedTimeoutInSeconds": 60.0},
        Warehouse(name=Name.of("X"), owner=OWNER, size="XXLARGE", max_clusters=3, auto_suspend=60, auto_resume=True,
                  monitor=Name.of("RM"), query_acceleration=False, generation="2", statement_timeout=900,
                  queued_timeout=60),
    ),
    ("Warehouse", {"name": "X", "autoSuspend": -1.0, "autoResume": "default", "generation": "1"},
     Warehouse(name=Name.of("X"), owner=OWNER, generation="1")),
    ("WarehouseAdaptive", {"name": "X"}, Warehouse(name=Name.of("X"), owner=OWNER, type="ADAPTIVE")),
    ("WarehouseInteractive", {"name": "X", "warehouseSize": "XSMALL"},
     Warehouse(name=Name.of("X"), owner=OWNER, type="INTERACTIVE", size="XSMALL")),
    (
        "ResourceMonitor",
        {"name": "X", "creditQuota": 40.0, "frequency": "monthly", "startTimestamp": "IMMEDIATELY",
         "notifyTriggers": [90.0, 75.0], "suspendTrigger": 100.0, "suspendImmediateTrigger": 110.0,
         "notifyUsers": ["B", '"A"']},
        Monitor(name=Name.of("X"), owner=OWNER, quota=40, frequency="MONTHLY", start="IMMEDIATELY",
                notify_at=(75, 90), suspend_at=100, suspend_immediately_at=110, notify_users=("A", "B")),
    ),
    ("NetworkRule", {**IN_S, "name": "X", "type": "ipv4", "mode": "ingress", "valueLists": ["2.0.0.0/8", "1.0.0.1"]},
     NetworkRule(name=X, owner=OWNER, values=("1.0.0.1", "2.0.0.0/8"))),
    (
        "NetworkPolicy",
        {"name": "X", "allowedNetworkRuleLists": [REFERENCE], "blockedNetworkRuleLists": ["DB.S.Q"],
         "allowedIpLists": ["1.0.0.1"], "blockedIpLists": ["2.0.0.1"]},
        NetworkPolicy(name=Name.of("X"), owner=OWNER, allowed_rules=(POLICY,),
                      blocked_rules=(Name.of("DB", "S", "Q"),), allowed_ips=("1.0.0.1",), blocked_ips=("2.0.0.1",)),
    ),
    (
        "AuthenticationPolicy",
        {**IN_S, "name": "X", "authenticationMethods": ["keypair", "ALL"], "clientTypes": ["DRIVERS"],
         "mfaAuthenticationMethods": ["SAML"], "mfaEnrollment": "required",
         "mfaPolicy": {"allowedMethods": ["PASSKEY"]}, "securityIntegrations": ["I"],
         "patPolicy": {"networkPolicyEvaluation": "ENFORCED_REQUIRED", "maxExpiryInDays": 90.0,
                       "requireRoleRestrictionForServiceUsers": "true"},
         "workloadIdentityPolicy": {"allowedProviders": ["AWS"], "allowedAwsAccounts": ["1"]}},
        AuthenticationPolicy(
            name=X, owner=OWNER, client_types=("DRIVERS",), mfa="REQUIRED", mfa_methods=("PASSKEY",),
            mfa_asked_of=("SAML",),
            integrations=("I",), tokens=TokenRules(network_policy_evaluation="ENFORCED_REQUIRED", max_expiry_days=90,
                                                   role_restriction_for_services=True),
            workloads=WorkloadRules(providers=("AWS",), aws_accounts=("1",)),
        ),
    ),
    (
        "PasswordPolicy",
        {**IN_S, "name": "X", "minLength": 14.0, "maxAgeDays": 90.0, "maxRetries": 5.0, "lockoutTimeMins": 30.0,
         "history": 5.0},
        PasswordPolicy(name=X, owner=OWNER, min_length=14, max_age_days=90, max_retries=5, lockout_minutes=30,
                       history=5),
    ),
    ("SessionPolicy", {**IN_S, "name": "X", "sessionIdleTimeoutMins": 60.0, "sessionUiIdleTimeoutMins": 15.0,
                       "allowedSecondaryRoles": {"none": True}},
     SessionPolicy(name=X, owner=OWNER, idle_minutes=60, ui_idle_minutes=15, secondary_roles=())),
    ("SessionPolicy", {**IN_S, "name": "X", "allowedSecondaryRoles": {"roles": ["R"]}},
     SessionPolicy(name=X, owner=OWNER, secondary_roles=("R",))),
    ("MaskingPolicy", {**IN_S, "name": "X", "body": "VAL"}, MaskingPolicy(name=X, owner=OWNER, body="VAL")),
    ("RowAccessPolicy", {**IN_S, "name": "X", "body": "TRUE"}, RowAccessPolicy(name=X, owner=OWNER, body="TRUE")),
    ("Tag", {**IN_S, "name": "X", "maskingPolicies": [REFERENCE], "allowedValues": ["b", "a"]},
     Tag(name=X, owner=OWNER, masking_policies=(POLICY,), allowed_values=("a", "b"))),
    ("Tag", {**IN_S, "name": "X", "orderedAllowedValues": ["b", "a"]},
     Tag(name=X, owner=OWNER, allowed_values=("a", "b"))),
    (
        "Table",
        {**IN_S, "name": "X", "columns": [{"name": "C", "type": "varchar", "maskingPolicy": REFERENCE}],
         "dataRetentionTimeInDays": -1.0},
        Table(name=X, owner=OWNER, columns=(Column(name="C", type="VARCHAR", masking_policy=POLICY),)),
    ),
    (
        "View",
        {**IN_S, "name": "X", "columns": [{"columnName": "C", "maskingPolicy": {"policyName": REFERENCE}}]},
        Table(name=X, owner=OWNER, type="VIEW", columns=(Column(name="C", masking_policy=POLICY),)),
    ),
    ("DynamicTable", {**IN_S, "name": "X"}, Table(name=X, owner=OWNER, type="DYNAMIC TABLE")),
    ("IcebergTableFromRest", {**IN_S, "name": "X"}, Table(name=X, owner=OWNER, type="ICEBERG TABLE")),
    ("Stage", {**IN_S, "name": "X"}, Stage(name=X, owner=OWNER)),
    ("Stage", {**IN_S, "name": "X", "url": "s3://b/", "credentials": "AWS_KEY_ID='k'"},
     Stage(name=X, owner=OWNER, url="s3://b/", has_credentials=True)),
    ("StageExternalS3", {**IN_S, "name": "X", "url": "s3://b/", "storageIntegration": '"I"'},
     Stage(name=X, owner=OWNER, url="s3://b/", integration="I")),
    ("StageExternalAzure", {**IN_S, "name": "X", "url": "azure://b/", "credentials": {"azureSasToken": "t"}},
     Stage(name=X, owner=OWNER, url="azure://b/", has_credentials=True)),
    ("StageInternal", {**IN_S, "name": "X"}, Stage(name=X, owner=OWNER)),
    ("StorageIntegration", {"name": "X", "enabled": True, "storageAllowedLocations": ["s3://b/p/"]},
     Integration(name=Name.of("X"), owner=OWNER, category="STORAGE", type="EXTERNAL_STAGE",
                 allowed_locations=("s3://b/p/",))),
    ("Saml2Integration", {"name": "X", "enabled": "true"},
     Integration(name=Name.of("X"), owner=OWNER, category="SECURITY", type="SAML2")),
    ("ScimIntegration", {"name": "X", "enabled": False, "runAsRole": "okta", "networkPolicy": "N"},
     Integration(name=Name.of("X"), owner=OWNER, category="SECURITY", type="SCIM", enabled=False,
                 run_as_role="okta", network_policy=Name.of("N"))),
    ("ExternalOauthIntegration", {"name": "X", "enabled": True},
     Integration(name=Name.of("X"), owner=OWNER, category="SECURITY", type="EXTERNAL_OAUTH")),
    ("Share", {"name": "X", "accounts": ["org.b", "ORG.A"]},
     Share(name=Name.of("X"), owner=OWNER, accounts=("ORG.A", "ORG.B"))),
    ("Task", {**IN_S, "name": "X", "executeAsUser": "U"}, Task(name=X, owner=OWNER, runs_as="U")),
    ("ProcedureSql", {**IN_S, "name": "X", "executeAs": "caller",
                      "arguments": [{"argName": "A", "argDataType": "number"}, {"argDataType": "VARCHAR"}]},
     Procedure(name=Name.of("DB", "S", "X(NUMBER, VARCHAR)"), owner=OWNER, execute_as="CALLER")),
    ("ProcedurePython", {**IN_S, "name": "X"}, Procedure(name=Name.of("DB", "S", "X()"), owner=OWNER)),
    ("FunctionSql", {**IN_S, "name": "X"}, Other(kind="FUNCTION", name=Name.of("DB", "S", "X()"), owner=OWNER)),
    ("ExternalFunction", {**IN_S, "name": "X", "args": [{"name": "A", "type": "varchar"}]},
     Other(kind="FUNCTION", name=Name.of("DB", "S", "X(VARCHAR)"), owner=OWNER)),
    ("Alert", {**IN_S, "name": "X"}, Other(kind="ALERT", name=X, owner=OWNER)),
    ("SecretWithGenericString", {**IN_S, "name": "X", "secretString": "hidden"},
     Other(kind="SECRET", name=X, owner=OWNER)),
    ("ComputePool", {"name": "X"}, Other(kind="COMPUTE POOL", name=Name.of("X"), owner=OWNER)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"), THINGS, ids=[f"{row[0]}-{at}" for at, row in enumerate(THINGS)]
)
def test_a_resource_makes_its_thing(kind: str, inputs: dict[str, object], expected: AnyThing) -> None:
    assert only(made(kind, inputs)) == expected


def test_keys_are_told_by_fingerprint_and_size() -> None:
    (user,) = pictured(made("ServiceUser", {"name": "X", "rsaPublicKey2": public_key("x")})).all(User)
    assert isinstance(user.public_keys, tuple)
    (key,) = user.public_keys
    assert (key.slot, key.bits, key.problem) == ("2", 2048, "")
    assert is_known(key.fingerprint) and str(key.fingerprint).startswith("SHA256:")


def test_keys_of_a_resource_of_their_own_belong_to_its_user() -> None:
    user = made("ServiceUser", {"name": "X", "rsaPublicKey": public_key("x")})
    (found,) = pictured(user, made("UserPublicKeys", {"name": "X", "rsaPublicKey2": public_key("y")})).all(User)
    assert isinstance(found.public_keys, tuple)
    assert [key.slot for key in found.public_keys] == ["1", "2"]
    assert all(isinstance(key, PublicKey) for key in found.public_keys)


def test_a_database_role_can_own() -> None:
    ownership = made(
        "GrantOwnership", {"databaseRoleName": "DB.R", "on": {"objectType": "schema", "objectName": "DB.X"}}
    )
    (schema,) = pictured(made("Schema", {"name": "X", "database": "DB"}), ownership).all(Schema)
    assert schema.owner == database_role("DB", "R")


def test_every_fact_names_the_line_of_the_program() -> None:
    origin = only(made("AccountRole", {"name": "X"})).origin
    assert origin is not None
    assert (origin.file, origin.line, origin.urn.rpartition("::")[2]) == ("infra/topic.py", 7, "x")
