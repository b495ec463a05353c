"""Commands of the `ops` command line, one module per topic; heavy imports happen inside the commands."""
