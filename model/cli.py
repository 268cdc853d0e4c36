"""The command `blackstart`: what to check goes in, a verdict comes out as text, JSON and an exit code.

Results go to standard output, progress and mistakes to standard error.  Everything heavy is imported inside the
commands, so that asking for help costs nothing.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from model.commands.compare import compare
from model.commands.coverage import coverage
from model.commands.defects import defects
from model.commands.explain import explain
from model.commands.faults import faults
from model.commands.live import live
from model.commands.profiles import profiles
from model.commands.replay import replay
from model.commands.sample import sample
from model.commands.scenarios import scenarios
from model.commands.teach import teach
from model.commands.verify import verify
from model.exit_codes import EXIT_INTERNAL_ERROR, EXIT_UNKNOWN, EXIT_USAGE


class _ReaderLeft(Exception):
    """Nobody reads our output any more."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderLeft from error  # click would end with 1, which means a counterexample here


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80, "show_default": True},
)
@click.version_option(package_name="blackstart", message="%(prog)s %(version)s")
def blackstart() -> None:
    """Cut the power everywhere it can be cut, and say whether anything was lost.

    A store runs on a simulated computer.  Every operation is stopped before each of its system calls, every disk that
    a file system may then leave is handed to a fresh process, and what that process shows is compared with what had
    been promised.

    \b
    The release verdict:         blackstart verify
    One operation, one profile:  blackstart verify --operation put --profile ext4
    A store of your own:         blackstart verify yourmodule:target
    Your own sessions.json:      blackstart verify --input copy-of-sessions.json
    A realistic sessions.json:   blackstart sample --entries 142 --seed 1
    What a run found, again:     blackstart replay RUN
    How it works, in lessons:    blackstart teach 1

    \b
    Exit codes: 0 ok, 1 counterexample, 2 usage, 3 unknown (cut short),
                4 internal error.
    """  # noqa: D301 -- click's mark for "leave these lines alone"


for _command in (verify, replay, explain, faults, scenarios, sample, profiles, defects, teach, compare, coverage, live):
    blackstart.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; a mistake of the user is told in two lines, without traceback."""
    try:
        code = blackstart.main(list(arguments), prog_name="blackstart", standalone_mode=False)
    except click.ClickException as mistake:
        mistake.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_UNKNOWN
    except _ReaderLeft:
        _print_no_more()
        return EXIT_UNKNOWN
    except OSError as error:
        return _cannot_print(error) if _is_of_output(error) else _explain(error)
    except Exception as error:
        return _explain(error)
    return code if isinstance(code, int) else 0


def _is_of_output(error: OSError) -> bool:
    """Whether it was raised while something was printed, and not by whatever is being checked."""
    *_, raising = (str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__))
    return error.filename is None and raising.startswith((click.echo.__module__, "model.commands."))


def _cannot_print(error: OSError) -> int:
    click.echo(f"blackstart: the output cannot be written: {error.strerror}", err=True)
    _print_no_more()
    return EXIT_INTERNAL_ERROR


def _print_no_more() -> None:
    """Python would complain once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception) -> int:
    from model.report.figures import visible
    from model.target import UserMistake

    if isinstance(error, UserMistake):
        click.echo(f"blackstart: {visible(str(error))}", err=True)
        return EXIT_USAGE
    traceback.print_exception(error)
    click.echo("blackstart: internal error, see the traceback above", err=True)
    return EXIT_INTERNAL_ERROR


def main() -> None:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        # Keys may hold what the terminal's encoding does not.
        if stream is not None:  # as it is where the shell has closed it
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # An installed command does not look for modules where it is called, `python -m` does: targets live there.  They
    # come last, because the folder may be a stranger's run, and nothing in it may stand in for a module of Python's.
    sys.path.append(os.getcwd())
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
