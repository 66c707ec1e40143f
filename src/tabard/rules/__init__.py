"""Pure functions and frozen values: what is decided, counted, graded. No Django, no I/O."""
