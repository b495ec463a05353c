"""Snowflake's REST API for objects: requests as the SQL statements that they stand for, rows as the API's JSON.

Source: docs.snowflake.com, Snowflake REST APIs (reference of databases, schemas, tables, views, stages, warehouses,
roles, users, grants); ``snowflake.core`` 1.10 (the models of its generated clients).
"""
