"""What a row must fulfil."""
