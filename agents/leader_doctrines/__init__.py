"""How the leader courts and presses: a doctrine a file, named in a scenario."""
