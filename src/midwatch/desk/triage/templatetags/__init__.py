"""Tags of the triage pages."""
