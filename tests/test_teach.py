"""`blackstart teach` as whoever learns meets it: lines in, lines out, in a pipe and on a terminal."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from model.cli import run
from model.commands.teach import teach
from model.lesson.library import lessons
from model.report.figures import WIDTH
from tests.transcripts import flat, taught


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


ROOT = Path(__file__).parent.parent
NUMBERS = range(1, 13)
ALL_CUTS = "All cuts, whatever they leave:\n"
LESSONS = {lesson.number: lesson for lesson in lessons()}


@pytest.mark.parametrize("number", NUMBERS)
def test_without_any_input_a_lesson_plays_itself_to_the_end(number: int) -> None:
    lesson, shown = LESSONS[number], taught(number)
    text = flat(shown)
    for part in (lesson.story, lesson.attempt, lesson.question, lesson.answer, *(s.text for s in lesson.scenes)):
        assert flat(part) in text
    order = [text.index(flat(part)) for part in (lesson.story, lesson.attempt, lesson.question, lesson.answer)]
    assert order == sorted(order)
    assert ("Next: blackstart teach" in text) == (number < 12)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_suggestions_come_to_is_what_the_lesson_states(number: int) -> None:
    outcomes = re.findall(r"(?m)^  (ALLOWED|NOT ALLOWED)\.", taught(number))
    stated = [scene.scenario.verdict for scene in LESSONS[number].scenes]
    assert outcomes == ["ALLOWED" if verdict == "ok" else "NOT ALLOWED" for verdict in stated]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_table_of_every_part_is_the_one_that_the_lesson_states(number: int) -> None:
    parts = taught(number).split(ALL_CUTS)[1:]
    for scene, part in zip(LESSONS[number].scenes, parts, strict=True):
        told = dict.fromkeys(scene.verdicts, "")
        for line in part.partition("\n\n")[0].replace("\n      ", " ").splitlines():
            outcome, _, names = line.strip().partition(" under ")
            for profile in told:
                is_named = profile in re.split(", | and ", names.removesuffix(" only"))
                if is_named or (names in ("every profile", "all others") and not told[profile]):
                    told[profile] = outcome.removesuffix(" is broken")
        assert told == dict(scene.verdicts)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("lines", [(), ("0",), ("p posix", "", "1", "1", "1", "1", "1"), ("p btrfs",), ("?", "x", "s")])
def test_every_line_fits_80_columns_and_has_neither_colour_nor_space_at_its_end(
    number: int, lines: tuple[str, ...]
) -> None:
    shown = taught(number, *lines)
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


# What is essential in each lesson, with the choices that it suggests.
ESSENTIAL = {
    1: (
        "open /srv/sessions.json (emptied)",
        "the process is killed after call 4",
        "processes see left after the kill",
        "anna nothing",
        'NOT ALLOWED. It breaks "durability": what was acknowledged is there.',
        "anna and cleo must show what is allowed.",
        "The disk can be left like this under every profile.",
    ),
    2: (
        "/srv/ben.json 612 bytes",
        "the name, not its bytes",
        "Pending, under posix: content of /srv/ben.json.",
        "Recovery looks at the content of /srv/ben.json. On the disk:",
        "<- call 2, write, is lost in part",
        'NOT ALLOWED. It breaks "no invention": nothing appears that nobody wrote.',
        "Lost in part: call 2, write /srv/ben.json (rules P1, P2, P5).",
        "The fsync that keeps it, call 3, came too late.",
        "Two of the four are allowed",
    ),
    3: (
        "Pending, under ext4: name /srv/ben.json; name /srv/ben.tmp; content of /srv/ben.json.",
        "1 absent <- as processes saw it, or call 1, open, is lost",
        "1 empty <- call 2, write, is lost",
        "2 15 bytes, all zero (NUL) <- of call 2, write, only the size is there",
        "An fsync of the file would have kept it; this run makes none.",
        "The disk can be left like this under posix, ext4, xfs and btrfs. "
        "Other losses at this cut break the same promise under sequential and ext4-nodelalloc.",
        "ok under process-kill only durability is broken under all others",
    ),
    4: (
        "ben nothing",
        "under posix, ext4, xfs and btrfs.",
        "1 there <- call 5, rename, is lost",
        '"atomicity": an operation in flight is wholly there or wholly not, per entry.',
    ),
    5: (
        "2 there <- call 5, rename, is lost",
        "An fsync of /srv would have kept the rename; this run makes none.",
        "Nothing is pending: under posix the disk can hold nothing else.",
    ),
    6: (
        "ext4 mounted with dioread_lock",
        "content of /srv/ben.tmp, if it is there.",
        "Because put('dora') returned before the cut, dora must show what is allowed.",
        "/srv/sessions a folder not even the name",
        "if its folder is",
        "2 there <- as processes saw it",
        "The disk can be left like this under posix only.",
    ),
    7: (
        "M3 mkdir /srv/sessions.d.migrating",
        "M4 rename /srv/sessions.d.migrating -> /srv/sessions.d",
        "M4: If `NAME.json` is no longer what M1 read, or a live directory has come up, start over. Rename staging",
        "not even the name",
        "1 absent <- call 19, mkdir, is lost",
        "N unlink /srv/sessions.d.migrating/.migrated",
        "N rmdir /srv/sessions.d.migrating",
        "N: recovery itself",
        "The mistake, scenarios/defects/syncs.py:",
        "anna shown bytes that cannot be read as an entry allowed {",
    ),
    8: (
        'NOT ALLOWED. It breaks "the original survives"',
        "rename /srv/.sessions.json.<1>.tmp -> /srv/sessions.json.bak.<2>",
        "M6 rename /srv/sessions.json -> /srv/sessions.json.bak.<1>",
        "each stands for a token, or a time, in a name.",
        "the backups must be the bytes of /srv/sessions.json. "
        "However they are sessions.json.bak.<2> with no bytes (an empty file).",
        "It took these steps: M7 looked for late writes, M8 cleared.",
        "M7: Read the backup",
        "It took these steps: M6 backed up, M8 cleared.",
    ),
    9: (
        'anna shown {"sessionId": "older", "updatedAt": 1} allowed {"sessionId": "newer", "updatedAt": 7}',
        "Nothing was lost: what had been done by then breaks the promise.",
        "M5 rename /srv/sessions.d/.tmp-<1> -> /srv/sessions.d/ben.json",
        "It took these steps: M5 merged, M6 backed up, M8 cleared.",
    ),
    10: (
        "open /srv/sessions.d/ben.tmp -> ENOENT",
        "mkdir /srv/sessions.d",
        "cleo nothing",
        "W fsync /srv/.sessions.json.<1>.tmp",
        'or {"sessionId": "new", "updatedAt": 9}',
    ),
    11: (
        "open /srv/promise.json -> ENOENT",
        "What recovery does, and where it can be cut as well:",
        "unlink /srv/promise.json",
        "power cut, inside recovery, after call 7 of it",
        "power cut, inside recovery, after call 7 of it",
        '/srv/ben.tmp 15 bytes: {"said": "bye"} the same (untouched, and on the disk: ben.json)',
    ),
    12: (
        "put('ben'), system call by system call:",
        "The first process is killed after call 5, before open /srv. The rest is another one's.",
        "power cut after a process had recovered and read it",
        'NOT ALLOWED. It breaks "stable observation"',
        "ALLOWED. Because a process had recovered and read it, this is what has to be seen.",
    ),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_essential_sentences_of_a_transcript(number: int) -> None:
    text = flat(taught(number))
    for sentence in ESSENTIAL[number]:
        assert sentence in text


def test_the_program_is_shown_with_the_lines_that_make_the_calls() -> None:
    shown = taught(1)
    line = re.search(r"(?m)^  +(\d+)      self\.kernel\.write\(fd, as_bytes\(sessions\)\)$", shown)
    assert line is not None
    assert re.search(rf"(?m)^ +5  {line[1]}    write /srv/sessions\.json  72 bytes", shown)


# Other choices.


def test_one_call_later_all_sessions_are_there_again() -> None:
    text = flat(taught(1, "5"))
    assert "the process is killed after call 5" in text
    assert "(anna, cleo: as before)" in text
    assert "ALLOWED. Because put('ben') had not returned" in text


def test_a_call_that_changes_nothing_counts_as_what_came_before_it() -> None:
    text = flat(taught(1, "2"))
    assert "Calls 1 to 2 change nothing: that is the same as at the start." in text
    assert "the process is killed before the first call" in text
    assert "ALLOWED. Because put('ben') had not returned" in text


def test_half_of_what_a_long_write_may_leave_is_allowed() -> None:
    outcomes = [re.findall(r"(?m)^  (NOT ALLOWED|ALLOWED)", taught(2, "2", answer))[0] for answer in "1234"]
    assert outcomes == ["ALLOWED", "NOT ALLOWED", "NOT ALLOWED", "ALLOWED"]


def test_a_part_is_played_again_under_another_profile() -> None:
    text = flat(taught(2, "2", "3", "p process-kill", "2", "1"))
    assert "it may have come inside the last call, a write. In doubt: content of /srv/ben.json." in text
    assert '/srv/ben.json 612 bytes: {"said": "new ne\u2026new new new "} perhaps only a part' in text
    assert "Profile process-kill: a process dies, the machine lives" in text
    assert text.count('NOT ALLOWED. It breaks "no invention"') == 2


def test_the_profile_can_be_changed_before_the_cut_as_well() -> None:
    text = flat(taught(4, "p ext4-nodelalloc", "8"))
    assert "Pending" not in text.partition("NOT ALLOWED")[0].partition("power cut after put('ben') returned")[0]
    assert "Profile ext4-nodelalloc: ext4 mounted with nodelalloc." in text
    assert text.index("ALLOWED. Because put('ben') returned before the cut, this is what has to be seen.")


def test_a_part_is_played_again_by_its_number() -> None:
    shown = taught(4, "", "", "", "", "", "1", "1", "", "s")
    assert [line for line in shown.splitlines() if line.startswith("Part ")] == [
        "Part 1 of 2",
        "Part 2 of 2",
        "Part 1 of 2",
    ]


def test_a_recovery_that_is_not_cut_again_keeps_the_promise() -> None:
    text = flat(taught(11, "10", "19"))
    part = text.partition("Part 2 of 2")[0]
    assert "ALLOWED. Because put('ben') returned before the cut, this is what has to be seen." in part
    assert "power cut, inside recovery" not in part


def test_no_cut_inside_the_mended_recovery_breaks_anything() -> None:
    for call in range(3, 13):
        part = taught(11, "", "", "", "10", str(call)).partition("Part 2 of 2")[2]
        assert f"inside recovery, after call {call} of it" in part
        assert "  ALLOWED." in part
        assert "NOT ALLOWED" not in part


def test_no_choice_breaks_the_careful_program() -> None:
    for call in range(10):
        for answer in ("1", "2"):
            shown = taught(5, "", "", "", "p ext4", str(call), answer).partition("Part 2 of 2")[2]
            part = shown.partition(ALL_CUTS)[0]
            assert "  ALLOWED." in part
            assert "NOT ALLOWED" not in part


def test_cuts_before_the_kill_are_not_offered() -> None:
    text = taught(12, "4", "5")
    assert "Cut after which call, 5 to 12? (Enter: 12) > 4\nWrite a number from 5 to 12, or ? for help.\n" in text


# Lines that make no sense, and none at all.


@pytest.mark.parametrize("line", ["9", "-1", "two", "²", "1 2", "p", "p ext5", "ü"])
def test_what_makes_no_sense_is_asked_again(line: str) -> None:
    shown = taught(2, line, "2", "4")
    again = re.escape(f"Cut after which call, 0 to 5? (Enter: 2) > {line}")
    told = "Write a number from 0 to 5|There is no profile .*|Name a profile after the p: .*"
    assert re.search(rf"(?m)^{again}\n({told})", shown)
    assert "Cut after which call, 0 to 5? (Enter: 2) > 2\n" in shown


def test_a_mistyped_profile_names_the_nearest() -> None:
    assert "There is no profile 'ext5'. Did you mean 'ext4'?" in taught(2, "p ext5")


def test_a_wrong_answer_to_what_is_on_the_disk_is_asked_again() -> None:
    shown = taught(2, "2", "5", "0", "")
    assert shown.count("Write a number from 1 to 4, or ? for help.") == 2
    assert "1 to 4? (Enter: 3) > 3\n" in shown


def test_after_an_outcome_only_what_is_offered_is_understood() -> None:
    shown = taught(2, "2", "3", "1", "again", "a", "2", "4")
    assert shown.count("Press Enter to go on, or write a, p NAME, or ? for help.") == 2
    assert shown.count("power cut after call 2") == 2


def test_input_that_ends_in_the_middle_goes_on_as_suggested() -> None:
    whole = taught(2, "2", "3")
    assert whole == taught(2)
    assert whole.endswith("Next: blackstart teach 3\n")


def test_help_is_there_wherever_something_is_asked() -> None:
    assert flat(taught(1, "?", "", "?")).count("p NAME, where a call is asked for: another profile") == 2


def test_q_leaves_at_once() -> None:
    shown = taught(1, "q")
    assert shown.endswith("> q\nleft\n")
    assert "Answer" not in shown
    assert taught(1, "", "q").endswith("p NAME: other profile > q\nleft\n")
    assert taught(1, "s", "q").endswith("Enter: the answer > q\nleft\n")


def test_s_skips_to_the_question() -> None:
    shown = taught(7, "s")
    assert "skipped" in shown
    assert "ALLOWED" not in shown
    assert flat(LESSONS[7].question) in flat(shown)
    assert flat(LESSONS[7].answer) in flat(shown)


def test_s_at_the_question_is_the_answer() -> None:
    for shown in (taught(1, "", "s"), taught(1, "s", "s")):
        assert shown.endswith("Next: blackstart teach 2\n")
        assert flat(shown).count(flat(LESSONS[1].question)) == 1


def test_what_is_no_text_is_shown_as_such() -> None:
    text = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()"
    command = [sys.executable, "-c", text, "teach", "1"]
    shown = subprocess.run(command, input=b"\xff\nq\n", capture_output=True, check=True, env=os.environ).stdout
    assert "> \ufffd\nWrite a number from 0 to 7".encode() in shown


def test_the_answer_waits_until_it_is_asked_for() -> None:
    before, asked, after = taught(1).partition("Enter: the answer")
    assert asked
    answer = flat(LESSONS[1].answer)
    assert answer not in flat(before)
    assert answer in flat(after)


def test_on_a_terminal_lines_are_not_shown_twice() -> None:
    with patch("sys.stdin", Terminal("4\n\n\n")), redirect_stdout(io.StringIO()) as output:
        assert run(["teach", "1"]) == 0
    assert "(Enter: 4) > " in output.getvalue()
    assert "(Enter: 4) > 4" not in output.getvalue()


def test_the_end_of_input_on_a_terminal_is_a_wish_to_leave() -> None:
    with patch("sys.stdin", Terminal("4\n")), redirect_stdout(io.StringIO()) as output:
        assert run(["teach", "1"]) == 0
    assert output.getvalue().endswith("p NAME: other profile > \nleft\n")


def test_the_list_names_every_lesson_and_says_where_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["teach"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{number:>4}  {lesson.title}\n" in shown for number, lesson in LESSONS.items())
    assert shown.endswith("Begin with: blackstart teach 1\n")


def test_a_lesson_that_is_not_there_is_a_mistake_of_the_user(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["teach", "13"]) == 2
    assert "13: there is no such lesson. There are 1 to 12: blackstart teach lists them." in capsys.readouterr().err


def test_help_tells_the_keys() -> None:
    assert teach.help is not None
    for key in ("p NAME", "s, q", "Enter"):
        assert key in teach.help


def test_a_lesson_is_the_same_to_the_byte_in_a_pipe_whatever_the_hash_seed_and_the_folder(tmp_path: Path) -> None:
    text = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from model.cli import main; main()"
    shown = {
        subprocess.run(
            [sys.executable, "-c", text, "teach", "7"],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1", "COLUMNS": "200"},
            input="40\n1\n1\n",
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, folder in (("1", tmp_path), ("2", ROOT))
    }
    assert shown == {taught(7, "40", "1", "1")}
