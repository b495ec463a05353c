"""What an account has only once; declared by the one stack that owns the account."""

from __future__ import annotations

from stacks.base import Days, Model


class AccountSettings(Model):
    """Account parameters.

    Attributes:
        minimum_retention_days: no object keeps less Time Travel than this. It raises shorter retentions, so it must
            not exceed the shortest declared one (STAGING: 1 day).
    """

    prevent_unload_to_inline_url: bool = True
    require_storage_integration_for_stage_creation: bool = True
    require_storage_integration_for_stage_operation: bool = True
    minimum_retention_days: Days = 1

    @property
    def parameters(self) -> dict[str, str]:
        """Snowflake's parameter names with their values as text."""
        return {
            "PREVENT_UNLOAD_TO_INLINE_URL": str(self.prevent_unload_to_inline_url).lower(),
            "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION": str(
                self.require_storage_integration_for_stage_creation
            ).lower(),
            "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION": str(
                self.require_storage_integration_for_stage_operation
            ).lower(),
            "MIN_DATA_RETENTION_TIME_IN_DAYS": str(self.minimum_retention_days),
        }


def declared() -> AccountSettings:
    """The account parameters of the platform."""
    return AccountSettings()
