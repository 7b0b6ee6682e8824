"""Figures of a run, drawn with seaborn from its tables alone."""
