"""Mails that remind people of what is due with vendors."""
