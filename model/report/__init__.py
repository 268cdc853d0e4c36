"""What a campaign found, for people (text at 80 columns) and for programs (JSON, the run folder)."""
