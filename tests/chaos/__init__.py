"""Rounds of faults on a whole portal at work: `make chaos`, whose figures stand in `docs/reliability.md`."""
