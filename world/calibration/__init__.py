"""From tables to a base market that clears at the prices and quantities of the base year."""
