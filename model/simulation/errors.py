"""Errors as the simulated kernel raises them."""

import errno


def failure(number: int, path: str | None = None) -> OSError:
    """The `OSError` for an errno (Python picks the subclass, such as `FileNotFoundError`)."""
    return OSError(number, errno.errorcode[number], path)
