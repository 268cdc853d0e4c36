"""What the store tells without failing: values, handed to whoever listens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

OutcomeName = Literal["migrated", "merged", "finished", "skipped", "invalid", "refused", "failed", "rolled-back"]
OUTCOMES: tuple[OutcomeName, ...] = ("migrated", "merged", "finished", "skipped", "invalid", "refused", "failed")


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning: what kind, about which path, in words."""

    kind: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}: {self.text}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a migration or a roll-back ended."""

    name: OutcomeName
    detail: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What a recovery found to do, in words of `store.recovery.STEPS`, in order; empty when there was nothing."""

    steps: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveReport:
    """Keys written, keys removed, and keys left alone because others had changed them (all normalised)."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = field(default=())


Notify = Callable[[Notice], object]


def log_notice(notice: Notice) -> None:
    """Write a notice to the log of this package."""
    import logging  # costs more than the rest of the store; most runs have nothing to tell

    logging.getLogger("store").warning("%s", notice)
