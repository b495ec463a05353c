"""Fits the platform's model to an account: tries, takes out what does not fit, tries again."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

import stacks
from account.declaration import from_platform
from account.names import Name
from account.picture import Picture
from account.values import Undecided
from ops.adopt.details import NotTold
from ops.adopt.gather import Place, Read
from ops.adopt.misfit import Key, Misfit, misfits
from ops.adopt.shape import NoFit, Shape
from ops.adopt.shape_login import login
from stacks import Platform
from stacks import config as stack_config
from stacks.adoption import NOTHING, Adoption, Declaration
from stacks.build import build

ROUNDS = 50
TOLD = 12
_PARTS = frozenset({"WAREHOUSE", "RESOURCE MONITOR", "ROLE", "USER", "TAG", "SCHEMA", "PARAMETER", "MASKING POLICY"})
"""Kinds of things without which the platform's model still stands."""
_FOR_SHIPPED = ("quotas", "retention_days", "warehouse_sizes", "max_clusters")
"""Config by keys of the shared declaration; an adopted one has the account's numbers itself."""


@dataclass(frozen=True)
class Fit:
    """How the platform's model fits.

    Attributes:
        adoption: without what is taken over as it is.
        values: for the stack file, without namespace; None for a key that it must not have.
        picture: what the platform's part declares; None where nothing fits.
        notes: in sentences, what does not fit and what would make it.
    """

    adoption: Adoption
    values: dict[str, object]
    picture: Picture | None
    notes: tuple[str, ...]


def fit(where: Place, read: Read) -> Fit:
    """The largest part of the account that is exactly as a declaration of the platform would make it."""
    shipped = _as_shipped(where, read.picture)
    if shipped is not None:
        return Fit(NOTHING, {}, shipped, ("The declaration in stacks/ fits this account as it is.",))
    without: set[Key] = set()
    notes: list[str] = []
    for _ in range(ROUNDS):
        try:
            declaration, values, platform = _candidate(where, read, frozenset(without))
        except (NoFit, NotTold, Undecided, ValueError, KeyError, stacks.PlatformError) as error:
            return _none(notes, _reason(error))
        picture = from_platform(platform)
        found = list(misfits(picture, read.picture))
        if not found:
            return _sound(where, declaration, values, picture, notes)
        left_out = {_part(misfit, without) for misfit in found}
        if None in left_out:
            core = [misfit for misfit in found if _part(misfit, without) is None]
            return _none(notes, *(_told(misfit) for misfit in core[:TOLD]))
        without |= {key for key in left_out if key is not None}
        notes += [f"Left out of the platform: {_told(misfit)}" for misfit in found]
    return _none(notes, "it did not come to rest")


def _as_shipped(where: Place, live: Picture) -> Picture | None:
    """What the shared declaration makes with the stack file as it is, if the account is exactly that."""
    try:
        platform = stacks.load(where.stack, where.config, where.path.name)
    except stacks.PlatformError:
        return None
    picture = from_platform(platform)
    return None if any(misfits(picture, live)) else picture


def _candidate(where: Place, read: Read, without: frozenset[Key]) -> tuple[Declaration, dict[str, object], Platform]:
    shape = Shape(read.picture, read.details, read.estate, without)
    who = login(shape, where.values)
    who.values.update({key: None for key in _FOR_SHIPPED if key in where.values})
    declaration = Declaration(
        databases=shape.databases(),
        warehouses=shape.warehouses(),
        monitors=shape.monitors(),
        roles=shape.roles(),
        network=who.network,
        service_users=who.service_users,
        governance=who.governance,
        settings=who.settings,
    )
    config = stack_config.read(stack_config.readable(merged(where.values, who.values)), where.path.name)
    platform = build(where.environment, config, where.path.name, Adoption(platform=declaration))
    return declaration, who.values, platform


def merged(before: Mapping[str, object], found: Mapping[str, object]) -> dict[str, object]:
    """The stack file with what was found; a value of None takes a key away."""
    both = {**before, **found}
    return {key: value for key, value in both.items() if value is not None}


def _sound(
    where: Place, declaration: Declaration, values: dict[str, object], picture: Picture, notes: list[str]
) -> Fit:
    """The fit, unless the checks of a declaration refuse what the account is."""
    adoption = Adoption(platform=declaration)
    config = stack_config.read(stack_config.readable(merged(where.values, values)), where.path.name)
    try:
        stacks.load(where.stack, config, where.path.name, adoption)
    except stacks.PlatformError as error:
        return _none(notes, *(f"{problem.what} ({problem.field}): {problem.why}" for problem in error.problems[:TOLD]))
    first = "The platform's model fits under the names and numbers of this account."
    return Fit(adoption, values, picture, (first, *dict.fromkeys(notes)))


def _none(notes: list[str], *reasons: str) -> Fit:
    first = "Nothing was declared after the platform's model; everything was taken over as it is."
    why = tuple(f"The model does not fit: {reason}" for reason in reasons)
    return Fit(Adoption(platform="none"), {}, None, (first, *why, *dict.fromkeys(notes)))


def _part(misfit: Misfit, without: set[Key]) -> Key | None:
    """What can be left out for a misfit; None where it is something that the model cannot do without."""
    for kind, name in misfit.about:
        if kind in _PARTS and (kind, name) not in without and not _core(kind, name):
            return kind, name
    return None


def _core(kind: str, name: Name) -> bool:
    return (kind == "ROLE" and len(name) > 1) or (kind == "SCHEMA" and name.last == "GOVERNANCE")


def _told(misfit: Misfit) -> str:
    return f"{misfit.text}. To make it fit: {misfit.sql}" if misfit.sql else misfit.text


def _reason(error: Exception) -> str:
    if isinstance(error, stacks.PlatformError):
        return "; ".join(f"{problem.field}: {problem.why}" for problem in error.problems[:TOLD])
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{error.title} {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
