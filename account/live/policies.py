"""Rows about policies, network rules and tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from account import things
from account.live import baseline, subjects
from account.live.answers import Answers, Row, flag, items, number
from account.live.common import each, in_order, origin, owner, properties
from account.names import Name
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.builder import Builder

_PAIR: Final = re.compile(r"([A-Z_]+)\s*=\s*(\[[^\]]*\]|[^,\]}]*)")
_WITH_PASSWORD: Final = frozenset({"PASSWORD", "SAML", "OAUTH", "OIDC"})


def group(text: str | None) -> Mapping[str, str]:
    """A group of properties in JSON or as `{A=1, B=[X, Y]}`, by upper-case name."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {name: value.strip() for name, value in _PAIR.findall(text)}
    plain = found.items() if isinstance(found, dict) else ()
    return {str(key).upper(): json.dumps(value) if isinstance(value, list) else str(value) for key, value in plain}


def _listed(text: str | None) -> tuple[str, ...]:
    """A list in alphabetical order; empty where everything is allowed."""
    found = items(text)
    known = () if isinstance(found, Unknown) or found is None else found
    return () if "ALL" in known else tuple(sorted(known))


def _defaults(answers: Answers, key: str) -> dict[Name, Mapping[str, str]]:
    return {
        answer.ask.on: {str(row.get("property")): str(row.get("default")) for row in answer.rows}
        for answer in answers.of(key)
    }


def authentication(answers: Answers, out: Builder) -> None:
    """Authentication policies. What stands at Snowflake's default counts as not set."""
    described = properties(answers, "describe_authentication")
    defaults = _defaults(answers, "describe_authentication")

    def policy(row: Row) -> things.AuthenticationPolicy:
        name = subjects.name_of(row)
        told = described.get(name)
        if told is None:
            dark = Unknown(f"authentication policy {name} was not described")
            return things.AuthenticationPolicy(
                name=name, owner=owner(row, name), comment=row.text("comment"), origin=origin(row), methods=dark,
                client_types=dark, integrations=dark, mfa=dark, mfa_methods=dark, tokens=dark, workloads=dark,
            )  # fmt: skip
        usual = defaults.get(name, {})
        methods = _listed(told.get("AUTHENTICATION_METHODS"))

        def changed(key: str) -> str | None:
            return told.get(key) if told.get(key) != usual.get(key) else None

        enrolment = told.get("MFA_ENROLLMENT")
        if methods and not _WITH_PASSWORD & set(methods) and changed("MFA_ENROLLMENT") in (None, "OPTIONAL"):
            # A second factor is a matter of passwords and of SSO; elsewhere a default says nothing.
            enrolment = None
        return things.AuthenticationPolicy(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            methods=methods,
            client_types=_listed(told.get("CLIENT_TYPES")),
            integrations=_listed(told.get("SECURITY_INTEGRATIONS")),
            mfa=enrolment,
            mfa_methods=_listed(group(told.get("MFA_POLICY")).get("ALLOWED_METHODS")),
            tokens=_tokens(changed("PAT_POLICY")),
            workloads=_workloads(changed("WORKLOAD_IDENTITY_POLICY")),
        )

    each(out, "AUTHENTICATION POLICY", answers.rows("show_authentication"), policy)


def _tokens(text: str | None) -> things.TokenRules | None:
    found = group(text)
    return things.TokenRules(
        network_policy_evaluation=found.get("NETWORK_POLICY_EVALUATION"),
        max_expiry_days=number(found.get("MAX_EXPIRY_IN_DAYS"), "MAX_EXPIRY_IN_DAYS"),
        role_restriction_for_services=flag(
            found.get("REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS"), "REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS"
        ),
    ) if found else None  # fmt: skip


def _workloads(text: str | None) -> things.WorkloadRules | None:
    found = group(text)
    return things.WorkloadRules(
        providers=_listed(found.get("ALLOWED_PROVIDERS")),
        aws_accounts=_listed(found.get("ALLOWED_AWS_ACCOUNTS")),
        azure_issuers=_listed(found.get("ALLOWED_AZURE_ISSUERS")),
        oidc_issuers=_listed(found.get("ALLOWED_OIDC_ISSUERS")),
    ) if found else None  # fmt: skip


