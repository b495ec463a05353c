"""`ops login`: how a CI runner logs in to a real account without a stored secret."""

import typer

from ops import console, layout
from ops.commands import options

app = typer.Typer(help="Log in to a real account from a CI runner, without a stored key.", no_args_is_help=True)


@app.command()
def github(stack: options.Stack = "prod") -> None:
    """Write the profiles of SNOWFLAKE_CONFIG_PATH with a token of GitHub Actions (workload identity, OIDC)."""
    from ops import logins, overlay, runner
    from ops.errors import BadInput

    name = layout.stack_name(stack)
    file = overlay.stack_file(name)
    config = overlay.load(file)
    values = {field: config.get(f"{layout.PROJECT}:{field}") for field in ("organization", "account", "login")}
    if values["login"] != "workload_identity":
        raise BadInput(
            f"stack {name} logs in by key pair",
            where=f"{file.name}: {layout.PROJECT}:login",
            do="set it to workload_identity, or put the keys into SNOWFLAKE_CONFIG_PATH",
        )
    path = logins.profiles_path()
    runner.write_profiles(path, str(values["organization"]).upper(), str(values["account"]).upper())
    console.say(f"{path}: profiles of stack {name} with a fresh token")


@app.callback()
def main() -> None:
    """Log in to a real account from a CI runner, without a stored key."""
