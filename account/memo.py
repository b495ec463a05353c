"""What is worked out of a picture is worked out once and kept with that picture, and goes when the picture goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from account.picture import Picture

T = TypeVar("T")


def per_picture(make: Callable[[Picture], T]) -> Callable[[Picture], T]:
    """Keeps the result of a pure function of a picture with the picture itself.

    A picture cannot be hashed (it holds a mapping), so it is no key of a cache. What `make` raises is not kept.
    """
    key = f"_kept_{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def kept(picture: Picture) -> T:
        if key not in picture.__dict__:
            picture.__dict__[key] = make(picture)
        found: T = picture.__dict__[key]
        return found

    return kept
