"""The two identities that change an account, each an explicit provider. No resource uses a default provider.

Connection and private keys come from a TOML file, whose path is in `SNOWFLAKE_CONFIG_PATH` (mode 0600, else the plugin
refuses it), so that no key enters config, state or a preview. The file has one table per provider:

    [deployer]
    organization_name = "ORG"
    account_name = "ACCOUNT"
    user = "SVC_ECOMMERCE_DEPLOYER"
    role = "ECOMMERCE_DEPLOYER"
    authenticator = "SNOWFLAKE_JWT"
    private_key = '''
    -----BEGIN PRIVATE KEY-----
    ...
    -----END PRIVATE KEY-----
    '''
    # only where the account is not at its usual address:
    host = "127.0.0.1"
    port = 8085
    protocol = "http"

    [monitor_admin]
    ...the same with user = "SVC_ECOMMERCE_MONITOR_ADMIN" and role = "ACCOUNTADMIN"

With `login: workload_identity` (plugin 2.x) a profile has `authenticator = "WORKLOAD_IDENTITY"`,
`workload_identity_provider = "OIDC"` and `token = "…"` instead of the key; `ops login github` writes such a file.

The keys are spelled with underscores: `use_legacy_toml_file` is switched off explicitly, because provider 1.2.1 would
otherwise read the older spelling (`privatekey`, `accountname`, `organizationname`) and 2.x this one. Role and
authenticator are also provider inputs, so that a policy sees who acts and how without reading the file. Reading which
policies are attached needs a warehouse: the deployment user has one by default (`bootstrap/account.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_snowflake as snowflake

from stacks.login import LoginMethod

if TYPE_CHECKING:
    from infra.plugin import Plugin
    from stacks import Platform

DEPLOYER = "deployer"
MONITOR_ADMIN = "monitor_admin"
MONITOR_ADMIN_ROLE = "ACCOUNTADMIN"

_PREVIEW_FEATURES = (
    "snowflake_account_authentication_policy_attachment_resource",
    "snowflake_account_password_policy_attachment_resource",
    "snowflake_authentication_policy_resource",
    "snowflake_network_policy_attachment_resource",
    "snowflake_network_rule_resource",
    "snowflake_password_policy_resource",
    "snowflake_user_authentication_policy_attachment_resource",
    "snowflake_user_password_policy_attachment_resource",
)
_PREVIEW_FEATURES_OF_2X = (
    "snowflake_account_session_policy_attachment_resource",
    "snowflake_session_policy_resource",
)


@dataclass(frozen=True, slots=True)
class Providers:
    """Who does it.

    Attributes:
        deployer: owns and changes what is declared.
        monitor_admin: does what Snowflake allows ACCOUNTADMIN alone.
    """

    deployer: snowflake.Provider
    monitor_admin: snowflake.Provider


def _provider(profile: str, role: str, platform: Platform, plugin: Plugin) -> snowflake.Provider:
    features = [*_PREVIEW_FEATURES]
    if plugin.is_2x and platform.governance.sessions is not None:
        features.extend(_PREVIEW_FEATURES_OF_2X)
    by_token = platform.connection.login is LoginMethod.WORKLOAD_IDENTITY
    return snowflake.Provider(
        profile.replace("_", "-"),
        profile=profile,
        role=role,
        authenticator="WORKLOAD_IDENTITY" if by_token else "SNOWFLAKE_JWT",
        workload_identity_provider="OIDC" if by_token else None,
        use_legacy_toml_file=False,
        skip_toml_file_permission_verification=False,
        preview_features_enabled=sorted(features),
        opts=pulumi.ResourceOptions(version=plugin.version),
    )


def providers(platform: Platform, plugin: Plugin) -> Providers:
    """Register both providers."""
    return Providers(
        deployer=_provider(DEPLOYER, str(platform.deployer_role), platform, plugin),
        monitor_admin=_provider(MONITOR_ADMIN, MONITOR_ADMIN_ROLE, platform, plugin),
    )
