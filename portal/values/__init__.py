"""Values that calls, forms and commands take: texts, whole numbers, choices, addresses."""
