"""One module per program: how it is started and what it is asked to do."""
