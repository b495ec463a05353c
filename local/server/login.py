"""From a login request to a session, or to the refusal that Snowflake would give."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from local.access import Access, available_roles
from local.catalogue import Catalogue
from local.credentials import token_of
from local.errors import SnowflakeError, unsupported
from local.model import Json, Kind, Obj
from local.names import Path, display
from local.passwords import hash_password, verify_password
from local.reader import Reader
from local.server import access_token, keypair, policies
from local.server.access_token import Pass
from local.server.body import object_of, text_of
from local.server.lockout import Lockout
from local.server.sessions import Sessions
from local.server.throttle import Throttle
from local.session import Session, Settings
from local.statements.policy_attachments import effective_policy

_LOG = logging.getLogger("local.login")
_PASSWORD_AUTHENTICATORS = ("", "SNOWFLAKE", "USERNAME_PASSWORD_MFA")
_NOBODYS = hash_password(secrets.token_urlsafe())


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a driver sends: credentials, and the names that it wants to start with."""

    account: str
    login: str
    authenticator: str
    password: str
    token: str
    application: str
    client: str
    parameters: Mapping[str, str]
    role: str
    database: str
    schema: str
    warehouse: str
    address: str

    @classmethod
    def read(cls, body: Mapping[str, Json], query: Mapping[str, str], address: str) -> LoginRequest:
        """From the request's ``data`` object, its query string and the client's source address."""
        data = object_of(body.get("data"))
        application = text_of(data.get("CLIENT_APP_ID"))
        parameters = {
            key.upper(): str(value).lower() if isinstance(value, bool) else text_of(value)
            for key, value in object_of(data.get("SESSION_PARAMETERS")).items()
        }
        return cls(
            account=text_of(data.get("ACCOUNT_NAME")),
            login=text_of(data.get("LOGIN_NAME")),
            authenticator=text_of(data.get("AUTHENTICATOR")).upper(),
            password=text_of(data.get("PASSWORD")),
            token=text_of(data.get("TOKEN")),
            application=application,
            client=f"{application} {text_of(data.get('CLIENT_APP_VERSION'))}".strip(),
            parameters=parameters,
            role=query.get("roleName", ""),
            database=query.get("databaseName", ""),
            schema=query.get("schemaName", ""),
            warehouse=query.get("warehouse", ""),
            address=address,
        )


