"""The client's page: what is told to the firm that is watched, in one page and plain words."""
