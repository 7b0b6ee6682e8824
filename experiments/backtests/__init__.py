"""Cases of history: how one is written, played and scored, and how parameters are fitted to all."""
