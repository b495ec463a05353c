"""Open sessions by their tokens, and when they end."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from local.errors import SnowflakeError
from local.server.body import BadRequest
from local.session import Session


class Validity(NamedTuple):
    """Seconds that a session token and a master token live, as Snowflake's drivers expect them by default.

    Every heartbeat, renewal and statement puts off the end of the master token: an idle session ends after ``master``.
    """

    token: int = 3600
    master: int = 14400


def no_token() -> SnowflakeError:
    """390103: a request without a session token."""
    return SnowflakeError("390103", "08001", "Session token not found in the request data.")


def unknown_token() -> SnowflakeError:
    """390104: a token that this server never gave out (or gave out before it was restarted)."""
    return SnowflakeError("390104", "08001", "User must login again to access the service.")


def session_gone() -> SnowflakeError:
    """390111: a session that was closed."""
    return SnowflakeError("390111", "08001", "Session no longer exists.  New login required to access the service.")


def token_expired() -> SnowflakeError:
    """390112: drivers renew with the master token when they see this."""
    return SnowflakeError("390112", "08001", "Your session has expired. Please login again.")


def master_expired() -> SnowflakeError:
    """390114: the session cannot be renewed any more."""
    return SnowflakeError("390114", "08001", "Authentication token has expired.  The user must authenticate again.")


@dataclass(slots=True)
class Entry:
    """An open session with the moments at which its tokens end; ``idle`` is its own limit in seconds."""

    session: Session
    token_ends: float
    master_ends: float
    idle: float


class Sessions:
    """All open sessions; ``ended`` is called with the id of each that ends, ``clock`` is replaced in tests."""

    MOST = 4096
    MOST_OF_A_USER = 1024
    """How many sessions may be open. A login beyond takes the place of the session that has rested longest."""
    RESTED = 600.0
    """Seconds that such a session must have rested; if there is none, the login is refused."""
    _REMEMBERED = 4096

    def __init__(
        self, validity: Validity, clock: Callable[[], float] = time.time, ended: Callable[[int], None] = lambda _: None
    ) -> None:
        self.validity = validity
        self._clock = clock
        self._ended = ended
        self._by_token: dict[str, Entry] = {}
        self._by_master: dict[str, Entry] = {}
        self._closed: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_master)

    def __iter__(self) -> Iterator[Session]:
        return iter([entry.session for entry in self._by_master.values()])

    def open(self, user: int, role: int | None, address: str, idle: float | None = None) -> Session:
        """A new session with fresh tokens; ``idle`` (seconds) shortens the time that it may rest.

        BadRequest (429) if there are too many.
        """
        now = self._clock()
        self._make_room(user, now)
        session = Session(
            secrets.randbelow(2**52),
            user,
            role,
            secrets.token_urlsafe(48),
            secrets.token_urlsafe(48),
            address=address,
            created=now,
            used=now,
        )
        limit = min(idle or self.validity.master, self.validity.master)
        entry = Entry(session, now + self.validity.token, now + limit, limit)
        self._by_token[session.token] = self._by_master[session.master_token] = entry
        return session

    def _make_room(self, user: int, now: float) -> None:
        if len(self._by_master) < min(self.MOST, self.MOST_OF_A_USER):
            return
        entries = list(self._by_master.values())
        if len(entries) < self.MOST:
            entries = [entry for entry in entries if entry.session.user == user]
            if len(entries) < self.MOST_OF_A_USER:
                return
        oldest = min(entries, key=lambda entry: entry.session.used)
        if now - oldest.session.used < self.RESTED:
            raise BadRequest(f"{len(entries)} sessions are open already. Close some of them.", 429, 60)
        self._forget(oldest)

    def find(self, token: str | None) -> Session:
        """The session of a token that is still good; its idle time starts again.

        Raises 390103, 390104, 390111 or 390112.
        """
        entry = self._entry(self._by_token, token)
        now = self._clock()
        if now >= entry.token_ends or now >= entry.master_ends:
            raise token_expired()
        self._touch(entry, now)
        return entry.session

    def renew(self, master_token: str | None) -> Session:
        """Give the session of a master token new tokens; the old ones stop working.

        Raises 390103, 390104, 390111 or 390114.
        """
        entry = self._entry(self._by_master, master_token)
        now = self._clock()
        if now >= entry.master_ends:
            self._forget(entry)
            raise master_expired()
        session = entry.session
        del self._by_token[session.token], self._by_master[session.master_token]
        session.token, session.master_token = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self._by_token[session.token] = self._by_master[session.master_token] = entry
        entry.token_ends = now + self.validity.token
        self._touch(entry, now)
        return session

    def close(self, session: Session) -> None:
        """End a session; closing it again does nothing."""
        entry = self._by_master.get(session.master_token)
        if entry is not None:
            self._forget(entry)

    def sweep(self) -> int:
        """Drop sessions that nobody can renew any more; how many went."""
        now = self._clock()
        ended = [entry for entry in self._by_master.values() if now >= entry.master_ends]
        for entry in ended:
            self._forget(entry)
        return len(ended)

    def _entry(self, table: dict[str, Entry], token: str | None) -> Entry:
        if not token:
            raise no_token()
        entry = table.get(token)
        if entry is None:
            raise session_gone() if token in self._closed else unknown_token()
        return entry

    @staticmethod
    def _touch(entry: Entry, now: float) -> None:
        entry.master_ends = now + entry.idle
        entry.session.used = now

    def _forget(self, entry: Entry) -> None:
        for table, token in (
            (self._by_token, entry.session.token),
            (self._by_master, entry.session.master_token),
        ):
            table.pop(token, None)
            self._closed[token] = None
        while len(self._closed) > self._REMEMBERED:
            self._closed.popitem(last=False)
        self._ended(entry.session.id)
