"""Equipment, substrates and what else a company keeps under names of its own."""
