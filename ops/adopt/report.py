"""The report of an import, as Markdown and JSON: what was taken over, what was not and why, what to do about it."""

from collections import Counter
from itertools import groupby

from ops.adopt.model import KEPT, MEANING, Found, Reason, Remark
from stacks.adopted import AsIs
from stacks.adoption import Declaration


def counts(found: Found) -> dict[str, int]:
    """How many entries there are by topic."""
    taken: dict[str, int] = {}
    platform = found.adoption.platform
    if isinstance(platform, Declaration):
        for topic in ("databases", "warehouses", "monitors", "roles", "network", "service_users"):
            taken[f"platform {topic.replace('_', ' ')}"] = len(getattr(platform, topic))
    for topic in AsIs.model_fields:
        entries: object = getattr(found.adoption.as_is, topic)
        if isinstance(entries, tuple):
            taken[topic.replace("_", " ")] = len(entries)
    account = found.adoption.as_is.account
    taken["account parameters"] = len(account.parameters)
    taken["account policies"] = sum(
        policy is not None
        for policy in (account.network_policy, account.authentication_policy, account.password_policy)
    )
    return {topic: count for topic, count in taken.items() if count}


def record(found: Found) -> dict[str, object]:
    """The report for programs."""
    platform = found.adoption.platform
    return {
        "version": 1,
        "stack": found.stack,
        "account": found.account,
        "platform": platform if isinstance(platform, str) else "declared",
        "taken": counts(found),
        "notes": list(found.notes),
        "remarks": [
            {
                "reason": remark.reason.value,
                "taken": remark.reason in KEPT,
                "kind": remark.kind,
                "name": remark.name,
                "why": remark.why or MEANING[remark.reason],
                "sql": remark.sql,
            }
            for remark in found.remarks
        ],
        "not_seen": list(found.blind),
    }


def markdown(found: Found) -> str:
    """The report for people."""
    lines = [f"# Import of account {found.account} into stack {found.stack}", ""]
    lines += [f"- {note}" for note in found.notes]
    lines += ["", "## Taken over", "", "| what | entries |", "|---|---|"]
    lines += [f"| {topic} | {count} |" for topic, count in counts(found).items()]
    lines += _section("Taken over, to be tidied up", [entry for entry in found.remarks if entry.reason in KEPT])
    lines += _section("Not taken over", [entry for entry in found.remarks if entry.reason not in KEPT])
    if found.blind:
        lines += ["", "## Not seen", "", "The role that reads was refused this, so it may be missing above:", ""]
        lines += [f"- {_line(text)}" for text in found.blind]
    return "\n".join(lines) + "\n"


def _section(title: str, remarks: list[Remark]) -> list[str]:
    lines = ["", f"## {title}", ""]
    if not remarks:
        return [*lines, "Nothing."]
    for reason, group in groupby(remarks, key=lambda remark: remark.reason):
        entries = list(group)
        lines += [f"### {_heading(reason)}", "", MEANING[reason], "", "| kind | name | why |", "|---|---|---|"]
        lines += [f"| {_cell(entry.kind)} | {_cell(entry.name)} | {_cell(entry.why)} |" for entry in entries]
        statements = [entry.sql for entry in entries if entry.sql]
        lines += ["", *_fenced(statements)] if statements else []
        lines.append("")
    return lines[:-1]


def _heading(reason: Reason) -> str:
    return reason.value[:1].upper() + reason.value[1:]


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    """Text that cannot break out of its cell, whatever an account calls its objects."""
    quiet = "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in _line(text))
    return quiet.replace("\\_", "_")


def _fenced(statements: list[str]) -> list[str]:
    longest = max((len(run) for text in statements for run in _ticks(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}sql", *statements, fence]


def _ticks(text: str) -> list[str]:
    return [run for run in "".join(sign if sign == "`" else " " for sign in text).split() if run]


def summary(found: Found) -> str:
    """One line for the terminal."""
    taken = sum(counts(found).values())
    by_reason = Counter(remark.reason for remark in found.remarks)
    left = sum(count for reason, count in by_reason.items() if reason not in KEPT)
    tidy = sum(count for reason, count in by_reason.items() if reason in KEPT)
    return f"{taken} taken over ({tidy} to be tidied up), {left} not, {len(found.blind)} not seen"
