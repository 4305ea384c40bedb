"""Exports: files of the codes that a filter finds."""
