"""Transcripts of `blackstart teach` in a pipe."""

import io
from contextlib import redirect_stdout
from functools import cache
from unittest.mock import patch

from model.cli import run


@cache
def taught(lesson: int | str, *lines: str, code: int = 0) -> str:
    """What a lesson prints when these lines are all that there is to read."""
    given = io.StringIO("".join(f"{line}\n" for line in lines))
    with patch("sys.stdin", given), redirect_stdout(io.StringIO()) as output:
        assert run(["teach", str(lesson)]) == code
    return output.getvalue()


def flat(text: str) -> str:
    """A text as one line: how it is wrapped does not matter."""
    return " ".join(text.split())
