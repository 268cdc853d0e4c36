"""`blackstart teach`: the lessons, one at a time."""

import sys

import click


@click.command(short_help="Lessons: pull the plug yourself, and see what is left.")
@click.argument("lesson", required=False, metavar="[N]")
@click.option("--allow-target", is_flag=True, help="Import what a FILE of a lesson names, which runs its code.")
def teach(lesson: str | None, allow_target: bool) -> int:
    """List the lessons, or walk through lesson N (a number, a name, or a file).

    Each plays a real run on the simulated machine, call by call.  You choose where the power goes and what the disk
    keeps; you see what recovery makes of it, whether that is allowed, and on which file systems it can happen.

    \b
    Enter       what the lesson suggests      p NAME   under another profile
    a number    your own choice               s, q     skip to the end, leave

    Lines are read from standard input; without any, the lesson plays itself.
    Where it comes out otherwise than it says, that is said, and the exit code is 1.
    """  # noqa: D301 -- click's mark for "leave these lines alone"
    from model.exit_codes import EXIT_COUNTEREXAMPLE, EXIT_OK
    from model.lesson.conversation import Conversation
    from model.lesson.library import check_imports, find_lesson, lesson_files, lessons
    from model.lesson.page import listed
    from model.lesson.walk import walk

    if lesson is None:
        click.echo("\n".join([*listed(lessons()), "", "Begin with: blackstart teach 1"]))
        return EXIT_OK
    found = find_lesson(lesson)
    if not allow_target:
        check_imports(found)
    conversation = Conversation(_next_line, _say, echoes=sys.stdin is None or not sys.stdin.isatty())
    return EXIT_OK if walk(found, len(lesson_files()), conversation) else EXIT_COUNTEREXAMPLE


def _next_line() -> str | None:
    line = "" if sys.stdin is None else sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _say(text: str, end: str) -> None:
    from model.report.figures import visible

    click.echo(visible(text) + end, nl=False)  # the lesson may be a stranger's
