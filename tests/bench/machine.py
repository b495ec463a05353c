"""What the figures were measured on."""

import os
import platform
import subprocess
import sys
from pathlib import Path


def describe() -> str:
    """Processor, cores, memory, system and Python in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(str(number) for number in sys.version_info[:3])
    system = f"{platform.system()} {platform.machine()}"
    return f"{_processor()}, {_cores()} cores, {memory:.0f} GiB, {system}, Python {python}"


def load() -> float:
    """Running processes, averaged over the last minute."""
    return os.getloadavg()[0]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    if sys.platform == "darwin":
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() or platform.processor()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
