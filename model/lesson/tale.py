"""What comes of a cut that somebody makes, with the disks that it leaves open."""

from collections.abc import Sequence
from typing import NamedTuple

from model.lesson.left import Left, answered
from model.scenario.retelling import Chapter, Told
from model.simulation.disk import Disk


class Tale(NamedTuple):
    """A story told, and of each of its cuts the undecided disk that the next process found.

    Attributes:
        told: What came of it.
        disks: The disks, in order.
    """

    told: Told
    disks: Sequence[Disk]

    @property
    def chapter(self) -> Chapter:
        """The run, or the recovery, that the last cut ended."""
        return self.told.chapters[len(self.told.story.cuts) - 1]

    def left(self, cut: int, questions: int | None = None) -> Left:
        """What the answers to questions say of what a cut left.

        Args:
            cut: Its position.
            questions: How many count; all if None.
        """
        chapter = self.told.chapters[cut]
        asked = [(each.question, each.options[each.given]) for each in chapter.asked[:questions]]
        return answered(self.disks[cut], asked, chapter.last.kind_of)
