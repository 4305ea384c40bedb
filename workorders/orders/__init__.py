"""Ordering workorders, and minting their ids."""
