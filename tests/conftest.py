"""What every test gets: no connection leaves this machine, and no test touches the developer's own local account."""

import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port: whatever obeys proxy variables fails at once instead of dialling out."""
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 (compared, not bound)
FOREIGN = ("PULUMI_", "SNOWFLAKE_", "PLATFORM_")


settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")  # a busy machine is no finding
gc.disable()
"""Until everything is imported: what modules hold is never garbage, but each collection would look at all of it."""


def pytest_collection_finish() -> None:
    """From here on garbage is collected; what is there already is left out."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    """At the end everything may go: libraries complain about what is left of them."""
    gc.unfreeze()


class OutsideConnection(AssertionError):
    """A test tried to reach something that is not this machine."""


def _allowed(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = address[0]
    return host in ("", None) or str(host).startswith(LOOPBACK)


def _guard(original: Callable[..., object], position: int) -> Callable[..., object]:
    def guarded(*arguments: object, **named: object) -> object:
        if not _allowed(arguments[position]):
            raise OutsideConnection(f"a test tried to reach {arguments[position]!r}")
        return original(*arguments, **named)

    return guarded


def _resolver(original: Callable[..., object]) -> Callable[..., object]:
    def guarded(host: object, *arguments: object, **named: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in ("", None, socket.gethostname()) and not str(name).startswith(LOOPBACK):
            raise OutsideConnection(f"a test tried to look up {name!r}")
        return original(host, *arguments, **named)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def _no_outside_connections() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guard(getattr(socket.socket, name), 1))
    patch.setattr(socket.socket, "sendto", _sendto(socket.socket.sendto))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        patch.setattr(socket, name, _resolver(getattr(socket, name)))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        patch.setenv(name, DEAD_PROXY)
        patch.setenv(name.upper(), DEAD_PROXY)
    patch.setenv("no_proxy", "127.0.0.1,localhost,::1")
    patch.setenv("NO_PROXY", "127.0.0.1,localhost,::1")
    yield
    patch.undo()


def _sendto(original: Callable[..., object]) -> Callable[..., object]:
    def guarded(*arguments: object) -> object:
        if not _allowed(arguments[-1]):
            raise OutsideConnection(f"a test tried to send to {arguments[-1]!r}")
        return original(*arguments)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in list(os.environ):
        if name.startswith(FOREIGN) and name != "PLATFORM_TOOLCHAIN":
            patch.delenv(name)
    patch.setenv("PLATFORM_LOCAL_DIR", str(tmp_path_factory.mktemp("local")))
    patch.setenv("SNOWFLAKE_HOME", str(tmp_path_factory.mktemp("snowflake-home")))
    if str(ROOT) not in sys.path:
        patch.syspath_prepend(str(ROOT))
    yield
    patch.undo()