def _told(row: Row, described: Mapping[Name, Mapping[str, str]], name: Name, key: str) -> Maybe[int | None]:
    """A number from the row of a view, else from DESCRIBE."""
    if row.has(key.lower()):
        return row.number(key.lower())
    found = described.get(name)
    return Unknown(f"{name} was not described") if found is None else number(found.get(key), key)


def passwords(answers: Answers, out: Builder) -> None:
    """Password policies, with what holds for each property, set or not."""
    described = properties(answers, "describe_passwords")

    def policy(row: Row) -> things.PasswordPolicy:
        name = subjects.name_of(row)

        def told(key: str) -> Maybe[int | None]:
            return _told(row, described, name, f"PASSWORD_{key}")

        return things.PasswordPolicy(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            min_length=told("MIN_LENGTH"),
            max_age_days=told("MAX_AGE_DAYS"),
            max_retries=told("MAX_RETRIES"),
            lockout_minutes=told("LOCKOUT_TIME_MINS"),
            history=told("HISTORY"),
        )

    each(out, "PASSWORD POLICY", answers.first("passwords", "show_passwords"), policy)


def sessions(answers: Answers, out: Builder) -> None:
    """Session policies. DESCRIBE has a column for each property."""
    described = {row.ask.on: row for row in answers.rows("describe_sessions")}

    def policy(row: Row) -> things.SessionPolicy:
        name = subjects.name_of(row)
        told = described.get(name)
        dark = Unknown(f"session policy {name} was not described")
        return things.SessionPolicy(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            idle_minutes=dark if told is None else told.number("session_idle_timeout_mins", "sessionidletimeoutmins"),
            ui_idle_minutes=dark
            if told is None
            else told.number("session_ui_idle_timeout_mins", "sessionuiidletimeoutmins"),
            secondary_roles=dark if told is None else _secondary(told),
        )

    each(out, "SESSION POLICY", answers.rows("show_sessions"), policy)


def _secondary(told: Row) -> Maybe[tuple[str, ...] | None]:
    """The secondary roles that are allowed; None for all, which is what an account without the property has."""
    column = ("allowed_secondary_roles", "allowedsecondaryroles")
    allowed = told.items(*column) if told.has(*column) else None
    return None if allowed is None or (not isinstance(allowed, Unknown) and "ALL" in allowed) else in_order(allowed)


def bodies(answers: Answers, out: Builder) -> None:
    """Masking and row access policies."""
    for key, make in (("masking", things.MaskingPolicy), ("row_access", things.RowAccessPolicy)):
        texts = {
            answer.ask.on: str(row["body"])
            for answer in answers.of(f"describe_{key}")
            for row in answer.rows
            if row.get("body") is not None
        }

        def policy(
            row: Row,
            texts: Mapping[Name, str] = texts,
            make: type[things.MaskingPolicy] | type[things.RowAccessPolicy] = make,
        ) -> things.MaskingPolicy | things.RowAccessPolicy:
            name = subjects.name_of(row)
            body = row.text("policy_body") if row.has("policy_body") else texts.get(name)
            comment = _comment(row)
            text = Unknown(f"the body of {name} was not told") if body is None else body
            return make(name=name, owner=owner(row, name), comment=comment, origin=origin(row), body=text)

        each(out, str(make.__dataclass_fields__["kind"].default), answers.first(key, f"show_{key}"), policy)


def _comment(row: Row) -> Maybe[str | None]:
    """The comment; the views of these policies have it as VARIANT, in quotes."""
    found = row.text("comment", "policy_comment")
    if isinstance(found, str) and row.has("policy_comment") and found[:1] == '"':
        try:
            return str(json.loads(found)) or None
        except ValueError:
            return found
    return found


