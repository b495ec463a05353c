"""SYSTEM$PIPE_STATUS and SYSTEM$PIPE_FORCE_RESUME.

Source: docs.snowflake.com, SYSTEM$PIPE_STATUS, SYSTEM$PIPE_FORCE_RESUME, Manage Snowpipe.
"""

from __future__ import annotations

import json

from local.errors import compilation_error, unsupported
from local.model import Json
from local.reader import Reader
from local.registry import COVERAGE, FUNCTION, Coverage, Level
from local.session import Context
from local.statements.pipes import KIND, PAUSED, paused

_SOURCE = "docs.snowflake.com: SYSTEM$PIPE_STATUS, SYSTEM$PIPE_FORCE_RESUME, Manage Snowpipe"


def _status(context: Context, arguments: tuple[str | None, ...]) -> str:
    """SYSTEM$PIPE_STATUS('name') as JSON; with MONITOR, OPERATE or ownership."""
    if len(arguments) != 1 or not arguments[0]:
        raise unsupported("SYSTEM$PIPE_STATUS with other than one argument")
    pipe = context.access.resolve(KIND, Reader(arguments[0]).path())
    context.access.require(pipe, "MONITOR", "OPERATE")
    state = "PAUSED" if paused(context, pipe) else "RUNNING"
    if pipe.props.get("cloned") and pipe.props.get("AUTO_INGEST"):
        state = "STOPPED_CLONED"
    answer: dict[str, Json] = {"executionState": state, "pendingFileCount": 0}
    if pipe.props.get("channel"):
        answer |= {"notificationChannelName": pipe.props["channel"], "numOutstandingMessagesOnChannel": 0}
    return json.dumps(answer, separators=(",", ":"))


def _force_resume(context: Context, arguments: tuple[str | None, ...]) -> str:
    """SYSTEM$PIPE_FORCE_RESUME('name' [, 'options']), also after a transfer of ownership; with OPERATE or ownership."""
    if not 1 <= len(arguments) <= 2 or not arguments[0]:
        raise unsupported("SYSTEM$PIPE_FORCE_RESUME without a pipe")
    options = {word.strip().upper() for word in (arguments[1] or "").split(",")} if len(arguments) > 1 else set()
    if not options <= {"STALENESS_CHECK_OVERRIDE", "OWNERSHIP_TRANSFER_CHECK_OVERRIDE"}:
        raise compilation_error(f"Invalid options '{arguments[1]}' of SYSTEM$PIPE_FORCE_RESUME.")
    pipe = context.access.resolve(KIND, Reader(arguments[0]).path())
    context.access.require(pipe, "OPERATE")
    params = {**pipe.params, PAUSED: "false"}
    props = {name: value for name, value in pipe.props.items() if name not in ("cloned", "transferred")}
    if not context.describe_only:
        with context.catalogue.transaction():
            context.catalogue.update(pipe, params=params, props=props)
    return "Pipe resumed."


FUNCTION["SYSTEM$PIPE_STATUS"] = _status
FUNCTION["SYSTEM$PIPE_FORCE_RESUME"] = _force_resume
COVERAGE.append(Coverage("SELECT SYSTEM$PIPE_FORCE_RESUME()", Level.PARTLY, "answers a text of its own", _SOURCE))
COVERAGE.append(
    Coverage("SELECT SYSTEM$PIPE_STATUS()", Level.PARTLY, "state, pending files (none) and channel", _SOURCE)
)
