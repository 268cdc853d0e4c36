"""The commands of `blackstart`, one a file; each imports what it needs when it runs."""
