"""A stack on the local account: the variables every pulumi process gets, and the stack in the backend."""

import os
import secrets
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from ops import engine, files
from ops.layout import PROJECT, Account, private_folder
from ops.overlay import salt_of
from ops.tools import Toolchain, ensure

LEVERS = {
    "PULUMI_PARALLEL_DIFF": "true",
    "PULUMI_DIY_BACKEND_ZSTD": "true",
    # Engine and plugin live for seconds: collecting garbage half as often saves a preview an eighth of their time.
    "GOGC": "200",
}
QUIET = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "SNOWFLAKE_USE_LEGACY_TOML_FILE": "false",
    "SNOWFLAKE_SKIP_TOML_FILE_PERMISSION_VERIFICATION": "false",
}
INTERNAL = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
FOREIGN = ("PULUMI_", "SNOWFLAKE_", "PLATFORM_PLUGIN_VERSION")


def variables(account: Account, stack: str, tools: Toolchain) -> dict[str, str]:
    """What `ops local env` exports: everything plain pulumi needs to work on this stack and account."""
    return {
        **LEVERS,
        **QUIET,
        **tools.environment,
        "PATH": f"{tools.bin}{os.pathsep}{_path_without(tools.bin)}",
        "PULUMI_HOME": str(tools.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{account.state}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(account.passphrase),
        "SNOWFLAKE_CONFIG_PATH": str(account.toml),
        "PLATFORM_CONFIG": str(account.overlay(stack)),
    }


def exports(values: Mapping[str, str]) -> str:
    """The variables as POSIX shell text for eval."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())


def local_target(account: Account, stack: str, tools: Toolchain) -> engine.Target:
    """The stack on this account, with nothing taken from the caller's own Pulumi or Snowflake settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    environment = {**inherited, **INTERNAL, **variables(account, stack, tools)}
    return engine.Target(stack, environment, account.overlay(stack))


def real_target(stack: str) -> engine.Target:
    """The stack on the real account that the caller's own environment and Pulumi.<stack>.yaml describe.

    Where no pulumi is on the PATH, the one of the local target is used; plugins are the caller's own in any case.
    """
    environment = {**os.environ, **INTERNAL, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    if shutil.which("pulumi") is None:
        environment["PATH"] = f"{ensure().bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return engine.Target(stack, environment, None)


def passphrase(account: Account) -> Path:
    """The file with the backend's passphrase; generated once, 0600."""
    if not account.passphrase.exists():
        files.write_private(account.passphrase, secrets.token_urlsafe(32))
    return account.passphrase


def make_stack(account: Account, target: engine.Target) -> str:
    """Makes the stack in the local backend where it is missing; returns the salt of its secrets.

    Pulumi writes the salt into a stack file beside Pulumi.yaml; that happens in a folder of its own, so
    that the repository's files are not touched.
    """
    private_folder(account.state)
    passphrase(account)
    folder = account.state / "project"
    stack_file = folder / f"Pulumi.{target.stack}.yaml"
    if account.checkpoint(target.stack) is None or not stack_file.exists():
        files.write_private(folder / "Pulumi.yaml", f"name: {PROJECT}\nruntime: yaml\n")
        if account.checkpoint(target.stack) is None:
            stack_file.unlink(missing_ok=True)
            engine.ask(target, "-C", str(folder), "stack", "init", target.stack, "--no-select")
    return salt_of(stack_file)


def _path_without(folder: Path) -> str:
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry and entry != str(folder))
