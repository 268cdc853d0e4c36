"""Stores that do not do the same thing twice: each reads something that the simulated computer does not control."""

import json
import time
from collections.abc import Iterable
from typing import Any

from model.target import Operation, Target
from store.kernel import O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, Kernel

FIELDS = {f"field {number}" for number in range(12)}


class Steady:
    """One file, written aside and renamed."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self.kernel = kernel
        self.path = path

    def load(self) -> dict[str, Any]:
        try:
            fd = self.kernel.open(self.path, O_RDONLY)
        except FileNotFoundError:
            return {}
        content = self.kernel.read(fd, 65_536)
        self.kernel.close(fd)
        loaded: dict[str, Any] = json.loads(content)
        return loaded

    def put(self, key: str, entry: dict[str, Any]) -> None:
        token = self.kernel.random_bytes(4).hex()
        fd = self.kernel.open(f"{self.path}.{token}", O_WRONLY | O_CREAT | O_EXCL)
        self.note(fd)
        self.kernel.write(fd, json.dumps({**self.load(), key: entry}).encode())
        self.kernel.close(fd)
        self.kernel.rename(f"{self.path}.{token}", self.path)

    def note(self, fd: int) -> None:
        """Something besides the entries."""


class ReadsTheClock(Steady):
    def note(self, fd: int) -> None:
        blanks = f"{time.time_ns():064b}".translate({ord("0"): " ", ord("1"): "\t"})  # JSON all the same
        self.kernel.write(fd, blanks.encode())


class WalksASet(Steady):
    def note(self, fd: int) -> None:
        self._try(FIELDS)

    def _try(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                self.kernel.stat(f"{self.path}.{name}")
            except FileNotFoundError:
                continue


class WalksASetWhenItRecovers(WalksASet):
    def __init__(self, kernel: Kernel, path: str) -> None:
        super().__init__(kernel, path)
        self._try(FIELDS)

    def note(self, fd: int) -> None:
        pass


def _target(store: type[Steady]) -> Target:
    put = Operation("put", (("a", {"version": 1}),), store.put, lambda entries, key, entry: {**entries, key: entry})
    return Target(store.__name__, store, (put,))


steady = _target(Steady)
clock = _target(ReadsTheClock)
order = _target(WalksASet)
recovery = _target(WalksASetWhenItRecovers)
