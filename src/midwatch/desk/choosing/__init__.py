"""Choosing a vendor, what vendors hold of a client's data, and what a watch says of itself."""
