"""What all declared models share."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from stacks.names import Identifier

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
"""A stable lower-case name. Pulumi resource names are made from it, never from the prefixed name."""

Days = Annotated[int, Field(ge=0, le=90)]
Seconds = Annotated[int, Field(gt=0, le=604_800)]
Percent = Annotated[int, Field(ge=1, le=1000)]
Credits = Annotated[int, Field(ge=1)]


class Model(BaseModel):
    """Frozen plain data; a field that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class AccountObject(Model):
    """An object that lives in the account itself, so its name carries the environment's prefix in a shared account."""

    key: Key
    name: Identifier

    def named_for(self, prefix: str) -> Self:
        """The same object under the name it has in an account where this environment uses `prefix`."""
        return self.model_copy(update={"name": self.name.prefixed(prefix)})
