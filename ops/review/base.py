"""The account before a pull request, where no real account can be asked: the merge base, brought up once and kept.

Each commit and stack has a folder under `.local/bases` with a local account on which that commit's own program ran.
A review works on a copy of it, which is thrown away.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops import console, files, layout, server
from ops.errors import BadInput, OpsError
from ops.layout import DEFAULT_ACCOUNT, Account

NONE = "none"
"""The base of a platform that does not stand yet: an empty account."""
MAIN_BRANCHES = ("origin/main", "main")
BUILD_SECONDS = 900
DECLARED, MISTAKES = "declared.json", "mistakes.json"
SAID = {DECLARED: ("picture",), MISTAKES: ("check", "--json")}
"""What the base's own code says about the real account, by file; empty where it cannot say."""
FINISHED = re.compile(r"[0-9a-f]{12}-[a-z]+")
KEPT = 5
"""How many bases stay on disk; the least recently used go first."""


@dataclass(frozen=True)
class Base:
    """A commit whose account stands ready. `folder` is None for an empty account."""

    commit: str
    folder: Path | None

    @property
    def name(self) -> str:
        """How a person calls it."""
        return self.commit[:12] if self.folder else "an empty account"

    @property
    def declared(self) -> str:
        """What that commit declares for the real account, as a serialised picture; empty where it could not say."""
        return self._said(DECLARED)

    @property
    def mistakes(self) -> frozenset[tuple[str, ...]]:
        """What `ops check` finds in that commit's declaration: file, field and sentence."""
        content = json.loads(self._said(MISTAKES) or "{}")
        return frozenset(_mistake(entry) for entry in content.get("problems", ()))

    def _said(self, name: str) -> str:
        path = self.folder / name if self.folder else None
        return path.read_text(encoding="utf-8") if path and path.is_file() else ""


def _mistake(entry: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(entry.get(part, "") for part in ("file", "field", "what"))


def resolve(ref: str | None) -> str:
    """The commit to compare with: the merge base of HEAD and `ref` (the main branch if None).

    On the main branch itself that is the commit before, unless files are changed and not committed yet.

    Raises:
        BadInput: there is no such commit, or this is no git repository.
    """
    if ref == NONE:
        return NONE
    for candidate in (ref,) if ref else MAIN_BRANCHES:
        commit = _git("merge-base", "HEAD", candidate)
        if commit:
            return _before(commit) if ref is None else commit
    known = f"the commit {ref!r} is not known here" if ref else f"neither {' nor '.join(MAIN_BRANCHES)} is known here"
    raise BadInput(
        "there is nothing to compare with",
        where="--base",
        why=known,
        do=f"fetch the history (fetch-depth: 0), name a commit, or compare with an empty account: --base {NONE}",
    )


def changed_since(commit: str, folder: str) -> tuple[str, ...]:
    """Files of a folder that differ between a commit and the working tree, untracked ones included."""
    differing = _git("diff", "--name-only", commit, "--", folder).splitlines()
    untracked = _git("ls-files", "--others", "--exclude-standard", "--", folder).splitlines()
    return tuple(sorted({*differing, *untracked}))


def _before(commit: str) -> str:
    if commit != _git("rev-parse", "HEAD") or _git("status", "--porcelain", "--untracked-files=no"):
        return commit
    return _git("rev-parse", "HEAD^") or commit


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(layout.repository()), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BadInput("git was not found", do="install git, or compare with an empty account: --base none") from error
    return done.stdout.strip() if done.returncode == 0 else ""


def ensure(commit: str, stack: str) -> Base:
    """The base of a commit, built where it is not there yet. One process builds, others wait.

    Raises:
        OpsError: that commit's program cannot be brought up.
    """
    if commit == NONE:
        return Base(NONE, None)
    bases = layout.private_folder(layout.local_folder() / "bases")
    folder = bases / f"{commit[:12]}-{stack}"
    with files.exclusive(bases / f"{folder.name}.lock", f"base {folder.name} is being built", wait=BUILD_SECONDS):
        if not folder.is_dir():
            console.say(f"bringing up the base {commit[:12]} of stack {stack}; it is kept for the next review")
            _build(commit, stack, folder)
            _forget(bases)
        folder.touch()
    return Base(commit, folder)


def _build(commit: str, stack: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
        tree, local = Path(temporary) / "tree", layout.private_folder(Path(temporary) / "local")
        _check_out(commit, tree)
        try:
            _ops(tree, local, "up", "--stack", stack, "--no-proof", "--json")
        finally:
            server.stop(Account(DEFAULT_ACCOUNT, local))
        for name, arguments in SAID.items():
            files.write_private(local / name, _ops(tree, local, *arguments, "--stack", stack, optional=True))
        local.rename(folder)


def _check_out(commit: str, tree: Path) -> None:
    repository = layout.repository()
    done = subprocess.run(["git", "-C", str(repository), "archive", commit], capture_output=True, check=False)
    if done.returncode != 0:
        raise OpsError(f"the commit {commit[:12]} cannot be read", why=done.stderr.decode(errors="replace").strip())
    try:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(tree, filter="data")
    except tarfile.TarError as error:
        raise OpsError(f"the commit {commit[:12]} holds what cannot be laid out", why=str(error)) from error
    for environment in (".venv", ".venv-local"):
        (tree / environment).symlink_to(repository / environment)


def _ops(tree: Path, local: Path, *arguments: str, optional: bool = False) -> str:
    variables = {**os.environ, "PLATFORM_LOCAL_DIR": str(local)}
    done = subprocess.run(
        [sys.executable, "-m", "ops", *arguments], cwd=tree, env=variables, capture_output=True, text=True,
        timeout=BUILD_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode == 0 or optional:
        return done.stdout
    raise OpsError(
        "the base cannot be brought up",
        why="\n       ".join(done.stderr.strip().splitlines()[-12:]),
        do="name another base, or compare with an empty account: --base none",
    )


def _forget(bases: Path) -> None:
    finished = (path for path in bases.iterdir() if path.is_dir() and FINISHED.fullmatch(path.name))
    kept = sorted(finished, key=lambda path: path.stat().st_mtime)
    for old in kept[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
        (bases / f"{old.name}.lock").unlink(missing_ok=True)


@contextmanager
def copy(base: Base) -> Iterator[Account]:
    """A local account that is as the base left it; it and its server are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="review.", dir=layout.private_folder(layout.local_folder())) as temporary:
        folder = Path(temporary) / "local"
        if base.folder is None:
            layout.private_folder(folder)
        else:
            shutil.copytree(base.folder, folder)
        account = Account(DEFAULT_ACCOUNT, folder)
        try:
            yield account
        finally:
            server.stop(account)
