"""All resource types together: none is left out, none is slow, and nothing heavy is loaded for them."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pulumi_snowflake

from account.pulumi import Resource
from account.resources import CLASSIFIED, from_resources
from tests.account.made import ABOUT, made, pictured
from tests.counted import calls

TOKEN = re.compile(r"^ +'(snowflake:index/\w+:\w+)',$", re.MULTILINE)


def test_two_resources_for_one_object_are_told() -> None:
    picture = pictured(made("Warehouse", {"name": "X"}, "one"), made("Warehouse", {"name": '"X"'}, "two"))
    (spot,) = picture.blind_spots
    assert (spot.what, spot.kinds) == ("WAREHOUSE X", ("WAREHOUSE",))


def test_every_resource_type_of_the_sdk_is_classified() -> None:
    modules = Path(pulumi_snowflake.__file__).parent.glob("*.py")
    tokens = {token for module in modules for token in TOKEN.findall(module.read_text(encoding="utf-8"))}
    assert len(tokens) > 100
    assert tokens == set(CLASSIFIED)


def test_a_resource_type_nobody_knows_is_told() -> None:
    (spot,) = pictured(made("GrantEverything", {"name": "X"})).blind_spots
    assert spot.kinds == ("RESOURCE",)


def test_what_is_ignored_on_purpose_says_why() -> None:
    assert all(entry.why for entry in CLASSIFIED.values() if not entry.understood)


def test_equal_resources_in_another_order_make_equal_pictures() -> None:
    resources = [made("AccountRole", {"name": str(at)}, str(at)) for at in range(5)]
    assert pictured(*resources) == pictured(*reversed(resources))


def many(number: int) -> list[Resource]:
    """As many resources, seven grants to three things."""
    grant = {"accountRoleName": '"R"', "privileges": ["SELECT"], "onSchemaObject": {
        "future": {"objectTypePlural": "TABLES", "inSchema": '"DB"."S"'}}}  # fmt: skip
    grants = [made("GrantPrivilegesToAccountRole", grant, f"g{at}") for at in range(number * 7 // 10)]
    users = [made("ServiceUser", {"name": f"U{at}", "defaultRole": "R"}, f"u{at}") for at in range(number * 15 // 100)]
    tables = [made("Schema", {"name": f"T{at}", "database": "DB"}, f"t{at}") for at in range(number * 15 // 100)]
    return [replace(entry, provider="p::id") for entry in (*grants, *users, *tables)]


def test_reading_costs_the_same_for_each_of_many_resources() -> None:
    few, all_of_them = many(200), many(2000)
    assert calls(lambda: from_resources(all_of_them, ABOUT)) <= 11 * calls(lambda: from_resources(few, ABOUT))


def test_the_reader_loads_no_heavy_library() -> None:
    heavy = ("pulumi", "pulumi_snowflake", "cryptography", "yaml", "pydantic")
    script = f"import sys, account.resources\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
