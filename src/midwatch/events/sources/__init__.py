"""One folder for each product whose logs Midwatch reads; see the recipe in the docs."""
