"""Schedules of tasks and alerts: ``'<number> MINUTE'`` or ``'USING CRON <fields> <zone>'``."""

from __future__ import annotations

import re

from local.errors import compilation_error
from local.reader import Reader, Value

_INTERVAL = re.compile(r"(\d+)\s+(M|MINUTE|MINUTES|H|HOUR|HOURS|S|SECOND|SECONDS)\Z", re.IGNORECASE)
_CRON = re.compile(r"USING\s+CRON\s+(\S+\s+){5}\S+\Z", re.IGNORECASE)


def read_schedule(reader: Reader) -> Value:
    """Property reader: the text of a schedule; 001008 for anything else."""
    text = reader.string()
    if not _CRON.match(text) and not _INTERVAL.match(text):
        raise compilation_error(
            f"Invalid schedule '{text}': expected '<number> MINUTE' or 'USING CRON <fields> <zone>'."
        )
    return text
