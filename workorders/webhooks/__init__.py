"""Webhooks: what happens to a company's records and workorders is posted to endpoints of its own systems."""
