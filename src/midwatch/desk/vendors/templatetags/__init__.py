"""Words of the vendor file for templates."""
