"""The parts that all pages share: lists, access and the style guide."""
