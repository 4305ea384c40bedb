"""Kinds of ids that a standard shapes; nothing here knows the database."""
