"""What a run writes down: the schema of the result tables, their rows, the ledger and the news."""
