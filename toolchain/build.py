"""Builds a piece with Go, showing progress."""

import contextlib
import json
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path

from toolchain.errors import ToolchainError
from toolchain.golang import Go
from toolchain.pieces import MANIFEST, Piece
from toolchain.progress import Progress
from toolchain.staging import staged

RESULT_BYTES = 1 << 30
"""Room that results take while they are made, in bytes."""

CACHE_BYTES = 5 << 30
"""Room that Go's caches (modules, compiled packages) take on top, where they are ours, in bytes."""

TAIL_LINES = 12


def build(piece: Piece, go: Go, cache: Path, lock: int) -> None:
    """Build `piece` into `cache`; `lock` is the descriptor that Go keeps should this process be killed.

    Packages that an earlier, interrupted build compiled are taken from Go's cache. Raises ToolchainError.
    """
    start = time.monotonic()
    with staged(piece.target(cache)) as folder:
        scratch = folder / "scratch"
        scratch.mkdir()
        with Progress(f"{piece.program} {piece.version} (Go {go.version})") as progress:
            progress.detail = "reading modules"
            total = len(_go(piece, go, ["list", "-deps", "-mod=readonly", piece.package], scratch, lock, progress))
            arguments = ["build", "-v", "-o", str(folder / piece.program), *piece.arguments()]
            _go(piece, go, arguments, scratch, lock, progress, total)
        shutil.rmtree(scratch, ignore_errors=True)
        manifest = {
            "bytes": (folder / piece.program).stat().st_size,
            "version": str(piece.version),
            "go": str(go.version),
            "seconds": round(time.monotonic() - start, 1),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def check_space(cache: Path, go: Go) -> None:
    """Raise ToolchainError where the disk of `cache` has no room for a first build with `go`."""
    free = shutil.disk_usage(cache).free
    needed = RESULT_BYTES + (CACHE_BYTES if go.caches else 0)
    if free < needed:
        raise ToolchainError(
            "there is not enough disk space to build the toolchain",
            where=str(cache),
            why=f"{free / (1 << 30):.1f} GiB are free, {needed >> 30} GiB are needed",
            do="free some space, or set XDG_CACHE_HOME to a folder on a disk with more room",
        )


def _go(
    piece: Piece, go: Go, arguments: list[str], scratch: Path, lock: int, progress: Progress, total: int = 0
) -> list[str]:
    """Run Go in the folder of `piece` and return the lines of its output; `total`: packages that may get compiled."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    output = scratch / "output"
    with output.open("w") as sink:
        process = subprocess.Popen(
            [go.program, *arguments],
            cwd=piece.folder,
            env=go.environment(scratch),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            pass_fds=(lock,),
        )
        counts = {"module": 0, "package": 0}
        try:
            for line in process.stderr or ():
                tail.append(line.rstrip())
                download = line.startswith("go: downloading ")
                counts["module" if download else "package"] += 1
                if download:
                    progress.detail = f"{counts['module']} modules downloaded  {line.split()[2]}"
                else:
                    progress.detail = f"{counts['package']} of up to {total} packages  {line.strip()}"
        except BaseException:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            raise
        if process.wait() != 0:
            raise _failure(piece, tail)
    return output.read_text().splitlines()


def _failure(piece: Piece, tail: deque[str]) -> ToolchainError:
    text = "\n".join(tail)
    if "no space left on device" in text:
        do = "free some space, or set XDG_CACHE_HOME (and GOCACHE) to folders on a disk with more room"
    elif any(sign in text for sign in ("dial tcp", "lookup ", "i/o timeout", "proxyconnect", "reading http")):
        do = "let Go reach a module proxy (go env GOPROXY), or install the tool itself; what is built so far is kept"
    else:
        do = "try again: what is built so far is kept. If it fails the same way, report these lines"
    return ToolchainError(
        f"{piece.program} {piece.version} could not be built",
        where=str(piece.folder),
        why="".join(f"\n    {line}" for line in tail),
        do=do,
    )
