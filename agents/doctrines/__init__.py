"""How the dominant refiner answers: a doctrine a file, named in a scenario."""
