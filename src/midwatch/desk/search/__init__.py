"""Search and hunt: questions to the lake, down to the raw line; kept, and made into rules."""
