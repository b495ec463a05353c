"""Every resource type of the Snowflake provider: which object it makes and where that lives, or why it makes none.

Types of SDK 2.22 and of provider 1.2.1. Those with a reader of their own are listed in `account.resources`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Level(Enum):
    """Where an object lives, by the properties that make its name."""

    ACCOUNT = ("name",)
    DATABASE = ("database", "name")
    SCHEMA = ("database", "schema", "name")


@dataclass(frozen=True, slots=True)
class Made:
    """The object that a resource type makes: its kind, as grants and SHOW name it, and where it lives."""

    kind: str
    level: Level


_A, _D, _S = Level.ACCOUNT, Level.DATABASE, Level.SCHEMA
_BY_KIND: Final[dict[tuple[str, Level], str]] = {
    ("USER", _A): "User ServiceUser LegacyServiceUser",
    ("ROLE", _A): "AccountRole",
    ("ROLE", _D): "DatabaseRole",
    ("DATABASE", _A): "Database SecondaryDatabase SharedDatabase",
    ("SCHEMA", _D): "Schema",
    ("WAREHOUSE", _A): "Warehouse WarehouseAdaptive WarehouseInteractive",
    ("RESOURCE MONITOR", _A): "ResourceMonitor",
    ("NETWORK POLICY", _A): "NetworkPolicy",
    ("NETWORK RULE", _S): "NetworkRule",
    ("AUTHENTICATION POLICY", _S): "AuthenticationPolicy",
    ("PASSWORD POLICY", _S): "PasswordPolicy",
    ("SESSION POLICY", _S): "SessionPolicy",
    ("MASKING POLICY", _S): "MaskingPolicy",
    ("ROW ACCESS POLICY", _S): "RowAccessPolicy",
    ("STORAGE LIFECYCLE POLICY", _S): "StorageLifecyclePolicy",
    ("TAG", _S): "Tag",
    ("TABLE", _S): "Table View MaterializedView DynamicTable ExternalTable HybridTable IcebergTable "
    "IcebergTableFromAwsGlue IcebergTableFromDeltaFiles IcebergTableFromFiles IcebergTableFromRest",
    ("STAGE", _S): "Stage StageInternal StageExternalAzure StageExternalGcs StageExternalS3 StageExternalS3Compatible",
    ("INTEGRATION", _A): "StorageIntegration StorageIntegrationAws StorageIntegrationAzure StorageIntegrationGcs "
    "Saml2Integration ScimIntegration ExternalOauthIntegration OauthIntegrationForCustomClients "
    "OauthIntegrationForPartnerApplications ApiAuthenticationIntegrationWithAuthorizationCodeGrant "
    "ApiAuthenticationIntegrationWithClientCredentials ApiAuthenticationIntegrationWithJwtBearer "
    "ApiIntegration ApiIntegrationAmazonApiGateway ApiIntegrationAzureApiManagement "
    "ApiIntegrationExternalMcpDynamicClient ApiIntegrationExternalMcpOauth2 ApiIntegrationGitRepositoryGithubApp "
    "ApiIntegrationGitRepositoryOauth2 ApiIntegrationGitRepositoryPrivateLink ApiIntegrationGitRepositoryToken "
    "ApiIntegrationGoogleCloudApiGateway EmailNotificationIntegration NotificationIntegration "
    "ExternalAccessIntegration CatalogIntegrationAwsGlue CatalogIntegrationIcebergRest "
    "CatalogIntegrationObjectStorage CatalogIntegrationOpenCatalog",
    ("SHARE", _A): "Share",
    ("TASK", _S): "Task",
    ("PROCEDURE", _S): "ProcedureJava ProcedureJavascript ProcedurePython ProcedureScala ProcedureSql",
    ("FUNCTION", _S): "FunctionJava FunctionJavascript FunctionPython FunctionScala FunctionSql ExternalFunction",
    ("ALERT", _S): "Alert",
    ("PIPE", _S): "Pipe",
    ("SEQUENCE", _S): "Sequence",
    ("STREAM", _S): "StreamOnDirectoryTable StreamOnExternalTable StreamOnTable StreamOnView",
    ("FILE FORMAT", _S): "FileFormat FileFormatAvro FileFormatCsv FileFormatJson FileFormatOrc FileFormatParquet "
    "FileFormatXml",
    ("SECRET", _S): "SecretWithAuthorizationCodeGrant SecretWithBasicAuthentication SecretWithClientCredentials "
    "SecretWithGenericString",
    ("GIT REPOSITORY", _S): "GitRepository",
    ("IMAGE REPOSITORY", _S): "ImageRepository",
    ("SERVICE", _S): "Service JobService",
    ("STREAMLIT", _S): "Streamlit",
    ("NOTEBOOK", _S): "Notebook",
    ("SEMANTIC VIEW", _S): "SemanticView",
    ("CORTEX SEARCH SERVICE", _S): "CortexSearchService",
    ("AGENT", _S): "CortexAgent",
    ("MCP SERVER", _S): "McpServer",
    ("OPENFLOW CONNECTOR", _S): "OpenflowConnector",
    ("OPENFLOW RUNTIME", _S): "OpenflowRuntime",
    ("OPENFLOW DEPLOYMENT", _A): "OpenflowDeploymentByoc OpenflowDeploymentSnowflakeManaged",
    ("COMPUTE POOL", _A): "ComputePool",
    ("POSTGRES INSTANCE", _A): "PostgresInstance",
    ("EXTERNAL VOLUME", _A): "ExternalVolume",
    ("FAILOVER GROUP", _A): "FailoverGroup",
    ("CONNECTION", _A): "PrimaryConnection SecondaryConnection",
    ("LISTING", _A): "Listing",
    ("MANAGED ACCOUNT", _A): "ManagedAccount",
}

MADE: Final[dict[str, Made]] = {
    resource: Made(kind, level) for (kind, level), resources in _BY_KIND.items() for resource in resources.split()
}
"""By the last part of the resource type: the object it makes."""

_FACTS: Final = (
    "UserPublicKeys UserProgrammaticAccessToken GrantAccountRole GrantDatabaseRole GrantApplicationRole "
    "GrantPrivilegesToAccountRole GrantPrivilegesToDatabaseRole GrantPrivilegesToShare GrantOwnership "
    "NetworkPolicyAttachment AccountAuthenticationPolicyAttachment AccountPasswordPolicyAttachment "
    "AccountSessionPolicyAttachment UserAuthenticationPolicyAttachment UserPasswordPolicyAttachment "
    "UserSessionPolicyAttachment TableColumnMaskingPolicyApplication TagAssociation "
    "CurrentAccount AccountParameter ObjectParameter"
)
FACTS: Final[frozenset[str]] = frozenset(_FACTS.split())
"""Resource types that say something about objects without making one; each has a reader of its own."""

NO_FACT: Final[dict[str, str]] = {
    "Execute": "runs any SQL: rules read its statements; only the assignment of the account's monitor is understood",
    "TableConstraint": "keys of a table decide nothing that a picture is asked",
    "TableStorageLifecyclePolicyAttachment": "says when rows expire, not who sees them",
    "IntelligenceCortexAgentAttachment": "lists an agent in a menu; access comes from grants on the agent",
    "Account": "another account of the organization, with a picture of its own",
    "CurrentOrganizationAccount": "parameters of the organization account, which is another account",
}
"""Resource types that add nothing to a picture on purpose, and why."""


@dataclass(frozen=True, slots=True)
class Classified:
    """Whether a resource type adds facts to a picture; if not, why that is right."""

    understood: bool
    why: str


def _token(kind: str) -> str:
    return f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"


CLASSIFIED: Final[dict[str, Classified]] = {
    **{_token(kind): Classified(True, f"makes a {made.kind.lower()}") for kind, made in MADE.items()},
    **{_token(kind): Classified(True, "says something about other objects") for kind in FACTS},
    **{_token(kind): Classified(False, why) for kind, why in NO_FACT.items()},
}
"""Every known resource type by its full token."""
