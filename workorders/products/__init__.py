"""Products: the one way to store them, their API and pages."""
