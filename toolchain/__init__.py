"""Finds or builds what the platform runs with: the Pulumi CLI, its Python language host and the Snowflake plugin.

Started as a process, ``python3 -m toolchain ensure|status [--json]``, before any virtual environment exists: it needs
Python 3.11 and the standard library only.
"""
