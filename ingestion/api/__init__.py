"""The API of uploads and their records."""
