"""The same equations as compiled loops; the array form beside it is the reference."""
