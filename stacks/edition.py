"""Snowflake editions and what the lower one lacks."""

from __future__ import annotations

from enum import StrEnum


class Edition(StrEnum):
    """The edition of an account. VPS is Business Critical as far as this platform is concerned."""

    STANDARD = "STANDARD"
    ENTERPRISE = "ENTERPRISE"
    BUSINESS_CRITICAL = "BUSINESS_CRITICAL"


class Feature(StrEnum):
    """What Standard lacks; the value is how a person would name it."""

    LONG_TIME_TRAVEL = "Time Travel of more than 1 day"
    MULTI_CLUSTER = "multi-cluster warehouses"
    MASKING = "masking policies and tags"
    ROW_ACCESS = "row access policies"
    QUERY_ACCELERATION = "query acceleration"


STANDARD_RETENTION_DAYS = 1
"""The longest Time Travel retention of Standard edition, in days."""


def lacks(edition: Edition, feature: Feature) -> bool:
    """Whether an account of `edition` does not have `feature`."""
    del feature
    return edition is Edition.STANDARD
