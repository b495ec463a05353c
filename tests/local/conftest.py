"""An account in memory and a way to run statements in it as any user and role."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from local.catalogue import Catalogue
from local.data.store import existing_store
from local.engine import execute
from local.errors import SnowflakeError
from local.genesis import create_account
from local.model import Kind
from local.results import Deferred, Result
from local.session import Context, Session, Settings
from local.store import Store
from tests.local.databases import shared_databases

SETTINGS = Settings("LOCAL", "MAIN", "LM00001", "ENTERPRISE")


@dataclass
class Client:
    """One session; ``run`` returns the result, ``rows`` its rows as dicts, ``fails`` the error."""

    context: Context

    def run(self, sql: str) -> Result:
        answer = execute(self.context, sql)
        return answer.run() if isinstance(answer, Deferred) else answer

    def rows(self, sql: str) -> list[dict[str, str | None]]:
        result = self.run(sql)
        names = [column.name for column in result.columns]
        return [dict(zip(names, row, strict=True)) for row in result.rows]

    def computing(self) -> Client:
        """This client with a warehouse, for what Snowflake runs on one."""
        self.run("CREATE WAREHOUSE IF NOT EXISTS COMPUTE_WH INITIALLY_SUSPENDED = TRUE")
        self.run("USE WAREHOUSE COMPUTE_WH")
        return self

    def fails(self, sql: str) -> SnowflakeError:
        with pytest.raises(SnowflakeError) as caught:
            self.run(sql)
        return caught.value


@dataclass
class Account:
    """The account under test; ``admin`` is its administrator as ACCOUNTADMIN."""

    catalogue: Catalogue
    settings: Settings = SETTINGS
    _sessions: int = field(default=0)

    @property
    def admin(self) -> Client:
        return self.client("LOCAL_ADMIN", "ACCOUNTADMIN")

    def client(self, user: str, role: str | None, *, secondary: str = "NONE") -> Client:
        """A session of ``user`` with ``role`` (not checked against its grants)."""
        catalogue = self.catalogue
        found = catalogue.find(Kind.USER, (user,))
        assert found is not None, user
        primary = catalogue.find(Kind.ROLE, (role,)) if role else None
        assert primary is not None or role is None, role
        self._sessions += 1
        session = Session(self._sessions, found.id, primary.id if primary else None, "t", "m", secondary=secondary)
        return Client(Context(catalogue, session, self.settings))

    def as_role(self, role: str) -> Client:
        """A session of the administrator's user limited to ``role`` (no secondary roles)."""
        return self.client("LOCAL_ADMIN", role)


def new_account() -> Account:
    """An account as genesis makes it, in memory."""
    catalogue = Catalogue(Store(None))
    create_account(
        catalogue,
        account="MAIN",
        account_id="LM00001",
        edition="ENTERPRISE",
        administrator="LOCAL_ADMIN",
        public_key="key",
    )
    return Account(catalogue)


@pytest.fixture(scope="session", autouse=True)
def _databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Accounts in memory share DuckDB databases; what they write to temporary folders goes with the test run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("temporary")
        patch.setattr(tempfile, "tempdir", str(folder))
        with shared_databases(folder):
            yield


@pytest.fixture
def account() -> Iterator[Account]:
    made = new_account()
    yield made
    store = existing_store(made.catalogue)
    if store is not None:
        store.close()


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of an S3 server that runs as long as the tests."""
    from tests.local.s3 import moto_server

    with moto_server() as endpoint:
        yield endpoint
