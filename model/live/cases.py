"""Cases on a real disk, with the power cut at every call: whole stores, and what recovers from what the cut left.

Three ways to cut, and each different disk is looked at once:

- *as is*: at every moment of one run the image is copied;
- *after a commit*: for every call the case is run again up to there, what was put off is written down, and the image is
  copied;
- *block log*: every disk that the log of one run can be cut to (`model.live.block_states`), as the run was, or with
  a commit forced after every call.

A complete example, with a target of `model.target`:

    def look(kernel, path):
        return target.examine(kernel, path)             # recovers; whatever it changes, it changes on a copy

    def judge(sight):
        for moment in sight.moments:                    # the cut may have been at any of them
            for violation in target.judge(moment.promised, sight.seen):
                print(sight.how, sight.calls, violation, tree_text(sight.held))

    def work(workshop):
        bench = Bench(workshop)
        calls = cut_as_is(bench, setup, case.play, look, judge)
        cut_after_commits(bench, setup, case.play, look, judge, calls=calls)
        cut_block_log(bench, setup, case.play, look, judge, seed=0)

    run_apart(work)
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from model.litmus import Tree, read_tree
from model.litmus.outcomes import FOLDER
from model.live.block_log import Mark
from model.live.block_states import Device, block_states
from model.live.disk import Bench, LiveDisk
from model.live.file_systems import Setup
from model.live.kernel import LiveKernel
from model.live.mirror import Mirror
from model.live.replay import Replay
from model.live.stage import STORE, LiveStage, Moment
from model.simulation.power import Killed
from store.kernel import Kernel

Seen = TypeVar("Seen")

PlayOn = Callable[[Any], None]
"""Plays a case on a stage; typed loosely, because cases are written for the simulated one."""

Look = Callable[[Kernel, str], Seen]
"""What a fresh process makes of the disk, given its system calls and the path of the store."""


@dataclass(frozen=True)
class Sight(Generic[Seen]):
    """One disk that a cut left, and what a fresh process made of it.

    Attributes:
        how: How the power was cut.
        moments: The moments at which the cut may have been, in order; what each promised must hold.
        following: The moment after the first of them, until which the cut may have been; None if there is none.
        calls: The calls up to the first of these moments.
        held: What the disk held when it was mounted again, before anybody looked.
        seen: What the look returned.
        error: Why the disk could not be used; then `held` is empty, and `seen` None.
        mirror: The simulated machine that followed.
    """

    how: str
    moments: tuple[Moment, ...]
    following: Moment | None
    calls: tuple[str, ...]
    held: Tree
    seen: Seen | None
    error: OSError | None
    mirror: Mirror

    def is_admitted(self, profile: str) -> bool:
        """Whether the profile admits what the disk held, at every moment at which the cut may have been."""
        if self.error is not None:
            return False
        first, *others = self.moments
        last = first.effects if self.following is None else self.following.effects
        return self.mirror.admits(profile, self.held, first.effects, last) and all(
            self.mirror.admits(profile, self.held, moment.effects, moment.effects) for moment in others
        )


Judge = Callable[[Sight[Seen]], None]


def cut_as_is(bench: Bench, setup: Setup, play: PlayOn, look: Look[Seen], judge: Judge[Seen]) -> int:
    """Cut the power at every moment of one run; returns how many calls that run had."""
    with bench.live(setup) as disk:
        cutting = _Cutting(bench, disk, look, judge, "as is")
        cutting.run(play)
        return cutting.calls


def cut_after_commits(
    bench: Bench, setup: Setup, play: PlayOn, look: Look[Seen], judge: Judge[Seen], *, calls: int
) -> None:
    """For each of so many calls, run up to it, force a commit, and cut the power."""
    for number in range(calls + 1):
        with bench.live(setup) as disk:
            _Cutting(bench, disk, look, judge, f"after a commit behind call {number}", only=number).run(play)


def cut_block_log(
    bench: Bench,
    setup: Setup,
    play: PlayOn,
    look: Look[Seen],
    judge: Judge[Seen],
    *,
    seed: int,
    commits: bool = False,
    device: Device = "honest",
) -> int:
    """Run once, and cut the log of block writes everywhere; returns how many different disks were looked at.

    Args:
        bench: Where.
        setup: The file system.
        play: Plays the case.
        look: What a fresh process makes of each disk.
        judge: Judges it.
        seed: Which of too many disks are taken.
        commits: Force a commit after every call.
        device: What the device does with flushes.
    """
    moments: list[Moment] = []
    with bench.recorded(setup) as disk:

        def at(moment: Moment) -> None:
            disk.server.tell(str(len(moments)))
            moments.append(moment)
            if commits and moment.call:
                disk.commit()

        stage = LiveStage(disk, at)
        try:
            play(stage)
        finally:
            stage.end()
        log = disk.log()
        places = [place for place, entry in enumerate(log) if isinstance(entry, Mark)]
        replay = Replay(bench, disk, log, lambda kernel: _look_at(kernel, look))
        how = "block log, commits forced" if commits else "block log"
        for state in block_states(log, start=places[0] + 1, seed=seed, device=device):
            first = bisect_left(places, state.first) - 1
            last = max(first + 1, bisect_left(places, state.last))
            found = _with_error(replay.shown(state))
            calls = tuple(moment.call for moment in moments[: first + 1] if moment.call)
            following = moments[first + 1] if first + 1 < len(moments) else None
            judge(Sight(how, tuple(moments[first:last]), following, calls, *found, stage.mirror))
        return replay.disks


class _Cutting(Generic[Seen]):
    """A run that is cut at its moments: all of them as is, or `only` those after one call, behind a commit."""

    def __init__(
        self, bench: Bench, disk: LiveDisk, look: Look[Seen], judge: Judge[Seen], how: str, *, only: int | None = None
    ) -> None:
        self._bench = bench
        self._disk = disk
        self._look = look
        self._judge = judge
        self._how = how
        self._only = only
        self._trace: list[str] = []
        self._writes = -1
        self._found: _Found[Seen] = (frozenset(), None, None)
        self._stage = LiveStage(disk, self._at)

    @property
    def calls(self) -> int:
        return len(self._trace)

    def run(self, play: PlayOn) -> None:
        try:
            play(self._stage)
        except Killed:
            assert self._only is not None, "only a run that is to stop early is stopped"
        finally:
            self._stage.end()

    def _at(self, moment: Moment) -> None:
        if moment.call:
            self._trace.append(moment.call)
        if self._only is not None:
            if moment.calls < self._only:
                return
            if moment.calls > self._only:
                raise Killed("seen enough of it")
            if self._writes < 0:
                self._disk.commit()
        writes = self._disk.writes()
        if writes != self._writes:
            self._writes = writes
            self._found = self._cut()
        self._judge(Sight(self._how, (moment,), None, tuple(self._trace), *self._found, self._stage.mirror))

    def _cut(self) -> "_Found[Seen]":
        image = f"{self._bench.workshop}/cut"
        self._disk.cut(image)
        try:
            with self._bench.after_cut(self._disk.setup, image) as kernel:
                return _with_error(_look_at(kernel, self._look))
        except OSError as error:
            return _with_error(error)


_Found = tuple[Tree, Seen | None, OSError | None]


def _with_error(shown: tuple[Tree, Seen] | OSError) -> "_Found[Seen]":
    return (frozenset(), None, shown) if isinstance(shown, OSError) else (*shown, None)


def _look_at(kernel: LiveKernel, look: Look[Seen]) -> tuple[Tree, Seen]:
    return read_tree(kernel, FOLDER), look(kernel, STORE)