class Login:
    """Opens sessions; wrong passwords and keys are counted in memory only."""

    def __init__(self, catalogue: Catalogue, settings: Settings, sessions: Sessions, throttle: Throttle) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._sessions = sessions
        self._lockout = Lockout()
        self._throttle = throttle

    def __call__(self, request: LoginRequest) -> Session:
        """Check credentials, then the policies, then the role; raises SnowflakeError with the driver's code.

        BadRequest (429) where too many logins were wrong, or too many sessions are open.
        """
        self._throttle.check(request.address, request.login)
        with self._catalogue.transaction():
            try:
                user, pass_ = self._authenticated(request)
            except SnowflakeError:
                self._throttle.failed(request.address, request.login)
                raise
            self._throttle.passed(request.address, request.login)
            return self._open(request, user, pass_)

    def _authenticated(self, request: LoginRequest) -> tuple[Obj, Pass | None]:
        if request.authenticator == "PROGRAMMATIC_ACCESS_TOKEN":
            user = self._user_here(request)
            return self._with_token(request, access_token.admitted(self._catalogue, user, request.token))
        if request.authenticator in _PASSWORD_AUTHENTICATORS and request.password:
            # A token may stand in the place of a password.
            user = self._user_here(request)
            if user is not None and token_of(user, request.password) is not None:
                return self._with_token(request, access_token.admitted(self._catalogue, user, request.password))
        if request.authenticator == "SNOWFLAKE_JWT":
            user, method = self._by_key(request), policies.KEY_PAIR
        elif request.authenticator in _PASSWORD_AUTHENTICATORS:
            user, method = self._by_password(request), policies.PASSWORD
        else:
            raise unsupported(f"authenticator {request.authenticator}")
        policies.require_enabled(user)
        policies.require_address(self._catalogue, user, request.address)
        policies.require_method(self._catalogue, user, method, request.application)
        return user, None

    def _with_token(self, request: LoginRequest, pass_: Pass) -> tuple[Obj, Pass]:
        """A user who shows a token; the policies are asked as they say about tokens."""
        user = pass_.user
        policies.require_enabled(user)
        if not pass_.anywhere:
            policies.require_address(self._catalogue, user, request.address)
        policies.require_method(self._catalogue, user, policies.ACCESS_TOKEN, request.application)
        return user, pass_

    def _user_here(self, request: LoginRequest) -> Obj | None:
        return self._find(request.login) if keypair.names_account(self._settings, request.account) else None

    def _find(self, login: str) -> Obj | None:
        """The user with this login name (case-insensitive); it is mostly the user's name."""
        wanted = login.upper()
        named = self._catalogue.find(Kind.USER, (wanted,))
        if named is not None and _login_name(named) == wanted:
            return named
        return next((u for u in self._catalogue.of_kind(Kind.USER) if _login_name(u) == wanted), None)

    def _by_key(self, request: LoginRequest) -> Obj:
        try:
            claim = keypair.read_claim(request.token)
            if not keypair.names_account(self._settings, claim.account):
                raise keypair.TokenRefused(f"issued for account {claim.account!r}")
            if request.login and request.login.upper() != claim.login.upper():
                raise keypair.TokenRefused("issued for another user")
            user = self._find(claim.login)
            if user is None:
                raise keypair.TokenRefused("unknown user in issuer")
            keypair.verify(request.token, claim, user)
        except keypair.TokenRefused as reason:
            incident = uuid.uuid4()
            _LOG.warning("login of %r refused [%s]: %s", request.login, incident, reason)
            raise SnowflakeError("390144", "08004", f"JWT token is invalid. [{incident}]") from None
        return user

    def _by_password(self, request: LoginRequest) -> Obj:
        user = self._find(request.login)
        if not keypair.names_account(self._settings, request.account) or user is None:
            verify_password(request.password, _NOBODYS)  # an unknown user takes as long as a wrong password
            raise _wrong()
        self._lockout.check(user)
        stored = user.props.get("PASSWORD_HASH")
        usable = user.props.get("TYPE") != "SERVICE" and isinstance(stored, str) and stored
        if not verify_password(request.password, str(stored) if usable else _NOBODYS) or not usable:
            policy = effective_policy(self._catalogue, user, Kind.PASSWORD_POLICY)
            self._lockout.failed(
                user,
                policies.number(policy, "PASSWORD_MAX_RETRIES", 5),
                policies.number(policy, "PASSWORD_LOCKOUT_TIME_MINS", 15),
            )
            raise _wrong()
        self._lockout.passed(user)
        return user

    def _open(self, request: LoginRequest, user: Obj, pass_: Pass | None) -> Session:
        role = self._role(request, user) if pass_ is None or pass_.role is None else self._only(request, pass_.role)
        policy = effective_policy(self._catalogue, user, Kind.SESSION_POLICY)
        idle = policies.number(policy, "SESSION_IDLE_TIMEOUT_MINS", 240) * 60
        session = self._sessions.open(user.id, role.id if role else None, request.address, idle)
        session.client = request.client
        session.secondary = _secondary(user)
        if pass_ is not None:
            session.by_token, session.anywhere = True, pass_.anywhere
            if pass_.role is not None:
                session.bound, session.secondary = True, "NONE"
        session.parameters.update(request.parameters)
        try:
            self._start_in(request, user, session)
        except SnowflakeError:
            self._sessions.close(session)
            raise
        self._catalogue.last_login[user.id] = time.time()
        return session

    def _only(self, request: LoginRequest, role: Obj) -> Obj:
        """The role that a token is restricted to; another one cannot be asked for."""
        if (wanted := _path(request.role)) is not None and wanted != (role.name,):
            raise _not_granted(display(wanted[-1]))
        return role

    def _role(self, request: LoginRequest, user: Obj) -> Obj | None:
        catalogue = self._catalogue
        public = catalogue.find(Kind.ROLE, ("PUBLIC",))
        granted = available_roles(catalogue, user.id)
        wanted = _path(request.role)
        default = _path(str(user.props.get("DEFAULT_ROLE") or ""))
        path = wanted or default
        if path is None:
            return public
        found = catalogue.find(Kind.ROLE, path) if len(path) == 1 else None
        if found is not None and found.id in granted:
            return found
        shown = display(path[-1])
        if wanted:
            raise _not_granted(shown)
        raise SnowflakeError(
            "390186",
            "08004",
            f"User's configured default role '{shown}' is not granted to this user. Contact your local system "
            "administrator, or attempt to login using a CLI client with a connect string selecting another role, "
            "e.g. PUBLIC.",
        )

    def _start_in(self, request: LoginRequest, user: Obj, session: Session) -> None:
        """Set what the request names, else the user's defaults; what is missing or hidden stays unset.

        A driver that asks for it (CLIENT_VALIDATE_DEFAULT_PARAMETERS) is refused with 390201 instead.
        """
        access = Access(self._catalogue, session)
        strict = request.parameters.get("CLIENT_VALIDATE_DEFAULT_PARAMETERS") == "true"

        def visible(kind: Kind, path: Path | None, named: bool) -> Obj | None:
            if path is None:
                return None
            try:
                return access.resolve(kind, path)
            except SnowflakeError:
                if strict and named:
                    what = kind.value.lower()
                    message = f"The requested {what} does not exist or not authorized."
                    raise SnowflakeError("390201", "08004", message) from None
                return None

        namespace = _path(_dotted(user.props.get("DEFAULT_NAMESPACE"))) or ()
        named_database = _path(request.database)
        database = visible(Kind.DATABASE, named_database or (namespace[:1] or None), bool(named_database))
        session.database = database.id if database else None
        wanted_schema = _path(request.schema)
        default_schema: Path = namespace[1:2] if not named_database and len(namespace) == 2 else ("PUBLIC",)
        if database is not None:
            schema = visible(Kind.SCHEMA, (database.name, *(wanted_schema or default_schema)[-1:]), bool(wanted_schema))
            session.schema = schema.id if schema else None
        named_warehouse = _path(request.warehouse)
        default_warehouse = _path(str(user.props.get("DEFAULT_WAREHOUSE") or ""))
        warehouse = visible(Kind.WAREHOUSE, named_warehouse or default_warehouse, bool(named_warehouse))
        session.warehouse = warehouse.id if warehouse else None


