"""Workloads that are too wide for all of their crash points."""

from collections.abc import Sequence
from random import Random

from model.explore.workload import Workload

MOST_MOMENTS = 40


def thinned_moments(workload: Workload, seed: int) -> Sequence[int]:
    """Which moments of a wide workload are looked at: the first and last of each promise, and some between.

    A moment is an index into `workload.moments`.
    """
    count = len(workload.moments)
    if count <= MOST_MOMENTS:
        return range(count)
    held = workload.obligations
    edges = {
        index
        for index in range(count)
        if index in (0, count - 1) or held[index] is not held[index - 1] or held[index] is not held[index + 1]
    }
    others = [index for index in range(count) if index not in edges]
    drawn = Random(seed).sample(others, min(len(others), max(0, MOST_MOMENTS - len(edges))))  # noqa: S311  (it must repeat)
    return sorted({*edges, *drawn})


def thin(workload: Workload, seed: int) -> Workload:
    """The workload with fewer moments; everything else is as it was."""
    chosen = thinned_moments(workload, seed)
    workload.moments = [workload.moments[index] for index in chosen]
    workload.obligations = [workload.obligations[index] for index in chosen]
    return workload
