"""What was measured: figures with their goals, kept per section in docs/benchmarks.json."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """One figure. `values` holds one number per run in `unit`; `goal` is a ceiling, or a floor where `floor` is set."""

    name: str
    unit: str
    values: tuple[float, ...]
    goal: float | None = None
    floor: bool = False
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle of the runs; goals are judged by it."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the goal; None where there is none."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.floor else self.median <= self.goal


@dataclass(frozen=True)
class Section:
    """The figures of one part of the benchmark, with when and where they were measured."""

    name: str
    date: str
    machine: str
    load: float
    measures: tuple[Measure, ...]


def read(path: Path) -> dict[str, Section]:
    """The sections measured before, by name; empty where there is no file."""
    if not path.exists():
        return {}
    sections = (_section(entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    return {section.name: section for section in sections}


def write(path: Path, sections: Iterable[Section]) -> None:
    """Keeps the sections as JSON."""
    entries = [asdict(section) for section in sections]
    path.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _section(entry: Mapping[str, object]) -> Section:
    measures = entry["measures"]
    assert isinstance(measures, list)
    return Section(
        str(entry["name"]),
        str(entry["date"]),
        str(entry["machine"]),
        float(str(entry["load"])),
        tuple(_measure(measure) for measure in measures),
    )


def _measure(entry: Mapping[str, object]) -> Measure:
    values, facts, goal = entry["values"], entry["facts"], entry["goal"]
    assert isinstance(values, Sequence) and isinstance(facts, Mapping)
    return Measure(
        str(entry["name"]),
        str(entry["unit"]),
        tuple(float(value) for value in values),
        None if goal is None else float(str(goal)),
        bool(entry["floor"]),
        {str(name): float(value) for name, value in facts.items()},
    )
