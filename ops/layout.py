"""Where things lie: the repository, the ignored folder of the local target, and the folders of one local account."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ops.errors import BadInput, OpsError

ORGANIZATION = "LOCAL"
DEFAULT_ACCOUNT = "MAIN"
STACKS = ("dev", "qa", "prod")
PROJECT = "snowflake-platform"
ACCOUNT_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,62}")


def repository() -> Path:
    """The folder that holds Pulumi.yaml, found by the place of this file."""
    return Path(__file__).resolve().parent.parent


def local_folder() -> Path:
    """The ignored folder of the local target: `.local`, or PLATFORM_LOCAL_DIR where that is set (tests do)."""
    override = os.environ.get("PLATFORM_LOCAL_DIR")
    return Path(override).resolve() if override else repository() / ".local"


@dataclass(frozen=True)
class Account:
    """Paths of one local account. Nothing is created here."""

    name: str
    base: Path

    @property
    def data(self) -> Path:
        """Catalogue, data and log of the server."""
        return self.base / "accounts" / self.name

    @property
    def server_file(self) -> Path:
        """What a running server says about itself."""
        return self.data / "server.json"

    @property
    def log(self) -> Path:
        """Standard output and error of the server."""
        return self.data / "server.log"

    @property
    def query_log(self) -> Path:
        """One JSON line per statement that the server ran, secrets left out."""
        return self.data / "queries.jsonl"

    @property
    def settings(self) -> Path:
        """Port, edition, latency and S3 endpoint that the next start uses."""
        return self.data / "settings.json"

    @property
    def keys(self) -> Path:
        """Key pairs of this account's users; those of the default account lie at the top."""
        top = self.base / "keys"
        return top if self.name == DEFAULT_ACCOUNT else top / self.name.lower()

    @property
    def state(self) -> Path:
        """The Pulumi backend of this account's stacks."""
        return self.base / "state" / self.name

    @property
    def config(self) -> Path:
        """Overlays and connection files."""
        return self.base / "config" / self.name

    @property
    def toml(self) -> Path:
        """Provider profiles; SNOWFLAKE_CONFIG_PATH."""
        return self.config / "snowflake.toml"

    @property
    def snow_toml(self) -> Path:
        """Connections for the `snow` command line; names key files, holds no key."""
        return self.config / "snow.toml"

    @property
    def passphrase(self) -> Path:
        """Generated passphrase of the local backend's secrets."""
        return self.base / "passphrase"

    def overlay(self, stack: str) -> Path:
        """The complete stack file of a stack on this account; PLATFORM_CONFIG."""
        return self.config / f"Pulumi.{stack}.yaml"

    def checkpoint(self, stack: str) -> Path | None:
        """The state file of a stack, compressed or not; None before the first run."""
        folder = self.state / ".pulumi" / "stacks" / PROJECT
        names = (f"{stack}.json.zst", f"{stack}.json", f"{stack}.json.gz")
        return next((folder / name for name in names if (folder / name).exists()), None)

    def locks(self, stack: str) -> Path:
        """Lock files of a stack in the file backend."""
        return self.state / ".pulumi" / "locks" / "organization" / PROJECT / stack

    def record(self, stack: str) -> Path:
        """What `ops` remembers about a stack: the account it was applied to, whether the last run ended."""
        return self.state / f"{stack}.record.json"


def account(name: str = DEFAULT_ACCOUNT) -> Account:
    """The paths of an account; raises BadInput for a name that Snowflake would not accept."""
    upper = name.upper()
    if not ACCOUNT_NAME.fullmatch(upper):
        raise BadInput(
            f"{name!r} cannot be the name of an account",
            where="--account",
            do="use letters, digits and underscores, beginning with a letter",
        )
    return Account(upper, local_folder())


def stack_name(name: str) -> str:
    """Checks the name of a stack; raises BadInput with the known ones."""
    if name not in STACKS:
        raise BadInput(f"there is no stack {name!r}", where="--stack", do=f"one of {', '.join(STACKS)}")
    return name


def private_folder(path: Path) -> Path:
    """Makes a folder (and its parents) that only the user can read; raises OpsError where that is not possible."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(path))
    except OSError as error:
        raise OpsError(
            f"the folder {path} cannot be written",
            why=error.strerror or str(error),
            do="make it writable, or set PLATFORM_LOCAL_DIR to a folder that is",
        ) from error
    return path
