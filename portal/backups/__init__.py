"""Backups: database and files in one file, written while the portal runs and restored into an empty installation."""
