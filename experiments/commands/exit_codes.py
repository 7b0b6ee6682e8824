"""How a command ended, for the shell."""

DONE = 0
FAILED = 1
"""A failure inside."""
WRONG_INPUT = 2
"""Something that the user can mend."""
SOME_FAILED = 3
"""All is played, and some runs of it failed."""
INTERRUPTED = 130
