"""The Pulumi program: read config, check everything, then register."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime import config as runtime_config

from infra import outputs
from infra.account import Account
from infra.adopted import Adopted
from infra.component import Context, Topic
from infra.databases import Databases
from infra.governance import Governance
from infra.grants import Grants
from infra.monitors import Monitors
from infra.network import Network
from infra.plugin import VERSION_VARIABLE, Plugin
from infra.providers import providers
from infra.roles import Roles
from infra.users import Users
from infra.warehouses import Warehouses
from stacks import (
    ENVIRONMENTS,
    ConfigError,
    DeclarationError,
    Platform,
    PlatformError,
    Problem,
    adoption,
    glance,
    load,
    together,
)
from stacks import config as stack_config
from stacks.grants import GrantStyle
from stacks.login import LoginMethod

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG_VARIABLE = "PLATFORM_CONFIG"
"""Path of the stack file in use, where it is not the project's own `Pulumi.<stack>.yaml`."""


def _config_file(stack: str) -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE) or f"Pulumi.{stack}.yaml")


def _config_texts() -> tuple[dict[str, str], frozenset[str]]:
    """This project's config as texts, and which keys are secret. `pulumi.Config` cannot list its keys."""
    everything = runtime_config.CONFIG.get() or runtime_config.get_config_env()
    values = stack_config.plain(everything)
    secret = {key for key in values if runtime_config.is_config_secret(f"{stack_config.NAMESPACE}:{key}")}
    return {key: str(value) for key, value in values.items()}, frozenset(secret)


def _plugin_problems(platform: Platform, plugin: Plugin) -> Iterator[Problem]:
    by_token = platform.connection.login is LoginMethod.WORKLOAD_IDENTITY
    wishes = (
        (platform.governance.sessions is not None, "session_policy", "true", "set it to false"),
        (by_token, "login", "workload_identity", "use key_pair"),
        (platform.grant_style is GrantStyle.INHERITED, "grants", "inherited", "use all_and_future"),
    )
    for wished, field, value, todo in wishes:
        if wished and not plugin.is_2x:
            yield Problem(
                what="Plugin is too old",
                file=platform.file,
                field=field,
                value=value,
                why=f"only plugin 2.x can do this, and {VERSION_VARIABLE} says {plugin.version}",
                todo=f"{todo}, or use plugin 2.x",
            )


def _check_neighbours(platform: Platform, stack_file: Path) -> None:
    """Compare with the other stacks whose files lie beside this one, as far as those can be read."""
    others = (
        glance(name, path)
        for name in ENVIRONMENTS
        if name != platform.environment.name and (path := stack_file.parent / f"Pulumi.{name}.yaml").is_file()
    )
    together([platform, *(other for other in others if other is not None)])


def checked_platform(stack: str, plugin: Plugin) -> Platform:
    """The platform of a stack, checked before anything is registered.

    Raises:
        PlatformError: with every problem found.
    """
    stack_file = _config_file(stack)
    texts, secret = _config_texts()
    config = stack_config.read(stack_config.from_texts(texts), stack_file.name, secret)
    platform = load(stack, config, stack_file.name, adoption.read(stack_file.parent, stack))
    found = list(_plugin_problems(platform, plugin))
    if found:
        raise DeclarationError(found)
    _check_neighbours(platform, stack_file)
    return platform


def register(platform: Platform, plugin: Plugin) -> None:
    """Register every resource of a platform and its outputs."""
    context = Context(platform, providers(platform, plugin), plugin)
    topics = () if platform.bare else _topics(context)
    if not platform.adopted.empty:
        Adopted(context, topics)
    outputs.export(platform)


def _topics(context: Context) -> tuple[Topic, ...]:
    databases = Databases(context)
    roles = Roles(context, databases)
    network = Network(context, databases)
    governance = Governance(context, databases)
    users = Users(context, network, governance)
    monitors = Monitors(context, users)
    warehouses = Warehouses(context, monitors)
    Grants(context, databases, warehouses, roles, users)
    if context.platform.owns_account:
        Account(context, monitors)
    return databases, roles, network, governance, users, monitors, warehouses


def run() -> None:
    """What `pulumi preview` and `pulumi up` run. A bad declaration ends it with a message and no stack trace."""
    plugin = Plugin.from_environment()
    try:
        platform = checked_platform(pulumi.get_stack(), plugin)
    except PlatformError as error:
        kind = "Config" if isinstance(error, ConfigError) else "Declaration"
        raise pulumi.RunError(f"{kind} is not acceptable, nothing was changed:\n{error}") from None
    register(platform, plugin)
