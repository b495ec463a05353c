"""`ops review`: what a pull request does to the account, in one comment."""
