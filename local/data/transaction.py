"""What is told about an open transaction."""

from __future__ import annotations

import itertools
import time
import uuid
from dataclasses import dataclass, field

_FIRST = time.time_ns()
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Transaction:
    """``id`` fits 64 bits and is never used again; ``name`` is a UUID unless BEGIN gave one (docs.snowflake.com: BEGIN,
    SHOW TRANSACTIONS); ``started`` in epoch seconds."""

    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    id: int = field(default_factory=lambda: _FIRST + next(_NUMBERS))
    started: float = field(default_factory=time.time)
