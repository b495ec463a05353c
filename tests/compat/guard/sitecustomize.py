"""Refuses every address but loopback and those of ``COMPAT_HOSTS``; what was refused goes to ``COMPAT_REFUSED``.

Python imports this by itself where the folder is on PYTHONPATH. ``COMPAT_HOSTS`` lists name endings, comma separated.
"""

import ipaddress
import os
import socket
from typing import Any

_ENDINGS = tuple(ending for ending in os.environ.get("COMPAT_HOSTS", "").lower().split(",") if ending)
_LOOPBACK_NAMES = ("", "localhost")
_allowed: set[str] = set()
"""Addresses that allowed names have led to."""
_look_up = socket.getaddrinfo


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host or "")


def _refuse(host: str) -> None:
    note = os.environ.get("COMPAT_REFUSED")
    if note:
        with open(note, "a", encoding="utf-8") as file:
            file.write(f"{host}\n")
    raise ConnectionRefusedError(f"{host} is not an address that this run may reach")


def _guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
    name = _text(host)
    if _loopback(name):
        return _look_up(host, *arguments, **named)
    if name not in _allowed and not name.lower().endswith(_ENDINGS or ("\0",)):
        _refuse(name)
    found = _look_up(host, *arguments, **named)
    _allowed.update(str(entry[4][0]) for entry in found)
    return found


def _check(own: socket.socket, address: Any) -> None:
    if own.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = _text(address[0])
    if _loopback(host) or host in _allowed:
        return
    if not _ENDINGS or not host.lower().endswith(_ENDINGS):
        _refuse(host)


class _Guarded(socket.socket):
    """A socket that connects and sends to allowed addresses only."""

    def connect(self, address: Any, /) -> None:
        _check(self, address)
        super().connect(address)

    def connect_ex(self, address: Any, /) -> int:
        _check(self, address)
        return super().connect_ex(address)

    def sendto(self, *arguments: Any) -> int:
        _check(self, arguments[-1])
        return super().sendto(*arguments)


socket.getaddrinfo = _guarded_look_up
socket.socket = _Guarded  # type: ignore[misc]
