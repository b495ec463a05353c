"""R1: one database per layer, and their schemas."""

from __future__ import annotations

from enum import StrEnum

from stacks.base import AccountObject, Days, Model
from stacks.names import Identifier, QualifiedName


class Layer(StrEnum):
    """How far data has come."""

    RAW = "raw"
    STAGING = "staging"
    ANALYTICS = "analytics"


class BuiltBy(StrEnum):
    """Who creates the tables and views of a schema, and so owns and may drop them."""

    MIGRATIONS = "migrations"
    DBT = "dbt"
    LOADER = "loader"


class Schema(Model):
    """A managed-access schema: only its owner, the deployment role, grants on what is inside.

    Attributes:
        readable: the database's `_R` role reads it. Control and governance schemas are not readable.
        writable: the database's `_RW` role writes to its tables.
        states_retention: it states its database's retention again; one that was adopted may inherit it.
    """

    name: Identifier
    comment: str
    built_by: BuiltBy = BuiltBy.MIGRATIONS
    readable: bool = True
    writable: bool = True
    states_retention: bool = True


class Database(AccountObject):
    """A database of one layer.

    Attributes:
        retention_days: Time Travel, in days; the edition limits it (Standard: 1).
    """

    layer: Layer
    comment: str
    retention_days: Days
    schemas: tuple[Schema, ...]

    def path(self, name: str) -> QualifiedName:
        """The qualified name of one of its schemas."""
        return QualifiedName.of(self.name, name)


GOVERNANCE = Identifier("GOVERNANCE")


def declared() -> tuple[Database, ...]:
    """The databases of the platform. A new database or schema is a new entry here."""

    def source(name: str, comment: str, built_by: BuiltBy = BuiltBy.MIGRATIONS) -> Schema:
        return Schema(name=Identifier(name), comment=comment, built_by=built_by)

    sources = (
        ("POSTGRES", "The shop's PostgreSQL database"),
        ("STRIPE", "Payments and refunds from Stripe"),
        ("FILES", "CSV and Parquet files"),
        ("POS", "Point-of-sale files"),
    )
    return (
        Database(
            key="raw",
            name=Identifier("ECOMMERCE_RAW"),
            layer=Layer.RAW,
            comment="Source data as it arrived",
            retention_days=90,
            schemas=(
                *(source(name, comment) for name, comment in sources),
                Schema(
                    name=Identifier("_LOADER"),
                    comment="Control tables and staging of the loaders",
                    built_by=BuiltBy.LOADER,
                    readable=False,
                ),
            ),
        ),
        Database(
            key="staging",
            name=Identifier("ECOMMERCE_STAGING"),
            layer=Layer.STAGING,
            comment="Source data cleaned and typed",
            retention_days=1,
            schemas=tuple(source(name, comment, BuiltBy.DBT) for name, comment in sources),
        ),
        Database(
            key="analytics",
            name=Identifier("ECOMMERCE_ANALYTICS"),
            layer=Layer.ANALYTICS,
            comment="What analysts and dashboards read",
            retention_days=30,
            schemas=(
                source("MARTS", "Facts and dimensions", BuiltBy.DBT),
                source("MONITORING", "Freshness, quality and cost views"),
                source("ML", "Model registry and feature store"),
                Schema(
                    name=GOVERNANCE,
                    comment="Network rules, policies and tags",
                    readable=False,
                    writable=False,
                ),
            ),
        ),
    )
