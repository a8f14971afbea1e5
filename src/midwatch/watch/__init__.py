"""Joins the rooms into running processes."""
