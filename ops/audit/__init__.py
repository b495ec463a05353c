"""`ops audit`: the live account, judged by the same rules as a change."""
