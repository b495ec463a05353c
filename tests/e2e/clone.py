"""A repository of a test's own: the files as they are here, as one commit, to be changed and judged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.workspace import REPOSITORY


@dataclass
class Clone:
    """A copy of the repository with one commit; `folder` is its working tree, `base` takes the place of `.local`."""

    folder: Path
    base: Path

    @property
    def environment(self) -> dict[str, str]:
        """What commands are started with."""
        return {**os.environ, "PLATFORM_LOCAL_DIR": str(self.base), "NO_COLOR": "1", "COLUMNS": "160"}

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces one text of a file, which must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def restore(self) -> None:
        """Puts the working tree back to its commit."""
        self.git("checkout", "--quiet", "--", ".")
        self.git("clean", "--quiet", "--force", "-d")

    def git(self, *arguments: str) -> str:
        """Runs git in the working tree."""
        author = ["-c", "user.name=Tests", "-c", "user.email=tests@example.org"]
        done = subprocess.run(["git", *author, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def run(self, *command: str, code: int | None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in the working tree; the exit code must be `code` unless that is None."""
        done = subprocess.run(
            command, cwd=self.folder, env={**self.environment, **variables}, capture_output=True, text=True, check=False
        )
        assert code is None or done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def ops(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs `ops` of the working tree."""
        done = self.run(sys.executable, "-m", "ops", *arguments, code=code)
        assert "Traceback" not in done.stdout
        return done

    def review(self, *arguments: str, code: int, stack: str = "prod") -> subprocess.CompletedProcess[str]:
        """`ops review` against the commit."""
        return self.ops("review", "--stack", stack, "--base", "HEAD", *arguments, code=code)


def clone(folder: Path, base: Path) -> Clone:
    """The repository as it is here, whether committed or not, as one commit of its own."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    for environment in (".venv", ".venv-local"):
        (folder / environment).symlink_to(REPOSITORY / environment)
    for path in (folder / "requirements").iterdir():
        os.utime(path, (0, 0))  # or make would find the environments out of date and make them anew, for everybody
    made = Clone(folder, base)
    made.git("init", "--quiet", "--initial-branch", "main")
    (folder / ".git" / "info" / "exclude").write_text(".venv\n.venv-local\n")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "The platform as it is")
    return made
