"""What every page shares: lists and the style guide."""
