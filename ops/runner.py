"""The identity of a CI runner: a short-lived token of GitHub Actions as login of the two deployment identities."""

import os
from pathlib import Path

from ops import logins
from ops.bootstrap import PROFILES
from ops.errors import BadInput, OpsError
from ops.logins import Login

AUDIENCE = "snowflakecomputing.com"
"""What Snowflake expects of a token unless the user's workload identity names other audiences (CREATE USER)."""
REQUEST_URL, REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
SECONDS = 20.0


def github_token() -> str:
    """Asks the runner for a token that says which repository, branch and environment it works for.

    Raises:
        BadInput: this is no job with `permissions: id-token: write`.
        OpsError: the runner does not answer with a token.
    """
    import httpx

    url, bearer = os.environ.get(REQUEST_URL), os.environ.get(REQUEST_TOKEN)
    if not url or not bearer:
        raise BadInput(
            "there is no identity to log in with",
            where=REQUEST_URL,
            why="GitHub Actions sets it in jobs that may ask for a token",
            do="give the job `permissions: id-token: write`, or log in by key pair",
        )
    try:
        asked = httpx.URL(url).copy_merge_params({"audience": AUDIENCE})
        answer = httpx.get(asked, headers={"Authorization": f"Bearer {bearer}"}, timeout=SECONDS)
        answer.raise_for_status()
        content: object = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise OpsError("the runner gave no token", why=type(error).__name__, do="run the job again") from error
    token = content.get("value") if isinstance(content, dict) else None
    if not isinstance(token, str) or not token:
        raise OpsError("the runner gave no token", why="its answer has no value")
    return token


def write_profiles(path: Path, organization: str, account: str) -> None:
    """Writes the login profiles of the identities that deploy, with one fresh token, mode 0600."""
    token = github_token()
    profiles = {
        profile: Login(organization, account, user, "", role, warehouse, token=token)
        for profile, (user, role, warehouse) in PROFILES.items()
    }
    logins.write_profiles(path, profiles)
