"""A driver in a few lines: what official drivers send, against the application in this process."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.catalogue import Catalogue
from local.genesis import create_account
from local.grants import give
from local.model import ACCOUNT_ID, Json, Kind, Obj, Reference
from local.passwords import hash_password
from local.server.app import create_app
from local.server.state import Server
from local.session import Settings
from local.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it advises a client library that the tools do not pin
    from starlette.testclient import TestClient

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def _hashed(password: str) -> str:
    return hash_password(password)


def public(key: rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def token(user: str, key: rsa.RSAPrivateKey = KEY, account: str = "LOCAL-MAIN", /, **claims: Any) -> str:
    """A key-pair token as drivers make it; ``claims`` replace the usual ones."""
    fingerprint = base64.b64encode(hashlib.sha256(base64.b64decode(public(key))).digest()).decode()
    now = int(time.time())
    usual = {
        "iss": f"{account}.{user}.SHA256:{fingerprint}",
        "sub": f"{account}.{user}",
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({**usual, **claims}, key, algorithm="RS256")


@dataclass
class Answer:
    """A JSON answer: HTTP status and the envelope."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str | None:
        code: str | None = self.body["code"]
        return code

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def message(self) -> str:
        return str(self.body["message"])


@dataclass
class Wire:
    """An account with its application; ``server.clock`` follows ``now``."""

    server: Server
    http: TestClient
    now: list[float] = field(default_factory=lambda: [time.time()])

    def post(self, path: str, body: object = None, token: str | None = None, **query: str) -> Answer:
        headers = {"Authorization": f'Snowflake Token="{token}"'} if token is not None else {}
        answer = self.http.post(path, json=body, headers=headers, params=query)
        return Answer(answer.status_code, answer.json())

    def get(self, path: str, token: str | None = None) -> Answer:
        headers = {"Authorization": f'Snowflake Token="{token}"'} if token is not None else {}
        answer = self.http.get(path, headers=headers)
        return Answer(answer.status_code, answer.json())

    def login(self, user: str = "LOCAL_ADMIN", *, query: dict[str, str] | None = None, **data: Any) -> Answer:
        """Log in by key pair unless ``data`` says otherwise (PASSWORD=…)."""
        fields: dict[str, Any] = {"CLIENT_APP_ID": "Go", "CLIENT_APP_VERSION": "1.13.1", "ACCOUNT_NAME": "LOCAL-MAIN"}
        fields |= {"LOGIN_NAME": user, "SESSION_PARAMETERS": {"GO_QUERY_RESULT_FORMAT": "JSON"}}
        if "PASSWORD" not in data and "AUTHENTICATOR" not in data:
            fields |= {"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token(user)}
        return self.post("/session/v1/login-request", {"data": fields | data}, **(query or {}))

    def token(self, user: str = "LOCAL_ADMIN") -> str:
        return str(self.login(user).data["token"])

    def run(self, sql: str, token: str, *, request_id: str | None = None, **more: Any) -> Answer:
        body = {"sqlText": sql, "asyncExec": False, "sequenceId": 1, **more}
        return self.post("/queries/v1/query-request", body, token, requestId=request_id or str(uuid.uuid4()))

    # The account, made directly so that these tests need no other statements.

    def find(self, kind: Kind, *path: str) -> Obj:
        found = self.server.catalogue.find(kind, path)
        assert found is not None, path
        return found

    def make(self, kind: Kind, name: str, container: int = ACCOUNT_ID, /, **props: Json) -> Obj:
        catalogue = self.server.catalogue
        with catalogue.transaction():
            owner = self.find(Kind.ROLE, "ACCOUNTADMIN").id
            return catalogue.create(kind, name, container, owner, props=props)

    def user(self, name: str, password: str | None = None, **props: Json) -> Obj:
        if password is not None:
            props["PASSWORD_HASH"] = _hashed(password)
        return self.make(Kind.USER, name, ACCOUNT_ID, **{"TYPE": "PERSON", "RSA_PUBLIC_KEY": public(KEY), **props})

    def grant_role(self, role: str, user: Obj) -> None:
        with self.server.catalogue.transaction():
            give(self.server.catalogue, user.id, "USAGE", self.find(Kind.ROLE, role).id, None)

    def attach(self, policy: Obj, target: int) -> None:
        with self.server.catalogue.transaction():
            self.server.catalogue.references.put(Reference(policy.id, target, policy.kind.value))

    def schema(self) -> Obj:
        return self.make(Kind.SCHEMA, "POLICIES", self.make(Kind.DATABASE, "SECURITY").id)

    def set_parameter(self, target: Obj, name: str, value: str) -> None:
        with self.server.catalogue.transaction():
            current = self.server.catalogue.get(target.id)
            self.server.catalogue.update(current, params={**current.params, name: value})


def new_wire(address: str = "127.0.0.1", **options: Any) -> Wire:
    """A fresh account behind the application; requests come from ``address``."""
    catalogue = Catalogue(Store(None))
    create_account(
        catalogue,
        account="MAIN",
        account_id="LM00001",
        edition="ENTERPRISE",
        administrator="LOCAL_ADMIN",
        public_key=public(KEY),
    )
    now = [time.time()]
    server = Server(catalogue, Settings("LOCAL", "MAIN", "LM00001", "ENTERPRISE"), clock=lambda: now[0], **options)
    return Wire(server, TestClient(create_app(server), client=(address, 50000), raise_server_exceptions=False), now)
