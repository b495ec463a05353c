"""MUST: the rule book. Each rule is a value with a pure function over a picture of an account, a plan or files."""
