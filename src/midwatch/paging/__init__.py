"""Stores incidents and gets them to people."""
