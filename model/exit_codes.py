"""Exit codes of `blackstart`."""

from typing import Final

EXIT_OK: Final = 0
EXIT_COUNTEREXAMPLE: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNKNOWN: Final = 3
EXIT_INTERNAL_ERROR: Final = 4
