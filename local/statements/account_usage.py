"""What COVERAGE.md says of SNOWFLAKE.ACCOUNT_USAGE; the views themselves are in ``local.usage``."""

from __future__ import annotations

from local.registry import COVERAGE, Coverage, Level, refuse
from local.shared import DATABASE, SCHEMA
from local.usage import views

_FROM = f"SELECT … FROM {DATABASE}."  # noqa: S608 (a heading of COVERAGE.md)
_GENERAL = "no latency (Snowflake: 45 minutes to 3 hours), the last 2,000 revoked grants and dropped objects"

COVERAGE.append(
    Coverage(
        f"{_FROM}{SCHEMA}.…",
        Level.PARTLY,
        f"{_GENERAL}; read with IMPORTED PRIVILEGES or the database roles OBJECT_, USAGE_, GOVERNANCE_ and "
        "SECURITY_VIEWER; SHOW VIEWS and DESCRIBE do not list the views",
        "docs.snowflake.com: Account Usage, SNOWFLAKE database roles",
    )
)
for _view in views().values():
    COVERAGE.append(
        Coverage(
            f"{_FROM}{SCHEMA}.{_view.name}",
            Level.PARTLY if _view.notes else Level.SUPPORTED,
            _view.notes,
            f"docs.snowflake.com: {_view.name} view (Account Usage)",
        )
    )

refuse(f"{_FROM}ORGANIZATION_USAGE.…", source="docs.snowflake.com: Organization Usage")
