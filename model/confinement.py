"""Confinement (11), call by call: a kernel that notes every call that leaves a folder or lets others read."""

from collections.abc import Iterator
from typing import Any

from model.obligations import Violation
from model.properties import CONFINEMENT

READABLE_BY_OTHERS = 0o077

_PATHS = {"rename": 2, "link": 2, "open": 1, "unlink": 1, "mkdir": 1, "rmdir": 1, "stat": 1}
_MODE_AT = {"open": 2, "mkdir": 1, "fchmod": 1}


class ConfinedKernel:
    """Passes every call on, and remembers those that violate confinement.

    It stands for any `store.kernel.Kernel`.  Looking at a folder on the way down to the store's own is no violation,
    changing one is.
    """

    def __init__(self, kernel: Any, folder: str) -> None:
        self._kernel = kernel
        self._folder = folder.rstrip("/")
        self.trespasses: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._kernel, name)
        if name not in _PATHS and name not in _MODE_AT:
            return call

        def noted(*arguments: Any, **named: Any) -> Any:
            self._note(name, arguments, named)
            return call(*arguments, **named)

        return noted

    def _note(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        text = f"{name}({', '.join(map(repr, arguments))})"
        paths = arguments[: _PATHS.get(name, 0)]
        for path, dir_fd in zip(paths, ("dir_fd", "target_dir_fd"), strict=False):
            is_single_name = "/" not in path and path not in ("", ".", "..")
            if named.get(dir_fd) is not None:
                if not is_single_name:
                    self.trespasses.append(f"{text}: {path!r} below an open directory is no single name")
            elif not self._is_allowed(path):
                self.trespasses.append(f"{text}: {path!r} is outside {self._folder}")
        mode = named.get("mode", arguments[_MODE_AT[name]] if len(arguments) > _MODE_AT.get(name, 99) else 0)
        if mode & READABLE_BY_OTHERS:
            self.trespasses.append(f"{text}: others may read")

    def _is_allowed(self, path: str) -> bool:
        inside = path == self._folder or path.startswith(self._folder + "/")
        on_the_way = (self._folder + "/").startswith(path.rstrip("/") + "/")
        return (inside or on_the_way) and ".." not in path.split("/")


def judge_trespasses(trespasses: list[str]) -> Iterator[Violation]:
    """The violations of confinement that a `ConfinedKernel` noted."""
    for each in trespasses:
        sentence = f"Because no call leaves the store's folder and no file is readable by others, {each.split(':')[0]} "
        yield Violation(CONFINEMENT, each, f"{sentence}must not be. However: {each}", each, ())
