"""`ops access`: who can do what, and why, from the declaration, the state or the live account."""
