"""The search for policies that no other beats."""
