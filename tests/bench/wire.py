"""A driver in a few lines, so that the server is measured and not the driver."""

import base64
import hashlib
import http.client
import json
import time
import uuid

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Wire:
    """A session of a user with a key, on one connection."""

    def __init__(self, port: int, account: str, user: str, key: rsa.RSAPrivateKey) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._token = ""
        login = {"LOGIN_NAME": user, "AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": _token(account, user, key)}
        data = {**login, "ACCOUNT_NAME": account, "CLIENT_APP_ID": "PythonConnector", "CLIENT_APP_VERSION": "4.0.0"}
        answer = self._post("/session/v1/login-request", {"data": data})
        self._token = str(answer["token"])

    def execute(self, sql: str) -> float:
        """Runs a statement; returns the milliseconds until its whole answer is read. Raises RuntimeError if refused."""
        began = time.perf_counter()
        self._post(f"/queries/v1/query-request?requestId={uuid.uuid4()}", {"sqlText": sql, "asyncExec": False})
        return (time.perf_counter() - began) * 1000

    def answer(self, sql: str) -> dict[str, object]:
        """Runs a statement; returns the answer's data."""
        return self._post(f"/queries/v1/query-request?requestId={uuid.uuid4()}", {"sqlText": sql, "asyncExec": False})

    def _post(self, path: str, body: object) -> dict[str, object]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f'Snowflake Token="{self._token}"'
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = json.loads(self._connection.getresponse().read())
        if not answer["success"]:
            raise RuntimeError(f"{path}: {answer['code']} {answer['message']}")
        data = answer["data"]
        return data if isinstance(data, dict) else {}


class PlainWire(Wire):
    """A session of a server that asks for no proof of who logs in."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._token = ""
        data = {"LOGIN_NAME": "X", "PASSWORD": "X", "ACCOUNT_NAME": "X", "SESSION_PARAMETERS": {}}
        self._token = str(self._post("/session/v1/login-request", {"data": data})["token"])


def _token(account: str, user: str, key: rsa.RSAPrivateKey) -> str:
    """A key-pair token: who, for which key, for a minute."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    fingerprint = base64.b64encode(hashlib.sha256(public).digest()).decode()
    now = int(time.time())
    claims = {"iss": f"{account}.{user}.SHA256:{fingerprint}", "sub": f"{account}.{user}", "iat": now, "exp": now + 60}
    signed = b".".join(_part(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    signature = key.sign(signed, padding.PKCS1v15(), SHA256())
    return b".".join((signed, _part(signature))).decode()


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
