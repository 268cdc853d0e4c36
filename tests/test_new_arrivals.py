"""Obligations that arrive at a disk which was explored before are judged there, too, without running anything again."""

from dataclasses import replace

import pytest

from model.explore.crashes import Explorer, Found
from model.obligations import Obligations, Promise
from model.observation import READING, Observation
from model.persistence.profiles import PROFILES
from model.simulation import Machine, read_file, write_file
from model.simulation.disk import Disk
from model.target import Target
from store.kernel import Kernel

HELD = Obligations({"a": Promise(("x",), "it was written")}, because="it was written")
BROKEN = Obligations({"a": Promise(("y",), "something else was")}, because="something else was")


def shown(kernel: Kernel, path: str) -> Observation:
    content = read_file(kernel, "/srv/a")
    return Observation({} if content is None else {"a": content.decode()})


class Counted:
    """A target whose looks are counted; a reader shows `read`, or what is there."""

    def __init__(self, read: str | None = None) -> None:
        self.recoveries = 0
        self.readings = 0
        self.read = read
        self.target = Target("counted", lambda kernel, path: None, examine=self._examine, peek=self._peek)

    def _examine(self, kernel: Kernel, path: str) -> Observation:
        self.recoveries += 1
        return shown(kernel, path)

    def _peek(self, kernel: Kernel, path: str) -> Observation:
        self.readings += 1
        seen = shown(kernel, path)._replace(looked=READING)
        return seen if self.read is None else seen._replace(entries={"a": self.read})


def disk() -> Disk:
    machine = Machine()
    write_file(machine.start().kernel, "/srv/a", b"x")
    machine.settle()
    return machine.disk


def explorer(target: Target) -> Explorer:
    return Explorer(target, "/srv/sessions.json", PROFILES["posix"])


def test_a_promise_that_arrives_later_is_judged_by_what_was_seen_before() -> None:
    counted = Counted()
    exploring = explorer(replace(counted.target, peek=None))
    exploring.start(disk(), [[HELD]])
    before = counted.recoveries, counted.readings
    with pytest.raises(Found) as found:
        exploring.start(disk(), [[BROKEN]])
    assert found.value.observation.entries == {"a": "x"}
    assert (counted.recoveries, counted.readings) == before


def test_a_reader_is_held_to_what_arrives_later_as_well() -> None:
    counted = Counted(read="x")
    exploring = explorer(counted.target)
    exploring.start(disk(), [[HELD]])
    either = Obligations({"a": Promise(("x", "z"), "one of two")}, because="one of two")
    exploring.start(disk(), [[either]])
    assert counted.readings == 1


def test_a_promise_that_arrives_later_and_that_only_a_reader_breaks_is_found() -> None:
    counted = Counted(read="z")
    exploring = explorer(counted.target)
    exploring.start(disk(), [[Obligations({"a": Promise(("x", "z"), "one of two")}, because="one of two")]])
    with pytest.raises(Found) as found:
        exploring.start(disk(), [[HELD]])
    assert found.value.observation.looked == READING
    assert counted.readings == 1


def test_a_reader_that_shows_something_else_is_found_though_recovery_is_right() -> None:
    with pytest.raises(Found) as found:
        explorer(Counted(read="z").target).start(disk(), [[HELD]])
    assert found.value.observation.looked == READING


def test_what_has_been_judged_is_not_judged_again() -> None:
    counted = Counted()
    exploring = explorer(counted.target)
    exploring.start(disk(), [[HELD]])
    judged = dict(exploring.marks), counted.recoveries
    exploring.start(disk(), [[HELD]])
    assert (dict(exploring.marks), counted.recoveries) == judged
