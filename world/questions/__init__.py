"""Markets that agents ask about: the setting that a round shares, and the rows cut out of it."""
