"""Encrypted values of a stack file: there, but only Pulumi can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import WrapValidator

if TYPE_CHECKING:
    from pydantic import ValidatorFunctionWrapHandler


class Sealed(str):
    """Stands for an encrypted text where a file is checked without Pulumi. Nothing is known about what is inside."""

    __slots__ = ()


SEALED: Final = Sealed("<encrypted>")


def is_opaque(value: object) -> bool:
    """Whether a value of a stack file is encrypted: `{"secure": "..."}`."""
    return isinstance(value, dict) and set(value) == {"secure"}


def _unread(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    return SEALED if is_opaque(value) or isinstance(value, Sealed) else handler(value)


Sealable = WrapValidator(_unread)
"""For `Annotated`: the text may be encrypted."""

Text = Annotated[str, Sealable]
