"""The platform's network, governance and settings as an account has them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from account import things
from account.names import Name
from account.picture import PolicyKind
from account.values import is_known, known
from ops.adopt.names import identifier
from ops.adopt.shape import NoFit, Shape, keyed
from ops.adopt.shape_users import Users
from stacks import account, governance, network
from stacks.account import AccountSettings
from stacks.databases import GOVERNANCE, Layer
from stacks.governance import (
    AuthenticationMethod,
    AuthenticationPolicy,
    ClientType,
    Governance,
    MaskedKind,
    PasswordPolicy,
    PersonalData,
)
from stacks.network import Audience, NetworkPolicy
from stacks.users import ServiceUser

_CLEAR = re.compile(r"IS_ROLE_IN_SESSION\('((?:[^']|'')+)'\)")
_PASSWORDS = {
    "PASSWORD_MAX_LENGTH": "256",
    "PASSWORD_MIN_UPPER_CASE_CHARS": "1",
    "PASSWORD_MIN_LOWER_CASE_CHARS": "1",
    "PASSWORD_MIN_NUMERIC_CHARS": "1",
    "PASSWORD_MIN_SPECIAL_CHARS": "1",
    "PASSWORD_MIN_AGE_DAYS": "0",
}
"""What the provider makes of what the platform's password policy leaves open (1.2.1, its defaults)."""


@dataclass
class Login:
    """Who logs in, from where and how.

    Attributes:
        values: of the stack file, without namespace.
    """

    network: tuple[NetworkPolicy, ...]
    governance: Governance
    service_users: tuple[ServiceUser, ...]
    settings: AccountSettings | None
    values: dict[str, object] = field(default_factory=dict)


def login(shape: Shape, values: Mapping[str, object]) -> Login:
    """The parts of the platform that are about logging in; `values` are those of the stack file before.

    Raises:
        NoFit: the platform's model needs something that the account does not have.
    """
    made = _Login(shape)
    policies, governed = made.network(), made.governance()
    who = Users(shape, values, made.values)
    return Login(policies, governed, who.services(), made.settings(), made.values)


