"""The parts that all calls of the API share: authentication, checks, lists, repeats, throttling and the schema."""
