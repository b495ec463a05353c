"""A proxy that leads nowhere: programs whose own code dials (Go, Rust) are told to use it, so what they try is seen.

It answers 403 to everything and notes the host. Programs reach loopback without it (NO_PROXY).
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

_SECONDS = 5.0
_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def trap(note: Path) -> Iterator[dict[str, str]]:
    """The variables that lead a program into the trap; hosts that it asks for become lines of `note`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=_serve, args=(listener, note), daemon=True).start()
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), address)
        local = {"NO_PROXY": "127.0.0.1,localhost"}
        yield {name: value for upper, value in {**proxies, **local}.items() for name in (upper, upper.lower())}


def _serve(listener: socket.socket, note: Path) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return  # the listener was closed: the program has ended
        with caller, suppress(OSError):
            caller.settimeout(_SECONDS)
            host = requested(caller.recv(4096))
            with note.open("a", encoding="utf-8") as file:
                file.write(f"{host}\n")
            caller.sendall(_REFUSAL)


def requested(head: bytes) -> str:
    """The host that a request to a proxy is for: ``CONNECT host:port`` or ``GET http://host/…``."""
    words = head.decode("latin-1").split()
    target = words[1] if len(words) > 1 else "?"
    return (urlsplit(target).hostname if "://" in target else target.rpartition(":")[0]) or target
