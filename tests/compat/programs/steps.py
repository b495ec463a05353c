"""For the programs: a step is a function; its answer, or its error, becomes one line of ``COMPAT_STEPS``."""

import datetime
import decimal
import json
import os
import re
from collections.abc import Callable
from pathlib import Path


def plain(value: object) -> object:
    """A value as JSON, with the name of the Python type where JSON has none of its own."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        return f"bytes {bytes(value).hex()}"
    if isinstance(value, datetime.date | datetime.time):
        return f"{type(value).__name__} {value.isoformat()}"
    if isinstance(value, decimal.Decimal):
        return f"Decimal {value}"
    return f"{type(value).__name__} {value}"


def run(*steps: Callable[[], object]) -> None:
    """Runs the steps in turn; one that fails does not keep the next from running."""
    with Path(os.environ["COMPAT_STEPS"]).open("a", encoding="utf-8") as file:
        for step in steps:
            name = step.__name__.replace("_", " ")
            try:
                said: dict[str, object] = {"step": name, "answer": plain(step())}
            except Exception as error:  # noqa: BLE001 (whatever a client raises is what the report is about)
                said = {"step": name, "error": f"{type(error).__name__}: {told(error)}"}
            file.write(json.dumps(said) + "\n")
            file.flush()


def told(error: Exception) -> str:
    """What went wrong in one line; where a client wraps Snowflake's own error in a long text, that one."""
    text = " ".join(str(error).split())
    own = re.search(r"\b\d{6} \([0-9A-Z]{5}\).*", text)
    return (own[0] if own else text)[:400]


def masked(text: str) -> str:
    """A text without what differs from one run to the next: ids and the name of the database."""
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>", text)
    return text.replace(os.environ["COMPAT_DATABASE"], "<database>")
