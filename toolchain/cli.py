"""The command line. Results go to standard output, progress and errors to standard error."""

import argparse
import json
import signal
from collections.abc import Sequence
from types import FrameType

from toolchain import assemble, report
from toolchain.errors import BAD_INPUT, INTERRUPTED, ToolchainError
from toolchain.progress import say
from toolchain.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Run a command. Returns the exit code: 0, 2 for bad input or a toolchain that cannot be had, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python3 -m toolchain", description=assemble.__doc__)
    parser.add_argument("command", choices=["ensure", "status"], help="find or build the tools; or only look")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        settings = Settings.read()
        found = assemble.ensure(settings) if options.command == "ensure" else assemble.locate(settings)
    except ToolchainError as error:
        say(f"error: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        say("stopped; the next run goes on from here")
        return INTERRUPTED
    print(json.dumps(report.as_json(found), indent=2) if options.json else report.as_text(found))
    return 0


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
