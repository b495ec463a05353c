"""Everything of an account that no declaration says yet, as entries; what cannot be one is a remark."""

from collections import Counter
from collections.abc import Callable, Iterator

from account import things
from account.names import Name
from account.picture import Picture
from account.privileges import plural
from account.values import Undecided
from ops.adopt.access import Access
from ops.adopt.coverage import Coverage
from ops.adopt.details import Details, NotTold
from ops.adopt.model import Estate, Reason, Remark
from ops.adopt.names import Keys, identifier
from ops.adopt.objects import Objects, Unmanaged
from ops.drift import statements
from stacks.adopted import AsIs, Entry

Thing = things.AnyThing
Make = Callable[[Objects, Thing], Entry]
_TOPICS: tuple[tuple[str, type[things.Thing], Make], ...] = (
    ("databases", things.Database, Objects.database),
    ("schemas", things.Schema, Objects.schema),
    ("monitors", things.Monitor, Objects.monitor),
    ("warehouses", things.Warehouse, Objects.warehouse),
    ("roles", things.Role, Objects.role),
    ("network_rules", things.NetworkRule, Objects.network_rule),
    ("network_policies", things.NetworkPolicy, Objects.network_policy),
    ("authentication_policies", things.AuthenticationPolicy, Objects.authentication_policy),
    ("password_policies", things.PasswordPolicy, Objects.password_policy),
    ("masking_policies", things.MaskingPolicy, Objects.masking_policy),
    ("row_access_policies", things.RowAccessPolicy, Objects.row_access_policy),
    ("tags", things.Tag, Objects.tag),
    ("users", things.User, Objects.user),
)  # type: ignore[assignment]
"""Topics of the file in the order in which their objects depend on each other."""
_OF_ACCOUNT = frozenset({"DATABASE", "WAREHOUSE", "RESOURCE MONITOR", "NETWORK POLICY", "USER"})
_CONTENT = frozenset({"TABLE", "STAGE", "TASK", "PROCEDURE", "FUNCTION", "PIPE", "STREAM"})
_KINDS = frozenset(str(kind.__dataclass_fields__["kind"].default) for _, kind, _ in _TOPICS)


