"""What real disks have shown and no profile has, on purpose."""

from typing import Final, NamedTuple


class Beyond(NamedTuple):
    """Something that a real disk has shown.

    Attributes:
        program: As `Program.parse` reads it; the power went behind its last call.
        mount: Where it was seen.
        tree: What was seen, as `parse_tree` reads it; None where the disk could not be mounted any more.
        why: Why no profile has it.
    """

    program: str
    mount: str
    tree: str | None
    why: str


BEYOND: Final = (
    Beyond(
        "mkdir A; mkdir B; write A/x 1500; write B/x 1500 | rewrite A/x 1500; append A/x 700; write B/x 700",
        "ext4 dioread_lock",
        "A/; A/x: 1500a 612NUL 88b; B/; B/x: 1500r",
        "the page was on its way to the device while the append was copied into it: P1 knows no part of a unit",
    ),
    Beyond(
        "; ".join(f"kick k{number}" for number in range(15)),
        "ext4 fast_commit",
        None,
        "the fast commit that fills their area leaves a journal that cannot be replayed: no rule says what is there",
    ),
)
"""The first was seen once in 25,035 cuts, after a commit of everything; the second is so each time, on Linux 6.18."""
