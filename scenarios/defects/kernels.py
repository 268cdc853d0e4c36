"""Kernels that make some calls otherwise, for as long as one step of the store runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from store.directory import Directory
from store.kernel import Kernel


class _Skipping:
    def __init__(self, kernel: Kernel, names: tuple[str, ...]) -> None:
        self._kernel = kernel
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return _nothing if name in self._names else getattr(self._kernel, name)


def _nothing(*_arguments: object, **_named: object) -> None:
    """Stands for a call that is not made."""


class _Otherwise:
    def __init__(self, kernel: Kernel, calls: dict[str, Callable[..., Any]]) -> None:
        self._kernel = kernel
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._kernel, name)
        return partial(self._calls[name], real) if name in self._calls else real


@contextmanager
def otherwise(directory: Directory, **calls: Callable[..., Any]) -> Iterator[None]:
    """What is done in a directory meanwhile makes these calls so; each is given the real call and its arguments."""
    kernel = directory.kernel
    directory.kernel = cast(Kernel, _Otherwise(kernel, calls))
    try:
        yield
    finally:
        directory.kernel = kernel


@contextmanager
def without(directory: Directory, *names: str) -> Iterator[None]:
    """What is done in a directory meanwhile does not make these calls."""
    kernel = directory.kernel
    directory.kernel = cast(Kernel, _Skipping(kernel, names))
    try:
        yield
    finally:
        directory.kernel = kernel
