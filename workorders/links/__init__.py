"""Links of products and companies: where the public page of a code leads, as a GS1-Conformant resolver (1.2.0)."""
