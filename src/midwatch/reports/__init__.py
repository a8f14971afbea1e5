"""Values in, document out."""
