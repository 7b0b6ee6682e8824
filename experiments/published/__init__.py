"""Results of others, made again with the same machinery."""
