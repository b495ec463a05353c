"""The account that the programs work in: one of the local Snowflake, or a real one that the environment names."""

import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops import keypairs, logins
from ops.errors import BadInput
from ops.local import ADMINISTRATOR
from tests.e2e.workspace import Workspace

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

ROLE, WAREHOUSE, USER = "COMPAT", "COMPAT_WH", "COMPAT_USER"
PROFILE = "compat"
REAL_HOSTS = (".snowflakecomputing.com", ".amazonaws.com", ".core.windows.net", ".googleapis.com")
"""A real account and what its internal stages lie on."""


@dataclass(frozen=True)
class Account:
    """A login with role and warehouse; `key_file` holds its private key, `prefix` begins every database made here.

    `log` is the query log of a local account.
    """

    login: logins.Login
    key_file: Path
    prefix: str
    log: Path | None = None

    @property
    def name(self) -> str:
        """The account's identifier."""
        return f"{self.login.organization}-{self.login.account}"

    @property
    def is_local(self) -> bool:
        """Whether this is the local Snowflake."""
        return self.log is not None

    def database(self, case: str) -> str:
        """The name of a case's database."""
        return f"{self.prefix}_{case.upper()}"

    def environment(self, database: str) -> dict[str, str]:
        """What a program is told about the account."""
        return {
            "COMPAT_ACCOUNT": self.name,
            "COMPAT_USER": self.login.user,
            "COMPAT_KEY_FILE": str(self.key_file),
            "COMPAT_ROLE": self.login.role or "",
            "COMPAT_WAREHOUSE": self.login.warehouse or "",
            "COMPAT_DATABASE": database,
            "COMPAT_HOST": self.login.host or f"{self.name}.snowflakecomputing.com",
            "COMPAT_PORT": str(self.login.port or 443),
            "COMPAT_PROTOCOL": self.login.protocol,
            "COMPAT_HOSTS": "" if self.is_local else ",".join(REAL_HOSTS),
        }

    @contextmanager
    def connect(self) -> "Iterator[SnowflakeConnection]":
        """A connection of the product's own connector."""
        connection = logins.connect(self.login)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def scratch(self, case: str) -> Iterator[str]:
        """An empty database for one case, dropped at the end."""
        database = self.database(case)
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE DATABASE {database}")
        try:
            yield database
        finally:
            with self.connect() as connection, connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {database}")

    def statements(self, since: int = 0) -> tuple[int, int]:
        """Where the query log of a local account ends, and how many statements after `since` the user sent."""
        if self.log is None:
            return 0, 0
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return len(lines), sum(json.loads(line)["user"] == USER for line in lines[since:])


@contextmanager
def local() -> Iterator[Account]:
    """A new account of the local Snowflake with a role, a service user and a warehouse; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="compat-") as folder:
        workspace = Workspace(Path(folder).resolve() / "local")
        workspace.start()
        try:
            yield prepared(workspace)
        finally:
            workspace.stop()


def prepared(workspace: Workspace) -> Account:
    """Makes what the programs need in a running local account; they get no more rights than a service has."""
    keys = keypairs.ensure(workspace.place.keys, [USER])[USER]
    workspace.sql(
        [
            f"CREATE ROLE IF NOT EXISTS {ROLE}",
            f"CREATE WAREHOUSE IF NOT EXISTS {WAREHOUSE} WAREHOUSE_SIZE = XSMALL INITIALLY_SUSPENDED = TRUE",
            f"GRANT USAGE ON WAREHOUSE {WAREHOUSE} TO ROLE {ROLE}",
            f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {ROLE}",
            f"CREATE USER IF NOT EXISTS {USER} TYPE = SERVICE DEFAULT_ROLE = {ROLE} DEFAULT_WAREHOUSE = {WAREHOUSE} "
            f"RSA_PUBLIC_KEY = '{keys.public_body()}'",
            f"GRANT ROLE {ROLE} TO USER {USER}",
        ],
        user=ADMINISTRATOR,
        role="ACCOUNTADMIN",
    )
    login = logins.Login(
        "LOCAL",
        workspace.account,
        USER,
        keys.private.read_text(encoding="utf-8"),
        ROLE,
        WAREHOUSE,
        host="127.0.0.1",
        port=workspace.running().port,
        protocol="http",
    )
    return Account(login, keys.private, "COMPAT", workspace.place.query_log)


@contextmanager
def real(environment: Mapping[str, str] = os.environ) -> Iterator[Account]:
    """The account of profile `compat` in the file of SNOWFLAKE_CONFIG_PATH. Raises BadInput where it is not usable."""
    login = real_login(environment)
    with tempfile.TemporaryDirectory(prefix="compat-") as folder:
        key = Path(folder) / "key.p8"
        key.touch(mode=0o600)
        key.write_text(login.private_key, encoding="utf-8")
        yield Account(login, key, f"COMPAT_{secrets.token_hex(4).upper()}")


def real_login(environment: Mapping[str, str]) -> logins.Login:
    """The login of a real account. Raises BadInput where file, profile, key, role or warehouse is missing."""
    named = environment.get("SNOWFLAKE_CONFIG_PATH")
    if not named:
        raise BadInput(
            "no real account is named",
            where="SNOWFLAKE_CONFIG_PATH",
            do=f"set it to a TOML file with a profile [{PROFILE}]: organization_name, account_name, user, private_key, "
            "role (with CREATE DATABASE) and warehouse; docs/real-account.md shows the format",
        )
    login = logins.read_profile(Path(named), PROFILE)
    lacking = [field for field in ("private_key", "role", "warehouse") if not getattr(login, field)]
    if lacking:
        raise BadInput(f"profile {PROFILE!r} lacks {', '.join(lacking)}", where=named)
    if login.protocol != "https":
        raise BadInput(f"profile {PROFILE!r} is not about a real account: protocol {login.protocol}", where=named)
    return login
