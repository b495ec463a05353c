"""PICTURE of a live account, from what Snowflake answers: statements as data, rows as plain mappings, pure functions.

`account.live.sources` holds the statements, `account.live.plan` says which to ask next, `account.live.pictures` makes
the picture. Nothing here talks to Snowflake; `ops.reader` does.
"""
