"""From policy to the lanes of a market: what stands on each, quotas, ways round, trade nobody records."""