class AsIsOf:
    """Collects entries and remarks of one account."""

    def __init__(
        self, picture: Picture, details: Details, estate: Estate, covered: Coverage, before: AsIs | None = None
    ) -> None:
        self._picture, self._estate, self._covered = picture, estate, covered
        self._keys = Keys(before or AsIs())
        self._details = details
        self._objects = Objects(picture, details, self._keys, estate.deployer)
        self._made: set[tuple[str, Name]] = set()
        self.remarks: list[Remark] = []

    def build(self) -> AsIs:
        """The entries; remarks are in `remarks` afterwards."""
        topics = {topic: tuple(self._entries(kind, make)) for topic, kind, make in _TOPICS}
        self._content()
        access = Access(self._picture, self._estate, self._covered, self._made, self._keys)
        role_grants, grants = access.role_grants(), access.grants()
        account = access.account()
        self.remarks += access.remarks
        return AsIs.model_validate({**topics, "role_grants": role_grants, "grants": grants, "account": account})

    def _entries(self, kind: type[things.Thing], make: Make) -> Iterator[Entry]:
        for thing in (thing for thing in self._picture.things if isinstance(thing, kind)):
            if (thing.kind, thing.name) in self._covered.things:
                self._made.add((thing.kind, thing.name))
                continue
            left = self._not_ours(thing)
            entry = None if left is not None else self._attempt(thing, make)
            if left is not None:
                self.remarks.append(left)
            if entry is not None:
                self._made.add((thing.kind, thing.name))
                self._tidy(thing)
                yield entry

    def _not_ours(self, thing: Thing) -> Remark | None:
        kind, name = thing.kind, thing.name
        reason = self._estate.apart.get((kind, name)) or self._estate.apart.get(("DATABASE", name.database))
        if reason is not None and (kind in _OF_ACCOUNT or len(name) > 1 or (kind, name) in self._estate.apart):
            return Remark(reason, kind, str(name))
        if not self._estate.mine(name.database.last):
            return Remark(Reason.OTHER_STACK, kind, str(name))
        if isinstance(thing, things.Monitor) and thing.on_account is True and not self._estate.owns_account:
            return Remark(Reason.OTHER_STACK, kind, str(name), "it is the account's monitor")
        around = ("DATABASE", name.database) if kind in ("SCHEMA", "ROLE") else ("SCHEMA", name.schema)
        if len(name) > 1 and around not in self._made:
            return Remark(Reason.DEPENDS, kind, str(name), f"{around[0]} {around[1]} is not managed")
        return None

    def _attempt(self, thing: Thing, make: Make) -> Entry | None:
        try:
            return make(self._objects, thing)
        except (NotTold, Undecided) as error:
            remark = Remark(Reason.NOT_TOLD, thing.kind, str(thing.name), str(error))
        except Unmanaged as error:
            remark = Remark(Reason.UNMANAGED, thing.kind, str(thing.name), str(error))
        except ValueError as error:
            remark = _bad_name(thing, error)
        self.remarks.append(remark)
        return None

    def _tidy(self, thing: Thing) -> None:
        """Says who owns it, where that is neither the deployment role nor, for what needs it, ACCOUNTADMIN."""
        owner = thing.owner
        usual = thing.kind in ("WAREHOUSE", "RESOURCE MONITOR")
        if owner is None or not hasattr(owner, "name") or owner == self._estate.deployer:
            return
        if usual and owner.name == ("ACCOUNTADMIN",):
            return
        sql = "" if usual else statements.give(_securable(thing), thing.name, self._estate.deployer)
        self.remarks.append(Remark(Reason.OWNERSHIP, thing.kind, str(thing.name), f"owned by {owner}", sql))

    def _content(self) -> None:
        inside: Counter[tuple[str, str]] = Counter()
        for thing in self._picture.things:
            if thing.kind in _KINDS or (thing.kind, thing.name) in self._covered.things:
                continue
            if thing.kind in _CONTENT or len(thing.name) > 2:
                kind = thing.type if isinstance(thing, things.Table) else thing.kind
                inside[str(thing.name.schema), kind] += 1
            else:
                reason = self._estate.apart.get((thing.kind, thing.name), Reason.UNMANAGED)
                self.remarks.append(Remark(reason, thing.kind, str(thing.name)))
        for (schema, kind), count in sorted(inside.items()):
            self.remarks.append(Remark(Reason.CONTENT, kind, schema, f"{count} in this schema"))
        self._owners_of_content()

    def _owners_of_content(self) -> None:
        owners: Counter[tuple[Name, str, str]] = Counter()
        for table in self._picture.all(things.Table):
            owner = table.owner
            if (
                hasattr(owner, "name")
                and owner != self._estate.deployer
                and ("SCHEMA", table.name.schema) in self._made
            ):
                owners[table.name.schema, table.type, str(owner)] += 1
        for (schema, kind, owner_name), count in sorted(owners.items()):
            why = f"{count} owned by {owner_name}: right where that role builds them (dbt, loaders), else the statement"
            whose = f"IN SCHEMA {schema} TO ROLE {self._estate.deployer} COPY CURRENT GRANTS;"
            sql = f"GRANT OWNERSHIP ON ALL {plural(kind)} {whose}"
            self.remarks.append(Remark(Reason.OWNERSHIP, plural(kind), str(schema), why, sql))


def _securable(thing: Thing) -> str:
    """The kind as GRANT writes it."""
    return "DATABASE ROLE" if thing.kind == "ROLE" and len(thing.name) > 1 else thing.kind


def _bad_name(thing: Thing, error: ValueError) -> Remark:
    for part in thing.name:
        try:
            identifier(part)
        except ValueError:
            if thing.kind == "USER":
                why = "a person may rename it; one that an identity provider made is left to that (SCIM)"
                return Remark(Reason.NAME, thing.kind, str(thing.name), why)
            plain = "".join(sign if sign.isalnum() else "_" for sign in thing.name.last).upper()
            renamed = Name((*thing.name.container, plain))
            sql = f"ALTER {_securable(thing)} {thing.name} RENAME TO {renamed};"
            return Remark(Reason.NAME, thing.kind, str(thing.name), sql=sql)
    first = str(error).splitlines()
    return Remark(Reason.UNMANAGED, thing.kind, str(thing.name), " ".join(first[:3]))
