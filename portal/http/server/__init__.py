"""Gunicorn's worker that waits for slow clients outside of the threads."""
