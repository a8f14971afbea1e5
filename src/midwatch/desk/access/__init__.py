"""Who may see and do what: roles, the viewer of a request, and the one scope of every query."""
