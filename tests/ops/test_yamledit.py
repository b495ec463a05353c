"""One value set in a file that people wrote."""

import pytest
import yaml

from ops import yamledit
from ops.errors import BadInput

WRITTEN = """\
# prod, on the company's account
config:
  p:organization: EXAMPLE   # the contract's
  p:public_keys:
    SVC_LOADER:
      rsa_public_key: OLD
  p:people:
    # the owner
    - name: ANNA
      email: anna@example.com
"""
KEYS = ["config", "p:public_keys"]


def test_a_value_is_replaced_and_the_rest_stays() -> None:
    changed = yamledit.put(WRITTEN, [*KEYS, "SVC_LOADER", "rsa_public_key"], "NEW")
    assert changed == WRITTEN.replace("OLD", "NEW")


def test_a_second_slot_is_added_beside_the_first() -> None:
    changed = yamledit.put(WRITTEN, [*KEYS, "SVC_LOADER", "rsa_public_key_2"], "NEW")
    entry = yaml.safe_load(changed)["config"]["p:public_keys"]["SVC_LOADER"]
    assert entry == {"rsa_public_key": "OLD", "rsa_public_key_2": "NEW"}
    assert "# the contract's" in changed
    assert "# the owner" in changed


def test_missing_mappings_are_made() -> None:
    changed = yamledit.put("config:\n  p:a: 1\n", [*KEYS, "SVC", "rsa_public_key"], "K")
    assert yaml.safe_load(changed) == {"config": {"p:a": 1, "p:public_keys": {"SVC": {"rsa_public_key": "K"}}}}


def test_an_empty_mapping_in_braces_is_filled() -> None:
    changed = yamledit.put("config:\n  p:public_keys: {}\n  p:b: 2\n", [*KEYS, "SVC", "k"], "K")
    assert yaml.safe_load(changed) == {"config": {"p:public_keys": {"SVC": {"k": "K"}}, "p:b": 2}}


def test_an_empty_file_is_filled() -> None:
    assert yaml.safe_load(yamledit.put("", ["config", "a"], "1")) == {"config": {"a": 1}}


def test_a_slot_is_dropped_wherever_it_stands() -> None:
    both = yamledit.put(WRITTEN, [*KEYS, "SVC_LOADER", "rsa_public_key_2"], "NEW")
    for slot, left in (("rsa_public_key", "rsa_public_key_2"), ("rsa_public_key_2", "rsa_public_key")):
        changed = yamledit.drop(both, [*KEYS, "SVC_LOADER", slot])
        assert list(yaml.safe_load(changed)["config"]["p:public_keys"]["SVC_LOADER"]) == [left]


def test_a_person_gets_a_key_and_loses_it_again() -> None:
    path = ["config", "p:people"]
    changed = yamledit.put_in_item(WRITTEN, path, "ANNA", "rsa_public_key", "K")
    assert yaml.safe_load(changed)["config"]["p:people"][0]["rsa_public_key"] == "K"
    assert yaml.safe_load(yamledit.put_in_item(changed, path, "ANNA", "rsa_public_key", None)) == yaml.safe_load(
        WRITTEN
    )


def test_a_mapping_in_braces_is_refused_with_advice() -> None:
    with pytest.raises(BadInput) as caught:
        yamledit.put("config: {p:public_keys: {A: {k: 1}}}", [*KEYS, "B", "k"], "K")
    assert caught.value.do == "write it in lines"
