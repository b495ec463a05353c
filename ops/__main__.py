"""Entry of the command line and the one place where errors become messages and exit codes.

0: clean. 1: blocked, failed or different. 2: bad input, or it could not be judged.
"""

import os
import signal
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from ops import console, layout
from ops.errors import BAD_INPUT, OpsError

INTERRUPTED = 130


def main() -> None:
    """Runs the command line; no stack trace reaches the terminal."""
    from ops.cli import app

    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app(prog_name="ops")
    except OpsError as error:
        console.fail(error)
        sys.exit(error.exit_code)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            console.say("interrupted; run the command again to go on")
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 (the one place that catches all)
        _unexpected(error)
        sys.exit(BAD_INPUT)


def _unexpected(error: Exception) -> None:
    path = _write_log(error)
    where = str(path) if path else "no log could be written"
    console.fail(
        OpsError(
            f"something went wrong that this program did not expect ({type(error).__name__})",
            where=where,
            do="try again; if it stays, report it with that file (it holds no values of variables)",
        )
    )


def _write_log(error: Exception) -> Path | None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    try:
        folder = layout.private_folder(layout.local_folder() / "logs")
        path = folder / f"ops-{stamp}.log"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write("".join(traceback.format_exception(error)))
    except (OSError, OpsError):
        return None
    return path


if __name__ == "__main__":
    main()
