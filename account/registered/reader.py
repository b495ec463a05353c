"""Reads one resource: its plain values, its own name, and what its properties refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.names import Name
from account.origin import Origin
from account.principals import Principal, PrincipalKind, role
from account.registered import names, values
from account.registered.catalogue import MADE, Level
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from account.builder import Builder
    from account.pulumi import Resource

PROVIDER: Final = "pulumi:providers:snowflake"
NOTHING_KNOWN: Final = Unknown("the engine gave no property of this resource, because its provider is not known yet")
_BOOKKEEPING: Final = frozenset({"__defaults", "__internal"})
_UNKNOWN_PART: Final = "(not known)"
_HIDES: Final = {
    "USER": ("GRANT", "MEMBERSHIP"),
    "ROLE": ("GRANT", "MEMBERSHIP"),
    "DATABASE": ("GRANT",),
    "SCHEMA": ("GRANT",),
}
"""What else is not seen where a name is not known: who it is that holds something, and where something lies."""


class Block:
    """Properties of a resource or of a nested block; if the whole is unknown, so is each of them."""

    __slots__ = ("content",)

    def __init__(self, content: Mapping[str, object] | Unknown) -> None:
        self.content = content

    def raw(self, key: str) -> object:
        """The value as it came; None where it is not there."""
        return self.content if isinstance(self.content, Unknown) else self.content.get(key)

    def text(self, key: str) -> Maybe[str | None]:
        """A text."""
        return values.text(self.raw(key))

    def upper(self, key: str) -> Maybe[str | None]:
        """A text in upper case."""
        return values.upper(self.raw(key))

    def number(self, key: str) -> Maybe[int | None]:
        """A whole number."""
        return values.number(self.raw(key))

    def flag(self, key: str) -> Maybe[bool | None]:
        """A boolean of whichever spelling."""
        return values.flag(self.raw(key))

    def texts(self, key: str) -> tuple[str, ...] | Unknown:
        """A list of texts, sorted."""
        return values.texts(self.raw(key))

    def uppers(self, key: str) -> tuple[str, ...] | Unknown:
        """A list of texts in upper case, sorted."""
        found = self.texts(key)
        return found if isinstance(found, Unknown) else tuple(sorted(entry.strip().upper() for entry in found))

    def block(self, key: str) -> Block | None:
        """A nested block; None where it is not there."""
        found = values.block(self.raw(key))
        return None if found is None else Block(found)

    def blocks(self, key: str) -> tuple[Block, ...] | Unknown:
        """A list of nested blocks."""
        found = values.items(self.raw(key))
        if isinstance(found, Unknown):
            return found
        inner = (values.block(entry) for entry in found)
        return tuple(Block(entry) for entry in inner if entry is not None)


class Index:
    """All resources of one run, to find what a property was computed from and who acts."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.by_urn = {resource.urn: resource for resource in resources}
        self._own: dict[str, Name] = {}
        self._roles = {
            resource.urn: values.text(resource.inputs.get("role"))
            for resource in self.by_urn.values()
            if resource.type == PROVIDER
        }

    def provider_role(self, resource: Resource) -> Maybe[str | None]:
        """The role that the provider of a resource acts in; None where the provider leaves it to its user's default."""
        if resource.provider_role:
            return resource.provider_role
        urn, reference = resource.provider, resource.provider.rpartition("::")[0]
        return self._roles.get(urn, self._roles.get(reference))

    def own_name(self, resource: Resource) -> Name:
        """The name of the object that a resource makes.

        Parts that are not known yet stand in brackets, which no other object's name does: the resource's own name for
        the object, so that two of them stay apart.
        """
        found = self._own.get(resource.urn)
        if found is None:
            made = MADE.get(resource.kind)
            level = made.level if made is not None else Level.ACCOUNT
            found = self._own[resource.urn] = Name(self._part(resource, key) for key in level.value)
        return found

    def _part(self, resource: Resource, key: str) -> str:
        value = values.text(resource.inputs.get(key))
        if isinstance(value, str):
            return names.one(value).last
        if key == "name":
            return f"({resource.name})"
        found = self.depended(resource, key, "SCHEMA" if key == "schema" else "DATABASE")
        return _UNKNOWN_PART if isinstance(found, Unknown) else found.last

    def depended(self, resource: Resource, key: str, kind: str) -> Name | Unknown:
        """The one object of a kind that an unknown property was computed from."""
        found = self.all_depended(resource, key, kind)
        if len(found) == 1:
            return found[0]
        return Unknown(f"{key} of {resource.kind} {resource.name} is not known before the change is made")

    def all_depended(self, resource: Resource, key: str, kind: str) -> tuple[Name, ...]:
        """Every object of a kind that a property was computed from."""
        sources = (self.by_urn.get(urn) for urn in resource.dependencies.get(key, ()))
        return tuple(
            dict.fromkeys(
                self.own_name(source)
                for source in sources
                if source is not None and (made := MADE.get(source.kind)) is not None and made.kind == kind
            )
        )


