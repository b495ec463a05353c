"""Objects as entries of the declaration, one function per kind. Each raises ValueError, NotTold or Undecided."""

from typing import TypeVar

from account import things
from account.names import Name
from account.picture import Picture, PolicyKind
from account.principals import Principal
from account.values import Unknown, known
from ops.adopt.details import Details, NotTold, words
from ops.adopt.names import Keys, identifier, path
from stacks import adopted
from stacks import adopted_parameters as parameters

T = TypeVar("T")
_TYPES = frozenset({"STANDARD", "SNOWPARK-OPTIMIZED"})


class Objects:
    """Makes entries; `by` tells who changes an object from who owns it."""

    def __init__(self, picture: Picture, details: Details, keys: Keys, deployer: Principal) -> None:
        self._picture = picture
        self._details = details
        self._keys = keys
        self._deployer = deployer
        self._attached: dict[tuple[PolicyKind, Name], Name] = {}
        for entry in picture.attachments:
            if entry.on == "USER" and not isinstance(entry.policy, Unknown):
                self._attached[entry.policy_kind, known(entry.target)] = entry.policy

    def by(self, thing: things.Thing) -> adopted.Manager:
        """Who changes an object."""
        mine = known(thing.owner) == self._deployer
        return adopted.Manager.DEPLOYER if mine else adopted.Manager.ADMINISTRATOR

    def _key(self, topic: str, name: Name) -> str:
        same = "name=" + str(identifier(name.last) if len(name) == 1 and topic != "roles" else path(name))
        return self._keys.key(topic, same, *name)

    def database(self, thing: things.Database) -> adopted.AdoptedDatabase:
        """A database of its own account."""
        if thing.type != "STANDARD":
            raise Unmanaged(f"it is an {thing.type.lower()}")
        return adopted.AdoptedDatabase(
            key=self._key("databases", thing.name),
            by=self.by(thing),
            name=identifier(thing.name.last),
            comment=known(thing.comment),
            transient=known(thing.transient),
            parameters=self._details.parameters("DATABASE", thing.name, parameters.OF_DATABASE),
        )

    def schema(self, thing: things.Schema) -> adopted.AdoptedSchema:
        """A schema."""
        return adopted.AdoptedSchema(
            key=self._key("schemas", thing.name),
            by=self.by(thing),
            name=path(thing.name),
            comment=known(thing.comment),
            managed_access=bool(known(thing.managed_access)),
            transient=bool(known(thing.transient)),
            parameters=self._details.parameters("SCHEMA", thing.name, parameters.OF_SCHEMA),
        )

    def monitor(self, thing: things.Monitor) -> adopted.AdoptedMonitor:
        """A resource monitor; always the administrator's."""
        row = self._details.row("monitors", thing.name)
        return adopted.AdoptedMonitor(
            key=self._key("monitors", thing.name),
            by=adopted.Manager.ADMINISTRATOR,
            name=identifier(thing.name.last),
            quota=known(thing.quota),
            frequency=known(thing.frequency),
            start=known(thing.start),
            end=known(row.text("end_time")),
            notify_at=known(thing.notify_at),
            suspend_at=known(thing.suspend_at),
            suspend_immediately_at=known(thing.suspend_immediately_at),
            notify_users=tuple(identifier(name) for name in known(thing.notify_users)),
            on_account=known(thing.on_account),
        )

    def warehouse(self, thing: things.Warehouse) -> adopted.AdoptedWarehouse:
        """A warehouse; always the administrator's, who alone may assign a monitor."""
        if known(thing.type) not in _TYPES:
            raise Unmanaged(f"warehouses of type {known(thing.type)} have no resource yet")
        row, monitor = self._details.row("warehouses", thing.name), known(thing.monitor)
        return adopted.AdoptedWarehouse(
            key=self._key("warehouses", thing.name),
            by=adopted.Manager.ADMINISTRATOR,
            name=identifier(thing.name.last),
            comment=known(thing.comment),
            type=known(thing.type),
            size=_must(known(thing.size), "its size"),
            min_clusters=known(thing.min_clusters),
            max_clusters=known(thing.max_clusters),
            scaling_policy=known(row.text("scaling_policy")) or "STANDARD",
            auto_suspend=known(thing.auto_suspend),
            auto_resume=bool(known(thing.auto_resume)),
            monitor=None if monitor is None else identifier(monitor.last),
            query_acceleration=bool(known(thing.query_acceleration)),
            query_acceleration_factor=known(row.number("query_acceleration_max_scale_factor")),
            parameters=self._details.parameters("WAREHOUSE", thing.name, parameters.OF_WAREHOUSE),
        )

    def role(self, thing: things.Role) -> adopted.AdoptedRole:
        """An account role or a database role."""
        key = self._key("roles", thing.name)
        return adopted.AdoptedRole(key=key, by=self.by(thing), name=path(thing.name), comment=known(thing.comment))

    def user(self, thing: things.User) -> adopted.AdoptedUser:
        """A user, without what is never read: passwords."""
        kind = known(thing.type)
        if kind.value not in adopted.AdoptedUserType.__members__:
            raise Unmanaged(f"users of type {kind.value} have no resource")
        told = self._details.user(thing.name)
        role, warehouse = told.get("DEFAULT_ROLE"), told.get("DEFAULT_WAREHOUSE")
        authentication = self._attached.get((PolicyKind.AUTHENTICATION, thing.name))
        passwords = self._attached.get((PolicyKind.PASSWORD, thing.name))
        secondary = known(thing.default_secondary_roles)
        service = kind is things.UserType.SERVICE
        return adopted.AdoptedUser(
            key=self._key("users", thing.name),
            by=self.by(thing),
            name=identifier(thing.name.last),
            type=adopted.AdoptedUserType(kind.value),
            login_name=told.get("LOGIN_NAME"),
            display_name=told.get("DISPLAY_NAME"),
            first_name=told.get("FIRST_NAME"),
            middle_name=told.get("MIDDLE_NAME"),
            last_name=told.get("LAST_NAME"),
            email=told.get("EMAIL"),
            comment=told.get("COMMENT"),
            disabled=known(thing.disabled),
            must_change_password=not service and told.get("MUST_CHANGE_PASSWORD") == "true",
            default_role=identifier(role) if role else None,
            default_warehouse=identifier(warehouse) if warehouse else None,
            default_namespace=told.get("DEFAULT_NAMESPACE"),
            secondary_roles="DEFAULT" if secondary is None else "ALL" if secondary else "NONE",
            rsa_public_key=told.get("RSA_PUBLIC_KEY"),
            rsa_public_key_2=told.get("RSA_PUBLIC_KEY_2"),
            authentication_policy=path(authentication) if authentication else None,
            password_policy=path(passwords) if passwords else None,
            parameters=self._details.parameters("USER", thing.name, parameters.OF_USER),
        )

    def network_rule(self, thing: things.NetworkRule) -> adopted.AdoptedNetworkRule:
        """A network rule."""
        return adopted.AdoptedNetworkRule(
            key=self._key("network_rules", thing.name),
            by=self.by(thing),
            name=path(thing.name),
            type=known(thing.type),
            mode=known(thing.mode),
            values=known(thing.values),
            comment=known(thing.comment),
        )

    def network_policy(self, thing: things.NetworkPolicy) -> adopted.AdoptedNetworkPolicy:
        """A network policy."""
        return adopted.AdoptedNetworkPolicy(
            key=self._key("network_policies", thing.name),
            by=self.by(thing),
            name=identifier(thing.name.last),
            comment=known(thing.comment),
            allowed_rules=tuple(path(name) for name in known(thing.allowed_rules)),
            blocked_rules=tuple(path(name) for name in known(thing.blocked_rules)),
            allowed_ips=known(thing.allowed_ips),
            blocked_ips=known(thing.blocked_ips),
        )

    def authentication_policy(self, thing: things.AuthenticationPolicy) -> adopted.AdoptedAuthenticationPolicy:
        """An authentication policy of the sections that provider 1.2.1 knows."""
        if known(thing.tokens) is not None or known(thing.workloads) is not None:
            raise Unmanaged("it has rules for tokens or workload identities, which only plugin 2.x can set")
        told = self._details.policy("authentication", thing.name)
        return adopted.AdoptedAuthenticationPolicy(
            key=self._key("authentication_policies", thing.name),
            by=self.by(thing),
            name=path(thing.name),
            comment=known(thing.comment),
            methods=words(told.get("AUTHENTICATION_METHODS")),
            mfa_methods=words(told.get("MFA_AUTHENTICATION_METHODS"), ("PASSWORD", "SAML")),
            mfa_enrollment=told.get("MFA_ENROLLMENT"),
            client_types=words(told.get("CLIENT_TYPES")),
            integrations=words(told.get("SECURITY_INTEGRATIONS")),
        )

    def password_policy(self, thing: things.PasswordPolicy) -> adopted.AdoptedPasswordPolicy:
        """A password policy."""
        told = self._details.policy("passwords", thing.name)

        def number(name: str) -> int:
            text = told.get(f"PASSWORD_{name}", "")
            if not text.isdigit():
                raise NotTold(f"PASSWORD_{name} of the policy was not told")
            return int(text)

        return adopted.AdoptedPasswordPolicy(
            key=self._key("password_policies", thing.name),
            by=self.by(thing),
            name=path(thing.name),
            comment=known(thing.comment),
            min_length=number("MIN_LENGTH"),
            max_length=number("MAX_LENGTH"),
            min_upper_case_chars=number("MIN_UPPER_CASE_CHARS"),
            min_lower_case_chars=number("MIN_LOWER_CASE_CHARS"),
            min_numeric_chars=number("MIN_NUMERIC_CHARS"),
            min_special_chars=number("MIN_SPECIAL_CHARS"),
            min_age_days=number("MIN_AGE_DAYS"),
            max_age_days=number("MAX_AGE_DAYS"),
            max_retries=number("MAX_RETRIES"),
            lockout_minutes=number("LOCKOUT_TIME_MINS"),
            history=number("HISTORY"),
        )

    def masking_policy(self, thing: things.MaskingPolicy) -> adopted.AdoptedBodyPolicy:
        """A masking policy."""
        return self._body("masking_policies", "masking", thing)

    def row_access_policy(self, thing: things.RowAccessPolicy) -> adopted.AdoptedBodyPolicy:
        """A row access policy."""
        return self._body("row_access_policies", "row_access", thing)

    def _body(
        self, topic: str, kind: str, thing: things.MaskingPolicy | things.RowAccessPolicy
    ) -> adopted.AdoptedBodyPolicy:
        signature, returns, body = self._details.body(kind, thing.name)
        return adopted.AdoptedBodyPolicy(
            key=self._key(topic, thing.name),
            by=self.by(thing),
            name=path(thing.name),
            comment=known(thing.comment),
            arguments=tuple(adopted.Argument(name=name, type=type_) for name, type_ in signature),
            returns=returns if kind == "masking" else None,
            body=body,
        )

    def tag(self, thing: things.Tag) -> adopted.AdoptedTag:
        """A tag, with the masking policies that come with it."""
        return adopted.AdoptedTag(
            key=self._key("tags", thing.name),
            by=self.by(thing),
            name=path(thing.name),
            comment=known(thing.comment),
            allowed_values=known(thing.allowed_values),
            masking_policies=tuple(path(name) for name in known(thing.masking_policies)),
        )


class Unmanaged(Exception):
    """There is no resource for it; the text says why."""


def _must(value: T | None, what: str) -> T:
    if value is None:
        raise NotTold(f"{what} was not told")
    return value
