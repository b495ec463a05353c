"""One run of a Python program, policy pack or plugin, as a child of the language host.

``program ENGINE_ADDRESS`` (the request comes on standard input), ``policy DIRECTORY ENGINE_ADDRESS …`` or
``plugin DIRECTORY ENGINE_ADDRESS …``. Interrupts end it without a word, because the engine has said what happened.

The SDK's debug messages reach the engine only where PULUMI_PYTHON_DEBUG_MESSAGES is set (for `pulumi --debug`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi import runtime
from pulumi.runtime.proto import language_pb2

EXIT_SHOWN = 32


def run_program(engine: str) -> int:
    """Run the program of the request that standard input holds.

    Args: engine: ``host:port`` of the engine. Returns: 0, or `EXIT_SHOWN` after an error went to the engine's log.
    """
    size = int.from_bytes(sys.stdin.buffer.read(8), "big")
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read(size))
    _end_with_host()
    _drop_debug_messages()
    runtime.set_all_config(dict(request.config), list(request.configSecretKeys))
    runtime.configure(
        runtime.Settings(
            project=request.project,
            stack=request.stack,
            root_directory=request.info.root_directory,
            parallel=request.parallel,
            engine=engine,
            monitor=request.monitor_address,
            dry_run=request.dryRun,
            organization=request.organization or "organization",
        )
    )
    program = Path(request.info.program_directory, request.info.entry_point).resolve()
    directory = program if program.is_dir() else program.parent
    sys.argv = [str(program), *request.args]
    sys.path[0] = str(directory)
    # A failed resource leaves futures that nobody awaits; the engine has reported the failure.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=max(request.parallel, 1) * 4))
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _run_path(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return EXIT_SHOWN
    except grpc.RpcError as error:
        if error.code() == grpc.StatusCode.UNAVAILABLE:  # the engine has gone, so nobody is left to tell
            return EXIT_SHOWN
        pulumi.log.error(f"The program lost the engine: {error.details()}")
        return EXIT_SHOWN
    except Exception as error:  # noqa: BLE001 whatever the program raises is the user's to read
        pulumi.log.error("Program failed with an unhandled exception:\n" + _trace(error, directory))
        return EXIT_SHOWN
    return 0


def _drop_debug_messages() -> None:
    """The SDK tells four things about each resource, each in a call that waits for the engine: a fifth of a preview."""
    if not os.environ.get("PULUMI_PYTHON_DEBUG_MESSAGES"):
        pulumi.log.debug = lambda *_args, **_options: None


def run_policy(directory: str, engine: str) -> int:
    """Run the policy pack of a directory. Returns: 0; a failing pack ends the process with its own code."""
    sys.argv = ["pulumi.policy", engine, directory]
    runpy.run_module("pulumi.policy", run_name="__main__")
    return 0


def run_plugin(directory: str, arguments: list[str]) -> int:
    """Run the plugin whose ``__main__.py`` lies in a directory. Returns: 0."""
    sys.argv = [directory, *arguments]
    runpy.run_path(directory, run_name="__main__")
    return 0


def _run_path(program: Path) -> None:
    if program.is_dir() and not (program / "__main__.py").is_file():
        raise pulumi.RunError(f"no program: {program} has no __main__.py")
    runpy.run_path(str(program), run_name="__main__")


def _trace(error: BaseException, directory: Path) -> str:
    """Format an error, without the frames of host, runpy and SDK before the first one of the user's program."""
    frame = error.__traceback__
    while frame is not None and not _is_users(Path(frame.tb_frame.f_code.co_filename), directory):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))


def _is_users(file: Path, directory: Path) -> bool:
    return directory in file.parents and "site-packages" not in file.parts


def _end_with_host() -> None:
    """End this process when its standard input does, that is when the host has gone."""

    def wait() -> None:
        while os.read(0, 65536):
            pass
        os._exit(EXIT_SHOWN)

    threading.Thread(target=wait, daemon=True).start()


def main() -> int:
    """Returns: the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    mode, *arguments = sys.argv[1:]
    if mode == "program":
        return run_program(arguments[0])
    _end_with_host()
    if mode == "policy":
        return run_policy(arguments[0], arguments[1])
    return run_plugin(arguments[0], arguments[1:])


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
