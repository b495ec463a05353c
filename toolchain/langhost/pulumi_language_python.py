"""Language host: lets the Pulumi engine run Python programs and policy packs.

The engine starts it as ``pulumi-language-python [flags] ENGINE_ADDRESS`` (the launcher of that name picks the
interpreter, which must have the Pulumi SDK) and reads the port of its ``LanguageRuntime`` service from the first line
of output. Each program and each policy pack runs in a process of its own, see ``pulumi_language_child.py``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent import futures
from importlib import metadata
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Protocol

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD = Path(__file__).with_name("pulumi_language_child.py")
EXIT_SHOWN = 32
"""Exit code of a child whose error the user has seen already."""


class Call(Protocol):
    """One call of the engine, as gRPC hands it to a method."""

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Have `callback` run when the call ends or is cancelled."""


class LanguageHost(LanguageServer):
    """The SDK's server for programs inside its own process, made to run them outside it."""

    def __init__(self, engine: str) -> None:
        """Args: engine: ``host:port`` of the engine's own gRPC server."""
        super().__init__(lambda: None)
        self._engine = engine

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: object
    ) -> language_pb2.LanguageHandshakeResponse:
        """Accept the engine; its address came with the arguments."""
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: language_pb2.RunRequest, context: Call) -> language_pb2.RunResponse:
        """Run a program to its end. ``bail`` in the answer: failed, and the user has seen why."""
        child = _spawn(request.info, ["program", self._engine], cwd=request.pwd)
        context.add_callback(child.kill)
        payload = request.SerializeToString()
        if child.stdin is not None:
            child.stdin.write(len(payload).to_bytes(8, "big") + payload)
            child.stdin.flush()
        code = child.wait()
        if code == 0:
            return language_pb2.RunResponse()
        if code == EXIT_SHOWN or code < 0:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}")

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: Call
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack, or another plugin written in Python: its output in pieces, then its exit code."""
        mode = "policy" if request.kind == "analyzer" else "plugin"
        child = _spawn(
            request.info,
            [mode, request.info.program_directory, *request.args],
            cwd=request.pwd,
            env=dict(entry.split("=", 1) for entry in request.env) or None,
            output=subprocess.PIPE,
        )
        context.add_callback(child.kill)
        for stream, chunk in _output(child):
            if stream == "stdout":
                yield language_pb2.RunPluginResponse(stdout=chunk)
            else:
                yield language_pb2.RunPluginResponse(stderr=chunk)
        yield language_pb2.RunPluginResponse(exitcode=child.wait())

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: object
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Install nothing: the project makes its own virtual environment."""
        yield language_pb2.InstallDependenciesResponse(stdout=b"The project makes its own virtual environment.\n")

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: object
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Name the packages beside this interpreter, for ``pulumi about``."""
        found = sorted((dist.name, dist.version) for dist in metadata.distributions())
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def Cancel(self, request: object, context: object) -> empty_pb2.Empty:
        """Do nothing: the engine lets running operations finish and then ends the host."""
        return empty_pb2.Empty()


def _spawn(
    info: language_pb2.ProgramInfo,
    arguments: list[str],
    cwd: str,
    env: dict[str, str] | None = None,
    output: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start the child with the ``virtualenv`` of the project or pack, else with this interpreter.

    The child ends when its standard input does, so it never outlives the host.
    """
    python = Path(sys.executable)
    if virtualenv := dict(info.options).get("virtualenv"):
        python = Path(info.root_directory, virtualenv, "bin", "python")
    return subprocess.Popen(
        [python, "-u", CHILD, *arguments],
        cwd=cwd or None,
        env=env,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
    )


def _output(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield what the child writes, as (``stdout`` or ``stderr``, bytes), until both end."""
    chunks: SimpleQueue[tuple[str, bytes]] = SimpleQueue()

    def read(stream: str, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 65536):
            chunks.put((stream, chunk))
        chunks.put((stream, b""))

    for stream, pipe in (("stdout", child.stdout), ("stderr", child.stderr)):
        threading.Thread(target=read, args=(stream, pipe), daemon=True).start()
    remaining = 2
    while remaining:
        stream, chunk = chunks.get()
        if chunk:
            yield stream, chunk
        else:
            remaining -= 1


def main() -> None:
    """Serve until the engine interrupts, terminates or disappears."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while sys.stdin.buffer.read(65536):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
