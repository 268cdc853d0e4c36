"""Litmus tests: programs of a few calls, what a power cut after them may leave, and what real disks have shown."""

from model.litmus.outcomes import TooWide, admits, outcomes
from model.litmus.playing import arrange, describe, play
from model.litmus.program import Call, Program
from model.litmus.tree import Tree, read_tree

__all__ = ["Call", "Program", "TooWide", "Tree", "admits", "arrange", "describe", "outcomes", "play", "read_tree"]
