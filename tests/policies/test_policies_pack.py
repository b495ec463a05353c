"""The policy pack against the engine's protocol: everything that makes packs in Python pass what they should refuse."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pulumi_policy.proxy
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2 as proto

from account.values import UNKNOWN, Unknown
from policies import configuration
from policies.errors import Mistake, RuleBookError
from policies.judge import Book
from policies.pack import Pack
from policies.pack_values import UNKNOWN_TEXTS, Properties, resource_of
from policies.rule import Address, Case, Evidence, Judgement, Level, Settings, Verdict
from policies.rules import RULES
from policies.waivers import Waiver
from tests.policies.engine import UNKNOWN_TEXT, Call, Engine, Refused, secret, wire

IDLE = "SNW-WH-003"


def of(found: list[proto.AnalyzeDiagnostic], rule: str = IDLE) -> list[proto.AnalyzeDiagnostic]:
    """The diagnostics of one rule."""
    return [said for said in found if said.policyName == rule]


def mandatory(found: list[proto.AnalyzeDiagnostic]) -> list[str]:
    """Rules and messages that stop the operation."""
    return [said.message for said in found if said.enforcementLevel == proto.MANDATORY]


@pytest.mark.parametrize("stack", ["dev", "qa", "prod"])
def test_the_shipped_platform_passes_a_preview(stack: str) -> None:
    assert [said.message for said in Engine(stack).preview()] == []


# ------------------------------------------------------------------------------------------------- values not known yet


def test_a_value_that_is_not_known_stops_production_with_the_reason() -> None:
    engine = Engine()
    engine.change("Warehouse", "loading", autoSuspend=UNKNOWN)
    (said,) = of(engine.preview())
    assert said.enforcementLevel == proto.MANDATORY
    assert "WAREHOUSE LOADING_WH: cannot be decided: not known before the change is made" in said.message


def test_a_value_that_is_not_known_is_told_elsewhere() -> None:
    engine = Engine("dev")
    engine.change("Warehouse", "loading", autoSuspend=UNKNOWN)
    (said,) = of(engine.preview())
    assert said.enforcementLevel == proto.ADVISORY


def test_an_unknown_value_in_one_resource_does_not_hide_a_violation_in_another() -> None:
    engine = Engine()
    engine.change("Warehouse", "loading", autoSuspend=UNKNOWN)
    bad = engine.change("Warehouse", "transforming", autoSuspend=None)
    assert bad in {said.urn for said in of(engine.preview())}


def test_an_unknown_value_is_found_wherever_it_stands() -> None:
    properties = Properties(wire({"flat": UNKNOWN, "list": ["a", UNKNOWN], "map": {"inner": [{"deep": UNKNOWN}]}}))
    assert isinstance(properties.values["flat"], Unknown)
    assert properties.values["list"] == ["a", Unknown()]
    assert properties.values["map"] == {"inner": [{"deep": Unknown()}]}


def test_every_text_that_stands_for_an_unknown_value_is_known() -> None:
    sdk = {value for name, value in vars(pulumi_policy.proxy).items() if re.fullmatch(r"UNKNOWN_\w+_VALUE", name)}
    assert sdk == UNKNOWN_TEXTS


def test_a_secret_that_is_not_known_is_not_known() -> None:
    assert isinstance(Properties(wire({"password": secret(UNKNOWN_TEXT)})).values["password"], Unknown)


def test_a_reference_that_is_not_known_is_found_through_what_it_depends_on() -> None:
    engine = Engine()
    grant = engine.change("GrantAccountRole", "admin-transformer", roleName=UNKNOWN)
    role = engine.urn("AccountRole", "transformer")
    engine.resources[grant] = replace(engine.resources[grant], dependencies={"roleName": (role,)})
    assert engine.preview() == []


# --------------------------------------------------------------------------------------------- numbers, words and lists


@pytest.mark.parametrize(("seconds", "refused"), [(300.0, False), (301.0, True), (0.0, True), (-1.0, True)])
def test_numbers_come_as_floating_ones_and_minus_one_means_unset(seconds: float, refused: bool) -> None:
    engine = Engine()
    engine.change("Warehouse", "loading", autoSuspend=seconds)
    assert bool(mandatory(of(engine.preview()))) is refused


@pytest.mark.parametrize("word", ["default", "false", "DEFAULT"])
def test_the_word_for_a_default_is_not_taken_as_true(word: str) -> None:
    engine = Engine()
    engine.change("Warehouse", "loading", autoResume=word)
    assert mandatory(of(engine.preview()))


def test_lists_and_maps_are_lists_and_maps() -> None:
    values = Properties(wire({"list": [1, "a"], "map": {"a": True}, "none": None})).values
    assert values == {"list": [1.0, "a"], "map": {"a": True}, "none": None}
    assert isinstance(values["list"], list) and isinstance(values["map"], dict)


# -------------------------------------------------------------------------------------------------------------- secrets


def test_a_secret_value_is_not_in_a_message() -> None:
    engine = Engine()
    engine.change("Warehouse", "loading", name=secret("TOP_SECRET_NAME"), autoSuspend=None)
    (said,) = of(engine.preview())
    assert "TOP_SECRET_NAME" not in said.message
    assert "WAREHOUSE [secret]: never suspends" in said.message


def test_the_value_of_a_sensitive_property_is_hidden_though_nobody_marked_it() -> None:
    properties = Properties(wire({"password": "hunter22", "nested": {"privateKey": "abcdefgh"}, "name": "PLAIN"}))
    assert properties.texts == {"hunter22", "abcdefgh"}
    assert properties.secrets == ()


def test_rules_see_which_inputs_are_secret() -> None:
    request = proto.AnalyzeRequest(
        type="snowflake:index/user:User",
        name="anna",
        urn="urn:pulumi:dev::snowflake-platform::snowflake:index/user:User::anna",
        properties=wire({"password": secret("hunter22"), "credentials": [{"key": secret("abcdefgh")}], "name": "ANNA"}),
    )
    resource, hidden = resource_of(request)
    assert resource.secrets == ("credentials", "password")
    assert hidden == {"hunter22", "abcdefgh"}


def test_a_secret_that_nobody_can_read_is_not_known() -> None:
    properties = Properties(wire({"password": "[secret]"}))
    assert isinstance(properties.values["password"], Unknown)
    assert properties.secrets == ("password",)


# --------------------------------------------------------------------------------------------------- inputs and outputs


def test_the_stack_is_judged_on_inputs_and_not_on_what_the_account_still_has() -> None:
    engine = Engine()
    urn = engine.change("Warehouse", "loading", autoSuspend=None)
    engine.outputs[urn] = {**engine.resources[urn].inputs, "autoSuspend": 60}
    assert mandatory(of(engine.preview()))


def test_a_resource_that_was_not_shown_is_judged_on_what_the_stack_has_of_it() -> None:
    engine = Engine()
    urn = engine.urn("Warehouse", "loading")
    engine.outputs[urn] = {**engine.resources[urn].inputs, "autoSuspend": 600}
    assert of(engine.preview()) == []
    engine = Engine(outputs=engine.outputs)
    assert mandatory(of(engine.preview(unseen=[urn])))


def test_a_resource_without_any_property_is_undecided_and_no_pass() -> None:
    engine = Engine()
    urn = engine.urn("Warehouse", "loading")
    engine.outputs[urn] = {}
    assert urn in {said.urn for said in of(engine.preview(unseen=[urn])) if "cannot be decided" in said.message}


# -------------------------------------------------------------------------------------------------------------- updates


def test_an_update_refuses_a_resource_before_it_is_changed() -> None:
    engine = Engine(dry_run=False)
    urn = engine.change("Warehouse", "loading", autoSuspend=None)
    engine.begin()
    assert [said.urn for said in of(engine.analyze(urn))] == [urn]
    assert engine.analyze(engine.urn("Warehouse", "transforming")) == []


def test_a_preview_says_everything_once() -> None:
    engine = Engine()
    urn = engine.change("Warehouse", "loading", autoSuspend=None)
    engine.begin()
    assert engine.analyze(urn) == []
    assert len(of(engine.analyze_stack())) == 1


def test_an_update_begins_with_the_shipped_platform() -> None:
    assert mandatory(Engine(dry_run=False).preview()) == []


# ----------------------------------------------------------------------------------------- stack, levels, configuration


def test_a_state_is_judged_as_the_stack_in_its_urns() -> None:
    engine = Engine("dev", named=False)
    urn = engine.change("Warehouse", "loading", autoSuspend=61)
    assert urn in {said.urn for said in of(engine.preview()) if "at most 60 s" in said.message}


def test_levels_are_those_of_production_where_the_engine_names_no_stack() -> None:
    levels = {policy.name: policy.enforcementLevel for policy in Engine("dev", named=False).begin().policies}
    assert levels["SNW-NET-001"] == proto.MANDATORY


def test_a_stack_of_another_name_is_judged_as_production() -> None:
    engine = Engine("sandbox")
    engine.change("Warehouse", "loading", autoSuspend=UNKNOWN)
    assert mandatory(of(engine.preview()))


def test_every_rule_on_resources_is_a_policy_with_what_a_person_needs() -> None:
    info = Engine().begin()
    policies = {policy.name: policy for policy in info.policies}
    assert set(policies) == {id for id, rule in RULES.items() if Evidence.PULUMI in rule.evidence} | {"SNW-MON-003"}
    policy = policies["SNW-NET-001"]
    assert policy.severity == proto.POLICY_SEVERITY_HIGH
    assert policy.policy_type == proto.POLICY_TYPE_STACK
    assert (policy.framework.name, policy.framework.version, policy.framework.reference) == (
        "cis-snowflake",
        "1.0.0",
        "3.1",
    )
    assert "cis-snowflake:1.0.0:3.1" in policy.tags
    assert policy.remediation_steps


def test_no_flag_can_change_a_level() -> None:
    engine = Engine()
    assert not engine.begin().supportsConfig  # the engine then refuses --policy-pack-config
    with pytest.raises(Refused, match="policies/config"):
        engine.pack.Configure(proto.ConfigureAnalyzerRequest(), Call())


def test_a_broken_rule_configuration_stops_everything() -> None:
    def broken(stack: str) -> Book:
        raise RuleBookError([Mistake("Rule does not exist", f"policies/config/{stack}.yaml", "SNW-X-001", "{}", "no")])

    with pytest.raises(Refused, match=r"policies/config/prod\.yaml: SNW-X-001"):
        Engine(pack=Pack(book=broken)).begin()


def test_a_broken_waiver_file_stops_everything() -> None:
    def broken() -> tuple[Waiver, ...]:
        raise RuleBookError([Mistake("Waiver is not acceptable", "policies/waivers.yaml:3", "[1].owner", "", "add it")])

    with pytest.raises(Refused, match=r"policies/waivers\.yaml:3: \[1\]\.owner"):
        Engine(pack=Pack(accepted=broken)).begin()


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    def without(stack: str) -> Book:
        book = configuration.load(stack)
        off = replace(book.chosen[IDLE], level=Level.DISABLED)
        return Book(book.environment, book.rules, {**book.chosen, IDLE: off})

    engine = Engine(pack=Pack(book=without))
    engine.change("Warehouse", "loading", autoSuspend=None)
    assert of(engine.preview()) == []


# ------------------------------------------------------------------------------------------ what breaks, what is waived


def test_a_rule_that_breaks_stops_everything_and_shows_no_value() -> None:
    def broken(case: Case, settings: Settings) -> list[Judgement]:
        del case, settings
        return [Judgement(Verdict.ERROR, Address("WAREHOUSE", "LOADING_WH"), reason="KeyError")]

    def book(stack: str) -> Book:
        loaded = configuration.load(stack)
        return Book(
            loaded.environment, {**loaded.rules, IDLE: replace(loaded.rules[IDLE], evaluate=broken)}, loaded.chosen
        )

    (said,) = of(Engine(pack=Pack(book=book)).preview())
    assert said.enforcementLevel == proto.MANDATORY
    assert "the rule broke: KeyError" in said.message


def test_a_pack_that_breaks_stops_everything_and_shows_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("hunter22")

    monkeypatch.setattr("account.resources.from_resources", broken)
    with pytest.raises(Refused, match=r"the policy pack broke: ValueError at test_policies_pack\.py") as refused:
        Engine().preview()
    assert "hunter22" not in str(refused.value)


def _waiver(today: date, days: int = 30) -> Waiver:
    return Waiver(
        rule=IDLE, resource="WAREHOUSE LOADING_WH", stack="prod", owner="data-platform", reason="until it is split",
        ticket="DATA-1", since=today, expires=today + timedelta(days=days),
    )  # fmt: skip


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_waived_finding_is_told_and_stops_nothing(dry_run: bool) -> None:
    waiver = _waiver(datetime.now(UTC).date())
    engine = Engine(pack=Pack(accepted=lambda: (waiver,)), dry_run=dry_run)
    engine.change("Warehouse", "loading", autoSuspend=None)
    found = engine.preview()
    assert mandatory(found) == []
    (said,) = of(found)
    assert f"waived: until {waiver.expires} by data-platform, DATA-1" in said.message


def test_a_waiver_with_nothing_to_waive_stops_the_operation() -> None:
    waiver = _waiver(datetime.now(UTC).date())
    found = Engine(pack=Pack(accepted=lambda: (waiver,))).preview()
    assert len(mandatory(of(found, "SNW-MON-003"))) == 1


def test_the_pack_mends_nothing() -> None:
    request = proto.AnalyzeRequest(properties=wire({"password": secret("hunter22")}))
    assert not Pack().Remediate(request, Call()).remediations


def test_the_engine_is_told_the_version_of_the_pack() -> None:
    assert Pack().GetPluginInfo(empty_pb2.Empty(), Call()).version == "0.1.0"
