"""Sources of logs: how each does, how one is added, and who sends unknown."""
