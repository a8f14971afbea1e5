"""The record: every change and every reveal, kept append-only."""
