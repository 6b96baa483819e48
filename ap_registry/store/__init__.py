"""PostgreSQL: the ledger, what is derived from it, and the questions asked of both."""
