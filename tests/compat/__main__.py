"""`python -m tests.compat [CASE …] [--target real] [--answers]`: see `main`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from ops.errors import OpsError
from tests.compat import account, report, state, suite
from tests.compat.case import Case
from tests.compat.cases import connector, dbt, dlt, go, python_apis, schemachange, snow
from tests.compat.environments import NotInstalled
from tests.compat.suite import Result

PROGRAMS = (*connector.CASES, *schemachange.CASES, *dbt.CASES, *snow.CASES, *dlt.CASES, *go.CASES, *python_apis.CASES)
CASES: Mapping[str, Case] = {case.name: case for case in PROGRAMS}


def say(text: str) -> None:
    """Progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def perform(cases: Sequence[Case], where: account.Account) -> dict[str, Result]:
    """The cases in turn; a program that cannot be installed is told and left out."""
    results = {}
    for case in cases:
        try:
            result = suite.perform(case, where)
        except NotInstalled as error:
            say(f"{case.name}: not run: {error}")
            continue
        say(f"{case.name}: {result.passed} of {result.steps} steps, {result.statements} statements")
        for name, reason in result.failures.items():
            say(f"    {name}: {reason}")
        results[case.name] = result
    return results


def on_local(cases: Sequence[Case], *, answers: bool) -> int:
    """Runs in a new local account and writes the table; 1 if a case fails that the table does not know as failing."""
    with account.local() as where:
        results = perform(cases, where)
    if answers:
        for result in results.values():
            print(json.dumps({"case": result.name, "answers": result.answers, "state": result.state}, indent=1))
    news = report.publish(results)
    for line in news:
        say(line)
    return 1 if news or len(results) < len(cases) else 0


def on_real(cases: Sequence[Case]) -> int:
    """Runs in scratch databases of a real account and in a new local one, and prints every difference; 1 if any."""
    found = 0
    with account.real() as there:
        real = perform(cases, there)
    with account.local() as here:
        local = perform(cases, here)
    for name in (name for name in real if name in local):
        lines = [
            *state.differences(local[name].answers, real[name].answers, most=1000),
            *state.differences(local[name].state, real[name].state, most=1000),
        ]
        found += len(lines)
        print(f"{name}: {len(lines)} differences (local -> real)", *lines, sep="\n    ")
    return 1 if found or len(real) < len(cases) or len(local) < len(cases) else 0


def main() -> int:
    """Lets clients from elsewhere do their main job twice and writes the table in docs/local-snowflake.md.

    With --target real nothing is written: the same cases run in a real account and every difference is printed.
    Exit code 0: as the table says, or no difference; 1: something new fails, or differs; 2: no account named.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=main.__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"{', '.join(CASES)}; default all")
    parser.add_argument("--target", choices=("local", "real"), default="local")
    parser.add_argument("--answers", action="store_true", help="print what every step answered")
    arguments = parser.parse_args()
    if unknown := set(arguments.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; known: {', '.join(CASES)}")
    chosen = [CASES[name] for name in arguments.cases or CASES]
    try:
        return on_real(chosen) if arguments.target == "real" else on_local(chosen, answers=arguments.answers)
    except OpsError as error:
        say("\n".join(error.lines()))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
