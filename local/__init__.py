"""The embedded local Snowflake: a stand-in for tests, reviews and learning, never a production database."""
