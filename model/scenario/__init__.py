"""Counterexamples worth keeping: made small, explained, written to files that people can read, and replayed."""
