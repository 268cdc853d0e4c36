"""Litmus tests: programs of a few calls, what a power cut after them may leave, and what real disks have shown."""

from model.litmus.outcomes import TooWide, admits, outcomes
from model.litmus.playing import arrange, play
from model.litmus.program import Call, Program
from model.litmus.tree import Tree, describe, parse_tree, read_tree, tree_text

__all__ = [
    "Call",
    "Program",
    "TooWide",
    "Tree",
    "admits",
    "arrange",
    "describe",
    "outcomes",
    "parse_tree",
    "play",
    "read_tree",
    "tree_text",
]
