"""The file that `ops import` writes beside a stack file, and that people own from then on: `Adopted.<stack>.yaml`."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import yaml
from pydantic import ValidationError

from stacks import account, databases, governance, monitors, network, roles, users, warehouses
from stacks.account import AccountSettings
from stacks.adopted import AsIs
from stacks.base import Model
from stacks.databases import Database
from stacks.errors import ConfigError, DeclarationError, Problem
from stacks.explain import explain
from stacks.governance import Governance
from stacks.monitors import Monitor
from stacks.network import NetworkPolicy
from stacks.roles import Role
from stacks.users import ServiceUser
from stacks.warehouses import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.adopted import Entry

VERSION: Final = 1
CONFIG_VARIABLE: Final = "PLATFORM_CONFIG"
"""Path of the stack file in use, where it is not the project's own `Pulumi.<stack>.yaml`."""
PROJECT_FOLDER: Final = Path(__file__).resolve().parent.parent


class Declaration(Model):
    """What the modules of `stacks/` declare, as one value: under the names that an account has.

    What an environment says about sizes and quotas is for the declaration that comes with the platform; here every
    number is the account's. The config of the stack goes over both.
    """

    databases: tuple[Database, ...]
    warehouses: tuple[Warehouse, ...]
    monitors: tuple[Monitor, ...]
    roles: tuple[Role, ...]
    network: tuple[NetworkPolicy, ...]
    service_users: tuple[ServiceUser, ...]
    governance: Governance
    settings: AccountSettings | None = None


class Adoption(Model):
    """What was adopted.

    Attributes:
        platform: `shipped`: the modules of `stacks/` fit the account as they are; `none`: nothing in the account fits
            the platform's model; else what the platform is called in this account.
        as_is: what was taken over beside it.
    """

    version: Literal[1] = VERSION
    platform: Literal["shipped", "none"] | Declaration = "shipped"
    as_is: AsIs = AsIs()


NOTHING: Final = Adoption()
"""The stack was not adopted: the platform as it comes."""


def shipped() -> Declaration:
    """What the modules of `stacks/` declare."""
    return Declaration(
        databases=databases.declared(),
        warehouses=warehouses.declared(),
        monitors=monitors.declared(),
        roles=roles.declared(),
        network=network.declared(),
        service_users=users.declared(),
        governance=governance.declared(),
        settings=account.declared(),
    )


def file_name(stack: str) -> str:
    """The name of the file, which lies beside the stack file in use."""
    return f"Adopted.{stack}.yaml"


def read(folder: Path, stack: str) -> Adoption:
    """What the file of a stack in this folder says; NOTHING where there is none.

    Raises:
        ConfigError: the file cannot be read, or an entry is not acceptable.
    """
    path = folder / file_name(stack)
    if not path.is_file():
        return NOTHING
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([_unreadable(path, str(error))]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError([_unreadable(path, f"it is not YAML{f' (line {mark.line + 1})' if mark else ''}")]) from None
    try:
        found = Adoption.model_validate(content)
    except ValidationError as error:
        raise ConfigError(explain(error, Adoption, path.name)) from None
    repeated = list(_repeated(found.as_is, path.name))
    if repeated:
        raise DeclarationError(repeated)
    return found


def in_use(stack: str) -> Adoption:
    """What the file beside the stack file in use says: the one that PLATFORM_CONFIG names, else the project's own.

    Raises:
        ConfigError, DeclarationError: as `read`.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    return read(Path(named).parent if named else PROJECT_FOLDER, stack)


def _unreadable(path: Path, why: str) -> Problem:
    return Problem(
        "Adopted objects cannot be read", path.name, "platform", str(path), why, "ops import writes the file"
    )


def _repeated(as_is: AsIs, file: str) -> Iterator[Problem]:
    for topic in AsIs.model_fields:
        entries: object = getattr(as_is, topic)
        if not isinstance(entries, tuple):
            continue
        for field in ("key", "name"):
            for value, count in Counter(_values(entries, field)).items():
                if count > 1:
                    yield Problem(
                        what=f"Two {topic.replace('_', ' ')} have the same {field}",
                        file=file,
                        field=f"as_is.{topic}[].{field}",
                        value=value,
                        why="both would be the same object",
                        todo=f"give every entry a {field} of its own",
                    )


def _values(entries: tuple[Entry, ...], field: str) -> Iterator[str]:
    return (str(getattr(entry, field)) for entry in entries if hasattr(entry, field))
