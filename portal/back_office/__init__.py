"""The parts that all lists and forms of the back office share."""
