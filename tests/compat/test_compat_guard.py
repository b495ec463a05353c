"""While programs run, every address but loopback is refused and noted."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.compat.case import HERE
from tests.compat.trap import requested, trap

CONNECT = "import socket; socket.create_connection(({host!r}, 9), 1)"


def guarded(program: str, note: Path, hosts: str = "") -> subprocess.CompletedProcess[str]:
    """A Python with the guard."""
    environment = {**os.environ, "PYTHONPATH": str(HERE / "guard"), "COMPAT_REFUSED": str(note), "COMPAT_HOSTS": hosts}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "169.254.169.254", "account.snowflakecomputing.com", "2001:db8::1"])
def test_guard_refuses_and_notes_an_address_outside(tmp_path: Path, host: str) -> None:
    done = guarded(CONNECT.format(host=host), tmp_path / "refused")
    assert "is not an address that this run may reach" in done.stderr
    assert (tmp_path / "refused").read_text(encoding="utf-8").split() == [host]


def test_guard_refuses_datagrams_outside(tmp_path: Path) -> None:
    program = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))"
    assert "192.0.2.1 is not an address" in guarded(program, tmp_path / "refused").stderr


def test_guard_lets_loopback_through(tmp_path: Path) -> None:
    program = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()).close()"
    )
    done = guarded(program, tmp_path / "refused")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "refused").exists()


def test_names_of_the_account_are_not_refused(tmp_path: Path) -> None:
    program = "import socket\ntry: socket.getaddrinfo('x.invalid', 443)\nexcept socket.gaierror: pass"
    assert guarded(program, tmp_path / "refused", hosts=".invalid").returncode == 0
    assert guarded(program, tmp_path / "refused", hosts=".example").returncode == 1


def test_trap_notes_the_host_and_refuses(tmp_path: Path) -> None:
    with trap(tmp_path / "refused") as variables:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": variables["HTTP_PROXY"]}))
        with pytest.raises(urllib.error.HTTPError, match="403"):
            opener.open("http://elsewhere.example/path", timeout=5)
    assert (tmp_path / "refused").read_text(encoding="utf-8") == "elsewhere.example\n"


def test_tunnels_are_noted_by_their_host() -> None:
    assert requested(b"CONNECT elsewhere.example:443 HTTP/1.1\r\n\r\n") == "elsewhere.example"
