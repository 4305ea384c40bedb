"""The stages of one ingestion, in the order in which the engine calls them."""