def _not_granted(role: str) -> SnowflakeError:
    return SnowflakeError(
        "390189",
        "08004",
        f"Role '{role}' specified in the connect string is not granted to this user. Contact your local "
        "system administrator, or attempt to login with another role, e.g. PUBLIC.",
    )


def _wrong() -> SnowflakeError:
    return SnowflakeError("390100", "08004", "Incorrect username or password was specified.")


def _login_name(user: Obj) -> str:
    return str(user.props.get("LOGIN_NAME") or user.name).upper()


def _secondary(user: Obj) -> str:
    """``ALL`` unless the user's DEFAULT_SECONDARY_ROLES is an empty list (docs: the default is ('ALL'))."""
    chosen = user.props.get("DEFAULT_SECONDARY_ROLES")
    return "NONE" if isinstance(chosen, list | tuple) and not chosen else "ALL"


def _dotted(value: Json) -> str:
    if isinstance(value, list | tuple):
        return ".".join(display(str(part)) for part in value)
    return value if isinstance(value, str) else ""


def _path(text: str) -> Path | None:
    """A name as a client writes it (quoted or not) in stored form; None if there is none or it is no name."""
    if not text.strip():
        return None
    try:
        reader = Reader(text)
        path = reader.path()
        reader.end()
    except SnowflakeError:
        return (text,)
    return path
