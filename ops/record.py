"""What `ops` remembers about a stack of a local account between runs, so that the next one knows what to look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ops import files
from ops.engine import Outcome


@dataclass(frozen=True)
class Record:
    """The file of one stack. `account_id` is that of the account which runs now."""

    path: Path
    account_id: str

    @property
    def empty(self) -> bool:
        """Whether nothing was applied yet."""
        return not self._known().get("account_id")

    @property
    def of_other_account(self) -> bool:
        """Whether the last run worked on another account than the one that runs now."""
        return self._known().get("account_id") not in (None, self.account_id)

    @property
    def unfinished(self) -> bool:
        """Whether the last run failed or was killed."""
        return bool(self._known().get("unfinished"))

    @property
    def failed(self) -> list[dict[str, object]]:
        """The resources whose create failed in the last `up`, as the engine told them."""
        entries = self._known().get("failed")
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

    @property
    def taken(self) -> set[str]:
        """URNs of what recoveries took into the state since the last run that ended well."""
        urns = self._known().get("taken")
        return {str(urn) for urn in urns} if isinstance(urns, list) else set()

    def begin(self) -> None:
        """A change begins; until `end` the stack is unfinished."""
        self._write({**self._known(), "account_id": self.account_id, "unfinished": True})

    def end(self) -> None:
        """The change ended well."""
        self._write({"account_id": self.account_id, "unfinished": False})

    def forget(self) -> None:
        """The stack holds nothing any more."""
        self.path.unlink(missing_ok=True)

    def add_failed(self, outcome: Outcome) -> None:
        """Creates that failed may have happened, in this run or in an earlier one: the next run asks."""
        steps = [step for step in outcome.steps if step.failed and step.operation.startswith("create")]
        creates = [{**step.resource, "operation": step.operation} for step in steps]
        self._write({**self._known(), "failed": creates})

    def add_taken(self, urns: Iterable[str]) -> None:
        """A recovery took these into the state."""
        self._write({**self._known(), "taken": sorted(self.taken | set(urns))})

    def _known(self) -> dict[str, object]:
        return files.read_object(self.path)

    def _write(self, content: dict[str, object]) -> None:
        files.write_object(self.path, content)
