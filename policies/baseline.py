"""What every account has from the start and what Snowflake itself puts there. Nobody can change it: no finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from account.live.baseline import listed
from account.principals import BUILT_IN_ROLES
from account.things import Database, Integration, Role, Thing, User, UserType, Warehouse
from account.values import is_known
from policies.rule import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.picture import Picture
    from policies.rule import Address, Case

T = TypeVar("T", bound=Thing)

DATABASES: Final = tuple(sorted(listed("databases")))
"""The application with the account's own views, and the shared sample data."""
WAREHOUSES: Final = ("SYSTEM$STREAMLIT_NOTEBOOK_WH",)
INTEGRATIONS: Final = ("SNOWFLAKE$LOCAL_APPLICATION",)
_PERSONAL: Final = "USER$"
"""How names of personal databases begin; Snowflake makes one per user who opens a notebook."""


def is_snowflakes(thing: Thing) -> bool:
    """Whether it belongs to Snowflake or to a provider of data, so that nobody here declares or changes it."""
    first = thing.name[0] if thing.name else ""
    if isinstance(thing, Database):
        return first in DATABASES or thing.type.upper() != "STANDARD"
    if isinstance(thing, User):
        return first == "SNOWFLAKE" or (is_known(thing.type) and thing.type is UserType.SNOWFLAKE_SERVICE)
    if isinstance(thing, Role) and len(thing.name) == 1:
        return first in BUILT_IN_ROLES
    if isinstance(thing, Warehouse | Integration):
        return first in (*WAREHOUSES, *INTEGRATIONS)
    if len(thing.name) < 2:
        return False
    return first in DATABASES or first.startswith(_PERSONAL) or thing.name[1] == "INFORMATION_SCHEMA"


def ours(picture: Picture, kind: type[T]) -> Iterator[T]:
    """Every thing of one class that is not Snowflake's own and lies in no shared, application or personal database."""
    foreign = {database.name[0] for database in picture.all(Database) if is_snowflakes(database)}
    for thing in picture.all(kind):
        inside = len(thing.name) > 1 and thing.name[0] in foreign
        if not inside and not is_snowflakes(thing):
            yield thing


def account_wide(case: Case) -> Iterator[Address]:
    """The account as the one subject, if this stack declares what it has only once; nothing otherwise.

    Where nobody told, production is taken for the owner.
    """
    told = case.picture.about.owns_account
    if told or (told is None and case.environment == "prod"):
        yield WHOLE
