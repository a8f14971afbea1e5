"""The provider's list of clients, and what is set for each."""
