"""Domains of URL prefixes, and the proof that they are the company's."""
