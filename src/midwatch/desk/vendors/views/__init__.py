"""Pages of the vendor files, one module a tab."""