def network(answers: Answers, out: Builder) -> None:
    """Network rules and network policies."""
    values = {
        answer.ask.on: items(row.get("value_list"))
        for answer in answers.of("describe_network_rules")
        for row in answer.rows
    }

    def rule(row: Row) -> things.NetworkRule | None:
        name = subjects.name_of(row)
        if baseline.database(name[0]) and name not in used:
            return None
        dark = Unknown(f"network rule {name} was not described")
        held = row.items("value_list") if row.has("value_list") else values.get(name, dark)
        kind, mode = row.text("type"), row.text("mode")
        return things.NetworkRule(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            type="" if kind is None else kind,
            mode="" if mode is None else mode,
            values=in_order(held),
        )

    lists = _RuleLists(answers)
    used = lists.used()

    def policy(row: Row) -> things.NetworkPolicy:
        name = Name.of(row.must("name"))
        return things.NetworkPolicy(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            allowed_rules=lists.rules(name, "ALLOW"),
            blocked_rules=lists.rules(name, "BLOCK"),
            allowed_ips=lists.addresses(name, "ALLOW", row),
            blocked_ips=lists.addresses(name, "BLOCK", row),
        )

    each(out, "NETWORK RULE", answers.first("network_rules", "show_network_rules"), rule)
    each(out, "NETWORK POLICY", answers.first("network_policies", "show_network_policies"), policy)


class _RuleLists:
    """The lists of network policies, from the view of references or from DESCRIBE."""

    def __init__(self, answers: Answers) -> None:
        self._told = answers.told("rule_uses")
        self._described = properties(answers, "describe_network_policies")
        self._uses: dict[tuple[str, str], list[Name]] = {}
        for row in answers.rows("rule_uses"):
            parts = [row.text(f"network_rule_{part}") for part in ("db", "schema", "name")]
            if row.text("container_type") == "NETWORK_POLICY" and all(isinstance(part, str) for part in parts):
                at = (str(row.text("container_name")), str(row.text("action_type")))
                self._uses.setdefault(at, []).append(Name(str(part) for part in parts))

    def used(self) -> set[Name]:
        """Rules that some policy names."""
        listed = {name for names in self._uses.values() for name in names}
        for policy in self._described:
            for action in ("ALLOW", "BLOCK"):
                found = self.rules(policy, action)
                listed |= set() if isinstance(found, Unknown) else set(found)
        return listed

    def rules(self, policy: Name, action: str) -> Maybe[tuple[Name, ...]]:
        """The rules that a policy allows or blocks."""
        if policy in self._described:
            text = self._described[policy].get(f"{action}ED_NETWORK_RULE_LIST")
            return tuple(sorted(_rule_names(text)))
        if not self._told:
            return Unknown(f"network policy {policy} was not described")
        return tuple(sorted(self._uses.get((policy.last, action), ())))

    def addresses(self, policy: Name, action: str, row: Row) -> Maybe[tuple[str, ...]]:
        """The addresses that a policy allows or blocks by itself."""
        column = f"{action}ED_IP_LIST"
        if row.has(column.lower()):
            return in_order(row.items(column.lower()))
        if policy in self._described:
            return in_order(items(self._described[policy].get(column)))
        return Unknown(f"network policy {policy} was not described")


def _rule_names(text: str | None) -> Iterator[Name]:
    try:
        found = json.loads(text) if text else []
    except ValueError:
        found = list(items(text) or ()) if isinstance(items(text), tuple) else []
    for entry in found if isinstance(found, list) else []:
        name = entry.get("fullyQualifiedRuleName") if isinstance(entry, dict) else entry
        yield Name.loose(str(name))


def tags(answers: Answers, out: Builder, masks: Mapping[Name, tuple[Name, ...]] | None) -> None:
    """Tags; `masks` are the masking policies by tag, None where references were not told."""

    def tag(row: Row) -> things.Tag:
        name = subjects.name_of(row)
        dark = Unknown("the references of masking policies were not told")
        return things.Tag(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            masking_policies=dark if masks is None else masks.get(name, ()),
            allowed_values=in_order(row.items("allowed_values")),
        )

    each(out, "TAG", subjects.narrowest(answers, "tags"), tag)
