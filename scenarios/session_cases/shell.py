"""`session-store` as from a shell, on whatever kernel."""

import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from store.command import main
from store.kernel import Kernel

DONE, FOUND_SOMETHING, USAGE, FAILED = 0, 1, 2, 4


@dataclass(frozen=True)
class Told:
    """What a command came to: its exit code, and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[Any]:
        """The exit code and every line, those for people last."""
        return [self.code, *self.output.splitlines(), *self.errors.splitlines()]

    @property
    def value(self) -> list[Any]:
        """The exit code and what was told as JSON, if anything was."""
        return [self.code, *map(json.loads, self.output.splitlines())]


def session_store(kernel: Kernel | None, *arguments: str) -> Told:
    """Run `session-store` as from a shell, on a kernel or on the host's own; times in names are told as `*`."""
    output, errors = StringIO(), StringIO()
    code: Any = 0
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            main.main(list(arguments), prog_name="session-store", obj=kernel)
        except SystemExit as leaving:
            code = leaving.code
    return Told(int(code or 0), *(re.sub(r"\.bak\.\d+", ".bak.*", each.getvalue()) for each in (output, errors)))
