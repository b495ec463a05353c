"""PICTURE of an account: a plain model of roles and grants, and pure functions on it."""