class Reader(Block):
    """One resource on its way into a picture."""

    __slots__ = ("builder", "index", "origin", "resource")

    def __init__(self, resource: Resource, index: Index, builder: Builder) -> None:
        blank = not any(key not in _BOOKKEEPING for key in resource.inputs)
        super().__init__(NOTHING_KNOWN if blank else resource.inputs)
        self.resource, self.index, self.builder = resource, index, builder
        self.origin = Origin(urn=resource.urn, file=resource.file, line=resource.line)

    @property
    def where(self) -> str:
        """The resource in words."""
        return f"{self.resource.kind} {self.resource.name}"

    @property
    def owner(self) -> Principal | Unknown:
        """Who owns what this resource makes: the role that its provider acts in."""
        acting = self.index.provider_role(self.resource)
        if isinstance(acting, str):
            return role(names.session_role(acting))
        return acting if isinstance(acting, Unknown) else Unknown(f"the role of the provider of {self.where}")

    def own_name(self) -> Name:
        """The name of the object that this resource makes; what is not known of it is told as a blind spot."""
        name = self.index.own_name(self.resource)
        if any(part.startswith("(") for part in name):
            kind = MADE[self.resource.kind].kind
            more = _HIDES.get(kind, ("GRANT",) if any(part.startswith("(") for part in name.container) else ())
            self.blind(f"name of {self.where}", "it is not known before the change is made", kind, *more)
        return name

    def blind(self, what: str, why: str, *kinds: str) -> None:
        """Say what could not be seen of this resource."""
        self.builder.blind(what, f"{why} ({self.resource.urn})", *kinds)

    def named(self, key: str, kind: str, value: object = None) -> Maybe[Name | None]:
        """What a property refers to: an object of the account. `value` where it stands inside a block of that key."""
        found = values.text(self.raw(key) if value is None else value)
        if isinstance(found, Unknown):
            return self.index.depended(self.resource, key, kind)
        return names.optional(found)

    def inside(self, key: str, kind: str, value: object = None) -> Maybe[Name | None]:
        """What a property refers to: an object in a database or schema."""
        found = values.text(self.raw(key) if value is None else value)
        if isinstance(found, Unknown):
            return self.index.depended(self.resource, key, kind)
        return None if found is None else names.parts(found)

    def all_inside(self, key: str, kind: str) -> tuple[Name, ...] | Unknown:
        """What a list of references means. Unknown entries are resolved if each has one object that it can mean."""
        found = values.items(self.raw(key))
        if isinstance(found, Unknown):
            return found
        plain = [values.text(entry) for entry in found]
        stated = {names.parts(entry) for entry in plain if isinstance(entry, str)}
        open_ones = sum(isinstance(entry, Unknown) for entry in plain)
        if open_ones:
            candidates = set(self.index.all_depended(self.resource, key, kind)) - stated
            if len(candidates) != open_ones:
                return Unknown(f"{key} of {self.where} is not known before the change is made")
            stated |= candidates
        return tuple(sorted(stated))

    def account_role(self, key: str) -> Maybe[Principal | None]:
        """An account role that a property names."""
        found = self.text(key)
        if isinstance(found, str):
            return role(names.role_name(found))
        return self._principal(found, key, "ROLE", PrincipalKind.ROLE, 1)

    def database_role(self, key: str) -> Maybe[Principal | None]:
        """A database role that a property names."""
        found = self.text(key)
        if isinstance(found, str):
            return Principal(PrincipalKind.DATABASE_ROLE, names.parts(found))
        return self._principal(found, key, "ROLE", PrincipalKind.DATABASE_ROLE, 2)

    def account_principal(self, key: str, kind: PrincipalKind) -> Maybe[Principal | None]:
        """A user or share that a property names."""
        found = self.text(key)
        if isinstance(found, str):
            return Principal(kind, names.one(found))
        return self._principal(found, key, kind.value, kind, 1)

    def _principal(
        self, found: Unknown | None, key: str, kind: str, principal: PrincipalKind, size: int
    ) -> Maybe[Principal | None]:
        if found is None:
            return None
        candidates = [name for name in self.index.all_depended(self.resource, key, kind) if len(name) == size]
        if len(candidates) == 1:
            return Principal(principal, candidates[0])
        return Unknown(f"{key} of {self.where} is not known before the change is made")
