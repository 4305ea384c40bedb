"""Changes of existing codes: applied by one statement each, kept as history, undone as a whole."""
