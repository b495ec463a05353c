"""What the workflows tell GitHub: a comment and an issue that are updated in place, and findings for code scanning.

Usage:
    github.py comment --pull NUMBER --file FILE     create or update the comment that begins with FILE's first line
    github.py issue --title TITLE --file FILE       open the one issue of that title, or update it
    github.py issue --title TITLE --close           close it, if it is open
    github.py sarif --file FILE                     upload findings of GITHUB_SHA and GITHUB_REF

Reads GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN. Exit code 0: done; 1: GitHub refused; 2: bad input.
Posting twice leaves one comment and one issue.
"""

import argparse
import base64
import gzip
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential

SECONDS = 30.0
ATTEMPTS = 4
PAGE = 100
LABEL = "snowflake-platform"


class Refused(Exception):
    """GitHub's answer to a request that it did not accept."""


class BadInput(Exception):
    """An argument or variable that is missing or cannot be read."""


def _passes(error: BaseException) -> bool:
    """Whether trying again may help: no answer, or the server's own trouble."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code == 429
    return isinstance(error, httpx.TransportError)


class GitHub:
    """The few calls of GitHub's REST API that the workflows need."""

    def __init__(self, address: str, repository: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        self.client = httpx.Client(base_url=f"{address}/repos/{repository}", headers=headers, timeout=SECONDS)

    @retry(
        retry=retry_if_exception(_passes), stop=stop_after_attempt(ATTEMPTS), wait=wait_exponential(0.2), reraise=True
    )
    def _send(self, method: str, path: str, content: object = None) -> object:
        answer = self.client.request(method, path, json=content)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def call(self, method: str, path: str, content: object = None) -> object:
        """One request; raises Refused with GitHub's reason."""
        try:
            return self._send(method, path, content)
        except httpx.HTTPStatusError as error:
            raise Refused(f"{method} {path}: {error.response.status_code} {_reason(error.response)}") from error
        except httpx.TransportError as error:
            raise Refused(f"{method} {path}: {type(error).__name__}") from error

    def pages(self, path: str) -> Iterator[dict[str, object]]:
        """Every entry of a list, page after page."""
        for number in range(1, 100):
            entries = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page={PAGE}&page={number}")
            found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
            yield from found
            if len(found) < PAGE:
                return

    def comment(self, pull: int, text: str) -> None:
        """One comment per marker, which is the text's first line."""
        marker = text.partition("\n")[0]
        for entry in self.pages(f"/issues/{pull}/comments"):
            if str(entry.get("body", "")).startswith(marker):
                self.call("PATCH", f"/issues/comments/{entry['id']}", {"body": text})
                return
        self.call("POST", f"/issues/{pull}/comments", {"body": text})

    def issue(self, title: str, text: str | None) -> None:
        """The one open issue of a title: opened, updated, or (no text) closed."""
        found = next((e for e in self.pages(f"/issues?state=open&labels={LABEL}") if e.get("title") == title), None)
        if text is None:
            if found is not None:
                self.call("PATCH", f"/issues/{found['number']}", {"state": "closed", "state_reason": "completed"})
        elif found is None:
            self.call("POST", "/issues", {"title": title, "body": text, "labels": [LABEL]})
        else:
            self.call("PATCH", f"/issues/{found['number']}", {"body": text})

    def sarif(self, commit: str, ref: str, text: str) -> None:
        """Findings of a commit for code scanning."""
        packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
        self.call("POST", "/code-scanning/sarifs", {"commit_sha": commit, "ref": ref, "sarif": packed})


def _reason(answer: httpx.Response) -> str:
    try:
        content: object = answer.json()
    except ValueError:
        return answer.reason_phrase
    return str(content.get("message", "")) if isinstance(content, dict) else answer.reason_phrase


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise BadInput(f"{name} is not set; GitHub Actions sets it, the token comes from the workflow's env")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--file {path}: {error.strerror}") from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    comment = commands.add_parser("comment")
    comment.add_argument("--pull", type=int, required=True)
    comment.add_argument("--file", type=Path, required=True)
    issue = commands.add_parser("issue")
    issue.add_argument("--title", required=True)
    what = issue.add_mutually_exclusive_group(required=True)
    what.add_argument("--file", type=Path)
    what.add_argument("--close", action="store_true")
    sarif = commands.add_parser("sarif")
    sarif.add_argument("--file", type=Path, required=True)
    return parser.parse_args()


def main() -> int:
    """Runs one command."""
    wanted = _arguments()
    try:
        github = GitHub(_variable("GITHUB_API_URL"), _variable("GITHUB_REPOSITORY"), _variable("GITHUB_TOKEN"))
        if wanted.command == "comment":
            github.comment(wanted.pull, _text(wanted.file))
        elif wanted.command == "issue":
            github.issue(wanted.title, None if wanted.close else _text(wanted.file))
        else:
            github.sarif(_variable("GITHUB_SHA"), _variable("GITHUB_REF"), _text(wanted.file))
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Refused as error:
        print(f"error: GitHub refused: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
