"""The data plane: rows in DuckDB, whose tables are derived from the catalogue.

DuckDB holds rows and nothing else. Every physical table ``t<table id>`` with columns ``c<column id>`` follows from a
table of the catalogue; ``local.data.store`` compares the two before a transaction starts and brings DuckDB into shape.
So a change of a table is committed once, in the catalogue, and no statement needs both stores to commit together.
CREATE TABLE … AS, which fills DuckDB first, takes its table number from the catalogue beforehand: should the server die
before the table is recorded, nothing has that number and the rows go when the file is next opened. That is all of
recovery, so it needs no step at start-up; it happens with the first statement about data.
"""
