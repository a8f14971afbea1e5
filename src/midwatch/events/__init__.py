"""Bytes of a known product → typed columns in Sigma's field names.

A line that cannot be read becomes a ``ParseFailure``; nothing is lost and nothing raises.
This room touches no socket and no file.
"""
