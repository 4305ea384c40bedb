"""The work of a printing partner: deliveries of secure codes, and each step to their completion."""
