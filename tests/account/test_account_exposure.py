"""What a change opens or closes besides grants, one field at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from account.exposure_changes import Direction, ExposureChange, exposure_changes
from account.names import ACCOUNT, Name
from account.picture import Attachment, Picture, PolicyKind, Source
from account.things import (
    AnyThing,
    AuthenticationPolicy,
    Column,
    Database,
    Integration,
    MaskingPolicy,
    Monitor,
    NetworkPolicy,
    NetworkRule,
    PasswordPolicy,
    PublicKey,
    Schema,
    SessionPolicy,
    Share,
    Table,
    Tag,
    Token,
    User,
    UserType,
    Warehouse,
)
from account.values import UNKNOWN
from tests.account.pictures import ABOUT, DB, SVC, S, T

N = Name.of("N")
M = Name.of("DB", "S", "MASK")


def account(*things: AnyThing, attachments: tuple[Attachment, ...] = ()) -> Picture:
    return Picture(about=ABOUT, things=things, attachments=attachments)


def parameters(**values: str) -> Picture:
    return Picture(about=ABOUT, parameters=values)


def only(before: Picture, after: Picture) -> ExposureChange:
    found = exposure_changes(before, after)
    assert len(found) == 1, found
    return found[0]


FIELDS = [
    (Database(name=DB, retention_days=30), {"retention_days": 7}, "retention"),
    (Database(name=DB, retention_days=30), {"retention_days": None}, "retention"),
    (Schema(name=S, retention_days=30), {"retention_days": 0}, "retention"),
    (Table(name=T, retention_days=30), {"retention_days": 1}, "retention"),
    (Schema(name=S, transient=False), {"transient": True}, "retention"),
    (Schema(name=S, managed_access=True), {"managed_access": None}, "guard"),
    (Monitor(name=N, quota=10), {"quota": 20}, "limit"),
    (Monitor(name=N, quota=10), {"quota": None}, "limit"),
    (Monitor(name=N, suspend_at=100), {"suspend_at": 120}, "limit"),
    (Monitor(name=N, suspend_immediately_at=110), {"suspend_immediately_at": None}, "limit"),
    (Warehouse(name=N, monitor=N), {"monitor": None}, "limit"),
    (Warehouse(name=N, statement_timeout=60), {"statement_timeout": 600}, "limit"),
    (User(name=N, type=UserType.SERVICE), {"type": UserType.LEGACY_SERVICE}, "login"),
    (User(name=N, disabled=True), {"disabled": False}, "login"),
    (User(name=N), {"has_password": True}, "login"),
    (User(name=N), {"mfa_disabled": True}, "login"),
    (User(name=N), {"bypass_mfa_minutes": 10}, "login"),
    (Token(name=N), {"bypass_network_minutes": 10}, "login"),
    (Token(name=N, role="R"), {"role": None}, "login"),
    (AuthenticationPolicy(name=N, methods=("KEYPAIR",)), {"methods": ("KEYPAIR", "PASSWORD")}, "policy"),
    (AuthenticationPolicy(name=N, methods=("KEYPAIR",)), {"methods": ()}, "policy"),
    (AuthenticationPolicy(name=N, client_types=("DRIVERS",)), {"client_types": ("ALL",)}, "policy"),
    (AuthenticationPolicy(name=N, mfa="REQUIRED"), {"mfa": "OPTIONAL"}, "policy"),
    (AuthenticationPolicy(name=N, mfa="REQUIRED"), {"mfa": None}, "policy"),
    (PasswordPolicy(name=N, min_length=14), {"min_length": 8}, "policy"),
    (PasswordPolicy(name=N, max_retries=3), {"max_retries": 10}, "policy"),
    (SessionPolicy(name=N, idle_minutes=15), {"idle_minutes": 240}, "policy"),
    (SessionPolicy(name=N, secondary_roles=("R",)), {"secondary_roles": None}, "policy"),
    (Tag(name=N, masking_policies=(M,)), {"masking_policies": ()}, "masking"),
    (Share(name=N, accounts=("A",)), {"accounts": ("A", "B")}, "sharing"),
    (Integration(name=N, enabled=False), {"enabled": True}, "sharing"),
    (Integration(name=N, allowed_locations=("s3://a/",)), {"allowed_locations": ("s3://a/", "s3://b/")}, "sharing"),
]


@pytest.mark.parametrize(("thing", "change", "topic"), FIELDS, ids=str)
def test_a_field_that_weakens_is_told_and_turned_round_it_strengthens(
    thing: AnyThing, change: Mapping[str, object], topic: str
) -> None:
    weaker = replace(thing, **change)  # type: ignore[arg-type]
    there, back = only(account(thing), account(weaker)), only(account(weaker), account(thing))
    assert (there.direction, there.topic, there.on) == (Direction.WEAKER, topic, thing.name)
    assert back.direction is Direction.STRONGER
    assert (there.before, there.after) == (back.after, back.before)
    assert there.weakens
    assert not back.weakens


@pytest.mark.parametrize(("thing", "change", "topic"), FIELDS, ids=str)
def test_a_field_that_becomes_unknown_is_told_as_unknown(
    thing: AnyThing, change: Mapping[str, object], topic: str
) -> None:
    unclear = replace(thing, **dict.fromkeys(change, UNKNOWN))  # type: ignore[arg-type]
    found = only(account(thing), account(unclear))
    assert (found.direction, found.after, found.topic) == (Direction.UNKNOWN, "not known", topic)
    assert found.weakens


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        (User(name=N, public_keys=(PublicKey(slot="1", fingerprint="a"),)), {"public_keys": ()}),
        (MaskingPolicy(name=M, body="x"), {"body": "y"}),
        (AuthenticationPolicy(name=N, methods=("KEYPAIR",)), {"methods": ("OAUTH",)}),
        (Tag(name=N, masking_policies=(M,)), {"masking_policies": (N,)}),
        (Warehouse(name=N, monitor=N), {"monitor": M}),
        (Share(name=N, accounts=("A",)), {"accounts": ("B",)}),
    ],
    ids=str,
)
def test_what_cannot_be_ranked_is_mixed(thing: AnyThing, change: Mapping[str, object]) -> None:
    found = only(account(thing), account(replace(thing, **change)))  # type: ignore[arg-type]
    assert found.direction is Direction.MIXED


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        (User(name=N, has_password=None), {"has_password": False}),
        (Schema(name=S, managed_access=None), {"managed_access": False}),
        (User(name=N, bypass_mfa_minutes=None), {"bypass_mfa_minutes": 0}),
        (AuthenticationPolicy(name=N, methods=()), {"methods": ("ALL",)}),
        (Share(name=N, accounts=("A", "B")), {"accounts": ("B", "A")}),
        (Warehouse(name=N, size="SMALL"), {"size": "LARGE"}),
    ],
    ids=str,
)
def test_what_comes_to_the_same_is_not_told(thing: AnyThing, change: Mapping[str, object]) -> None:
    assert exposure_changes(account(thing), account(replace(thing, **change))) == ()  # type: ignore[arg-type]


def test_neither_keys_nor_the_text_of_a_policy_are_spelt_out() -> None:
    keys = (PublicKey(slot="1", fingerprint="SHA256:abc"),)
    login = only(account(User(name=N)), account(User(name=N, public_keys=keys)))
    assert (login.before, login.after) == ("0", "1")
    body = only(account(MaskingPolicy(name=M, body="a secret")), account(MaskingPolicy(name=M, body="b")))
    assert (body.before, body.after) == ("set", "set")


def test_a_column_that_loses_its_mask_is_told() -> None:
    masked, bare = (
        Table(name=T, columns=(Column(name="EMAIL", masking_policy=policy), Column(name="ID"))) for policy in (M, None)
    )
    found = only(account(masked), account(bare))
    assert (found.direction, found.topic, found.what) == (
        Direction.WEAKER,
        "masking",
        "masking policy of column EMAIL",
    )


PASSWORDS = Attachment(PolicyKind.PASSWORD, N, "ACCOUNT", ACCOUNT)
MASKED = Attachment(PolicyKind.MASKING, M, "COLUMN", T, "EMAIL")


def test_a_policy_that_is_detached_is_weaker_and_attached_is_stronger() -> None:
    with_it, without = account(attachments=(PASSWORDS,)), account()
    assert only(with_it, without).direction is Direction.WEAKER
    assert only(without, with_it).direction is Direction.STRONGER


def test_another_policy_in_its_place_is_mixed() -> None:
    other = replace(PASSWORDS, policy=M)
    found = only(account(attachments=(PASSWORDS,)), account(attachments=(other,)))
    assert (found.direction, found.before, found.after) == (Direction.MIXED, "N", "DB.S.MASK")


def test_a_mask_that_goes_with_its_table_is_not_told() -> None:
    table = Table(name=T)
    assert exposure_changes(account(table, attachments=(MASKED,)), account()) == ()
    assert only(account(table, attachments=(MASKED,)), account(table)).topic == "masking"


def test_a_mask_on_a_table_that_the_picture_does_not_show_is_told() -> None:
    assert only(account(attachments=(MASKED,)), account()).direction is Direction.WEAKER


def test_a_policy_on_something_unknown_is_told_as_unknown() -> None:
    found = exposure_changes(account(), account(attachments=(replace(PASSWORDS, target=UNKNOWN),)))
    assert [one.direction for one in found] == [Direction.UNKNOWN]
    same = account(attachments=(replace(PASSWORDS, target=UNKNOWN),))
    assert exposure_changes(same, same) == ()


@pytest.mark.parametrize("off", ["false", ""])
def test_a_guard_of_the_account_that_is_switched_off_is_told(off: str) -> None:
    name = "PREVENT_UNLOAD_TO_INLINE_URL"
    after = parameters(**{name: off}) if off else account()
    found = only(parameters(**{name: "TRUE"}), after)
    assert (found.direction, found.what) == (Direction.WEAKER, name)


def test_the_least_retention_of_the_account_is_watched() -> None:
    name = "MIN_DATA_RETENTION_TIME_IN_DAYS"
    assert only(parameters(**{name: "7"}), account()).direction is Direction.WEAKER


OFFICE, WORLD = NetworkPolicy(name=N, allowed_ips=("93.184.216.0/24",)), NetworkPolicy(name=N)
ON_ACCOUNT = Attachment(PolicyKind.NETWORK, N, "ACCOUNT", ACCOUNT)
USER = User(name=SVC.name)


def test_a_wider_account_policy_is_told_for_the_account_and_for_who_has_no_other() -> None:
    own = User(name=Name.of("OWN"), network_policy=M)
    mine = NetworkPolicy(name=M, allowed_ips=("8.8.8.8",))
    before, after = (account(policy, USER, own, mine, attachments=(ON_ACCOUNT,)) for policy in (OFFICE, WORLD))
    found = exposure_changes(before, after)
    assert [(one.kind, str(one.on), one.direction) for one in found] == [
        ("ACCOUNT", "", Direction.WEAKER),
        ("USER", "SVC_X", Direction.WEAKER),
    ]


def test_a_user_that_loses_its_policy_is_let_in_from_everywhere() -> None:
    mine = replace(USER, network_policy=N)
    found = only(account(OFFICE, mine), account(OFFICE, USER))
    assert (found.direction, found.before, found.after) == (Direction.WEAKER, "N", "everybody")


def test_a_rule_of_a_policy_that_grows_is_told_where_the_policy_applies() -> None:
    rule = Name.of("DB", "S", "R")
    policy = NetworkPolicy(name=N, allowed_rules=(rule,))
    narrow, wide = (NetworkRule(name=rule, values=values) for values in (("8.8.8.8",), ("8.8.8.0/24",)))
    user = replace(USER, network_policy=N)
    assert only(account(policy, narrow, user), account(policy, wide, user)).direction is Direction.WEAKER
    assert only(account(policy, wide, user), account(policy, narrow, user)).direction is Direction.STRONGER


def test_the_same_addresses_written_otherwise_are_no_change() -> None:
    user = replace(USER, network_policy=N)
    split = replace(OFFICE, allowed_ips=("93.184.216.0/25", "93.184.216.128/25"))
    assert exposure_changes(account(OFFICE, user), account(split, user)) == ()


def test_other_addresses_are_mixed() -> None:
    user = replace(USER, network_policy=N)
    moved = replace(OFFICE, allowed_ips=("8.8.8.0/24",))
    assert only(account(OFFICE, user), account(moved, user)).direction is Direction.MIXED


def test_another_private_endpoint_is_wider() -> None:
    rule = Name.of("DB", "S", "R")
    policy = NetworkPolicy(name=N, allowed_rules=(rule,), blocked_ips=("0.0.0.0/0",))
    one, two = (NetworkRule(name=rule, type="AWSVPCEID", values=values) for values in (("a",), ("a", "b")))
    user = replace(USER, network_policy=N)
    assert only(account(policy, one, user), account(policy, two, user)).direction is Direction.WEAKER


def test_an_integration_has_a_policy_of_its_own() -> None:
    before, after = (account(OFFICE, Integration(name=M, network_policy=policy)) for policy in (N, None))
    found = only(before, after)
    assert (found.kind, found.direction) == ("INTEGRATION", Direction.WEAKER)


def test_addresses_that_are_not_known_are_told_as_unknown() -> None:
    user = replace(USER, network_policy=N)
    found = only(account(OFFICE, user), account(replace(OFFICE, allowed_ips=UNKNOWN), user))
    assert (found.direction, found.before) == (Direction.UNKNOWN, "N")
    assert found.weakens


def test_a_policy_that_neither_picture_shows_is_no_change() -> None:
    user = replace(USER, network_policy=N)
    assert exposure_changes(account(user), account(user)) == ()


def test_what_a_picture_was_made_from_is_no_change() -> None:
    live = replace(account(USER), about=replace(ABOUT, source=Source.LIVE))
    assert exposure_changes(account(USER), live) == ()
