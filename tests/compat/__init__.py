"""Clients that nobody here wrote, each at its main job: `make compat` (docs/local-snowflake.md has the table)."""
