"""Plugins that a killed engine left behind: they would stay for minutes, waiting for an engine that is gone."""

import contextlib
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

_PLUGIN = re.compile(r"^\s*(\d+) (/.*/pulumi-resource-\S+) 127\.0\.0\.1:(\d+)$")
END_SECONDS = 2.0


def end_orphans(pulumi_home: Path) -> list[int]:
    """Ends the plugins of this Pulumi home whose engine listens no more; returns their process ids.

    Another user's processes and the plugins of a living engine are left alone.
    """
    from ops import process

    found = [pid for pid, port in _plugins(pulumi_home) if not _listens(port)]
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
            process.wait_for_end(pid, END_SECONDS)
    return found


def _plugins(pulumi_home: Path) -> list[tuple[int, int]]:
    try:
        listing = subprocess.run(
            ["ps", "-x", "-ww", "-o", "pid=,args="], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    matches = (_PLUGIN.match(line) for line in listing.splitlines())
    return [
        (int(match[1]), int(match[3]))
        for match in matches
        if match is not None and Path(match[2]).is_relative_to(pulumi_home)
    ]


def _listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