class _Login:
    def __init__(self, shape: Shape) -> None:
        self.shape, self.details, self.picture = shape, shape.details, shape.picture
        self.schema = Name((*shape.layers[Layer.ANALYTICS].name, GOVERNANCE))
        self.values: dict[str, object] = {}

    def _users_of(self, kind: PolicyKind, policy: Name) -> list[things.User]:
        names = {
            known(entry.target)
            for entry in self.picture.attachments
            if entry.policy_kind is kind and entry.on == "USER" and entry.policy == policy
        }
        return [one for one in self.picture.all(things.User) if one.name in names]

    def _on_account(self, kind: PolicyKind, policy: Name) -> bool:
        return any(
            entry.policy_kind is kind and entry.on == "ACCOUNT" and entry.policy == policy
            for entry in self.picture.attachments
        )

    def _audiences(self, kind: PolicyKind, policies: Sequence[Name]) -> dict[Audience, Name]:
        """Whose policy it is: told by the users it is set on, else by its name."""
        keys = keyed(policies, (audience.value for audience in Audience))
        found = {Audience(key): name for name, key in keys.items() if key in {audience.value for audience in Audience}}
        for name in policies:
            types = {known(one.type) for one in self._users_of(kind, name) if is_known(one.type)}
            if types == {things.UserType.SERVICE}:
                found[Audience.SERVICES] = name
            elif types == {things.UserType.PERSON} or (not types and self._on_account(kind, name)):
                found[Audience.PEOPLE] = name
        return found

    def network(self) -> tuple[NetworkPolicy, ...]:
        """The policies of both audiences; their addresses go into the stack file."""
        candidates = {}
        for policy in self.picture.all(things.NetworkPolicy):
            rules = known(policy.allowed_rules)
            others = (*known(policy.blocked_rules), *known(policy.allowed_ips), *known(policy.blocked_ips))
            if len(rules) == 1 and not others and self.shape.part(policy) and rules[0].container == self.schema:
                candidates[policy.name] = rules[0]
        audiences = self._audiences(PolicyKind.NETWORK, sorted(candidates))
        return tuple(self._policy(declared, audiences, candidates) for declared in network.declared())

    def _policy(
        self, declared: NetworkPolicy, audiences: Mapping[Audience, Name], rules: Mapping[Name, Name]
    ) -> NetworkPolicy:
        field_name = {Audience.SERVICES: "service_cidrs", Audience.PEOPLE: "people_cidrs"}[declared.audience]
        name = audiences.get(declared.audience)
        policy = self.picture.find(things.NetworkPolicy, name) if name is not None else None
        rule = self.picture.find(things.NetworkRule, rules[name]) if name is not None else None
        if policy is None or rule is None:
            self.values[field_name] = None
            return declared
        self.values[field_name] = list(known(rule.values))
        if declared.audience is Audience.PEOPLE and self.shape.estate.owns_account:
            self.values["network_policy_on_account"] = self._on_account(PolicyKind.NETWORK, policy.name)
        return declared.model_copy(
            update={
                "name": identifier(self.shape.stripped(policy.name)),
                "rule": identifier(rule.name.last),
                "comment": known(policy.comment) or "",
            }
        )

    def governance(self) -> Governance:
        """Authentication and password policies, tags with their masks."""
        declared = governance.declared()
        inside = [
            policy
            for policy in self.picture.all(things.AuthenticationPolicy)
            if policy.name.container == self.schema and self.shape.part(policy)
        ]
        audiences = self._audiences(PolicyKind.AUTHENTICATION, [policy.name for policy in inside])
        masks = tuple(self._masks())
        self.values["masking"] = bool(masks)
        return declared.model_copy(
            update={
                "authentication": tuple(self._method(entry, audiences) for entry in declared.authentication),
                "passwords": self._passwords(declared.passwords),
                "personal_data": masks,
            }
        )

    def _method(self, declared: AuthenticationPolicy, audiences: Mapping[Audience, Name]) -> AuthenticationPolicy:
        name = audiences.get(declared.audience)
        policy = self.picture.find(things.AuthenticationPolicy, name) if name is not None else None
        if policy is None:
            raise NoFit(f"no authentication policy of {declared.audience.value} was found in {self.schema}")
        told, required = self.details.policy("authentication", policy.name), known(policy.mfa) == "REQUIRED"
        enrollment = "REQUIRED" if required else "OPTIONAL"
        if told.get("MFA_ENROLLMENT") != enrollment:
            sql = f"ALTER AUTHENTICATION POLICY {policy.name} SET MFA_ENROLLMENT = {enrollment};"
            raise NoFit(f"MFA_ENROLLMENT of {policy.name} is {told.get('MFA_ENROLLMENT')}. To make it fit: {sql}")
        methods = tuple(AuthenticationMethod(method) for method in known(policy.methods))
        if declared.audience is Audience.PEOPLE and set(methods) != set(declared.methods):
            self.values["people_methods"] = sorted(method.value for method in methods)
        return AuthenticationPolicy(
            key=declared.key,
            name=identifier(policy.name.last),
            audience=declared.audience,
            comment=known(policy.comment) or "",
            methods=methods,
            client_types=tuple(ClientType(kind) for kind in known(policy.client_types)),
            mfa_required=required,
        )

    def _passwords(self, declared: PasswordPolicy) -> PasswordPolicy:
        inside = [
            policy
            for policy in self.picture.all(things.PasswordPolicy)
            if policy.name.container == self.schema and self.shape.part(policy)
        ]
        if len(inside) != 1:
            raise NoFit(f"{self.schema} has {len(inside)} password policies instead of one")
        policy = inside[0]
        told = self.details.policy("passwords", policy.name)
        for name, value in _PASSWORDS.items():
            if told.get(name) != value:
                sql = f"ALTER PASSWORD POLICY {policy.name} SET {name} = {value};"
                raise NoFit(f"{name} of {policy.name} is {told.get(name)}. To make it fit: {sql}")
        return PasswordPolicy.model_validate(
            {
                "key": declared.key,
                "name": identifier(policy.name.last),
                "comment": known(policy.comment) or "",
                "min_length": known(policy.min_length),
                "max_age_days": known(policy.max_age_days),
                "max_retries": known(policy.max_retries),
                "lockout_minutes": known(policy.lockout_minutes),
                "history": known(policy.history),
            }
        )

    def _masks(self) -> Iterable[PersonalData]:
        tags = [
            tag
            for tag in self.picture.all(things.Tag)
            if tag.name.container == self.schema and len(known(tag.masking_policies)) == 1 and self.shape.part(tag)
        ]
        keys = keyed((tag.name for tag in tags), (kind.value for kind in MaskedKind))
        for tag in tags:
            key, mask = keys[tag.name], self.picture.find(things.MaskingPolicy, known(tag.masking_policies)[0])
            if mask is None or not self.shape.part(mask) or mask.name.container != self.schema:
                continue
            if key in {kind.value for kind in MaskedKind}:
                clear = [Name.of(found.replace("''", "'")) for found in _CLEAR.findall(known(mask.body))]
                if all(name in self.shape.role_keys for name in clear):
                    yield PersonalData(
                        kind=MaskedKind(key),
                        tag=identifier(tag.name.last),
                        policy=identifier(mask.name.last),
                        comment=known(tag.comment) or "",
                        clear_for=tuple(self.shape.role_keys[name] for name in clear),
                    )

    def settings(self) -> AccountSettings | None:
        """The account's parameters, where it has all that the platform sets."""
        wanted = account.declared().parameters
        values = {name: self.picture.parameters.get(name) for name in wanted}
        if ("PARAMETER", Name()) in self.shape.without or not all(isinstance(value, str) for value in values.values()):
            return None
        flags = {name.lower(): value == "true" for name, value in values.items() if value in ("true", "false")}
        return AccountSettings.model_validate(
            {**flags, "minimum_retention_days": int(str(values["MIN_DATA_RETENTION_TIME_IN_DAYS"]))}
        )
