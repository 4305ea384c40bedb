"""Codes: their bulk load, look-up, URL prefixes, activation, pages and API."""
