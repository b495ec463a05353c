"""The workflows' messages to GitHub, sent to a server of the test's own."""

import base64
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "github.py"
TOKEN = "a-token-that-is-never-shown"


class Hub:
    """A repository with comments and issues, as far as the script needs it."""

    def __init__(self) -> None:
        self.comments: dict[int, str] = {}
        self.issues: dict[int, dict[str, object]] = {}
        self.scans: list[dict[str, str]] = []
        self.failures = 0

    def answer(self, method: str, path: str, content: dict[str, object]) -> tuple[int, object]:
        if self.failures:
            self.failures -= 1
            return 502, {}
        route, _, query = path.removeprefix("/repos/o/r").partition("?")
        number = int(route.rpartition("/")[2]) if route.rpartition("/")[2].isdigit() else 0
        if route == "/issues/7/comments":
            if method == "GET":
                everything = [{"id": id, "body": body} for id, body in self.comments.items()]
                page = int(query.rpartition("page=")[2])
                return 200, everything[(page - 1) * 100 : page * 100]
            self.comments[len(self.comments) + 1] = str(content["body"])
            return 201, {}
        if route.startswith("/issues/comments/"):
            self.comments[number] = str(content["body"])
            return 200, {}
        if route == "/issues":
            if method == "GET":
                return 200, [issue for issue in self.issues.values() if issue["state"] == "open"]
            new = len(self.issues) + 1
            self.issues[new] = {**content, "number": new, "state": "open"}
            return 201, {}
        if route.startswith("/issues/") and number in self.issues:
            self.issues[number].update(content)
            return 200, {}
        if route == "/code-scanning/sarifs":
            self.scans.append({str(key): str(value) for key, value in content.items()})
            return 202, {}
        return 404, {"message": "Not Found"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            size = int(self.headers["Content-Length"] or 0)
            content = json.loads(self.rfile.read(size)) if size else {}
            status, body = state.answer(self.command, self.path, content)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, body = 401, {"message": "Bad credentials"}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = do_PATCH = handle_any

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        os.environ["GITHUB_API_URL"] = f"http://127.0.0.1:{server.server_port}"
        yield state
        del os.environ["GITHUB_API_URL"]
        server.shutdown()


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {"GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": TOKEN, "GITHUB_SHA": "abc", "GITHUB_REF": "refs/pull/7/merge"}
    environment = {**os.environ, **given, **variables}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert TOKEN not in done.stdout + done.stderr
    return done


def test_a_second_review_updates_the_comment_of_the_first(hub: Hub, tmp_path: Path) -> None:
    hub.comments = dict.fromkeys(range(1, 120), "somebody's remark")
    file = tmp_path / "comment.md"
    for text in ("first", "second"):
        file.write_text(f"<!-- review of prod -->\n{text}\n")
        assert run("comment", "--pull", "7", "--file", str(file)).returncode == 0
    assert [text for text in hub.comments.values() if "review" in text] == ["<!-- review of prod -->\nsecond\n"]


def test_a_nightly_finding_is_one_issue_that_closes_when_it_is_gone(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    for text in ("drift", "more drift"):
        file.write_text(text)
        assert run("issue", "--title", "Drift of prod", "--file", str(file)).returncode == 0
    assert [issue["body"] for issue in hub.issues.values()] == ["more drift"]
    assert run("issue", "--title", "Drift of prod", "--close").returncode == 0
    assert hub.issues[1]["state"] == "closed"
    assert run("issue", "--title", "Drift of prod", "--close").returncode == 0


def test_findings_arrive_packed_with_their_commit(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "review.sarif"
    file.write_text('{"version": "2.1.0"}')
    assert run("sarif", "--file", str(file)).returncode == 0
    [scan] = hub.scans
    assert (scan["commit_sha"], scan["ref"]) == ("abc", "refs/pull/7/merge")
    assert gzip.decompress(base64.b64decode(scan["sarif"])) == b'{"version": "2.1.0"}'


def test_trouble_of_the_server_is_tried_again(hub: Hub, tmp_path: Path) -> None:
    hub.failures = 2
    (tmp_path / "c.md").write_text("x\n")
    assert run("comment", "--pull", "7", "--file", str(tmp_path / "c.md")).returncode == 0
    assert list(hub.comments.values()) == ["x\n"]


@pytest.mark.usefixtures("hub")
def test_a_refusal_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "c.md").write_text("x\n")
    done = run("comment", "--pull", "8", "--file", str(tmp_path / "c.md"))
    assert done.returncode == 1
    assert "404 Not Found" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert run("comment", "--pull", "7", "--file", "x", GITHUB_API_URL="").returncode == 2
    done = run("sarif", "--file", str(tmp_path / "none"), GITHUB_API_URL="http://127.0.0.1:9")
    assert (done.returncode, "none" in done.stderr) == (2, True)
