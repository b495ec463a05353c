"""What was taken over as it is: everything that `infra/adopted.py` registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account import keys, things
from account.declared.common import ADMINISTRATOR, one, open_text, qualified
from account.names import ACCOUNT, Name
from account.origin import Origin
from account.picture import PolicyKind
from account.principals import Grant, Principal, PrincipalKind, Scope, user
from stacks.adopted import Manager
from stacks.adoption import file_name
from stacks.keys import normalise

if TYPE_CHECKING:
    from account.declared.common import Context
    from stacks import QualifiedName
    from stacks.adopted import AdoptedUser, Entry, Parameters

RETENTION = "DATA_RETENTION_TIME_IN_DAYS"
TIMEOUT, QUEUED = "STATEMENT_TIMEOUT_IN_SECONDS", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"


def declare(context: Context) -> None:
    """Adopted objects, grants, and what is set on the account."""
    if context.platform.adopted.empty:
        return
    adopted = _Adopted(context)
    adopted.containers()
    adopted.services()
    adopted.principals()
    adopted.policies()
    adopted.access()
    adopted.account()


def _principal(name: QualifiedName) -> Principal:
    return Principal(PrincipalKind.ROLE if len(name.parts) == 1 else PrincipalKind.DATABASE_ROLE, qualified(name))


def _optional(name: QualifiedName | None) -> Name | None:
    return None if name is None else qualified(name)


def _number(parameters: Parameters, name: str) -> int | None:
    value = parameters.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class _Adopted:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.adopted = context.platform.adopted
        self.origin = Origin(file=file_name(context.platform.environment.name))

    def _owner(self, entry: Entry) -> Principal:
        """Whoever changes it. The account may have another owner; the report of the import names those."""
        return ADMINISTRATOR if entry.by is Manager.ADMINISTRATOR else self.context.deployer

    def containers(self) -> None:
        add = self.context.builder.add
        kept: dict[Name, int | None] = {
            one(database.name): database.retention_days for database in self.context.platform.databases
        }
        for database in self.adopted.databases:
            name = one(database.name)
            kept[name] = _number(database.parameters, RETENTION)
            add(
                things.Database(
                    name=name,
                    owner=self._owner(database),
                    comment=database.comment,
                    origin=self.origin,
                    retention_days=kept[name],
                    transient=database.transient,
                )
            )
        for schema in self.adopted.schemas:
            name = qualified(schema.name)
            own = _number(schema.parameters, RETENTION)
            add(
                things.Schema(
                    name=name,
                    owner=self._owner(schema),
                    comment=schema.comment,
                    origin=self.origin,
                    managed_access=schema.managed_access,
                    transient=schema.transient or None,
                    retention_days=kept.get(name.database) if own is None else own,
                )
            )

    def services(self) -> None:
        add = self.context.builder.add
        for monitor in self.adopted.monitors:
            add(
                things.Monitor(
                    name=one(monitor.name),
                    owner=self._owner(monitor),
                    origin=self.origin,
                    quota=monitor.quota,
                    frequency=monitor.frequency,
                    start=monitor.start,
                    notify_at=tuple(sorted(monitor.notify_at)),
                    suspend_at=monitor.suspend_at,
                    suspend_immediately_at=monitor.suspend_immediately_at,
                    notify_users=tuple(sorted(str(name) for name in monitor.notify_users)),
                    on_account=monitor.on_account,
                )
            )
        for warehouse in self.adopted.warehouses:
            add(
                things.Warehouse(
                    name=one(warehouse.name),
                    owner=self._owner(warehouse),
                    comment=warehouse.comment,
                    origin=self.origin,
                    type=warehouse.type,
                    size=warehouse.size,
                    min_clusters=warehouse.min_clusters,
                    max_clusters=warehouse.max_clusters,
                    auto_suspend=warehouse.auto_suspend,
                    auto_resume=warehouse.auto_resume,
                    monitor=None if warehouse.monitor is None else one(warehouse.monitor),
                    statement_timeout=_number(warehouse.parameters, TIMEOUT),
                    queued_timeout=_number(warehouse.parameters, QUEUED),
                    query_acceleration=warehouse.query_acceleration,
                    query_acceleration_factor=warehouse.query_acceleration_factor,
                )
            )

    def principals(self) -> None:
        for role in self.adopted.roles:
            name = qualified(role.name)
            self.context.builder.add(
                things.Role(name=name, owner=self._owner(role), comment=role.comment, origin=self.origin)
            )
        for person in self.adopted.users:
            self._user(person)

    def _user(self, entry: AdoptedUser) -> None:
        builder, name = self.context.builder, one(entry.name)
        policy = entry.parameters.get("NETWORK_POLICY")
        network = Name.loose(str(policy)) if policy else None
        slots = (("1", entry.rsa_public_key), ("2", entry.rsa_public_key_2))
        builder.add(
            things.User(
                name=name,
                owner=self._owner(entry),
                comment=entry.comment,
                origin=self.origin,
                type=things.UserType(entry.type.value),
                email=open_text(entry.email),
                disabled=entry.disabled,
                default_role=None if entry.default_role is None else str(entry.default_role),
                default_warehouse=None if entry.default_warehouse is None else str(entry.default_warehouse),
                default_secondary_roles={"ALL": ("ALL",), "NONE": ()}.get(entry.secondary_roles),
                has_password=None,
                public_keys=tuple(keys.public_key(slot, normalise(text)) for slot, text in slots if text),
                network_policy=network,
                statement_timeout=_number(entry.parameters, TIMEOUT),
            )
        )
        for kind, attached in (
            (PolicyKind.NETWORK, network),
            (PolicyKind.AUTHENTICATION, _optional(entry.authentication_policy)),
            (PolicyKind.PASSWORD, _optional(entry.password_policy)),
        ):
            if attached is not None:
                builder.attach(kind, attached, "USER", name, self.origin)

    def policies(self) -> None:
        builder = self.context.builder
        for rule in self.adopted.network_rules:
            builder.add(
                things.NetworkRule(
                    name=qualified(rule.name),
                    owner=self._owner(rule),
                    comment=rule.comment,
                    origin=self.origin,
                    type=rule.type,
                    mode=rule.mode,
                    values=tuple(sorted(rule.values)),
                )
            )
        for policy in self.adopted.network_policies:
            builder.add(
                things.NetworkPolicy(
                    name=one(policy.name),
                    owner=self._owner(policy),
                    comment=policy.comment,
                    origin=self.origin,
                    allowed_rules=tuple(sorted(qualified(name) for name in policy.allowed_rules)),
                    blocked_rules=tuple(sorted(qualified(name) for name in policy.blocked_rules)),
                    allowed_ips=tuple(sorted(policy.allowed_ips)),
                    blocked_ips=tuple(sorted(policy.blocked_ips)),
                )
            )
        self._login()
        self._bodies()

    def _login(self) -> None:
        builder = self.context.builder
        for policy in self.adopted.authentication_policies:
            builder.add(
                things.AuthenticationPolicy(
                    name=qualified(policy.name),
                    owner=self._owner(policy),
                    comment=policy.comment,
                    origin=self.origin,
                    methods=tuple(sorted(policy.methods)),
                    client_types=tuple(sorted(policy.client_types)),
                    integrations=tuple(sorted(policy.integrations)),
                    mfa=policy.mfa_enrollment,
                    mfa_methods=tuple(sorted(policy.mfa_methods)),
                )
            )
        for password in self.adopted.password_policies:
            builder.add(
                things.PasswordPolicy(
                    name=qualified(password.name),
                    owner=self._owner(password),
                    comment=password.comment,
                    origin=self.origin,
                    min_length=password.min_length,
                    max_age_days=password.max_age_days,
                    max_retries=password.max_retries,
                    lockout_minutes=password.lockout_minutes,
                    history=password.history,
                )
            )

    def _bodies(self) -> None:
        builder = self.context.builder
        for mask in self.adopted.masking_policies:
            name, owner = qualified(mask.name), self._owner(mask)
            builder.add(
                things.MaskingPolicy(name=name, owner=owner, comment=mask.comment, origin=self.origin, body=mask.body)
            )
        for rows in self.adopted.row_access_policies:
            name, owner = qualified(rows.name), self._owner(rows)
            builder.add(
                things.RowAccessPolicy(name=name, owner=owner, comment=rows.comment, origin=self.origin, body=rows.body)
            )
        for tag in self.adopted.tags:
            masks = tuple(sorted(qualified(name) for name in tag.masking_policies))
            builder.add(
                things.Tag(
                    name=qualified(tag.name),
                    owner=self._owner(tag),
                    comment=tag.comment,
                    origin=self.origin,
                    masking_policies=masks,
                    allowed_values=tuple(sorted(tag.allowed_values)),
                )
            )
            for mask_name in masks:
                builder.attach(PolicyKind.MASKING, mask_name, "TAG", qualified(tag.name), self.origin)

    def access(self) -> None:
        builder = self.context.builder
        for entry in self.adopted.role_grants:
            held = _principal(entry.role)
            if entry.to_role is not None:
                builder.member(held, _principal(entry.to_role), self.origin)
            if entry.to_user is not None:
                builder.member(held, user(str(entry.to_user)), self.origin)
        for grant in self.adopted.grants:
            on = ACCOUNT if grant.target is None else qualified(grant.target)
            scope = Scope.FUTURE if grant.future else Scope.OBJECT
            builder.grants.extend(
                Grant(_principal(grant.to), privilege, grant.kind, on, scope, grant.grant_option, self.origin)
                for privilege in grant.privileges
            )

    def account(self) -> None:
        builder, account = self.context.builder, self.adopted.account
        if account.network_policy is not None:
            builder.attach(PolicyKind.NETWORK, one(account.network_policy), "ACCOUNT", ACCOUNT, self.origin)
        if account.authentication_policy is not None:
            name = qualified(account.authentication_policy)
            builder.attach(PolicyKind.AUTHENTICATION, name, "ACCOUNT", ACCOUNT, self.origin)
        if account.password_policy is not None:
            builder.attach(PolicyKind.PASSWORD, qualified(account.password_policy), "ACCOUNT", ACCOUNT, self.origin)
        builder.parameters.update(account.parameters)
