"""The rules that a row must fulfil to become a code."""
