"""Examples of the rules on network policies and lock-out."""

from __future__ import annotations

from account.names import Name
from account.picture import Attachment, BlindSpot, PolicyKind
from account.things import Integration, NetworkPolicy, NetworkRule, User, UserType
from policies.rule import Case, Evidence, Verdict
from tests.policies.examples import (
    Example,
    about,
    add,
    blind,
    detach,
    inputs,
    on_pictures,
    parameter,
    remove,
    resource,
    set_fields,
    without,
)

GOVERNANCE = ("ECOMMERCE_ANALYTICS", "GOVERNANCE")
PEOPLE, SERVICES = "ECOMMERCE_PEOPLE_NETWORK", "ECOMMERCE_SERVICES_NETWORK"
PEOPLE_RULE = "ECOMMERCE_ANALYTICS.GOVERNANCE.PEOPLE_ADDRESSES"
GITHUB = Name.of("SNOWFLAKE", "NETWORK_SECURITY", "GITHUBACTIONS_GLOBAL")
HALVES = ("0.0.0.0/1", "128.0.0.0/1")
QUARTERS = ("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2")
EIGHTHS_OF_V6 = tuple(f"{start:x}000::/4" for start in range(16))
OFFICE = ("198.51.100.0/24",)


def _people(case: Case, *values: str, type: str = "IPV4") -> Case:
    return set_fields(case, NetworkRule, PEOPLE_RULE, values=values, type=type)


def _on_account(entry: Attachment) -> bool:
    return entry.policy_kind is PolicyKind.NETWORK and entry.on == "ACCOUNT"


def _endpoint(case: Case, *, blocked: tuple[str, ...] = ()) -> Case:
    """The people's policy with a private endpoint instead of addresses."""
    rule = NetworkRule(name=Name.of(*GOVERNANCE, "ENDPOINT"), type="AWSVPCEID", values=("vpce-0a1b2c3d4e5f60718",))
    return set_fields(add(case, rule), NetworkPolicy, PEOPLE, allowed_rules=(rule.name,), blocked_ips=blocked)


def _own(case: Case, user: str, *addresses: str) -> Case:
    """A user with a network policy of its own."""
    return set_fields(
        add(case, NetworkPolicy(name=Name.of("OWN_NETWORK"), allowed_ips=addresses)),
        User,
        user,
        network_policy=Name.of("OWN_NETWORK"),
    )


def _office(case: Case, *deployers: str) -> Case:
    """An account that lets in one office, and deployments from elsewhere."""
    return about(_people(case, *OFFICE), deployer_cidrs=deployers)


