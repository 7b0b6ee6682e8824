"""Measures of trade policy: instruments, dates, contradictions, and what those in force do in a round."""
