"""`make bench`: measures what a user waits for and writes docs/benchmarks.md. Goals, not tests: nothing fails here."""
