"""What would have had to be different for a government to decide otherwise."""
