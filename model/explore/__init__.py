"""Explorers: what can go one way or another, gone every way."""
