"""Sectors that use minerals: what reaches their lines, what they lose, where assembly moves."""
