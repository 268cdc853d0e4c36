"""What a long run of the lockstep machine has done so far: one file, which is whole whenever the run is stopped."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

SCHEMA = 1


class Damaged(Exception):
    """The file is no checkpoint of this run; says what to do."""


@dataclass(frozen=True)
class Round:
    """A round that is over, and found nothing.

    Attributes:
        seed: What Hypothesis drew from.
        examples: How many examples it was allowed on each ground.
        seconds: How long it took.
        reached: How often what was reached, by ground and mark.
    """

    seed: int
    examples: int
    seconds: float
    reached: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Checkpoint:
    """The rounds of a run so far.

    Attributes:
        version: Of which version of the program it is the run.
        rounds: The rounds that are over, in order.
    """

    version: str
    rounds: tuple[Round, ...] = field(default=())

    @property
    def next_seed(self) -> int:
        """The seed of the next round: of this version and round, whenever and wherever that is played."""
        return seed_of(self.version, len(self.rounds))

    def after(self, played: Round) -> "Checkpoint":
        """With one more round."""
        return replace(self, rounds=(*self.rounds, played))

    def reached(self, ground: str) -> Counter[str]:
        """What all rounds together have reached on a ground."""
        total: Counter[str] = Counter()
        for each in self.rounds:
            total.update(each.reached.get(ground, {}))
        return total


def seed_of(version: str, number: int) -> int:
    """The seed of a round."""
    return int.from_bytes(sha256(f"{version} {number}".encode()).digest()[:8], "big")


def load(path: Path, version: str) -> Checkpoint:
    """The checkpoint in a file; a new one if there is no file.

    Raises:
        Damaged: It is of another version, or no checkpoint at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Checkpoint(version)
    try:
        value = json.loads(text)
        rounds = tuple(Round(**each) for each in value["rounds"])
        found, schema = value["version"], value["schema"]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path}: it is no checkpoint ({error}). Remove it to begin anew.") from error
    if (found, schema) != (version, SCHEMA):
        raise Damaged(f"{path}: it is of version {found}, schema {schema}. Remove it to begin anew.")
    if [each.seed for each in rounds] != [seed_of(version, number) for number in range(len(rounds))]:
        raise Damaged(f"{path}: its rounds have other seeds than those of this version. Remove it to begin anew.")
    return Checkpoint(version, rounds)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the file by this checkpoint: whoever stops the run, by whatever means, leaves the old one or this."""
    value = {"schema": SCHEMA, "version": checkpoint.version, "rounds": [asdict(each) for each in checkpoint.rounds]}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
