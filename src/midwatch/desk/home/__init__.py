"""The first page, and what is said when a page is not there."""
