"""Moves of governments: what each is shown, what it decides, what its decision does to the world."""
