"""Files of products, imported whole or not at all."""
