"""A place to die: tests kill the server between the steps of a statement."""

from __future__ import annotations

import os
import signal

HALT = "LOCAL_SNOWFLAKE_HALT"
"""Environment variable that names the step at which the process kills itself; set by tests only."""


def halt(step: str) -> None:
    """SIGKILL this process if a test asks for it at this step."""
    if os.environ.get(HALT) == step:
        os.kill(os.getpid(), signal.SIGKILL)
