"""The protocol that Snowflake's drivers speak: login, sessions, statements, results."""
