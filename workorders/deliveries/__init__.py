"""Deliveries: secure codes that are prepared for one person of a printing partner, and their downloads."""
