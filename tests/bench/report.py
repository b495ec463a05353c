"""docs/benchmarks.md from the figures."""

import math
from collections.abc import Iterator, Mapping

from tests.bench import notes
from tests.bench.results import Measure, Section

TITLES = {
    "commands": "`make up`",
    "cold": "From nothing",
    "latency": "Pulumi on stack dev",
    "preview": "Where a preview without changes goes",
    "growth": "Growth",
    "server": "The local Snowflake",
    "endurance": "The local Snowflake under load",
    "account": "The picture of an account",
    "live": "Reading a live account",
    "audit": "`ops audit` and `ops drift`",
    "review": "`ops review`",
    "policies": "The rules",
}
ABOUT = {
    "review": "The working tree against its own commit on the local Snowflake, without added latency; start to end.",
    "audit": "dev, qa and prod in one account, without findings; the command from start to end.",
    "cold": "Both Python environments, Go, CLI, plugin, account, `up` and proof, with empty caches.",
    "latency": "The `pulumi` command from start to end, with the environment of `ops local env`.",
    "preview": "At 0 ms. Moments are counted from the start of the command.",
    "growth": (
        "A made-up platform: per schema an account role, USAGE and future SELECT granted to it, and the role granted "
        "to a top role; 0 ms per statement, the settings of `ops local env`."
    ),
    "account": "Pure functions on made-up grants; every run begins with nothing worked out before.",
    "live": (
        "10,000 tables in 30 managed-access schemas, 20 roles with future grants, 300 ms per statement; from the first "
        "statement to the finished picture, after one login."
    ),
    "policies": (
        "Rules: until the pack has been shown every resource and has judged the stack. Previews: plain pulumi on stack "
        "dev at 0 ms, with and without `--policy-pack policies` in turn, and the difference of each pair."
    ),
    "endurance": "Reads, inserts, deletes, and now and then a table made, granted and dropped.",
    "server": "Statements over HTTP on one connection, one after the other; SHOW until the whole answer is read.",
}
HEAD = """\
# Benchmarks

Written by `make bench`. Figures are minimum, median and maximum of the runs; a goal is kept if the median keeps it.
Stack dev has {resources} resources. Goals are goals: no test fails where one is missed.
"""


def render(sections: Mapping[str, Section], resources: int) -> str:
    """The whole document."""
    parts = [HEAD.format(resources=resources)]
    for name, title in TITLES.items():
        if name in sections:
            parts.append("\n".join(_section(title, sections[name])))
    parts.append(f"## Levers\n\n{notes.LEVERS}")
    return "\n".join(parts)


def _section(title: str, section: Section) -> Iterator[str]:
    yield f"## {title}\n"
    if section.name in ABOUT:
        yield ABOUT[section.name]
    yield f"Measured on {section.date}: {section.machine}; load {section.load:.1f} before the start.\n"
    if section.load > BUSY:
        yield "The machine was busy with other work: times are too high, processor times a little.\n"
    if section.name == "growth":
        yield from _growth(section)
    else:
        yield from _table(section)
    missed = [measure for measure in section.measures if measure.met is False]
    for measure in missed:
        why = next((text for start, text in notes.MISSED.items() if measure.name.startswith(start)), "")
        yield f"- Missed: {measure.name}. {why}".rstrip()
    if missed:
        yield ""


def _table(section: Section) -> Iterator[str]:
    facts = list(dict.fromkeys(name for measure in section.measures for name in measure.facts))
    head = ["", "goal", "min", "median", "max", "unit", "runs", *facts]
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * 4}---|{'---:|' * (len(head) - 6)}"
    for measure in section.measures:
        goal = "" if measure.goal is None else f"{'≥' if measure.floor else '≤'} {measure.goal:g}"
        figures = [_number(value) for value in (min(measure.values), measure.median, max(measure.values))]
        if measure.met is not None:
            figures[1] = f"**{figures[1]}**" if measure.met else f"**{figures[1]}** missed"
        extra = [_number(measure.facts[name]) if name in measure.facts else "" for name in facts]
        cells = [measure.name, goal, *figures, measure.unit, str(len(measure.values)), *extra]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _growth(section: Section) -> Iterator[str]:
    """A row per operation and size, with how each grew since the size before."""
    yield "| | resources | min s | median s | max s | runs | statements | processor s | largest process MiB | power |"
    yield f"|---|{'---:|' * 9}"
    steep: dict[str, float] = {}
    before: dict[str, Measure] = {}
    for measure in sorted(section.measures, key=lambda one: (one.name.partition(" ")[0], one.facts["size"])):
        operation = measure.name.partition(" ")[0]
        power = ""
        if operation in before:
            steep[operation] = _power(before[operation], measure)
            power = f"{steep[operation]:.2f}"
        before[operation] = measure
        facts = [_number(measure.facts[name]) for name in ("statements", "processor seconds", "largest process MiB")]
        times = [_number(value) for value in (min(measure.values), measure.median, max(measure.values))]
        cells = [operation, f"{measure.facts['size']:.0f}", *times, str(len(measure.values)), *facts, power]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield (
        "Power: processor time grows as the number of resources to this power, from the size before to this one; 1 is "
        "linear. Statements are linear in every operation."
    )
    above = [f"{name} ({power:.2f})" for name, power in sorted(steep.items()) if power > 1.1]
    if above:
        yield f"Faster than linear at the last step: {', '.join(above)}. {GROWTH_WHY}"
    else:
        yield f"Nothing grows much faster than linear. {GROWTH_WHY}"
    yield ""


BUSY = 2.0
"""Load before the start from which figures are marked."""

GROWTH_WHY = (
    "Up and destroy: the engine writes the whole state before and after every step, so its work is steps times size of "
    "the state (three quarters of its processor time in an `up` of stack dev); the account is not the reason. What "
    "would fix it: an engine that writes only what changed (its journal is for Pulumi Cloud), or smaller stacks. "
    "Preview and "
    "refresh write once, at the end: the program registers one resource after the other, at a constant time each."
)


def _power(before: Measure, after: Measure) -> float:
    return math.log(after.facts["processor seconds"] / before.facts["processor seconds"]) / math.log(
        after.facts["size"] / before.facts["size"]
    )


def _number(value: float) -> str:
    """Three digits are enough, and a whole number has no fraction."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
