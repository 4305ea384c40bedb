"""What every call of the API shares: who calls, what it may say, pages of lists, repeats, throttling and the schema."""
