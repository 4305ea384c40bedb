"""Everything that can be wrong with a file, and the log of what was found."""
