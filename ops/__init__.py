"""Day-2 command line: the local Snowflake, deployments, keys, outputs and recovery."""
