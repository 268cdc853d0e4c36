"""Every command of the learning path in the README does what a learner expects: it runs, and shows something."""

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from model.cli import run
from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK
from model.lesson.library import lessons

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
SECTION = README.partition("\n## Learning path\n")[2].partition("\n## ")[0]


def commands(section: str) -> Iterator[str]:
    """The lines of the section's code blocks."""
    for block in re.findall(r"(?ms)^```$\n(.*?)^```$", section):
        yield from (line for line in block.splitlines() if line.strip())


COMMANDS = list(commands(SECTION))


def parsed(line: str) -> tuple[str, list[str]]:
    """What a line gives to standard input, and the arguments that it gives to `blackstart`."""
    given, pipe, command = line.partition(" | ")
    words = shlex.split(command if pipe else line, comments=True)
    assert words[0] == "blackstart", line
    if not pipe:
        return "", words[1:]
    name, text = shlex.split(given)
    assert name == "printf", line
    return text.replace("\\n", "\n"), words[1:]


def test_the_readme_has_a_learning_path() -> None:
    assert {parsed(line)[1][0] for line in COMMANDS} >= {"teach", "explain", "compare", "verify", "defects", "replay"}


def test_the_path_names_every_lesson() -> None:
    for lesson in lessons():
        assert re.search(rf"(?mi)^\| {lesson.number} \| {re.escape(lesson.title)} \|", SECTION), lesson.title


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_path_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given, arguments = parsed(line)
    with (
        patch("sys.stdin", io.StringIO(given)),
        redirect_stdout(io.StringIO()) as shown,
        redirect_stderr(io.StringIO()),
    ):
        code = run(arguments)
    # A lesson that comes out otherwise than it says ends with 1 as well, and so would a rule that nothing shows.
    assert code in ((EXIT_OK,) if arguments[0] in ("teach", "explain") else (EXIT_OK, EXIT_COUNTEREXAMPLE))
    comment = line.partition("#")[2]
    if comment.endswith((": ok", ": convicted")):
        assert (code == EXIT_OK) == comment.endswith("ok")
    assert len(shown.getvalue().splitlines()) > 3
