"""Codes as bytes of images, sheets and zips; nothing here knows the database."""
