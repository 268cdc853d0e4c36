"""How the commands of this package end: with a code for whatever happens."""

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from model.exit_codes import EXIT_INTERNAL_ERROR


def exit_with(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run a command on the arguments of this process and leave with its exit code; an error in it has its own."""
    try:
        code = main(sys.argv[1:])
    except Exception:
        traceback.print_exc()
        code = EXIT_INTERNAL_ERROR
    sys.exit(code)
