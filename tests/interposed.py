"""A kernel that tells of every system call before, or after, it is made."""

from collections.abc import Callable
from typing import Any, cast

from store.kernel import Kernel

Listener = Callable[[str, tuple[Any, ...], dict[str, Any]], object]


class _Interposed:
    def __init__(self, kernel: Kernel, before: Listener | None, after: Callable[[str, Any], object] | None) -> None:
        self._kernel = kernel
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)

        def told(*arguments: Any, **named: Any) -> Any:
            if self._before:
                self._before(name, arguments, named)
            result = call(*arguments, **named)
            if self._after:
                self._after(name, result)
            return result

        return told


def interposed(
    kernel: Kernel, before: Listener | None = None, after: Callable[[str, Any], object] | None = None
) -> Kernel:
    """A kernel like the given one.

    Args:
        kernel: Makes the calls.
        before: Is given each call's name and arguments; what it raises, the caller gets instead of the call.
        after: Is given each call's name and result.
    """
    return cast(Kernel, _Interposed(kernel, before, after))
