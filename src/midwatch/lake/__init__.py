"""The lake: every line the firm's machines wrote, in one Delta Lake table per state folder."""
