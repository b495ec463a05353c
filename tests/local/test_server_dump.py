from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.catalogue import Catalogue
from local.dump import dump, main
from local.genesis import create_account
from local.model import ACCOUNT_ID, Json, Kind, Reference
from local.store import Store


def _account(path: Path | None = None, account_id: str = "LM00001", *, reverse: bool = False) -> Catalogue:
    catalogue = Catalogue(Store(path))
    create_account(
        catalogue, account="MAIN", account_id=account_id, edition="ENTERPRISE", administrator="ADMIN", public_key="key"
    )
    with catalogue.transaction():
        names = ["A", "B"]
        for name in reversed(names) if reverse else names:
            catalogue.create(Kind.ROLE, name, ACCOUNT_ID, None, comment=name)
    return catalogue


def test_equal_accounts_have_equal_dumps() -> None:
    assert dump(_account()) == dump(_account(account_id="LM99999", reverse=True))


def test_dump_tells_names_and_no_ids() -> None:
    catalogue = _account()
    with catalogue.transaction():
        database = catalogue.create(Kind.DATABASE, "D", ACCOUNT_ID, None)
        schema = catalogue.create(Kind.SCHEMA, "S", database.id, None)
        rule = catalogue.create(Kind.NETWORK_RULE, "R", schema.id, None)
        props: dict[str, Json] = {"ALLOWED_NETWORK_RULE_LIST": [rule.id], "LAST_SET_TIME": 5}
        policy = catalogue.create(Kind.NETWORK_POLICY, "P", ACCOUNT_ID, None, props=props)
        catalogue.references.put(Reference(rule.id, policy.id, "NETWORK RULE"))
    dumped = json.loads(json.dumps(dump(catalogue)))
    assert dumped["objects"]["NETWORK POLICY P"]["props"] == {"ALLOWED_NETWORK_RULE_LIST": ["NETWORK RULE D.S.R"]}
    assert dumped["references"][0]["source"] == "NETWORK RULE D.S.R"
    grant = {"grantee": "ROLE ACCOUNTADMIN", "on": "ROLE SYSADMIN", "privilege": "USAGE", "option": False, "by": None}
    assert grant in dumped["grants"]


def test_changed_comment_shows() -> None:
    catalogue = _account()
    before = dump(catalogue)
    role = catalogue.find(Kind.ROLE, ("A",))
    assert role is not None
    with catalogue.transaction():
        catalogue.update(role, comment="other")
    assert dump(catalogue) != before


def test_password_hash_is_not_printed() -> None:
    catalogue = _account()
    with catalogue.transaction():
        catalogue.create(Kind.USER, "U", ACCOUNT_ID, None, props={"PASSWORD_HASH": "scrypt$secret"})
    assert "scrypt" not in json.dumps(dump(catalogue))


def test_folder_is_read_while_a_server_has_it_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _account(tmp_path / "catalogue.sqlite")
    assert main(tmp_path) == 0
    assert "ROLE A" in json.loads(capsys.readouterr().out)["objects"]


def test_folder_without_account_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path) == 2
    assert "holds no account" in capsys.readouterr().err


def test_switch_of_a_user_that_is_off_is_like_one_never_set() -> None:
    plain, off, on = _account(), _account(), _account()
    for catalogue, value in ((plain, None), (off, False), (on, True)):
        props: dict[str, Json] = {} if value is None else {"DISABLED": value}
        with catalogue.transaction():
            catalogue.create(Kind.USER, "U", ACCOUNT_ID, None, props=props)
    assert dump(off) == dump(plain) != dump(on)
