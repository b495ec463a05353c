"""Logins by key pair or by a token: the provider's TOML profiles, read and written, and the connector's connections."""

import json
import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops import files
from ops.errors import BadInput, OpsError

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

WORKLOAD_IDENTITY, OIDC = "WORKLOAD_IDENTITY", "OIDC"
LOGIN_SECONDS = 15
NETWORK_SECONDS, LOCAL_NETWORK_SECONDS = 300, 5
"""How long a statement is sent again where nobody answers; the connector's own choice is for ever."""
IMPATIENCE: Mapping[str, int] = {"login_timeout": 20, "request_timeout": 60, "max_retry_count": 3}
"""For the local Snowflake: a driver that finds no server would otherwise try for minutes. Seconds, and a number."""


@dataclass(frozen=True)
class Login:
    """Who logs in and where. The key is the text of a PEM file; it and the token are left out of the representation.

    With a token the login is by workload identity (OIDC) and there is no key.
    """

    organization: str
    account: str
    user: str
    private_key: str
    role: str | None = None
    warehouse: str | None = None
    host: str | None = None
    port: int | None = None
    protocol: str = "https"
    token: str | None = None

    def __repr__(self) -> str:
        return f"Login({self.user} as {self.role} at {self.organization}-{self.account})"


def write_profiles(path: Path, profiles: Mapping[str, Login]) -> bool:
    """Writes the provider's TOML file (0600, the format of provider 2.x); returns whether it changed."""
    text = "".join(f"[{name}]\n{_profile(login)}\n" for name, login in profiles.items())
    return files.write_private_if_changed(path, text)


def _profile(login: Login) -> str:
    fields: dict[str, str | int | None] = {
        "organization_name": login.organization,
        "account_name": login.account,
        "user": login.user,
        "role": login.role,
        "warehouse": login.warehouse,
        **_method(login),
        "host": login.host,
        "port": login.port,
        "protocol": login.protocol,
    }
    if login.protocol == "http":
        fields |= IMPATIENCE
    lines = [f"{name} = {_value(value)}" for name, value in fields.items() if value is not None]
    lines.append("disable_telemetry = true")
    if login.token is None:
        lines.append(f"private_key = '''\n{login.private_key.strip()}\n'''")
    return "\n".join(lines) + "\n"


def _method(login: Login) -> dict[str, str]:
    if login.token is None:
        return {"authenticator": "SNOWFLAKE_JWT"}
    return {"authenticator": WORKLOAD_IDENTITY, "workload_identity_provider": OIDC, "token": login.token}


def _value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else json.dumps(value)


def profiles_path() -> Path:
    """The TOML file of a real account; raises BadInput where SNOWFLAKE_CONFIG_PATH does not name it."""
    path = os.environ.get("SNOWFLAKE_CONFIG_PATH")
    if not path:
        raise BadInput(
            "no file with login profiles is named",
            where="SNOWFLAKE_CONFIG_PATH",
            do="set it to the TOML file with the profiles deployer and monitor_admin; docs/real-account.md shows one",
        )
    return Path(path)


def read_profile(path: Path, name: str) -> Login:
    """One profile of a TOML file; raises BadInput naming the file and what is missing in it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            "the file with the login profiles cannot be read",
            where=str(path),
            why=error.strerror or "",
            do="set SNOWFLAKE_CONFIG_PATH to it; docs/real-account.md shows its content",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput("the file with the login profiles is no TOML", where=str(path), why=str(error)) from error
    table = content.get(name)
    if not isinstance(table, dict):
        known = ", ".join(sorted(content)) or "none"
        raise BadInput(f"there is no profile {name!r}", where=str(path), do=f"profiles in the file: {known}")
    secret = "token" if table.get("authenticator") == WORKLOAD_IDENTITY else "private_key"
    needed = ("organization_name", "account_name", "user", secret)
    missing = [field for field in needed if not isinstance(table.get(field), str)]
    if missing:
        raise BadInput(f"profile {name!r} lacks {', '.join(missing)}", where=str(path))
    return _login(table)


def _login(table: Mapping[str, object]) -> Login:
    def text(name: str) -> str | None:
        value = table.get(name)
        return value if isinstance(value, str) and value else None

    port = table.get("port")
    return Login(
        organization=text("organization_name") or "",
        account=text("account_name") or "",
        user=text("user") or "",
        private_key=text("private_key") or "",
        role=text("role"),
        warehouse=text("warehouse"),
        host=text("host"),
        port=port if isinstance(port, int) else None,
        protocol=text("protocol") or "https",
        token=text("token") if text("authenticator") == WORKLOAD_IDENTITY else None,
    )


def connect(login: Login, session: Mapping[str, str | int] | None = None) -> "SnowflakeConnection":
    """Opens a connection; nothing but the account is contacted. `session`: session parameters from the start.

    Raises OpsError with Snowflake's own reason.
    """
    os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
    logging.getLogger("snowflake.connector").setLevel(logging.CRITICAL)
    import snowflake.connector
    from snowflake.connector.errors import Error

    local = login.protocol == "http"
    parameters: dict[str, object] = {
        "account": f"{login.organization}-{login.account}",
        "user": login.user,
        **_proof(login),
        "protocol": login.protocol,
        "login_timeout": LOGIN_SECONDS,
        "network_timeout": LOCAL_NETWORK_SECONDS if local else NETWORK_SECONDS,
        "disable_ocsp_checks": local,
        "platform_detection_timeout_seconds": 0.0,
        "session_parameters": {
            "CLIENT_TELEMETRY_ENABLED": False,
            "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON",
            **(session or {}),
        },
    }
    optional = {"role": login.role, "warehouse": login.warehouse, "host": login.host, "port": login.port}
    parameters |= {name: value for name, value in optional.items() if value is not None}
    try:
        return snowflake.connector.connect(**parameters)
    except Error as error:
        raise OpsError(
            f"{login.user} cannot log in",
            where=f"{login.protocol}://{login.host or f'{login.organization}-{login.account}'}"
            + (f":{login.port}" if login.port else ""),
            why=(error.raw_msg or str(error)).strip(),
        ) from error


def _proof(login: Login) -> dict[str, object]:
    if login.token is None:
        return {"private_key": _der(login), "authenticator": "SNOWFLAKE_JWT"}
    return {"authenticator": WORKLOAD_IDENTITY, "workload_identity_provider": OIDC, "token": login.token}


def _der(login: Login) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    try:
        key = form.load_pem_private_key(login.private_key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"the private key of {login.user} cannot be read", do="it must be an unencrypted PEM key"
        ) from error
    return key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
