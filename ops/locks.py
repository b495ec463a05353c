"""Lock files of Pulumi's file backend: who holds a stack, and whether that process still lives."""

import socket
from dataclasses import dataclass
from pathlib import Path

from ops import files, process
from ops.errors import OpsError


@dataclass(frozen=True)
class Lock:
    """One lock file, as pulumi wrote it."""

    path: Path
    pid: int
    host: str
    user: str
    since: str

    @property
    def stale(self) -> bool:
        """Whether the pulumi process that made it is gone. Locks of another machine are never stale."""
        if self.host != socket.gethostname():
            return False
        if not process.alive(self.pid):
            return True
        line = process.command_line(self.pid)
        return bool(line) and "pulumi" not in line


def of_stack(folder: Path) -> list[Lock]:
    """The locks in a stack's lock folder."""
    if not folder.is_dir():
        return []
    locks = []
    for path in sorted(folder.glob("*.json")):
        content = files.read_object(path)
        pid = content.get("pid")
        locks.append(
            Lock(
                path=path,
                pid=pid if isinstance(pid, int) else 0,
                host=str(content.get("hostname", socket.gethostname())),
                user=str(content.get("username", "")),
                since=str(content.get("timestamp", "")),
            )
        )
    return locks


def clear_stale(folder: Path) -> list[Lock]:
    """Removes the locks whose process is dead and returns them; raises OpsError where a living one is left."""
    removed = []
    for lock in of_stack(folder):
        if not lock.stale:
            raise OpsError(
                f"another pulumi works on this stack since {lock.since}",
                where=f"process {lock.pid} of {lock.user} on {lock.host}; {lock.path}",
                do="wait until it ends; if it hangs, end that process and try again",
            )
        lock.path.unlink(missing_ok=True)
        lock.path.with_name(f"{lock.path.name}.attrs").unlink(missing_ok=True)
        removed.append(lock)
    return removed
