"""Secure workorders: ordering, uploads into them, their workflow, timeline and e-mails."""
