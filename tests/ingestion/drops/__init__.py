"""Tests of unattended uploads."""
