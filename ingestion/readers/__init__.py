"""Reading files: bytes in, batches of rows out; nothing here knows the database."""
