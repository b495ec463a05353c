"""The data plane: rows in DuckDB, whose tables are derived from the catalogue.

DuckDB holds rows and nothing else. Every physical table ``t<table id>`` with columns ``c<column id>`` follows from a
table of the catalogue; ``local.data.store`` compares the two before a transaction starts and brings DuckDB into shape.
So a change of a table is committed once, in the catalogue, and no statement needs both stores to commit together.
"""
