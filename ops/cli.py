"""The command line: its commands by topic. Heavy imports happen inside the commands, so that help is fast."""

import typer

from ops.commands import access, access_queries, adopt, audit, data, drift, keys, local, login, review, stack

app = typer.Typer(
    name="ops",
    help="Operate the Snowflake platform: the local Snowflake, deployments, keys, outputs, recovery.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(local.app, name="local")
app.add_typer(keys.app, name="keys")
app.add_typer(login.app, name="login")
app.add_typer(access.bootstrap, name="bootstrap")
app.add_typer(access_queries.app, name="access")
for topic in (stack, review, audit, drift, adopt, data, access):
    topic.register(app)
