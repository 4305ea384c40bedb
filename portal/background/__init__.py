"""Work outside of requests: the broker, leases of what is worked on, worker slots and outages."""
