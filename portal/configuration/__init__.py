"""Reads and checks the environment variables that `portal.settings` names."""
