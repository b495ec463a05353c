"""What the toolchain is, for programs (JSON) and people (text)."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from toolchain import versions
from toolchain.assemble import Toolchain
from toolchain.semver import Version
from toolchain.system import LANGUAGE_HOST, Found, Unusable

NOTE = (
    f"The built plugin is Snowflake provider {versions.PROVIDER} (Pulumi release {versions.PLUGIN}), the newest that "
    f"can be built from Go modules, while the Python SDK is {versions.SDK}. Resource types and properties that only "
    f"plugin 2.x knows cannot be used with it. Once plugin {versions.PLUGIN_SUPPORTED} is installed, that one is used; "
    "a real deployment should have it."
)


@dataclass(frozen=True)
class Tool:
    """A tool as reported. `origin` is ``system`` or ``built``; `reason`: why the machine's is not used, or empty."""

    origin: str
    version: str
    path: str
    reason: str
    provider: str = ""


def tools(toolchain: Toolchain) -> dict[str, Tool]:
    """Every tool by name."""
    plugin = _tool(toolchain.plugin, toolchain.plugin_program, versions.PLUGIN)
    if isinstance(toolchain.plugin, Unusable):
        plugin = replace(plugin, provider=str(versions.PROVIDER))
    return {
        "pulumi": _tool(toolchain.pulumi, toolchain.pulumi_program, versions.PULUMI),
        LANGUAGE_HOST: _tool(toolchain.host, toolchain.host_program, versions.LANGUAGE_HOST),
        "plugin": plugin,
    }


def as_json(toolchain: Toolchain) -> dict[str, object]:
    """The toolchain as a JSON object, see `README.md`."""
    found = tools(toolchain)
    built = found["plugin"].origin == "built"
    return {
        "ready": toolchain.ready,
        "mode": toolchain.settings.mode.value,
        "bin": str(toolchain.bin),
        "pulumi_home": str(toolchain.home),
        "env": toolchain.environment,
        "unset": [] if built else ["PLATFORM_PLUGIN_VERSION"],
        "plugin_version": found["plugin"].version,
        "sdk_version": str(versions.SDK),
        "cache": str(toolchain.settings.cache),
        "tools": {name: asdict(tool) for name, tool in found.items()},
        "missing": [piece.program for piece in toolchain.unbuilt],
        "note": NOTE if built else "",
    }


def as_text(toolchain: Toolchain) -> str:
    """The toolchain as lines to read."""
    head = "Toolchain ready" if toolchain.ready else "Toolchain not complete; `python3 -m toolchain ensure` builds it"
    lines = [head]
    for name, tool in tools(toolchain).items():
        provider = f" (provider {tool.provider})" if tool.provider else ""
        reason = f": {tool.reason}" if tool.reason else ""
        lines.append(f"  {name:<23} {tool.version}{provider}, {tool.origin}{reason}")
        lines.append(f"  {'':<23} {tool.path}")
    lines.append(f"  {'first on the PATH':<23} {toolchain.bin}")
    lines += [f"  {name}={value}" for name, value in toolchain.environment.items()]
    if isinstance(toolchain.plugin, Unusable):
        lines.append(NOTE)
    return "\n".join(lines)


def _tool(tool: Found | Unusable, path: Path, built: Version) -> Tool:
    if isinstance(tool, Found):
        return Tool("system", str(tool.version) if tool.version else "the one of the CLI", str(path), "")
    return Tool("built", str(built), str(path), tool.reason)
