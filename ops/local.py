"""The local account as a whole: server, administrator, bootstrap, connection files, overlay of each stack."""

from dataclasses import dataclass

from ops import bootstrap, files, keypairs, logins, server
from ops.errors import OpsError
from ops.layout import DEFAULT_ACCOUNT, ORGANIZATION, STACKS, Account
from ops.logins import Login
from ops.overlay import Place
from ops.server import Server, Settings

ADMINISTRATOR = "LOCAL_ADMIN"
BOOTSTRAP_SECONDS = 60.0


@dataclass(frozen=True)
class Started:
    """A running account. `fresh` tells that this call started the server."""

    server: Server
    fresh: bool


def start(account: Account, settings: Settings, shared: bool | None = None, parent_pid: int | None = None) -> Started:
    """Starts the server where it does not run, bootstraps the account once, writes the connection files.

    `shared` tells whether several stacks stand in this account (the default account: yes, others: no); it is
    decided at the first start. Safe to repeat; a bootstrap that was interrupted is run again.
    """
    _decide_shared(account, shared)
    busy = f"account {account.name} is being bootstrapped by another process"
    with files.exclusive(account.data / "bootstrap.lock", busy, wait=BOOTSTRAP_SECONDS):
        administrator = keypairs.ensure(account.keys, [ADMINISTRATOR])[ADMINISTRATOR]
        fresh = server.running(account) is None
        running = server.start(account, settings, administrator.public, parent_pid)
        identities = keypairs.ensure(account.keys, bootstrap.IDENTITIES)
        if bootstrap.record(account).get("account_id") != running.account_id:
            bootstrap.run(account, running, login(account, running, ADMINISTRATOR, "ACCOUNTADMIN"), identities)
        profiles = {
            profile: login(account, running, user, role, warehouse)
            for profile, (user, role, warehouse) in bootstrap.PROFILES.items()
        }
        logins.write_profiles(account.toml, profiles)
    return Started(running, fresh)


def login(account: Account, running: Server, user: str, role: str | None = None, warehouse: str | None = None) -> Login:
    """How a user with a key under `.local/keys` logs in; raises OpsError where the key is not there."""
    pair = keypairs.pair(account.keys, user)
    try:
        private_key = pair.private.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(sorted(path.stem.upper() for path in account.keys.glob("*.p8"))) or "none"
        raise OpsError(f"there is no key of {user}", where=str(pair.private), do=f"users with keys: {known}") from error
    return Login(
        organization=ORGANIZATION,
        account=account.name,
        user=user,
        private_key=private_key,
        role=role,
        warehouse=warehouse,
        host="127.0.0.1",
        port=running.port,
        protocol="http",
    )


def place(account: Account, edition: str, stack: str) -> Place:
    """How a stack stands in this account; raises OpsError where an unshared account has another stack already."""
    shared = _shared(account)
    others = [other for other in STACKS if other != stack and account.checkpoint(other) is not None]
    if not shared and others:
        raise OpsError(
            f"account {account.name} belongs to stack {others[0]} alone",
            where=str(account.config),
            do="use the default account, or one of its own for each stack: --account NAME",
        )
    return Place(stack, shared, edition)


def _shared(account: Account) -> bool:
    known = files.read_object(account.data / "account.json").get("shared")
    return known if isinstance(known, bool) else account.name == DEFAULT_ACCOUNT


def _decide_shared(account: Account, shared: bool | None) -> None:
    path = account.data / "account.json"
    if path.exists() and shared is not None and shared != _shared(account):
        raise OpsError(
            f"account {account.name} was made {'for one stack' if shared else 'for several stacks'}",
            do=f"ops local reset --account {account.name} begins anew",
        )
    if not path.exists():
        files.write_object(path, {"shared": _shared(account) if shared is None else shared})


def connections(account: Account, running: Server) -> None:
    """Writes the file that lets the `snow` command line log in as every user with a key; it names keys, holds none."""
    tables = [_connection(account, running, path.stem) for path in sorted(account.keys.glob("*.p8"))]
    files.write_private_if_changed(account.snow_toml, "\n".join(tables))


def _connection(account: Account, running: Server, user: str) -> str:
    fields = {
        "account": f"{ORGANIZATION}-{account.name}",
        "user": user.upper(),
        "authenticator": "SNOWFLAKE_JWT",
        "private_key_file": str(account.keys / f"{user}.p8"),
        "host": "127.0.0.1",
        "protocol": "http",
    }
    lines = [f'{name} = "{value}"' for name, value in fields.items()]
    return "\n".join([f"[connections.{user}]", *lines, f"port = {running.port}", ""])
