"""``python -m local serve | dump | check | coverage``: exit code 0 done, 1 failed, 2 bad input."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,254}\Z")
EDITIONS = ("STANDARD", "ENTERPRISE", "BUSINESS_CRITICAL")


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: upper case letters, digits and _, a letter first")
    return text


def _whole(low: int, high: int, what: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no {what} ({low} to {high})")
        return int(text)

    return read


def _url(text: str) -> str:
    if not re.match(r"https?://[^/\s]+/?\Z", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of the form http://host:port")
    return text.rstrip("/")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="The embedded local Snowflake.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve one account on 127.0.0.1")
    serve.add_argument("--data-dir", type=Path, required=True, help="the account's folder; made if it is missing")
    serve.add_argument("--organization", type=_name, required=True)
    serve.add_argument("--account", type=_name, required=True)
    serve.add_argument("--edition", choices=EDITIONS, default="ENTERPRISE")
    serve.add_argument("--port", type=_whole(0, 65535, "port"), required=True, help="0 takes a free one")
    serve.add_argument("--latency-ms", type=_whole(0, 60_000, "latency"), default=0, help="added to every statement")
    serve.add_argument("--admin-public-key", type=Path, help="PEM file; needed to create the account")
    serve.add_argument("--admin-user", type=_name, default="LOCAL_ADMIN")
    serve.add_argument("--parent-pid", type=_whole(1, 2**31 - 1, "process id"), help="stop when this process is gone")
    serve.add_argument("--query-log", type=Path, help="append one JSON line per statement to this file")
    serve.add_argument("--faults", type=Path, help="JSON rules of failures on purpose, for tests")
    serve.add_argument("--s3-endpoint", type=_url, help="where external S3 stages lie; nothing else is ever called")
    dump = commands.add_parser("dump", help="print the account as canonical JSON")
    dump.add_argument("--data-dir", type=Path, required=True)
    check = commands.add_parser("check", help="say whether an account's folder is whole; its server must be stopped")
    check.add_argument("--data-dir", type=Path, required=True)
    coverage = commands.add_parser("coverage", help="write COVERAGE.md")
    coverage.add_argument("--check", action="store_true", help="only say whether it is up to date")
    return parser


def _serve(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    from local import faults
    from local.server import process

    key: str | None = None
    if arguments.admin_public_key is not None:
        try:
            key = process.read_public_key(arguments.admin_public_key)
        except (OSError, ValueError) as error:
            parser.error(f"--admin-public-key {arguments.admin_public_key}: {error}")
    try:
        rules = faults.load(arguments.faults) if arguments.faults is not None else None
    except faults.FaultsInvalid as error:
        parser.error(f"--faults {error}")
    options = process.Options(
        data_dir=arguments.data_dir,
        organization=arguments.organization,
        account=arguments.account,
        edition=arguments.edition,
        port=arguments.port,
        latency_ms=arguments.latency_ms,
        admin_user=arguments.admin_user,
        admin_key=key,
        parent_pid=arguments.parent_pid,
        faults=rules,
        query_log=arguments.query_log,
        s3_endpoint=arguments.s3_endpoint,
    )
    try:
        process.serve(options)
    except process.StartFailed as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, process.Damaged) else 1
    return 0


def main() -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    arguments = parser.parse_args()
    match arguments.command:
        case "serve":
            return _serve(arguments, parser)
        case "dump":
            from local.dump import main as print_dump

            return print_dump(arguments.data_dir)
        case "check":
            from local.check import main as check_account

            return check_account(arguments.data_dir)
        case _:
            from local.coverage import main as write_coverage

            return write_coverage(check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
