"""A review for programs: JSON, SARIF 2.1.0, JUnit and GitHub annotations."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from xml.etree import ElementTree as Xml

from ops.review import markdown
from ops.review.model import FindingRow, Outcome, Review

VERSION = 1
TOOL = "snowflake-platform"
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(review: Review) -> str:
    """Everything, in a form of its own with a version."""
    return json.dumps({"version": VERSION, **asdict(review)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_sarif(review: Review) -> str:
    """The findings for code scanning; waived ones are suppressed results, what is undecided is a result too."""
    rows = _all(review)
    rules = {row.rule: row for row in rows}
    driver = {
        "name": TOOL,
        "rules": [
            {
                "id": id,
                "shortDescription": {"text": row.title},
                "fullDescription": {"text": row.why},
                "help": {"text": row.do},
                "properties": {"problem.severity": row.severity},
            }
            for id, row in sorted(rules.items())
        ],
    }
    results = [_result(review.stack, row) for row in rows]
    results += [
        {
            "ruleId": row.rule,
            "level": "note",
            "message": {"text": f"{row.subject}: waived by {row.owner} until {row.expires}"},
            "locations": [_location("policies/waivers.yaml", 1)],
            "suppressions": [{"kind": "external", "justification": row.ticket}],
            "partialFingerprints": {"subject/v1": _fingerprint(review.stack, row.rule, row.subject)},
        }
        for row in review.waived
    ]
    run = {"tool": {"driver": driver}, "results": results, "automationDetails": {"id": f"{TOOL}/{review.stack}"}}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, sort_keys=True) + "\n"


def _result(stack: str, row: FindingRow) -> Mapping[str, object]:
    level = "error" if row.blocks else "warning" if row.level == "mandatory" else "note"
    text = f"{row.subject}: {row.what}" + (f" ({row.path})" if row.path else "") + f" {row.do}"
    return {
        "ruleId": row.rule,
        "level": level,
        "message": {"text": text},
        "locations": [_location(row.file or f"Pulumi.{stack}.yaml", row.line or 1)],
        "partialFingerprints": {"subject/v1": _fingerprint(stack, row.rule, row.subject)},
    }


def _location(file: str, line: int) -> Mapping[str, object]:
    return {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}}}


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def as_junit(review: Review) -> str:
    """One suite per area of the rules with a case per finding, and one for the review itself."""
    root = Xml.Element("testsuites", name=f"review of {review.stack}")
    own = Xml.SubElement(root, "testsuite", name="review", tests="1", failures="0")
    case = Xml.SubElement(own, "testcase", classname="review", name=f"{review.stack} against {review.base}")
    if review.outcome is not Outcome.CLEAN:
        own.set("failures", "1")
        Xml.SubElement(case, "failure", message=review.outcome.value).text = "\n".join(review.reasons)
    rows = _all(review)
    for area in sorted({row.rule.split("-")[1] for row in rows}):
        chosen = [row for row in rows if row.rule.split("-")[1] == area]
        failures = sum(row.blocks for row in chosen)
        suite = Xml.SubElement(root, "testsuite", name=area, tests=str(len(chosen)), failures=str(failures))
        for row in chosen:
            case = Xml.SubElement(suite, "testcase", classname=row.rule, name=row.subject)
            tag = "failure" if row.blocks else "skipped"
            Xml.SubElement(case, tag, message=row.what).text = f"{row.why}\n{row.path}\n{row.do}"
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_github(review: Review) -> str:
    """Workflow commands that annotate the changed files."""
    return "".join(_annotation(review.stack, row) for row in _all(review))


def _annotation(stack: str, row: FindingRow) -> str:
    command = "error" if row.blocks else "warning"
    file = row.file or f"Pulumi.{stack}.yaml"
    text = _escape(f"{row.subject}: {row.what}\n{row.path}\n{row.do}".replace("\n\n", "\n"))
    return f"::{command} file={file},line={row.line or 1},title={row.rule}::{text}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _all(review: Review) -> list[FindingRow]:
    return sorted(_rows(review), key=lambda row: (row.rule, row.subject, row.what))


def _rows(review: Review) -> Iterable[FindingRow]:
    yield from review.new
    yield from review.existing
    yield from review.undecided


FORMATS: Mapping[str, Callable[[Review], str]] = {
    "md": markdown.comment,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}
