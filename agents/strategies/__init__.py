"""How a government decides on its standing: a strategy a file, named in a scenario."""
