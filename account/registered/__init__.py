"""Pulumi resources of the Snowflake provider, read topic by topic into the facts of a picture."""
