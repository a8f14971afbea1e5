"""A vendor's whole file: taken along, brought in, held, and deleted."""
