"""The servers that one machine runs by itself, and the processes that keep them up."""
