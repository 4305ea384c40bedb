"""The pages of uploads and their records."""