ON_ACCOUNT = (
    *on_pictures("SNW-NET-001", "no policy is in force on the account", lambda case: detach(case, _on_account)),
    *on_pictures(
        "SNW-NET-001",
        "the account's policy comes by its parameter",
        lambda case: parameter(detach(case, _on_account), "NETWORK_POLICY", PEOPLE),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-NET-001",
        "the account's policy is not there",
        lambda case: remove(case, NetworkPolicy, PEOPLE),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-NET-001",
        "what is attached to the account could not be read",
        lambda case: blind(case, BlindSpot("policies of the account", "no privilege", kinds=("ATTACHMENT",))),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-NET-001",
        "an environment that owns its account has no policy on it",
        lambda case: about(case, owns_account=True),
        environment="dev",
    ),
    Example(
        "SNW-NET-001",
        "nothing attaches a policy to the account",
        Evidence.PULUMI,
        lambda case: without(case, "account", "NetworkPolicyAttachment"),
    ),
    Example(
        "SNW-NET-001",
        "the policy is attached to something else than the account",
        Evidence.PULUMI,
        lambda case: inputs(case, "account", "NetworkPolicyAttachment", setForAccount=False),
    ),
)
OPEN = (
    *on_pictures("SNW-NET-002", "everybody is let in", lambda case: _people(case, "0.0.0.0/0"), what="100.00%"),
    *on_pictures(
        "SNW-NET-002",
        "bypass 9: everybody in two halves",
        lambda case: _people(case, *HALVES),
        what="ACCOUNT, ANNA, BREAK_GLASS_ONE and 1 more -> ECOMMERCE_PEOPLE_NETWORK",
    ),
    *on_pictures(
        "SNW-NET-002", "bypass 9: everybody in four quarters", lambda case: _people(case, *QUARTERS), what="100.00%"
    ),
    *on_pictures(
        "SNW-NET-002",
        "bypass 9: everybody in sixteen parts of IPv6",
        lambda case: _people(case, *EIGHTHS_OF_V6, type="IPV6"),
        what="IPv6",
    ),
    *on_pictures(
        "SNW-NET-002",
        "bypass 9: a shared range of a hosted product",
        lambda case: set_fields(
            add(case, NetworkRule(name=GITHUB, values=("140.82.112.0/20",))),
            NetworkPolicy,
            PEOPLE,
            allowed_rules=(GITHUB,),
        ),
        what="other customers",
    ),
    *on_pictures("SNW-NET-002", "two networks of /8 are let in", lambda case: _people(case, "8.0.0.0/8", "9.0.0.0/8")),
    *on_pictures("SNW-NET-002", "an office is let in", lambda case: _people(case, "8.8.8.0/24"), verdict=Verdict.PASS),
    *on_pictures(
        "SNW-NET-002",
        "everybody but one private network is let in",
        lambda case: set_fields(_people(case, "0.0.0.0/0"), NetworkPolicy, PEOPLE, blocked_ips=("10.0.0.0/8",)),
    ),
    *on_pictures(
        "SNW-NET-002", "an address is none", lambda case: _people(case, "198.51.100.300"), what="no address or network"
    ),
    *on_pictures(
        "SNW-NET-002",
        "a rule of the policy is not in sight",
        lambda case: remove(case, NetworkRule, PEOPLE_RULE),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-NET-002",
        "bypass 9: everybody in four quarters",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "NetworkRule", valueLists=list(QUARTERS)),
    ),
    Example(
        "SNW-NET-002",
        "a list beside the rule lets everybody in",
        Evidence.PULUMI,
        lambda case: inputs(case, "services", "NetworkPolicy", allowedIpLists=["0.0.0.0/0"]),
    ),
    *on_pictures("SNW-NET-003", "a wide public network", lambda case: _people(case, "8.0.0.0/9"), what="8.0.0.0/9"),
    *on_pictures("SNW-NET-003", "a network of /16", lambda case: _people(case, "8.8.0.0/16"), verdict=Verdict.PASS),
    *on_pictures(
        "SNW-NET-003", "a wide IPv6 network", lambda case: _people(case, "2a00::/32", type="IPV6"), what="2a00::/32"
    ),
    Example(
        "SNW-NET-003",
        "a wide public network",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "NetworkRule", valueLists=["8.0.0.0/9"]),
    ),
)
OWN = (
    *on_pictures(
        "SNW-NET-004",
        "a service user without a policy of its own",
        lambda case: set_fields(
            detach(case, lambda entry: entry.target == Name.of("SVC_ECOMMERCE_DBT")),
            User,
            "SVC_ECOMMERCE_DBT",
            network_policy=None,
        ),
        what="without a network policy",
    ),
    *on_pictures(
        "SNW-NET-004",
        "bypass 8: a service user is let in from everywhere, and the account is not",
        lambda case: _own(case, "SVC_ECOMMERCE_DBT", *HALVES),
        what="replaces the account's",
    ),
    *on_pictures(
        "SNW-NET-004",
        "bypass 8: a person is let in from much more than the account",
        lambda case: _own(case, "ANNA", "8.0.0.0/12"),
        what="ANNA -> OWN_NETWORK",
    ),
    *on_pictures(
        "SNW-NET-004",
        "a service user connects from a network of its own",
        lambda case: _own(case, "SVC_ECOMMERCE_DBT", "8.8.8.0/24"),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-NET-004",
        "a user's policy is not in sight",
        lambda case: set_fields(case, User, "SVC_ECOMMERCE_DBT", network_policy=Name.of("SOMETHING")),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-NET-004",
        "a service user without a policy of its own",
        Evidence.PULUMI,
        lambda case: inputs(case, "dbt", "ServiceUser", networkPolicy=None),
    ),
    Example(
        "SNW-NET-004",
        "bypass 8: a service user's policy is wider than the account's",
        Evidence.PULUMI,
        lambda case: inputs(
            resource(case, "NetworkPolicy", "own", name="OWN_NETWORK", allowedIpLists=list(QUARTERS)),
            "dbt",
            "ServiceUser",
            networkPolicy="OWN_NETWORK",
        ),
    ),
)
CLOSED = (
    *on_pictures(
        "SNW-NET-005",
        "an empty allowed list",
        lambda case: set_fields(case, NetworkPolicy, PEOPLE, allowed_rules=()),
        what="lets in everybody",
    ),
    *on_pictures(
        "SNW-NET-005",
        "nothing allowed and a few blocked",
        lambda case: set_fields(case, NetworkPolicy, PEOPLE, allowed_rules=(), blocked_ips=("8.8.8.0/24",)),
        what="lets in everybody",
    ),
    *on_pictures("SNW-NET-005", "a private endpoint alone", _endpoint, what="AWSVPCEID only"),
    *on_pictures(
        "SNW-NET-005",
        "a private endpoint, and everybody else is blocked",
        lambda case: _endpoint(case, blocked=("0.0.0.0/0",)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-NET-005",
        "an empty allowed list",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "NetworkPolicy", allowedNetworkRuleLists=[]),
    ),
)
WIRED = (
    *on_pictures(
        "SNW-NET-006",
        "a rule that is not there",
        lambda case: remove(case, NetworkRule, PEOPLE_RULE),
        what="not there",
    ),
    *on_pictures(
        "SNW-NET-006",
        "a rule in a database of another stack",
        lambda case: set_fields(
            case, NetworkPolicy, PEOPLE, allowed_rules=(Name.of("ELSEWHERE", "NETWORK", "OFFICE"),)
        ),
        verdict=Verdict.UNKNOWN,
        what="ELSEWHERE",
    ),
    *on_pictures(
        "SNW-NET-006",
        "a rule for outgoing requests",
        lambda case: set_fields(case, NetworkRule, PEOPLE_RULE, mode="EGRESS"),
        what="EGRESS",
    ),
    *on_pictures(
        "SNW-NET-006",
        "hosts in a rule for incoming requests",
        lambda case: set_fields(case, NetworkRule, PEOPLE_RULE, type="HOST_PORT"),
        what="HOST_PORT",
    ),
    *on_pictures(
        "SNW-NET-006",
        "rules and a list in one policy",
        lambda case: set_fields(case, NetworkPolicy, PEOPLE, allowed_ips=("198.51.100.7",)),
        what="mixes",
    ),
    Example(
        "SNW-NET-006",
        "a rule that is not there",
        Evidence.PULUMI,
        lambda case: without(case, "people", "NetworkRule"),
    ),
    *on_pictures(
        "SNW-NET-007",
        "a stored key is used from a hosted product",
        lambda case: set_fields(case, NetworkPolicy, SERVICES, allowed_rules=(GITHUB,)),
        what="strangers",
    ),
    *on_pictures(
        "SNW-NET-007",
        "a person connects from a hosted product",
        lambda case: set_fields(case, NetworkPolicy, PEOPLE, allowed_rules=(GITHUB,)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-NET-007",
        "a stored key is used from a hosted product",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "services", "NetworkPolicy", allowedNetworkRuleLists=['"SNOWFLAKE"."NETWORK_SECURITY"."DBT_EMEA"']
        ),
    ),
    *on_pictures(
        "SNW-NET-008",
        "SCIM requests come from anywhere",
        lambda case: add(case, Integration(name=Name.of("OKTA"), category="SECURITY", type="SCIM")),
        what="SCIM",
    ),
    *on_pictures(
        "SNW-NET-008",
        "SCIM requests come from the identity provider",
        lambda case: add(
            case,
            Integration(name=Name.of("OKTA"), category="SECURITY", type="SCIM", network_policy=Name.of(SERVICES)),
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-NET-008",
        "SCIM requests come from anywhere",
        Evidence.PULUMI,
        lambda case: resource(
            case, "ScimIntegration", "okta", name="OKTA", enabled=True, scimClient="OKTA", runAsRole="OKTA_PROVISIONER"
        ),
        beside=("scimClient", "runAsRole", "name"),
    ),
    *on_pictures(
        "SNW-NET-009",
        "functions call any host",
        lambda case: add(
            case,
            NetworkRule(
                name=Name.of(*GOVERNANCE, "ANYWHERE"), type="HOST_PORT", mode="EGRESS", values=("0.0.0.0:443",)
            ),
        ),
        what="0.0.0.0:443",
    ),
    *on_pictures(
        "SNW-NET-009",
        "functions call one host",
        lambda case: add(
            case,
            NetworkRule(
                name=Name.of(*GOVERNANCE, "STRIPE"), type="HOST_PORT", mode="EGRESS", values=("api.stripe.com:443",)
            ),
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-NET-009",
        "functions call any port of a host",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "services", "NetworkRule", mode="EGRESS", type="HOST_PORT", valueLists=["api.stripe.com:0"]
        ),
        beside=("type",),
    ),
)
LOCK_OUT = (
    *on_pictures(
        "SNW-NET-010",
        "deployments connect from elsewhere",
        lambda case: _office(case, "203.0.113.16/28"),
        what="203.0.113.16/28",
    ),
    *on_pictures(
        "SNW-NET-010",
        "deployments are blocked by name",
        lambda case: set_fields(
            about(_people(case, *OFFICE), deployer_cidrs=("198.51.100.7/32",)),
            NetworkPolicy,
            PEOPLE,
            blocked_ips=("198.51.100.0/28",),
        ),
        what="198.51.100.7/32",
        beside=("values", "type"),
    ),
    *on_pictures(
        "SNW-NET-010",
        "break-glass people connect from elsewhere",
        lambda case: about(case, rescuers=(("BREAK_GLASS_ONE", ("203.0.113.1",)),)),
        what="BREAK_GLASS_ONE -> ECOMMERCE_PEOPLE_NETWORK",
    ),
    *on_pictures(
        "SNW-NET-010",
        "the deployment user has a policy of its own that lets it in",
        lambda case: _own(
            about(
                add(case, User(name=Name.of("SVC_ECOMMERCE_DEPLOYER"), type=UserType.SERVICE)),
                deployer_cidrs=("203.0.113.16/28",),
            ),
            "SVC_ECOMMERCE_DEPLOYER",
            "203.0.113.0/24",
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-NET-010",
        "nobody told where deployments connect from",
        lambda case: about(case, deployer_cidrs=None),
        verdict=Verdict.UNKNOWN,
        what="deployer_cidrs",
    ),
    Example(
        "SNW-NET-010",
        "the account's policy moves away from those who deploy",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "NetworkRule", valueLists=list(OFFICE)),
        what="127.0.0.1/32",
    ),
    *on_pictures(
        "SNW-NET-011",
        "rules for internal stages without the parameter that enforces them",
        lambda case: set_fields(
            add(
                case,
                NetworkRule(
                    name=Name.of(*GOVERNANCE, "STAGES"), type="AWSVPCEID", mode="INTERNAL_STAGE", values=("vpce-1",)
                ),
            ),
            NetworkPolicy,
            PEOPLE,
            allowed_rules=(Name.parse(PEOPLE_RULE), Name.of(*GOVERNANCE, "STAGES")),
        ),
        what="ENFORCE_NETWORK_RULES_FOR_INTERNAL_STAGES",
    ),
    Example(
        "SNW-NET-011",
        "rules for internal stages without the parameter that enforces them",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "NetworkRule", mode="INTERNAL_STAGE", type="AWSVPCEID"),
        beside=("type",),
    ),
)
EXAMPLES: tuple[Example, ...] = (*ON_ACCOUNT, *OPEN, *OWN, *CLOSED, *WIRED, *LOCK_OUT)
