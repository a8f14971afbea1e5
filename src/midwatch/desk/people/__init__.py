"""People: who may come in, in which roles, for which clients; invitations and tokens."""
