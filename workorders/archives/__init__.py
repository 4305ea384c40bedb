"""Archives of workorders: what goes into them, images of all codes, and their downloads."""
