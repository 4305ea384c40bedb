"""Unattended uploads: files that are dropped into a folder or a prefix of the bucket, under a template."""
