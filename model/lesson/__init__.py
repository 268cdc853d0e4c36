"""Lessons: a run on the simulated machine, told call by call, with the plug in the hand of whoever reads it."""
