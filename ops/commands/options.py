"""Options that several commands share, under the same name and with the same help everywhere."""

from typing import Annotated

import typer

Stack = Annotated[str, typer.Option("--stack", "-s", help="Stack: dev, qa or prod.", metavar="STACK")]
Account = Annotated[str, typer.Option("--account", help="Local account; others than MAIN hold one stack each.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Real = Annotated[
    bool,
    typer.Option(
        "--real", help="The real account of Pulumi.<stack>.yaml and SNOWFLAKE_CONFIG_PATH, not the local one."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Port = Annotated[int | None, typer.Option("--port", help="Port on 127.0.0.1; without it the last one, or a free one.")]
Latency = Annotated[
    int | None, typer.Option("--latency-ms", min=0, help="Milliseconds that each statement takes longer.")
]
S3 = Annotated[
    str | None,
    typer.Option("--s3-endpoint", help="Address of an S3 server for external stages, '' for none.", metavar="URL"),
]
Edition = Annotated[str | None, typer.Option("--edition", help="STANDARD, ENTERPRISE or BUSINESS_CRITICAL.")]
