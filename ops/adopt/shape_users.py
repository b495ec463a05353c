"""The platform's users as an account has them: programs of the declaration, people of the stack file."""

from collections.abc import Mapping

from account import things
from account.names import Name
from account.principals import Principal, PrincipalKind, role, user
from account.values import known
from ops.adopt.names import identifier
from ops.adopt.shape import TIMEOUT, Shape, keyed
from stacks import users
from stacks.users import ServiceUser

_ADMINISTRATOR = role("ACCOUNTADMIN")


class Users:
    """Programs and people. `before`: the stack file's values; `values`: those found so far, which this adds to."""

    def __init__(self, shape: Shape, before: Mapping[str, object], values: dict[str, object]) -> None:
        self.shape, self.details, self.picture = shape, shape.details, shape.picture
        self.before, self.values = before, values

    def _usual(self, who: things.User, *parameters: str) -> bool:
        """Whether nothing is set on a user but what the platform's declaration says of one."""
        told, name = self.details.user(who.name), who.name.last
        named = {told.get("LOGIN_NAME", name).upper(), name.upper()} == {name.upper()} and told.get(
            "DISPLAY_NAME"
        ) == name
        nothing = not any(told.get(field) for field in ("DEFAULT_NAMESPACE", "MIDDLE_NAME")) and who.disabled is False
        return named and nothing and self.shape.plain("USER", who.name, "NETWORK_POLICY", *parameters)

    def _roles(self, who: things.User) -> list[str] | None:
        """Keys of the functional roles that a user has, the default one first; None where there are others, too."""
        held = {entry.role for entry in self.picture.memberships if entry.member == user(who.name.last)}
        keys = {on: key for on, key in self.shape.role_keys.items() if Principal(PrincipalKind.ROLE, on) in held}
        default = keys.get(Name.of(known(who.default_role) or ""))
        if len(keys) != len(held) or default is None:
            return None
        return [default, *sorted(key for key in keys.values() if key != default)]

    def _keys(self, name: Name) -> dict[str, str]:
        told = self.details.user(name)
        slots = (("rsa_public_key", "RSA_PUBLIC_KEY"), ("rsa_public_key_2", "RSA_PUBLIC_KEY_2"))
        return {slot: told[column] for slot, column in slots if column in told}

    def services(self) -> tuple[ServiceUser, ...]:
        """Programs and people; people and public keys go into the stack file."""
        self._people()
        found = []
        for one in self.picture.all(things.User):
            keys = self._roles(one) if self.shape.part(one) and known(one.type) is things.UserType.SERVICE else None
            warehouse = self.shape.warehouse_keys.get(Name.of(known(one.default_warehouse) or ""))
            timeout = one.statement_timeout
            one_role = keys is not None and len(keys) == 1 and self._usual(one, TIMEOUT)
            if keys and one_role and warehouse is not None and isinstance(timeout, int):
                found.append((one, keys[0], warehouse, timeout))
        names = keyed((one.name for one, *_ in found), (declared.key for declared in users.declared()))
        optional = {declared.key for declared in users.declared() if declared.optional}
        self.values["public_keys"] = {
            identifier(self.shape.stripped(one.name)).sql: self._keys(one.name) for one, *_ in found
        }
        self.values["bi_user"] = bool(optional & set(names.values()))
        return tuple(
            ServiceUser(
                key=names[one.name],
                name=identifier(self.shape.stripped(one.name)),
                comment=known(one.comment) or "",
                role=key,
                warehouse=warehouse,
                statement_timeout=timeout,
                optional=names[one.name] in optional,
            )
            for one, key, warehouse, timeout in found
        )

    def _people(self) -> None:
        people = []
        for one in self.picture.all(things.User):
            keys = self._roles(one) if self.shape.part(one) and known(one.type) is things.UserType.PERSON else None
            if keys is not None and known(one.email) and self._usual(one):
                people.append({**self._person(one), "roles": keys})
        self.values["people"] = people
        self.values["break_glass"] = self._rescuers()
        self.values["monitor_notify"] = []

    def _rescuers(self) -> list[dict[str, object]]:
        """Administrators with nothing but ACCOUNTADMIN. No account knows where they are: the config does, else the
        whole list of the people's network policy is taken."""
        configured = self.before.get("break_glass")
        entries = configured if isinstance(configured, list) else []
        known_before = {str(entry.get("name")): entry for entry in entries if isinstance(entry, dict)}
        everywhere = self.values.get("people_cidrs")
        found = []
        for one in self.picture.all(things.User):
            held = {entry.role for entry in self.picture.memberships if entry.member == user(one.name.last)}
            mine = self.shape.part(one, administered=True) and held == {_ADMINISTRATOR}
            if mine and known(one.email) and self._usual(one):
                before = known_before.get(identifier(one.name.last).sql, {})
                found.append({**self._person(one), "addresses": before.get("addresses", everywhere)})
        return found

    def _person(self, one: things.User) -> dict[str, object]:
        told = self.details.user(one.name)
        named = {"first_name": told.get("FIRST_NAME"), "last_name": told.get("LAST_NAME")}
        return {
            "name": identifier(self.shape.stripped(one.name)).sql,
            "email": known(one.email),
            **{name: value for name, value in named.items() if value},
            **self._keys(one.name),
        }
