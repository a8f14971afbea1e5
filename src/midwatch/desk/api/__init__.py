"""The API: what the pages do, for programs; described by its own schema."""
