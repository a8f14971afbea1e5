"""Vendors: the file of everybody a client buys from, kept true for years."""
