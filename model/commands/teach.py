"""`blackstart teach`: the lessons, one at a time."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from model.lesson.conversation import Conversation


@click.command(short_help="Lessons: pull the plug yourself, and see what is left.")
@click.argument("lesson", required=False, metavar="[N]")
@click.option("--allow-target", is_flag=True, help="Import what a FILE of a lesson names, which runs its code.")
@click.option("--lines", is_flag=True, help="Ask for lines, also on a terminal that has keys.")
def teach(lesson: str | None, allow_target: bool, lines: bool) -> int:
    """List the lessons, or walk through lesson N (a number, a name, or a file).

    Each plays a real run on the simulated machine, call by call.  You choose where the power goes and what the disk
    keeps; you see what recovery makes of it, whether that is allowed, and on which file systems it can happen.

    \b
    On a terminal keys act at once:
    Enter       what is suggested              arrows  another choice
    a digit     that choice, or its first one  p       another profile
    s, q        skip to the end, leave         ?       help
    \b
    In a pipe, where TERM is dumb, and with --lines:
    Enter       what is suggested              p NAME  another profile
    a number    your own choice                s, q    skip to the end, leave

    Without any input, the lesson plays itself.
    Where it comes out otherwise than it says, that is said, and the exit code is 1.
    """  # noqa: D301 -- click's mark for "leave these lines alone"
    from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK
    from model.lesson.library import check_imports, find_lesson, lesson_files, lessons
    from model.lesson.page import listed
    from model.lesson.walk import walk

    if lesson is None:
        click.echo("\n".join([*listed(lessons()), "", "Begin with: blackstart teach 1"]))
        return EXIT_OK
    found = find_lesson(lesson)
    if not allow_target:
        check_imports(found)
    try:
        with _conversation(in_lines=lines) as conversation:
            return EXIT_OK if walk(found, len(lesson_files()), conversation) else EXIT_COUNTEREXAMPLE
    except KeyboardInterrupt:
        click.echo("\nleft")
        raise


@contextmanager
def _conversation(*, in_lines: bool) -> Iterator["Conversation"]:
    """Ask by keys where there are some, else by lines; as wide as the terminal, and screen by screen on one."""
    from model.lesson.conversation import Conversation, Lines
    from model.lesson.width import columns
    from model.report.figures import WIDTH

    is_read = sys.stdin is not None and sys.stdin.isatty()
    is_shown = sys.stdout is not None and sys.stdout.isatty()
    size = shutil.get_terminal_size((WIDTH, 24)) if is_shown else os.terminal_size((WIDTH, 0))
    rows = size.lines if is_read and is_shown else None
    with columns(size.columns):
        if is_read and is_shown and not in_lines and os.environ.get("TERM", "dumb") != "dumb":
            from model.lesson.keys import Keys, Terminal

            terminal = Terminal(sys.stdin.fileno())
            with terminal.at_once():
                yield Conversation(Keys(terminal.key, _write), _say, rows)
        else:
            yield Conversation(Lines(_next_line, _write, echoes=not is_read), _say, rows)


def _next_line() -> str | None:
    line = "" if sys.stdin is None else sys.stdin.readline()
    # What is no text was read as surrogates, which cannot be shown again.
    return line.rstrip("\n").encode("utf-8", "surrogateescape").decode("utf-8", "replace") if line else None


def _write(text: str) -> None:
    click.echo(text, nl=False)


def _say(line: str) -> None:
    from model.report.figures import visible

    click.echo(visible(line))  # the lesson may be a stranger's
