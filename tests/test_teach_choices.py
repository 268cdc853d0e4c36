"""What a lesson asks of what a cut has left, and under which profiles it says that this can happen."""

import re

from tests.transcripts import flat, taught


def everywhere(number: int, *lines: str) -> str:
    """What the first outcome says of the profiles, with these choices."""
    part = taught(number, *lines).partition("The disk can be left like this under ")[2]
    return flat(part.partition("\n\n")[0])


def test_it_can_happen_where_these_very_choices_are_offered() -> None:
    """A file was renamed, and empty; sequential was named, which loses the rename instead, and never offers that."""
    assert everywhere(3, "5", "1", "2", "1") == (
        "posix, ext4, xfs and btrfs. Other losses at this cut break the same promise under sequential and "
        "ext4-nodelalloc."
    )
    for profile, answers in (("sequential", 0), ("ext4-nodelalloc", 0), ("ext4", 1), ("xfs", 1)):
        shown = taught(3, f"p {profile}", "5", "1", "2").partition("Recovery shows")[0]
        assert shown.count("  1  empty  <- ") == answers, profile


def test_a_lost_rename_leaves_what_many_disks_can_hold() -> None:
    assert everywhere(5) == "sequential, posix, ext4, ext4-nodelalloc, xfs and btrfs."


def test_what_a_profile_holds_together_cannot_be_left_under_it() -> None:
    """Both names of a folder absent is the mkdir lost as well as the rename: no journal does that."""
    assert everywhere(7, "40", "1", "1") == "posix only."
    assert everywhere(7, "40", "1", "2") == "sequential, posix, ext4, ext4-nodelalloc, xfs and btrfs."
    asked = flat(taught(7, "p ext4", "40", "1", "s"))
    assert "looks at the name /srv/sessions.d.migrating" not in asked.partition("Recovery shows")[0]


def test_nothing_lost_can_be_left_by_every_disk() -> None:
    assert everywhere(7, "40", "2", "1") == "every profile."


def test_a_file_is_asked_for_once_with_everything_that_it_can_be() -> None:
    questions = re.findall(r"Recovery looks at the ([^.]+\S*)\. On", flat(taught(7, "", "", "", "", "36", "2")))
    assert len(questions) == len(set(questions)) + 1, "but for sessions.d, which both parts ask for"
    assert "1 empty <- call 22, write, is lost 2 34 bytes, all zero (NUL) <- of call 22" in flat(taught(7))


def test_every_answer_to_a_question_for_bytes_is_what_recovery_finds() -> None:
    shown = [taught(7, "", "", "", "", "36", "2", "3", answer, "3") for answer in "123"]
    outcomes = [re.findall(r"(?m)^  (NOT ALLOWED|ALLOWED)", each)[1] for each in shown]
    assert outcomes == ["NOT ALLOWED", "NOT ALLOWED", "ALLOWED"]
    assert ["of call 22, write, only the size is there" in each for each in shown] == [True] * 3


def test_a_cut_that_is_told_as_an_earlier_one_says_why() -> None:
    assert "Calls 34 to 35 change nothing: that is the same as after call 33." in flat(taught(7, "35"))
    assert "Call 3 changes nothing: that is the same as after call 2." in flat(taught(3, "3"))


def test_a_file_has_the_name_that_it_has_at_the_cut() -> None:
    assert "Pending, under ext4: name /srv/ben.tmp; content of /srv/ben.tmp." in flat(taught(3, "2"))


def test_what_is_lost_in_part_is_told_apart() -> None:
    shown = taught(2)
    options = re.findall(r"(?m)^    [1-4]  (\S.*?)  <- ", shown)
    assert len(set(options)) == 4
    values = re.findall(r"(?m)^ +(?:ben  shown|allowed|or) +(.*)$", shown.partition("Recovery shows")[2])
    assert len(set(values)) == 3
