"""The one SQL file a person with ACCOUNTADMIN runs once per account: filled in, and run on the local account."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ops import files, keypairs, logins, query
from ops.errors import BadInput, OpsError
from ops.keypairs import KeyPair
from ops.layout import Account, repository
from ops.logins import Login
from ops.server import Server

DEPLOYER = "SVC_ECOMMERCE_DEPLOYER"
MONITOR_ADMIN = "SVC_ECOMMERCE_MONITOR_ADMIN"
IDENTITIES = (DEPLOYER, MONITOR_ADMIN)
PROFILES: Mapping[str, tuple[str, str, str | None]] = {
    "deployer": (DEPLOYER, "ECOMMERCE_DEPLOYER", "ECOMMERCE_DEPLOYER_WH"),
    "monitor_admin": (MONITOR_ADMIN, "ACCOUNTADMIN", None),
}
"""User, role and warehouse of each login profile."""
LOCAL_CIDRS = ("127.0.0.0/8",)
PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def file(name: str = "account.sql") -> Path:
    """The SQL file with its placeholders; auditor.sql makes the user that audits log in as."""
    return repository() / "bootstrap" / name


def render(deployer_key: str, monitor_admin_key: str, cidrs: Sequence[str]) -> str:
    """The SQL with both public keys (base64) and the networks that may deploy; raises BadInput for a bad one."""
    values = {
        "deployer_public_key": _public(deployer_key, "--deployer-key"),
        "monitor_admin_public_key": _public(monitor_admin_key, "--monitor-admin-key"),
        "deployer_cidrs": _networks(cidrs, "deploy"),
    }
    return _filled(file(), values)


def render_auditor(key: str, cidrs: Sequence[str]) -> str:
    """bootstrap/auditor.sql with its public key and the networks that may audit; raises BadInput for a bad one."""
    values = {"auditor_public_key": _public(key, "--key"), "auditor_cidrs": _networks(cidrs, "audit")}
    return _filled(file("auditor.sql"), values)


def _filled(path: Path, values: Mapping[str, str]) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    unknown = sorted({name for line in lines for name in PLACEHOLDER.findall(line)} - set(values))
    if unknown:
        raise OpsError(f"unknown placeholders: {', '.join(unknown)}", where=str(path), do=f"known: {', '.join(values)}")
    return "".join(
        line if line.startswith("--") else PLACEHOLDER.sub(lambda found: values[found.group(1)], line) for line in lines
    )


def record(account: Account) -> dict[str, object]:
    """Which account (by its id) was bootstrapped and when; empty before."""
    return files.read_object(account.data / "bootstrap.json")


def run(account: Account, server: Server, administrator: Login, identities: Mapping[str, KeyPair]) -> None:
    """Runs the file on a local account as its administrator and remembers that; every statement may run twice."""
    keys = [identities[name].public_body() for name in IDENTITIES]
    statements = query.split(render(keys[0], keys[1], LOCAL_CIDRS))
    connection = logins.connect(administrator)
    try:
        query.run_script(connection, statements)
    except OpsError as error:
        raise OpsError(
            "the bootstrap of the local account failed",
            where=f"{file().name}: {error.where}",
            why=error.what,
            do="start again to resume; ops local reset begins with an empty account",
        ) from error
    finally:
        connection.close()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    files.write_object(account.data / "bootstrap.json", {"account_id": server.account_id, "at": now})


def _networks(cidrs: Sequence[str], purpose: str) -> str:
    if not cidrs:
        what = f"no network that may {purpose} was given"
        raise BadInput(what, where="--cidr", do="for example --cidr 203.0.113.7/32")
    return ", ".join(f"'{_network(cidr)}'" for cidr in cidrs)


def _network(cidr: str) -> str:
    try:
        return str(ipaddress.IPv4Network(cidr))
    except ValueError as error:
        raise BadInput(f"{cidr!r} is no IPv4 network", where="--cidr", why=str(error)) from error


def _public(key: str, where: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        text = keypairs.body(key)
        loaded = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as error:
        raise BadInput("this is no public key", where=where, do="give the PEM file or its base64 body") from error
    if not isinstance(loaded, RSAPublicKey) or loaded.key_size < 2048:
        raise BadInput("the public key is not RSA of at least 2048 bits", where=where)
    return text
